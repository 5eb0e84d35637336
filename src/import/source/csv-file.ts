import { beginBatches } from "./batches.ts";
import { newCsvFacts, readCsv } from "./csv.ts";
import { type OpenTable, TableError, type TableRow } from "./table.ts";
import type { DecodedText } from "./text.ts";

/**
 * Opens a CSV of any delimiter; the one given overrides what is found.
 * Throws TableError: `bad_csv` where it is empty, else whatever is wrong with its header.
 */
export async function openCsv(text: DecodedText, options: { readonly delimiter?: string } = {}): Promise<OpenTable> {
  const facts = newCsvFacts();
  // A block of blank lines gives no batch, so the first batch has the header.
  const { first, after, close } = await beginBatches(readCsv(text.chunks, { ...options, facts }));
  const [header, ...below] = first;
  if (header === undefined || facts.delimiter === undefined) throw new TableError("bad_csv", "the file is empty");
  return {
    format: "csv",
    get charset() {
      return text.charset ?? "utf-8";
    },
    delimiter: facts.delimiter,
    warnings: text.warnings,
    header: withoutMark(header),
    batches: after(below),
    blankRows: () => facts.blankRows,
    close,
  };
}

/** Tools that quote every cell can put the byte order mark inside the first one. */
function withoutMark(header: TableRow): TableRow {
  const [first, ...others] = header.cells;
  return first?.startsWith("\ufeff") ? { ...header, cells: [first.slice(1), ...others] } : header;
}
