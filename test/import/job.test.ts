import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  finalEvent,
  fullCounts,
  isSettled,
  type JobEvent,
  jobEvents,
  nextState,
  settledRows,
  summary,
  unfinishedStates,
} from "../../src/import/job.ts";
import {
  defaultOptions,
  type ImportState,
  importStates,
  type RowCounts,
  rowOutcomes,
  zeroCounts,
} from "../../src/storage/import.ts";

const eventNames = Object.keys(jobEvents).filter((name): name is JobEvent => name in jobEvents);

/** From each state to those it may go to; whatever is not here is refused. */
const transitions: Readonly<Record<ImportState, readonly ImportState[]>> = {
  received: ["received", "parsing", "failed", "cancelled"],
  parsing: ["parsing", "planned", "failed", "cancelled"],
  planned: ["queued", "cancelled"],
  queued: ["running", "cancelled"],
  running: ["queued", "running", "completed", "completed_with_errors", "stopped", "cancelled"],
  completed: ["undoing"],
  completed_with_errors: ["undoing"],
  stopped: ["undoing"],
  failed: [],
  cancelled: ["undoing"],
  undoing: ["undone"],
  undone: [],
};

describe("a job goes", () => {
  for (const from of importStates) {
    test(`from ${from} to ${transitions[from].join(", ") || "nowhere"}`, () => {
      const to = eventNames.flatMap((event) => nextState(from, event) ?? []);
      expect([...new Set(to)].sort()).toEqual([...transitions[from]].sort());
    });
  }

  test("to an end from every state", () => {
    const ends = new Set<ImportState>([
      "completed",
      "completed_with_errors",
      "stopped",
      "failed",
      "cancelled",
      "undone",
    ]);
    for (const start of importStates) {
      const reached = new Set<ImportState>([start]);
      for (const state of reached) for (const next of transitions[state]) reached.add(next);
      expect([...reached].some((state) => ends.has(state))).toBe(true);
    }
  });
});

describe("a job is settled", () => {
  const settled: readonly (readonly [ImportState, dryRun: boolean, boolean])[] = importStates.flatMap((state) =>
    [false, true].map((dryRun) => {
      const ended = !["received", "parsing", "planned", "queued", "running", "undoing"].includes(state);
      return [state, dryRun, ended || (state === "planned" && dryRun)] as const;
    }),
  );
  test.each(settled)("%s, dry run %s: %s", (state, dryRun, expected) => {
    expect(
      isSettled({
        state,
        request: { dialect: "auto", mode: "create", match: "userName", dryRun, options: defaultOptions },
      }),
    ).toBe(expected);
  });

  test("never while it waits for the runner; a plan waits for it unless it is a dry run", () => {
    for (const state of unfinishedStates) {
      for (const dryRun of [false, true]) {
        const request = {
          dialect: "auto",
          mode: "create",
          match: "userName",
          dryRun,
          options: defaultOptions,
        } as const;
        const waitsForSomebody = String(state) === "planned" && dryRun;
        expect(isSettled({ state, request })).toBe(waitsForSomebody);
      }
    }
  });
});

const anyCounts: fc.Arbitrary<RowCounts> = fc.record({
  created: fc.nat(),
  updated: fc.nat(),
  unchanged: fc.nat(),
  deactivated: fc.nat(),
  deleted: fc.nat(),
  duplicate: fc.nat(),
  skipped: fc.nat(),
  failed: fc.nat(),
  conflict: fc.nat(),
});

describe("counts", () => {
  test("always add up to the total, whatever the job says its total is", () => {
    fc.assert(
      fc.property(anyCounts, fc.nat(), (counts, total) => {
        const full = fullCounts({ counts, total });
        expect(rowOutcomes.reduce((sum, outcome) => sum + full[outcome], 0)).toBe(full.total);
        for (const outcome of rowOutcomes) expect(full[outcome]).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("show rows without an outcome as not_run", () => {
    const counts = { ...zeroCounts(), created: 3, failed: 1 };
    expect(fullCounts({ counts, total: 10 })).toMatchObject({ created: 3, failed: 1, not_run: 6, total: 10 });
    expect(settledRows(counts)).toBe(4);
  });
});

describe("a job whose every row has an outcome", () => {
  const troubles = ["failed", "conflict", "duplicate"] as const;
  test.each(troubles)("has ended with errors when one is %s", (outcome) => {
    expect(finalEvent({ ...zeroCounts(), created: 5, [outcome]: 1 })).toBe("completeWithErrors");
  });

  test("is completed otherwise, also without rows", () => {
    expect(finalEvent(zeroCounts())).toBe("complete");
    const fine = { created: 1, updated: 1, unchanged: 1, deactivated: 1, deleted: 1, skipped: 1 };
    expect(finalEvent({ ...zeroCounts(), ...fine })).toBe("complete");
  });

  test("is told in a sentence", () => {
    expect(summary({ ...zeroCounts(), created: 297, failed: 3 })).toBe("300 rows: 297 created, 3 failed");
    expect(summary(zeroCounts())).toBe("0 rows: nothing to do");
  });
});
