import type { Charset } from "./charset.ts";
import { newCsvFacts, readCsv } from "./csv.ts";
import { TableError, type TableFormat, type TableRow } from "./table.ts";
import { decodeText } from "./text.ts";

/** A CSV file whose header has been read; `charset`, `warnings` and `blankRows` may still change while it is read. */
export interface OpenTable {
  readonly format: TableFormat;
  readonly charset: Charset;
  /** Of CSV alone. */
  readonly delimiter: string | undefined;
  /** The name of the sheet; of workbooks alone. */
  readonly sheet?: string;
  readonly warnings: readonly string[];
  /** The first record that is not blank. */
  readonly header: TableRow;
  /** The rows below the header; to be read once. Throws TableError. */
  readonly batches: AsyncIterable<TableRow[]>;
  /** Blank records left out so far. */
  blankRows(): number;
  /** Lets go of the input where `batches` is not going to be read. */
  close(): Promise<void>;
}

/**
 * Opens a CSV file of any accepted encoding and delimiter.
 * Throws TableError: `bad_csv` where it is empty, else whatever is wrong with its header.
 */
export async function openCsv(
  bytes: AsyncIterable<Uint8Array>,
  options: { readonly delimiter?: string; readonly charset?: Charset } = {},
): Promise<OpenTable> {
  const text = decodeText(bytes, options.charset);
  const facts = newCsvFacts();
  const rows = readCsv(text.chunks, { ...options, facts });
  // A block of blank lines gives no batch, so the first batch has the header.
  const first = await rows.next();
  const [header, ...below] = first.done ? [] : first.value;
  if (header === undefined || facts.delimiter === undefined) throw new TableError("bad_csv", "the file is empty");
  return {
    format: "csv",
    get charset() {
      return text.charset ?? "utf-8";
    },
    delimiter: facts.delimiter,
    warnings: text.warnings,
    header: withoutMark(header),
    batches: startingWith(below, rows),
    blankRows: () => facts.blankRows,
    async close() {
      await rows.return(undefined);
    },
  };
}

/** Tools that quote every cell can put the byte order mark inside the first one. */
function withoutMark(header: TableRow): TableRow {
  const [first, ...others] = header.cells;
  return first?.startsWith("\ufeff") ? { ...header, cells: [first.slice(1), ...others] } : header;
}

async function* startingWith(first: TableRow[], rest: AsyncGenerator<TableRow[]>): AsyncGenerator<TableRow[]> {
  try {
    if (first.length > 0) yield first;
    yield* rest;
  } finally {
    // Also when the caller leaves before the rest was begun.
    await rest.return(undefined);
  }
}
