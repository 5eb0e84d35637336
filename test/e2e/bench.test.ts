import { expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import { inPlace, makeToken, run, spawn, until } from "./support/binary.ts";
import { client } from "./support/client.ts";

setDefaultTimeout(60_000);

const scopes = ["scim:read", "scim:write", "scim:bulk"];
const few = ["--users", "8", "--connections", "2", "--seconds", "1"];
const report = z.object({
  users: z.number(),
  left: z.number(),
  phases: z.array(z.object({ name: z.string(), kind: z.string(), wrong: z.number(), operations: z.number() })),
});
const total = z.object({ totalResults: z.number() });

test("muster bench measures a server, prints a table, and leaves nobody behind", () =>
  inPlace(async (place) => {
    const server = await place.serve();
    const token = await makeToken(place.dataDir, ...scopes);
    const { exitCode, stdout, stderr } = await run(["bench", "--url", server.url, ...few], {
      env: { MUSTER_TOKEN: token },
    });
    expect([exitCode, stderr]).toEqual([0, ""]);
    const [header, ...rows] = stdout.trimEnd().split("\n");
    expect(header).toMatch(/^ +per second +median ms +p99 ms +max ms +operations +wrong$/);
    expect(rows.length).toBe(12);
    for (const row of rows) expect(row).toMatch(/^\S.* {2,}[\d.,]+ .* 0$/);
    const answer = await client(server.url, token).request("/scim/v2?count=0");
    expect(total.parse(await answer.json()).totalResults).toBe(0);
  }));

test("muster bench --json prints the same as JSON", () =>
  inPlace(async (place) => {
    const server = await place.serve();
    const token = await makeToken(place.dataDir, ...scopes);
    const { exitCode, stdout } = await run([
      "bench",
      "--url",
      `${server.url}/scim/v2`,
      "--token",
      token,
      "--json",
      ...few,
    ]);
    const { users, left, phases } = report.parse(JSON.parse(stdout));
    expect([exitCode, users, left, phases.length]).toEqual([0, 8, 0, 12]);
    for (const { kind, wrong, operations } of phases)
      expect([kind, wrong, operations > 0]).toEqual(["measured", 0, true]);
  }));

test("Ctrl-C ends muster bench with 1, after it has deleted what it made", () =>
  inPlace(async (place) => {
    const server = await place.serve();
    const token = await makeToken(place.dataDir, ...scopes);
    const api = client(server.url, token);
    const bench = spawn(["bench", "--url", server.url, "--seconds", "60"], { env: { MUSTER_TOKEN: token } });
    await until("the first users", async () => ((await api.users()).total > 5 ? "there" : undefined));
    bench.kill("SIGINT");
    expect(await bench.exited).toBe(1);
    const said = await new Response(bench.stderr).text();
    expect(said).toBe(`stopping: what was made is deleted first\nmuster: ${server.url}/: it was stopped\n`);
    expect((await api.users()).total).toBe(0);
  }));

test("muster bench ends with 2 when an answer is wrong, and says which", () =>
  inPlace(async (place) => {
    const server = await place.serve();
    const token = await makeToken(place.dataDir, ...scopes);
    const liar = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        const { pathname, search } = new URL(request.url);
        const { method, headers } = request;
        if (method === "PUT") return Response.json({ id: "nobody" });
        const body = await request.text();
        return fetch(server.url + pathname + search, { method, headers, ...(body !== "" && { body }) });
      },
    });
    const { exitCode, stdout } = await run(["bench", "--url", liar.url.href, "--token", token, ...few]);
    await liar.stop(true);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/\nput: \d+ wrong, the first: another user came: nobody\n/);
  }));

test("muster bench that can not begin ends with 1 and one line", () =>
  inPlace(async (place) => {
    const server = await place.serve();
    const readOnly = await makeToken(place.dataDir, "scim:read");
    const bench = (...args: readonly string[]) => run(["bench", ...args]);
    for (const [words, { exitCode, stdout, stderr }] of [
      ["can not be reached", await bench("--url", "http://127.0.0.1:1", "--token", "x")],
      ["--url must be an http or https URL", await bench("--url", "ldap://x", "--token", "x")],
      ["MUSTER_TOKEN", await bench("--url", server.url)],
      ["the token is refused", await bench("--url", server.url, "--token", "wrong")],
      ["no SCIM 2.0 is spoken there", await bench("--url", `${server.url}/docs`, "--token", readOnly)],
      ["the credentials lack the scope", await bench("--url", server.url, "--token", readOnly)],
      ["must be a whole number from 1 to 100000", await bench("--url", server.url, "--token", "x", "--users", "0")],
    ] as const) {
      expect([exitCode, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^muster: [^\n]+\n$/);
      expect(stderr.toLowerCase()).toContain(words.toLowerCase());
    }
  }));
