import type { ImportProgress } from "../storage/change.ts";
import {
  type ImportJob,
  type ImportState,
  type RowCounts,
  type RowOutcome,
  rowOutcomes,
  troubledOutcomes,
} from "../storage/import.ts";

/**
 * What happens to a job, from which states, and the state it is in then. A job that a crash interrupted goes back to
 * where its work starts.
 */
export const jobEvents = Object.freeze({
  /** More of the file, or all of it, is there. */
  upload: { from: ["received"], to: "received" },
  read: { from: ["received", "parsing"], to: "parsing" },
  plan: { from: ["parsing"], to: "planned" },
  queue: { from: ["planned", "running"], to: "queued" },
  run: { from: ["queued", "running"], to: "running" },
  complete: { from: ["running"], to: "completed" },
  completeWithErrors: { from: ["running"], to: "completed_with_errors" },
  stop: { from: ["running"], to: "stopped" },
  fail: { from: ["received", "parsing"], to: "failed" },
  cancel: { from: ["received", "parsing", "planned", "queued", "running"], to: "cancelled" },
  undo: { from: ["completed", "completed_with_errors", "stopped", "cancelled"], to: "undoing" },
  undone: { from: ["undoing"], to: "undone" },
} as const satisfies Record<string, { readonly from: readonly ImportState[]; readonly to: ImportState }>);

export type JobEvent = keyof typeof jobEvents;

/**
 * The state of a job after an event; undefined when the event can not happen in its state.
 *
 * @example nextState("planned", "queue") // "queued"
 */
export function nextState(state: ImportState, event: JobEvent): ImportState | undefined {
  const { from, to }: { readonly from: readonly ImportState[]; readonly to: ImportState } = jobEvents[event];
  return from.includes(state) ? to : undefined;
}

/** The change that an event makes to a stored job; refused with `state` where it can not happen. */
export function advance(importId: string, event: JobEvent, more: ImportProgress = {}) {
  return { kind: "advanceImport", importId, ...jobEvents[event], ...more } as const;
}

/** States in which a job may wait for the runner, or was in its hands when the process ended. */
export const unfinishedStates = [
  "received",
  "parsing",
  "planned",
  "queued",
  "running",
  "undoing",
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

/** How many rows were refused. */
export function troubledRows(counts: RowCounts): number {
  return settledOutcomes.reduce((sum, outcome) => sum + (troubledOutcomes.has(outcome) ? counts[outcome] : 0), 0);
}

/** The end of a job whose every row has an outcome. */
export function finalEvent(counts: RowCounts): "complete" | "completeWithErrors" {
  return troubledRows(counts) > 0 ? "completeWithErrors" : "complete";
}

/** How far the work of a job is: rows read, carried out, or taken back. `total` is 0 where it is not known. */
export function progressOf(job: Pick<ImportJob, "state" | "request" | "counts" | "total" | "undone">): {
  readonly done: number;
  readonly total: number;
} {
  const { state, counts, total, undone } = job;
  if (state === "received" || state === "parsing") return { done: total, total: 0 };
  if (state === "undoing" || state === "undone") {
    const changed = counts.created + counts.updated + counts.deactivated + counts.deleted;
    return { done: undone.undone + undone.conflict, total: changed };
  }
  return { done: finalStates.has(state) ? total : settledRows(counts), total };
}

/** Rows a second since the phase began, and seconds that the rest takes at that rate; null where nobody can tell. */
export function paceOf(
  job: Pick<ImportJob, "state" | "request" | "counts" | "total" | "undone" | "phase">,
  now: number,
): { readonly perSecond: number | null; readonly secondsLeft: number | null } {
  const { done, total } = progressOf(job);
  const since = job.phase;
  if (since === null || isSettled(job) || now <= since.since || done <= since.done) {
    return { perSecond: null, secondsLeft: null };
  }
  const perSecond = ((done - since.done) * 1000) / (now - since.since);
  return {
    perSecond: Math.round(perSecond),
    secondsLeft: total === 0 ? null : Math.ceil(Math.max(0, total - done) / perSecond),
  };
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
