import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { admin, startServer, type TestServer } from "./support/server.ts";

/* Every command of docs/migrating is run as it stands there, and what it writes compared with what stands below it. */

const folder = join(import.meta.dir, "..", "docs", "migrating");
const pages = readdirSync(folder).filter((name) => name !== "README.md");

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({ language, text }));
}

/** What parts the outputs of two blocks. */
const mark = "=====";

/** The blocks as one script, so that what one sets the next has; the server and its administrator are those of the test. */
function scriptOf(blocks: readonly Block[]): string {
  const commands = blocks
    .filter(({ language }) => language === "sh")
    .map(({ text }) => text.replace(/^(?:URL|LOGIN)=.*$/gm, ""));
  return ["set -euo pipefail", ...commands].join(`\necho; echo ${mark}\n`);
}

/** An output or an example of one, with what is another each time in words. */
function settled(text: string, url: string): string {
  return text
    .replaceAll(url, "http://127.0.0.1:8080")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/g, "<time>")
    .replace(/<time>\.\d{3}Z/g, "<instant>")
    .trim();
}

/** JSON documents that follow each other, read one by one. */
function documentsIn(text: string): readonly unknown[] {
  const joined = text.trim().replace(/\}\s*\{(?=\s*")/g, "}\u0000{");
  return joined.split("\u0000").map((each) => JSON.parse(each));
}

test("there is a page for each system, and the list of them links to it", async () => {
  const list = await Bun.file(join(folder, "README.md")).text();
  expect(pages.length).toBe(5);
  for (const page of pages) expect(list).toContain(`(${page})`);
});

describe.each(pages)("docs/migrating/%s", (name) => {
  let server: TestServer;
  const directory = mkdtempSync(join(tmpdir(), "muster-migrating-"));
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  test("its commands write what it shows", async () => {
    const blocks = blocksOf(await Bun.file(join(folder, name)).text());
    const env = { ...process.env, URL: server.url, LOGIN: `${admin.userName}:${admin.password}` };
    const run = Bun.spawn(["bash", "-c", scriptOf(blocks)], { cwd: directory, env, stdout: "pipe", stderr: "pipe" });
    const [stdout, stderr] = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text()]);
    expect(await run.exited, stderr).toBe(0);
    const outputs = stdout.split(`\n${mark}\n`).slice(1);
    let shown = 0;
    let at = -1;
    for (const { language, text } of blocks) {
      if (language === "sh") at++;
      else {
        const [written, printed] = [settled(outputs[at] ?? "", server.url), settled(text, server.url)];
        if (language === "json") expect(documentsIn(written)).toEqual([...documentsIn(printed)]);
        else expect(written).toBe(printed);
        shown++;
      }
    }
    expect(shown).toBeGreaterThan(1);
  }, 30_000);

  test("its links lead somewhere", async () => {
    const text = await Bun.file(join(folder, name)).text();
    for (const [, target = "", heading] of text.matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)) {
      const path = join(folder, target);
      expect(existsSync(path), target).toBe(true);
      if (heading === undefined) continue;
      const headings = [...(await Bun.file(path).text()).matchAll(/^#+ (.*)$/gm)].map(([, each = ""]) =>
        each
          .toLowerCase()
          .replace(/[^\w\s-]/g, "")
          .replaceAll(" ", "-"),
      );
      expect(headings).toContain(heading);
    }
  });
});
