import { type CsvFacts, newCsvFacts, readCsv } from "../../../src/import/source/csv.ts";
import { bytesInput, type Input } from "../../../src/import/source/input.ts";
import { openTable, type TableOptions } from "../../../src/import/source/open.ts";
import { TableError, type TableRow } from "../../../src/import/source/table.ts";
import { decodeText } from "../../../src/import/source/text.ts";

export type TestCharset = "utf-8" | "utf-16le" | "utf-16be";

/** A text in bytes, with a byte order mark unless told otherwise. */
export function encode(text: string, charset: TestCharset = "utf-8", mark = true): Buffer {
  const marked = mark ? `\ufeff${text}` : text;
  if (charset === "utf-8") return Buffer.from(marked);
  const bytes = Buffer.from(marked, "utf16le");
  return charset === "utf-16be" ? bytes.swap16() : bytes;
}

/** Pieces of the given sizes, the last size for all that is left. */
export async function* inPieces<T extends { length: number; slice(start: number, end: number): T }>(
  whole: T,
  ...sizes: number[]
): AsyncGenerator<T> {
  let start = 0;
  for (let index = 0; start < whole.length; index++) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? whole.length;
    yield whole.slice(start, start + size);
    start += size;
  }
}

export interface Decoded {
  readonly text: string;
  readonly charset: string | undefined;
  readonly warnings: readonly string[];
}

export async function decodeAll(bytes: Uint8Array, ...sizes: number[]): Promise<Decoded> {
  const decoded = decodeText(inPieces(bytes, ...sizes));
  let text = "";
  for await (const chunk of decoded.chunks) text += chunk;
  return { text, charset: decoded.charset, warnings: decoded.warnings };
}

export interface ReadRows {
  readonly rows: TableRow[];
  readonly facts: CsvFacts;
  /** What ended the reading, after the rows. */
  readonly error: TableError | undefined;
}

export async function readRows(text: AsyncIterable<string>, delimiter?: string): Promise<ReadRows> {
  const facts = newCsvFacts();
  const rows: TableRow[] = [];
  try {
    for await (const batch of readCsv(text, { facts, ...(delimiter !== undefined && { delimiter }) })) {
      rows.push(...batch);
    }
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    return { rows, facts, error };
  }
  return { rows, facts, error: undefined };
}

/** The cells of all rows of a text; throws what the reading throws. */
export async function readCells(text: string, delimiter?: string): Promise<(readonly string[])[]> {
  const { rows, error } = await readRows(inPieces(text), delimiter);
  if (error !== undefined) throw error;
  return rows.map(({ cells }) => cells);
}

export interface ReadTable {
  readonly charset: string | undefined;
  readonly delimiter: string | undefined;
  readonly warnings: readonly string[];
  readonly rows: TableRow[];
  readonly blankRows: number;
}

/** A file that arrives in pieces of the given sizes. */
export function piecedInput(bytes: Uint8Array, ...sizes: number[]): Input {
  return { ...bytesInput(bytes), stream: () => inPieces(bytes, ...sizes) };
}

/** A whole file, its header first. */
export async function readTable(bytes: Uint8Array, ...sizes: number[]): Promise<ReadTable> {
  const table = await openTable(piecedInput(bytes, ...sizes));
  const rows = [table.header];
  for await (const batch of table.batches) rows.push(...batch);
  const { charset, delimiter, warnings } = table;
  return { charset, delimiter, warnings, rows, blankRows: table.blankRows() };
}

/** The rows below the header of a file; throws what the reading throws. */
export async function rowsBelow(bytes: Uint8Array, options: TableOptions = {}): Promise<TableRow[]> {
  const table = await openTable(bytesInput(bytes), options);
  const rows: TableRow[] = [];
  for await (const batch of table.batches) rows.push(...batch);
  return rows;
}

/** The TableError a reading ends with, as `[code, message, line]`. */
export async function refusal(reading: Promise<unknown>): Promise<[string, string, number | undefined]> {
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TableError)) throw new Error(`a TableError was expected, not ${error}`);
  return [error.code, error.message, error.line];
}
