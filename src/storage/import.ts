/** What the store keeps of an import: the job, its input, and one row per record of the file. */

export const importStates = [
  "received",
  "parsing",
  "planned",
  "queued",
  "running",
  "completed",
  "completed_with_errors",
  "stopped",
  "failed",
  "cancelled",
  "undoing",
  "undone",
] as const;
export type ImportState = (typeof importStates)[number];

export const rowOutcomes = [
  "created",
  "updated",
  "unchanged",
  "deactivated",
  "deleted",
  "duplicate",
  "skipped",
  "failed",
  "conflict",
  "not_run",
] as const;
export type RowOutcome = (typeof rowOutcomes)[number];
/** What a row that was looked at came to; `not_run` is the absence of it. */
export type SettledOutcome = Exclude<RowOutcome, "not_run">;

/** Outcomes of rows whose people are not in, each with something to tell. */
export const troubledOutcomes: ReadonlySet<RowOutcome> = new Set<SettledOutcome>(["failed", "conflict", "duplicate"]);

/** One thing to tell about a row: a stable code, the column it concerns, the value there (never a secret), the words. */
export interface RowProblem {
  readonly code: string;
  readonly column?: string;
  readonly value?: string;
  readonly message: string;
}

export interface ImportRequest {
  readonly dialect: string;
  readonly mode: "create";
  readonly match: string;
  /** The plan is the end of it, until somebody applies it. */
  readonly dryRun: boolean;
}

export type RowCounts = Readonly<Record<SettledOutcome, number>>;

export interface ImportJob {
  readonly id: string;
  readonly tenantId: number;
  readonly state: ImportState;
  readonly request: ImportRequest;
  readonly fileName: string;
  readonly fileBytes: number;
  /** The name of the token or user that uploaded it. */
  readonly createdBy: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly started: number | null;
  readonly finished: number | null;
  /** Rows of the file, blank ones left out; 0 until the file is read. */
  readonly total: number;
  /** How the plan expects the rows to come out; null until there is one. */
  readonly planned: RowCounts | null;
  readonly counts: RowCounts;
  readonly message: string | null;
  readonly warnings: readonly string[];
}

export interface ImportRow {
  readonly row: number;
  readonly line: number;
  readonly outcome: RowOutcome;
  readonly key: string | null;
  /** The id of the resource the row created or changed, if it still exists. */
  readonly resourceId: string | null;
  readonly problems: readonly RowProblem[];
}

export function zeroCounts(): Record<SettledOutcome, number> {
  return {
    created: 0,
    updated: 0,
    unchanged: 0,
    deactivated: 0,
    deleted: 0,
    duplicate: 0,
    skipped: 0,
    failed: 0,
    conflict: 0,
  };
}
