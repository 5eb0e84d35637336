import { rowsText } from "../import/job.ts";
import { type ImportJob, type ImportRow, type RowOutcome, troubledOutcomes } from "../storage/import.ts";
import { CliError, type Io } from "./io.ts";

/** A job as both ways of importing know it: from the store, or as the API's JSON. */
export interface ReportedJob {
  readonly id: string;
  readonly state: ImportJob["state"];
  readonly dryRun: boolean;
  readonly message: string | null;
  readonly warnings: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly plan: Readonly<Record<string, number>> | null;
  readonly fileName: string;
  /** ISO 8601. */
  readonly created: string;
  readonly undone: { readonly undone: number; readonly conflict: number };
}

/** Rows that the terminal shows; the report has them all. */
export const shownRowsMax = 20;

/**
 * The rows to show, in file order: those whose people are not in.
 *
 * @param read the first rows of a job with that outcome
 */
export async function troubledRows(
  read: (outcome: RowOutcome, limit: number) => Promise<readonly ImportRow[]>,
): Promise<readonly ImportRow[]> {
  // One more than is shown tells that there are more.
  const limit = shownRowsMax + 1;
  const pages = await Promise.all([...troubledOutcomes].map((outcome) => read(outcome, limit)));
  return pages
    .flat()
    .sort((a, b) => a.row - b.row)
    .slice(0, limit);
}

/**
 * Tells how an import ended, and sets the exit status: 0 all rows are in, 2 some were refused, 1 nothing was done.
 *
 * @param more where the whole report is to be had
 */
export function reportJob(io: Io, job: ReportedJob, rows: readonly ImportRow[], more: string): void {
  for (const warning of job.warnings) io.out(warning);
  if (job.state === "failed") throw new CliError(job.message ?? "the import failed");
  const counts = job.state === "planned" && job.plan !== null ? job.plan : job.counts;
  const refused = [...troubledOutcomes].reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
  const sum = countsText(job);
  io.out(sum);
  for (const row of rows.slice(0, shownRowsMax)) io.out(rowText(row));
  const told = rows.length > shownRowsMax ? "; more rows were told" : "";
  if (rows.length > 0) io.out(`the whole report: ${more}${told}`);
  if (job.state !== "planned" && job.message !== null && job.message !== sum) io.out(job.message);
  const isWhole = job.state !== "stopped" && job.state !== "cancelled";
  const isRefused = job.state === "undone" ? job.undone.conflict > 0 : refused > 0;
  io.exitCode = isRefused || !isWhole ? 2 : 0;
}

/** `300 rows: 297 created, 3 failed`; of a plan `297 would be created`. */
export function countsText({ state, plan, counts: settled }: Pick<ReportedJob, "state" | "plan" | "counts">): string {
  const counts = state === "planned" && plan !== null ? plan : settled;
  const parts = Object.entries(counts).filter(([name, count]) => count > 0 && name !== "total" && name !== "not_run");
  const verb = state === "planned" ? "would be " : "";
  const told = parts.map(([name, count]) => `${count} ${verb}${name}`).join(", ");
  return `${rowsText(counts.total ?? 0)}: ${told || "none"}`;
}

/** `row 17, line 18 (jdoe): failed; emails[work].value "x": must …` */
export function rowText({ row, line, key, outcome, problems }: ImportRow): string {
  const place = `row ${row}, line ${line}${key === null ? "" : ` (${key})`}: ${outcome}`;
  const reasons = problems.map(({ column, value, message }) => {
    const cell = column === undefined ? "" : `${column}${value === undefined ? "" : ` ${JSON.stringify(value)}`}: `;
    return `${cell}${message}`;
  });
  return `${place}; ${reasons.join("; ")}`;
}
