import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { createUser } from "../support/scim.ts";
import { admin, startServer, type TestServer } from "../support/server.ts";

/* The commands of docs/provisioning.md are run as they stand there, and what they write compared with what stands below. */

let source: TestServer;
let server: TestServer;
beforeAll(async () => {
  source = await startServer();
  server = await startServer({ provisioningTargets: "any" });
  for (const userName of ["andrew", "barbara"]) {
    await createUser(source, { userName, emails: [{ value: `${userName}@example.org`, type: "work" }] });
  }
});
afterAll(async () => {
  await server.stop();
  await source.stop();
});

test("docs/provisioning.md: its commands write what it shows", async () => {
  const page = await Bun.file(join(import.meta.dir, "..", "..", "docs", "provisioning.md")).text();
  const blocks = [...page.matchAll(/^```(sh|text)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
    language,
    text,
  }));
  const script = blocks
    .map(({ language, text }) =>
      language === "sh" ? text.replace(/^(?:URL|LOGIN|SOURCE|KEY)=.*$/gm, "") : "echo =====",
    )
    .join("\n");
  const env = {
    ...process.env,
    URL: server.url,
    LOGIN: `${admin.userName}:${admin.password}`,
    SOURCE: `${source.url}/scim/v2`,
    KEY: source.token,
  };
  const run = Bun.spawn(["bash", "-c", `set -euo pipefail\n${script}`], { env, stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text()]);
  expect(await run.exited, stdout + stderr).toBe(0);
  const written = stdout.split("=====\n").map((text) => text.trim());
  const shown = blocks.filter(({ language }) => language === "text").map(({ text }) => text.trim());
  expect(shown.length).toBeGreaterThan(3);
  expect(written.slice(0, shown.length)).toEqual(shown);
}, 30_000);
