import type { Charset } from "./charset.ts";
import { type OpenTable, openCsv } from "./csv-file.ts";
import type { Input } from "./input.ts";
import { openRecords, sniffRecords } from "./json-file.ts";

export type { OpenTable };

/** How a file is read where its content does not tell, or tells wrong. */
export interface SourceOptions {
  readonly charset?: Charset;
  /** One character; of CSV. */
  readonly delimiter?: string;
  /** The name of the sheet; of workbooks. */
  readonly sheet?: string;
}

/** Bytes by which formats are told apart. */
const headBytes = 65_536;

/**
 * Opens a table or a list of JSON objects. Its content tells the format, never its name.
 *
 * @throws TableError when it is none of them, or its header can not be read
 */
export async function openTable(input: Input, options: SourceOptions = {}): Promise<OpenTable> {
  const head = await input.read(0, headBytes);
  const records = sniffRecords(head, options.charset);
  if (records !== undefined) return openRecords(input.stream(), records, options.charset);
  return openCsv(input.stream(), options);
}
