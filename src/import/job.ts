import {
  type ImportJob,
  type ImportState,
  type RowCounts,
  type RowOutcome,
  rowOutcomes,
  troubledOutcomes,
} from "../storage/import.ts";

/** From which states a job may go to each. A job that a crash interrupted goes back to where its work starts. */
export const legalFrom: Readonly<Record<ImportState, readonly ImportState[]>> = Object.freeze({
  received: ["received"],
  parsing: ["received", "parsing"],
  planned: ["parsing"],
  queued: ["planned", "running"],
  running: ["queued", "running"],
  completed: ["running"],
  completed_with_errors: ["running"],
  stopped: ["running"],
  failed: ["received", "parsing"],
  cancelled: ["received", "parsing", "planned", "queued", "running"],
  undoing: ["completed", "completed_with_errors", "stopped", "cancelled"],
  undone: ["undoing"],
});

/** States in which a job may wait for the runner, or was in its hands when the process ended. */
export const unfinishedStates = [
  "received",
  "parsing",
  "planned",
  "queued",
  "running",
] as const satisfies readonly ImportState[];

/** States after which nothing is done for a job any more. */
export const finalStates: ReadonlySet<ImportState> = new Set([
  "completed",
  "completed_with_errors",
  "stopped",
  "failed",
  "cancelled",
  "undone",
]);

/** True when nothing more happens to the job by itself: it has ended, or is a plan that waits to be applied. */
export function isSettled({ state, request }: Pick<ImportJob, "state" | "request">): boolean {
  return finalStates.has(state) || (state === "planned" && request.dryRun);
}

/** How many rows have an outcome. */
export function settledRows(counts: RowCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The counts of a job, which always add up to its total. */
export function fullCounts(job: Pick<ImportJob, "counts" | "total">): Readonly<Record<RowOutcome | "total", number>> {
  const settled = settledRows(job.counts);
  return { ...job.counts, not_run: Math.max(0, job.total - settled), total: Math.max(job.total, settled) };
}

const settledOutcomes = rowOutcomes.filter((outcome) => outcome !== "not_run");

/** The state in which a job ends whose every row has an outcome. */
export function finalState(counts: RowCounts): "completed" | "completed_with_errors" {
  return settledOutcomes.some((outcome) => troubledOutcomes.has(outcome) && counts[outcome] > 0)
    ? "completed_with_errors"
    : "completed";
}

/** A summary for people: `300 rows: 297 created, 3 failed`. */
export function summary(counts: RowCounts): string {
  const parts = Object.entries(counts).flatMap(([outcome, count]) => (count === 0 ? [] : [`${count} ${outcome}`]));
  return `${rowsText(settledRows(counts))}: ${parts.length === 0 ? "nothing to do" : parts.join(", ")}`;
}

/** `1 row`, `300 rows`. */
export function rowsText(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}
