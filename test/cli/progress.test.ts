import { describe, expect, test } from "bun:test";
import { phaseOf } from "../../src/cli/import-client.ts";
import { type Progress, progressMeter, progressText } from "../../src/cli/progress.ts";
import { testIo } from "./io.ts";

describe("the text of a progress", () => {
  const texts: readonly (readonly [progress: Progress, elapsedMs: number, text: string])[] = [
    [{ what: "reading", done: 0, total: 0 }, 0, "reading 0 rows"],
    [{ what: "reading", done: 1_234_567, total: 0 }, 10_000, "reading 1,234,567 rows  123,457/s"],
    [{ what: "importing", done: 0, total: 300 }, 0, "importing [------------------------] 0 %  0/300 rows"],
    [
      { what: "importing", done: 150, total: 300 },
      125,
      "importing [############------------] 50 %  150/300 rows  1,200/s  1 s left",
    ],
    [
      { what: "importing", done: 1000, total: 61_000 },
      1000,
      "importing [------------------------] 1 %  1,000/61,000 rows  1,000/s  60 s left",
    ],
    [
      { what: "importing", done: 300, total: 300 },
      1000,
      "importing [########################] 100 %  300/300 rows  300/s",
    ],
  ];
  test.each(texts)("%j after %d ms", (progress, elapsedMs, text) => {
    expect(progressText(progress, elapsedMs)).toBe(text);
  });

  test("says 100 % only when all is done", () => {
    expect(progressText({ what: "importing", done: 9_999, total: 10_000 }, 1000)).toContain(" 99 % ");
  });

  test("is a bar of one length, however far the work is", () => {
    for (let done = 0; done <= 120; done++) {
      const bar = /\[(#*-*)\]/.exec(progressText({ what: "importing", done, total: 100 }, 1000))?.[1];
      expect(bar).toHaveLength(24);
    }
  });
});

describe("a progress meter", () => {
  const importing = (done: number): Progress => ({ what: "importing", done, total: 1000 });

  test("draws each progress where somebody watches", () => {
    const io = testIo(true);
    let now = 0;
    const meter = progressMeter(io, () => now);
    meter.show(importing(0));
    now = 500;
    meter.show(importing(500));
    expect(io.drawn).toEqual([progressText(importing(0), 0), progressText(importing(500), 500)]);
    expect(io.errors).toEqual([]);
  });

  test("writes a line every five seconds where nobody does", () => {
    const io = testIo(false);
    let now = 0;
    const meter = progressMeter(io, () => now);
    for (; now <= 12_000; now += 200) meter.show(importing(now / 100));
    expect(io.drawn).toEqual([]);
    expect(io.errors).toEqual([progressText(importing(50), 5000), progressText(importing(100), 10_000)]);
  });

  test("counts the rate of what it saw itself: a job that goes on in the middle is not faster for that", () => {
    const io = testIo(true);
    let now = 0;
    const meter = progressMeter(io, () => now);
    meter.show({ what: "importing", done: 90_000, total: 100_000 });
    now = 1000;
    meter.show({ what: "importing", done: 91_000, total: 100_000 });
    expect(io.drawn.at(-1)).toContain(" 91,000/100,000 rows  1,000/s  9 s left");
  });

  test("leaves the last progress in the log, or on the screen", () => {
    for (const isTerminal of [false, true]) {
      const io = testIo(isTerminal);
      let now = 0;
      const meter = progressMeter(io, () => now);
      meter.show(importing(0));
      now = 1000;
      meter.end(importing(1000));
      expect(io.errors).toEqual([progressText(importing(1000), 1000)]);
    }
  });

  test("begins anew with each kind of work", () => {
    const io = testIo(true);
    let now = 0;
    const meter = progressMeter(io, () => now);
    meter.show({ what: "reading", done: 0, total: 0 });
    now = 10_000;
    meter.show(importing(0));
    now = 11_000;
    meter.show(importing(100));
    expect(io.drawn.at(-1)).toContain("  100/s  ");
  });
});

describe("a job's progress", () => {
  test("is the rows read so far while its file is read, and those with an outcome after that", () => {
    expect(phaseOf("parsing", { done: 20_000, total: 0 })).toEqual({ what: "reading", done: 20_000, total: 0 });
    expect(phaseOf("received", { done: 0, total: 0 })).toEqual({ what: "reading", done: 0, total: 0 });
    expect(phaseOf("running", { done: 10, total: 20 })).toEqual({ what: "importing", done: 10, total: 20 });
    expect(phaseOf("queued", { done: 0, total: 20 })).toEqual({ what: "importing", done: 0, total: 20 });
    expect(phaseOf("undoing", { done: 5, total: 20 })).toEqual({ what: "undoing", done: 5, total: 20 });
  });
});
