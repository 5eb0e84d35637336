import { describe, expect, test } from "bun:test";
import { CliError } from "../../src/cli/io.ts";
import { type ReportedJob, reportJob, rowText, shownRowsMax, troubledRows } from "../../src/cli/job-report.ts";
import type { ImportRow, RowOutcome } from "../../src/storage/import.ts";
import { testIo } from "./io.ts";

const job: ReportedJob = {
  id: "0",
  state: "completed",
  dryRun: false,
  message: null,
  warnings: [],
  counts: {},
  plan: null,
  fileName: "people.csv",
  created: "2026-01-01T00:00:00.000Z",
  undone: { undone: 0, conflict: 0 },
};
const bad: ImportRow = {
  row: 17,
  line: 18,
  outcome: "failed",
  key: "jdoe",
  resourceId: null,
  problems: [{ code: "bad_value", column: "active", value: "perhaps", message: "active must be true or false" }],
  undo: null,
};

function report(more: Partial<ReportedJob>, rows: readonly ImportRow[] = []) {
  const io = testIo();
  reportJob(io, { ...job, ...more }, rows, "http://x/report.csv");
  return { lines: io.lines, exitCode: io.exitCode };
}

describe("a job that brought all rows in", () => {
  test("is summed up, and the exit status is 0", () => {
    const warnings = ["read as scim-path, because it was asked for"];
    const counts = { created: 3, failed: 0, not_run: 0, total: 3 };
    expect(report({ counts, warnings, message: "3 rows: 3 created" })).toEqual({
      lines: [...warnings, "3 rows: 3 created"],
      exitCode: 0,
    });
  });

  test("of no rows has none", () => {
    expect(report({ counts: { total: 0 } })).toEqual({ lines: ["0 rows: none"], exitCode: 0 });
  });
});

describe("a job with refused rows", () => {
  test.each(["failed", "conflict", "duplicate"])("that are %s has the exit status 2", (outcome) => {
    expect(report({ state: "completed_with_errors", counts: { created: 3, [outcome]: 1, total: 4 } }).exitCode).toBe(2);
  });

  test("shows them, says where the rest is, and ends with the sentence of the source", () => {
    const counts = { created: 1, failed: 1, total: 2 };
    expect(report({ state: "completed_with_errors", counts, message: "Bulk User Import …" }, [bad]).lines).toEqual([
      "2 rows: 1 created, 1 failed",
      rowText(bad),
      "the whole report: http://x/report.csv",
      "Bulk User Import …",
    ]);
  });

  test("shows the first of many", () => {
    const rows = Array.from({ length: shownRowsMax + 1 }, (_, index) => ({ ...bad, row: index }));
    const { lines } = report({ counts: { failed: 21, total: 21 } }, rows);
    expect(lines.filter((line) => line.startsWith("row "))).toHaveLength(shownRowsMax);
    expect(lines.at(-1)).toBe("the whole report: http://x/report.csv; more rows were told");
  });
});

describe("a dry run", () => {
  const planned = { state: "planned", dryRun: true, counts: { not_run: 4, total: 4 } } as const;

  test("tells what would be, and its exit status is 0 when all rows would go in", () => {
    expect(report({ ...planned, plan: { created: 4, total: 4 } })).toEqual({
      lines: ["4 rows: 4 would be created"],
      exitCode: 0,
    });
  });

  test("has the exit status 2 when some would be refused", () => {
    expect(report({ ...planned, plan: { created: 2, duplicate: 1, failed: 1, total: 4 } })).toEqual({
      lines: ["4 rows: 2 would be created, 1 would be duplicate, 1 would be failed"],
      exitCode: 2,
    });
  });
});

describe("a job that failed", () => {
  test("has the exit status 1 and its message told", () => {
    const failed = { ...job, state: "failed", message: "line 3: the quote opened here is never closed" } as const;
    const io = testIo();
    const run = () => reportJob(io, failed, [], "");
    expect(run).toThrow(new CliError("line 3: the quote opened here is never closed"));
    expect(run).toThrow(expect.objectContaining({ exitCode: 1 }));
    expect(io.lines).toEqual([]);
  });
});

describe("a row", () => {
  test("is told with its place, its key and each of its problems", () => {
    expect(rowText(bad)).toBe('row 17, line 18 (jdoe): failed; active "perhaps": active must be true or false');
    const problems = [
      { code: "required", column: "userName", message: "userName is required" },
      { code: "internal", message: "Internal error" },
    ];
    expect(rowText({ ...bad, key: null, problems })).toBe(
      "row 17, line 18: failed; userName: userName is required; Internal error",
    );
  });

  test("is one of those to show when its people are not in; they come in file order, as many as tell that there are more", async () => {
    const asked: [outcome: RowOutcome, limit: number][] = [];
    const read = async (outcome: RowOutcome, limit: number): Promise<readonly ImportRow[]> => {
      asked.push([outcome, limit]);
      const first = { failed: 4, conflict: 3, duplicate: 2 }[outcome as string] ?? 0;
      return Array.from({ length: limit }, (_, index) => ({ ...bad, outcome, row: first + 3 * index }));
    };
    const rows = await troubledRows(read);
    expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: shownRowsMax + 1 }, (_, index) => index + 2));
    expect(asked.sort()).toEqual([
      ["conflict", shownRowsMax + 1],
      ["duplicate", shownRowsMax + 1],
      ["failed", shownRowsMax + 1],
    ]);
  });
});
