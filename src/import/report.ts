import type { ImportJob, ImportRow, RowProblem } from "../storage/import.ts";
import type { Store } from "../storage/port.ts";
import { csvLine } from "./guard.ts";

/** The columns of a report, one line a problem. */
export const reportColumns = ["row", "line", "key", "outcome", "id", "code", "column", "value", "message"] as const;

/** Rows read at a time while a report is written. */
const reportRowsPerRead = 1000;

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
  return csvLine(cells);
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

/**
 * The report of an import as JSON text, a piece at a time: the job, and every row that has something to tell or that
 * changed something.
 *
 * @param shownJob the job as it is shown
 * @param showRow a row as it is shown
 */
export async function* reportJson(
  store: Store,
  { tenantId, id: importId }: Pick<ImportJob, "tenantId" | "id">,
  shownJob: object,
  showRow: (row: ImportRow) => object,
): AsyncGenerator<string> {
  yield `{"job":${JSON.stringify(shownJob)},"rows":[`;
  for (let after = 0, isFirst = true; ; ) {
    const query = { tenantId, importId, problemsOnly: false, after, limit: reportRowsPerRead };
    const rows = await store.imports.rows(query);
    if (rows.length > 0) {
      yield `${isFirst ? "" : ","}${rows.map((row) => JSON.stringify(showRow(row))).join(",")}`;
      isFirst = false;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < reportRowsPerRead) break;
    after = last.row;
  }
  yield "]}\n";
}

/** The outcome of an import as WSO2 Identity Server counts it. */
export function wso2Summary({ counts, message }: Pick<ImportJob, "counts" | "message">) {
  return {
    message,
    successCount: counts.created,
    failedCount: counts.failed + counts.conflict,
    duplicateCount: counts.duplicate,
  };
}
