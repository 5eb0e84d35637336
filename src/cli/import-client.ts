import type { UploadFields } from "../import/request.ts";
import type { ImportJob, ImportRow, RowOutcome } from "../storage/import.ts";
import type { ReportedJob } from "./job-report.ts";

/** What can be asked of an import that is there. */
export type ImportAction = "apply" | "cancel" | "retry" | "undo";

/** What can be had of an import as text. */
export type ImportDownload = "report.csv" | "report.json" | "failed";

/** Imports, in a running server or in the data directory: the commands are the same for both. */
export interface ImportClient {
  /** Sends a file, or reads it in; gives the id of the job. Throws CliError. */
  upload(file: string, fields: UploadFields): Promise<string>;
  /** Asks something of a job; gives the id of the job that does it. Throws CliError. */
  act(id: string, action: ImportAction): Promise<string>;
  /** Shows how far a job is, until it is over or waits for somebody. Throws CliError. */
  watch(id: string): Promise<ReportedJob>;
  job(id: string): Promise<ReportedJob>;
  /** Newest first. */
  jobs(): Promise<readonly ReportedJob[]>;
  rows(id: string, outcome: RowOutcome, limit: number): Promise<readonly ImportRow[]>;
  download(id: string, what: ImportDownload): AsyncIterable<string>;
  /** Where the whole report of a job is to be had. */
  reportPlace(id: string): string;
}

/** The progress of a job in that state. */
export function phaseOf(state: ImportJob["state"], { done, total }: { readonly done: number; readonly total: number }) {
  if (state === "received" || state === "parsing" || state === "planned") return { what: "reading", done, total: 0 };
  return { what: state === "undoing" || state === "undone" ? "undoing" : "importing", done, total };
}
