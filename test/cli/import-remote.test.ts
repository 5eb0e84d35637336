import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchAndReport } from "../../src/cli/import.ts";
import { remoteImports } from "../../src/cli/import-remote.ts";
import { CliError, type Io } from "../../src/cli/io.ts";
import type { Remote } from "../../src/cli/remote.ts";
import { testIo } from "./io.ts";

const id = "0198a2c4-0000-7000-8000-000000000001";
const job = {
  id,
  state: "running",
  dryRun: false,
  message: null,
  warnings: [],
  counts: { created: 1, total: 2 },
  plan: null,
  fileName: "people.csv",
  created: "2026-01-01T00:00:00.000Z",
  undone: { undone: 0, conflict: 0 },
  progress: { done: 1, total: 2 },
  links: {},
};
const fields = { dialect: "auto", mode: "create", match: "userName", dryRun: "false" };

/** Sends a file to a server and waits for the end, as the command does. */
async function importRemotely(io: Io, remote: Remote, file: string, asked: typeof fields, pace?: Pace): Promise<void> {
  const client = remoteImports(io, remote, pace);
  await watchAndReport(io, client, await client.upload(file, asked));
}
type Pace = Parameters<typeof remoteImports>[2];

/** A server that answers a request with what `answer` gives; nothing is a connection that breaks. */
function serve(port: number, answer: (path: string) => Response | undefined) {
  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    async fetch(request) {
      await request.arrayBuffer();
      const answered = answer(new URL(request.url).pathname);
      if (answered === undefined) void server.stop(true);
      return answered ?? new Response();
    },
  });
  return server;
}

async function withFile<T>(run: (file: string) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), "muster-cli-"));
  try {
    await Bun.write(join(path, "people.csv"), "userName\nana\nbo\n");
    return await run(join(path, "people.csv"));
  } finally {
    rmSync(path, { recursive: true });
  }
}

describe("a server that goes away after it took the job", () => {
  test("is waited for, which is told once, and the import is followed to its end", () =>
    withFile(async (file) => {
      const io = testIo();
      const first = serve(0, (path) => (path === "/api/imports" ? Response.json(job) : undefined));
      const { port = 0 } = first;
      io.err = (line) => {
        if (io.errors.push(line) > 1) return;
        // It is back as soon as somebody misses it.
        serveEnd = serve(port, (path) =>
          Response.json(path.endsWith("/rows") ? { rows: [] } : { ...job, state: "completed" }),
        );
      };
      let serveEnd: ReturnType<typeof serve> | undefined;
      const remote = { url: `http://127.0.0.1:${port}`, token: "x" };
      await importRemotely(io, remote, file, fields, { lookMs: 1, awayMsMax: 20_000 });
      await serveEnd?.stop(true);
      expect(io.errors.filter((line) => line.includes("trying again"))).toHaveLength(1);
      expect(io.errors[0]).toStartWith(`${remote.url} can not be reached: `);
      expect(io.errors[0]).toEndWith("; trying again for 20 s");
      expect(io.lines).toEqual(["2 rows: 1 created"]);
      expect(io.exitCode).toBe(0);
    }));

  test("and stays away ends the command with the status 3 and the id of the job, which may go on", () =>
    withFile(async (file) => {
      const io = testIo();
      const server = serve(0, (path) => (path === "/api/imports" ? Response.json(job) : undefined));
      const remote = { url: `http://127.0.0.1:${server.port}`, token: "x" };
      const error = await importRemotely(io, remote, file, fields, { lookMs: 1, awayMsMax: 50 }).catch(
        (e: unknown) => e,
      );
      if (!(error instanceof CliError)) throw new Error(`a CliError was expected, not ${error}`);
      expect(error).toMatchObject({ exitCode: 3 });
      expect(error.message).toStartWith(`${remote.url} can not be reached: `);
      expect(error.message).toEndWith(`; the import ${id} may go on`);
      expect(io.errors).toHaveLength(1);
      expect(io.lines).toEqual([]);
    }));

  test("and then refuses to tell of it ends the command at once, with the same status", () =>
    withFile(async (file) => {
      const server = serve(0, (path) =>
        path === "/api/imports"
          ? Response.json(job)
          : Response.json({ detail: "Authentication failed." }, { status: 401 }),
      );
      const remote = { url: `http://127.0.0.1:${server.port}`, token: "x" };
      const error = await importRemotely(testIo(), remote, file, fields).catch((e: unknown) => e);
      await server.stop(true);
      const message = `${remote.url} answered 401: Authentication failed.; the import ${id} may go on`;
      expect(error).toMatchObject({ message, exitCode: 3 });
    }));
});

test("a server that never took the job is told at once, with the status 1", () =>
  withFile(async (file) => {
    const run = importRemotely(testIo(), { url: "http://127.0.0.1:1", token: "x" }, file, fields);
    const error = await run.catch((e: unknown) => e);
    expect(error).toMatchObject({ exitCode: 1, message: expect.stringContaining("can not be reached") });
  }));
