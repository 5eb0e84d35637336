import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { Hono } from "hono";
import { respondInPieces } from "../../src/http/respond.ts";

/** Bytes of a piece, and how many of them a socket and what is before it may hold: a few megabytes. */
const pieceBytes = 262_144;
const heldPiecesMax = 100;

/** How the making of an answer went. */
interface Making {
  pieces: number;
  ended: boolean;
}

const makings: Making[] = [];
const log: string[] = [];

/** Pieces without an end, or with one that fails. */
async function* pieces(making: Making, failAt = Number.POSITIVE_INFINITY): AsyncGenerator<string> {
  try {
    for (;;) {
      if (making.pieces === failAt) throw new Error("the disk is gone");
      making.pieces++;
      yield "x".repeat(pieceBytes);
    }
  } finally {
    making.ended = true;
  }
}

function answer(c: Parameters<typeof respondInPieces>[0], failAt?: number): Response {
  const making: Making = { pieces: 0, ended: false };
  makings.push(making);
  return respondInPieces(c, pieces(making, failAt), 200, { ETag: 'W/"1"' }, (level, message, fields) => {
    log.push(JSON.stringify({ level, message, ...fields }));
  });
}

let server: ReturnType<typeof Bun.serve>;
beforeAll(() => {
  const app = new Hono();
  app.get("/endless", (c) => answer(c));
  app.get("/failing", (c) => answer(c, 3));
  app.get("/short", (c) => c.text("short"));
  server = Bun.serve({ hostname: "127.0.0.1", port: 0, development: false, fetch: app.fetch });
});
afterAll(() => server.stop(true));

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited for ${what} in vain`);
    await Bun.sleep(2);
  }
}

async function readsNothing(path: string): Promise<{ readonly socket: Socket; readonly making: Making }> {
  const socket = connect(Number(server.port), "127.0.0.1");
  socket.pause();
  await new Promise((resolve) => socket.once("connect", resolve));
  const before = makings.length;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await until("the answer to begin", () => (makings[before]?.pieces ?? 0) > 0);
  const making = makings[before];
  if (making === undefined) throw new Error("no answer");
  return { socket, making };
}

test("a client that does not read holds up what is made for it, while others are answered; that it leaves ends it", async () => {
  const { socket, making } = await readsNothing("/endless");
  // Each turn of these lets as many pieces be made as anybody would take.
  for (let turn = 0; turn < 500; turn++) {
    expect(await (await fetch(new URL("/short", server.url))).text()).toBe("short");
    expect(making.pieces).toBeLessThan(heldPiecesMax);
  }
  expect(making.ended).toBe(false);
  socket.destroy();
  await until("the making to end", () => making.ended);
});

test("a client that reads is given more than it could be owed at once", async () => {
  const response = await fetch(new URL("/endless", server.url));
  const reader = response.body?.getReader();
  let bytes = 0;
  while (bytes < 2 * heldPiecesMax * pieceBytes) bytes += (await reader?.read())?.value?.length ?? 0;
  await reader?.cancel();
  const making = makings.at(-1);
  await until("the making to end", () => making?.ended === true);
  expect(making?.pieces).toBeGreaterThanOrEqual(2 * heldPiecesMax);
});

test("what fails on the way cuts the answer off, and the operator is told", async () => {
  const read = fetch(new URL("/failing", server.url)).then((response) => response.text());
  expect(read).rejects.toThrow();
  await read.catch(() => undefined);
  expect(log).toHaveLength(1);
  expect(JSON.parse(log[0] ?? "")).toMatchObject({ level: "error", method: "GET", path: "/failing" });
  expect(log[0]).toContain("the disk is gone");
});

test("R-9 HEAD tells what GET would, and makes nothing", async () => {
  const before = makings.length;
  const response = await fetch(new URL("/endless", server.url), { method: "HEAD" });
  expect([response.status, response.headers.get("ETag")]).toEqual([200, 'W/"1"']);
  expect(response.headers.get("Transfer-Encoding")).toBe("chunked");
  expect(response.headers.get("Content-Length")).toBeNull();
  expect(makings[before]?.pieces).toBe(0);
});
