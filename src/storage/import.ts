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

/** What happens to rows that find a user, and to those that find none. */
export const importModes = ["create", "update", "upsert"] as const;
export type ImportMode = (typeof importModes)[number];

/** What stands for a choice that is made when the file has been read. */
export type Auto = "auto";

/** How an import was asked for; what is `auto` is decided by the dialect of the file, and told from then on. */
export interface ImportRequest {
  readonly dialect: string;
  readonly mode: ImportMode | Auto;
  /** By which attribute a row finds the user it is about: `userName`, `mail`, `externalId`, or an indexed path. */
  readonly match: string;
  /** The plan is the end of it, until somebody applies it. */
  readonly dryRun: boolean;
  readonly options: ImportOptions;
}

export interface ImportOptions {
  /** Whether rows after the first that is refused are carried out. */
  readonly onError: "continue" | "stop" | Auto;
  /** What an empty cell does to what is stored. */
  readonly empty: "keep" | "clear" | Auto;
  readonly unknownColumns: "ignore" | "fail" | Auto;
  /** Groups that a row names and nobody has made are made. */
  readonly createGroups: boolean;
  /** Passwords of users that exist are set, too. */
  readonly updatePasswords: boolean;
  /** Hashes are taken that are quick to try passwords against. */
  readonly acceptWeakHashes: boolean;
  /** Refused rows keep their passwords, so that they can be downloaded and tried again whole. */
  readonly keepPasswords: boolean;
  /** For how many hours the passwords that come in let their users in; 0 for ever. */
  readonly mustChangeHours: number | Auto;
  /** Who uploaded it may change users that have a role here. */
  readonly asAdministrator: boolean;
  /** The id of the application that users are assigned to; empty for none. */
  readonly applicationId: string;
  /** The user store that users are put into; empty for the one that their names tell. */
  readonly userStore: string;
  /** The connector that its records were extracted from; empty for a file. */
  readonly connectorId: string;
  /** Whether a record that is nobody's yet is about the user of the same userName. */
  readonly adopts: boolean;
  /** The name of a saved mapping; empty for none. */
  readonly mapping: string;
  /** How the bytes are read where they do not tell; empty to let them. */
  readonly charset: "" | "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
  readonly delimiter: string;
  readonly sheet: string;
}

/** What is asked when nobody says otherwise. */
export const defaultOptions: ImportOptions = Object.freeze({
  onError: "auto",
  empty: "auto",
  unknownColumns: "auto",
  createGroups: false,
  updatePasswords: false,
  acceptWeakHashes: true,
  keepPasswords: false,
  mustChangeHours: "auto",
  asAdministrator: false,
  applicationId: "",
  userStore: "",
  connectorId: "",
  adopts: false,
  mapping: "",
  charset: "",
  delimiter: "",
  sheet: "",
});

/** How the file was written: refused rows are given back in the same form. */
export interface FileShape {
  readonly format: "csv" | "xlsx" | "json" | "ndjson";
  readonly delimiter: string;
  readonly header: readonly string[];
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
  /** The SHA-256 of the file, hexadecimal; null until all of it is there. */
  readonly sha256: string | null;
  /** What the client calls this upload, so that sending it again makes no second job. */
  readonly idempotencyKey: string | null;
  /** The import whose refused rows this one tries again. */
  readonly retryOf: string | null;
  /** Null until the file is read. */
  readonly shape: FileShape | null;
  /** Passwords in clear text that the plan found, each of which takes a core some hundredths of a second. */
  readonly passwords: number;
  /** Somebody asked to end it; the runner does so between two chunks. */
  readonly isCancelled: boolean;
  /** When the state began, in milliseconds since 1970, and how much was done by then: the rate is told from there. */
  readonly phase: { readonly since: number; readonly done: number } | null;
  /** How many rows an undo took back, and how many it left because somebody changed them since. */
  readonly undone: UndoCounts;
}

export interface UndoCounts {
  readonly undone: number;
  readonly conflict: number;
}

/** What an undo made of a row. */
export type UndoOutcome = keyof UndoCounts;

export interface ImportRow {
  readonly row: number;
  readonly line: number;
  readonly outcome: RowOutcome;
  readonly key: string | null;
  /** The id of the resource the row created or changed, if it still exists. */
  readonly resourceId: string | null;
  readonly problems: readonly RowProblem[];
  /** Null unless the import was undone. */
  readonly undo: UndoOutcome | null;
}

/** A refused row with its cells as the file had them: JSON of a list of texts. */
export interface KeptRow {
  readonly row: number;
  readonly outcome: RowOutcome;
  readonly raw: string;
  readonly problems: readonly RowProblem[];
}

/** A row whose person's manager is still to be found. */
export interface PendingReference {
  readonly row: number;
  readonly resourceId: string;
  readonly outcome: RowOutcome;
  readonly reference: string;
  readonly before: string | null;
  readonly problems: readonly RowProblem[];
}

/** A row that changed something, as an undo needs it. */
export interface UndoableRow {
  readonly row: number;
  readonly outcome: RowOutcome;
  /** Null when the resource is no longer there. */
  readonly resourceId: string | null;
  /** The version in which the row left the resource. */
  readonly version: number;
  /** What was there before, in the words of who imported. */
  readonly before: string | null;
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
