import { isJsonObject, type JsonObject } from "../scim/json.ts";
import type { FileShape, ImportJob, KeptRow, RowOutcome } from "../storage/import.ts";
import type { Store } from "../storage/port.ts";
import { csvLine } from "./guard.ts";
import { isRecords } from "./source/table.ts";

/*
 * The refused rows of an import in the form of its file, with a first column that says what is wrong: to be mended and
 * imported again. The column is first because rows may be longer than the header.
 */

/** The column that we add to a file, and which is left out when the file comes back. */
const errorHeader = "_error";

/** Rows read at a time. */
const keptRowsPerRead = 500;

/** Where the column of errors stands in a header; undefined in a file that is not ours. */
export function errorColumn(header: readonly string[]): number | undefined {
  const index = header.findIndex((name) => name.trim().toLowerCase() === errorHeader);
  return index === -1 ? undefined : index;
}

/** The cells without that of the errors. */
export function withoutErrors(cells: readonly string[], errors: number | undefined): readonly string[] {
  return errors === undefined ? cells : cells.filter((_, index) => index !== errors);
}

/** What rows come to that are worth another try. */
const triedAgain: ReadonlySet<RowOutcome> = new Set(["failed", "conflict", "duplicate", "not_run"]);

/** Whether the file of refused rows is a table, or JSON a line. */
export function failedFileFormat(shape: FileShape): "csv" | "ndjson" {
  return isRecords(shape.format) ? "ndjson" : "csv";
}

/**
 * The refused rows of an import, and those that were not reached, a piece at a time: CSV with the original columns and
 * delimiter, or NDJSON where the file was JSON. Passwords are as the job keeps them.
 */
export async function* failedFile(
  store: Store,
  job: Pick<ImportJob, "tenantId" | "id">,
  shape: FileShape,
): AsyncGenerator<string> {
  const writeRow = failedFileFormat(shape) === "csv" ? tableRow : recordRow;
  if (failedFileFormat(shape) === "csv") yield csvLine([errorHeader, ...shape.header], shape.delimiter);
  for (let after = 0; ; ) {
    const rows = await store.imports.keptRows(job.tenantId, job.id, after, keptRowsPerRead);
    const shown = rows.filter(({ outcome }) => triedAgain.has(outcome));
    if (shown.length > 0) yield shown.map((row) => writeRow(row, shape)).join("");
    const last = rows.at(-1);
    if (last === undefined || rows.length < keptRowsPerRead) return;
    after = last.row;
  }
}

function errorText({ outcome, problems }: KeptRow): string {
  const reasons = problems.map(({ code, column, message }) =>
    column === undefined ? `${code}: ${message}` : `${code} (${column}): ${message}`,
  );
  return reasons.length === 0 ? outcome : reasons.join("; ");
}

function cellsOf({ raw }: KeptRow): readonly string[] {
  const cells: unknown = JSON.parse(raw);
  return Array.isArray(cells) ? cells.map(String) : [];
}

function tableRow(row: KeptRow, { delimiter }: FileShape): string {
  return csvLine([errorText(row), ...cellsOf(row)], delimiter);
}

function recordRow(row: KeptRow): string {
  const [text = ""] = cellsOf(row);
  const record = objectIn(text);
  return record === undefined
    ? `${JSON.stringify({ [errorHeader]: errorText(row), _text: text })}\n`
    : `${JSON.stringify({ [errorHeader]: errorText(row), ...record })}\n`;
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
