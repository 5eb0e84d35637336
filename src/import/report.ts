import type { ImportRow, RowProblem } from "../storage/import.ts";
import type { Store } from "../storage/port.ts";

/** The columns of a report, one line a problem. */
export const reportColumns = ["row", "line", "key", "outcome", "id", "code", "column", "value", "message"] as const;

/** Rows read at a time while a report is written. */
const reportRowsPerRead = 1000;

/** Cells that a spreadsheet would run as a formula get an apostrophe in front. */
const formula = /^[=+\-@\t\r]/;

/** A cell of a CSV file (RFC 4180), harmless to a spreadsheet. */
export function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function reportLine(row: ImportRow, problem: RowProblem): string {
  const cells = [
    String(row.row),
    String(row.line),
    row.key ?? "",
    row.outcome,
    row.resourceId ?? "",
    problem.code,
    problem.column ?? "",
    problem.value ?? "",
    problem.message,
  ];
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** The report of an import as CSV text, a piece at a time: a header, then one line for each problem of each row. */
export async function* reportCsv(store: Store, tenantId: number, importId: string): AsyncGenerator<string> {
  yield `${reportColumns.join(",")}\r\n`;
  for (let after = 0; ; ) {
    const query = { tenantId, importId, problemsOnly: true, after, limit: reportRowsPerRead };
    const rows = await store.imports.rows(query);
    if (rows.length > 0) yield rows.flatMap((row) => row.problems.map((problem) => reportLine(row, problem))).join("");
    const last = rows.at(-1);
    if (last === undefined || rows.length < reportRowsPerRead) return;
    after = last.row;
  }
}
