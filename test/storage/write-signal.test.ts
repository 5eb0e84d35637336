import { expect, test } from "bun:test";
import { writeSignal } from "../../src/storage/write-signal.ts";

test("a signal is raised until everybody who raised it has lowered it", () => {
  const signal = writeSignal();
  expect(signal.isRaised()).toBe(false);
  signal.raise();
  signal.raise();
  signal.lower();
  expect(signal.isRaised()).toBe(true);
  signal.lower();
  expect(signal.isRaised()).toBe(false);
});

test("signals over the same memory are one, others are not", () => {
  const signal = writeSignal();
  const [same, other] = [writeSignal(signal.buffer), writeSignal()];
  signal.raise();
  expect([same.isRaised(), other.isRaised()]).toEqual([true, false]);
  same.lower();
  expect(signal.isRaised()).toBe(false);
});

test("nobody waits for a signal that is lowered", () => {
  writeSignal().waitUntilLowered(Number.POSITIVE_INFINITY);
});

test("whoever waits for a signal that nobody lowers gives up", () => {
  const signal = writeSignal();
  signal.raise();
  signal.waitUntilLowered(1);
  expect(signal.isRaised()).toBe(true);
});

test("a thread that waits goes on when the signal is lowered", async () => {
  const signal = writeSignal();
  signal.raise();
  const worker = new Worker(new URL("./signal-waiter.ts", import.meta.url).href);
  const said: string[] = [];
  const ended = new Promise<void>((resolve) => {
    worker.onmessage = async ({ data }: MessageEvent<string>) => {
      said.push(data);
      if (data === "lowered") return resolve();
      // Long enough for the thread to fall asleep; were it not, it would find the signal lowered.
      await Bun.sleep(50);
      signal.lower();
    };
  });
  worker.postMessage(signal.buffer);
  await ended;
  worker.terminate();
  expect(said).toEqual(["waiting", "lowered"]);
});

test("who waits for an import to let go is told when it does, and nobody waits for one that has nothing", async () => {
  const signal = writeSignal();
  expect(signal.untilImportLetsGo(60_000)).toBeUndefined();
  signal.setImportHolds(true);
  const said: string[] = [];
  const waited = signal.untilImportLetsGo(60_000)?.then(() => void said.push("let go"));
  await Bun.sleep(1);
  said.push("still held");
  signal.setImportHolds(false);
  await waited;
  expect(said).toEqual(["still held", "let go"]);
});

test("who waits for an import that never lets go gives up", async () => {
  const signal = writeSignal();
  signal.setImportHolds(true);
  await signal.untilImportLetsGo(1);
  expect(signal.untilImportLetsGo(1)).toBeDefined();
});

test("an import is under way for a while after it wrote", () => {
  const signal = writeSignal();
  const now = Date.now();
  expect(signal.importWroteWithin(10, now)).toBe(false);
  signal.importWrote(now);
  expect([0, 9_000, 12_000].map((later) => signal.importWroteWithin(10, now + later))).toEqual([true, true, false]);
});
