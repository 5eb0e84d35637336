/** What every reader of a table gives and refuses, whatever the file format was. */

/** Characters of one cell; SCIM values are far shorter, and a longer one is mostly a quote that was never closed. */
export const cellCharsMax = 65_536;
/** Cells of one record: every mapped attribute several times over. */
export const tableColumnsMax = 512;
/** Characters of one record. The reader holds at most one record, so this bounds its memory. */
export const recordCharsMax = 1_048_576;
/** Records of one file, header and blank ones included: ten times the largest directory this is built for. */
export const tableRowsMax = 5_000_000;

/** One record of a table. */
export interface TableRow {
  /** Number of the record in the file; 1 is the first. Blank records are counted, though never given out. */
  readonly row: number;
  /** Line of the file on which the record starts, from 1; ahead of `row` once a quoted cell contains a newline. */
  readonly line: number;
  /** The cells as written, unquoted; there may be more or fewer than in the header. */
  readonly cells: readonly string[];
  /** Cells that hold an error of the spreadsheet instead of a value. */
  readonly wrong?: readonly { readonly index: number; readonly message: string }[];
}

/** How a file is written, as far as readers tell them apart. */
export type TableFormat = "csv" | "xlsx" | "json" | "ndjson";

/** True for a list of JSON objects: each row is one cell with the text of an object. */
export function isRecords(format: TableFormat): boolean {
  return format === "json" || format === "ndjson";
}

export type TableErrorCode =
  | "bad_csv"
  | "bad_json"
  | "bad_workbook"
  | "bad_encoding"
  | "too_large"
  | "unsupported_format";

/** Why a file can not be read any further. The message is for who uploaded it and names the line where known. */
export class TableError extends Error {
  readonly code: TableErrorCode;
  readonly line: number | undefined;

  constructor(code: TableErrorCode, problem: string, line?: number) {
    super(line === undefined ? problem : `line ${line}: ${problem}`);
    this.name = "TableError";
    this.code = code;
    this.line = line;
  }
}
