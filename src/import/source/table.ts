import type { Charset } from "./charset.ts";

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
  /**
   * Number of the record in the file; 1 is the first. Blank records are counted, though never given out. Records of
   * JSON, which has no header, are counted from 2, so that everywhere the first record below the header is row 2.
   */
  readonly row: number;
  /**
   * Line of the file on which the record starts, from 1; ahead of `row` once a quoted cell contains a newline. In a
   * workbook the same as `row`.
   */
  readonly line: number;
  /** The cells as written, unquoted; there may be more or fewer than in the header. JSON: the text of one value. */
  readonly cells: readonly string[];
  /** The cells that have no value to be taken, as the formula errors of a workbook; absent where all have. */
  readonly wrong?: readonly WrongCell[];
}

/** A cell that has no value. */
export interface WrongCell {
  /** Its place in `cells`, from 0; the text there is what the file shows, such as `#N/A`. */
  readonly index: number;
  /** What is wrong, for who made the file. */
  readonly message: string;
}

/** The kinds of files that are read. */
export const tableFormats = ["csv", "xlsx", "json", "ndjson"] as const;
export type TableFormat = (typeof tableFormats)[number];

/** True for a list of JSON values: each row is one cell with the text of one. */
export function isRecords(format: TableFormat): boolean {
  return format === "json" || format === "ndjson";
}

/** A file whose header has been read; `charset`, `warnings` and `blankRows` may still change while it is read. */
export interface OpenTable {
  readonly format: TableFormat;
  /** Undefined for a workbook. */
  readonly charset: Charset | undefined;
  /** Undefined for what is no CSV. */
  readonly delimiter: string | undefined;
  /** Name of the sheet that is read; undefined for what is no workbook. */
  readonly sheet?: string;
  readonly warnings: readonly string[];
  /** The first record that is not blank; of JSON the names of the members of the first value, as row 1. */
  readonly header: TableRow;
  /** The rows below the header; to be read once. Throws TableError. */
  readonly batches: AsyncIterable<TableRow[]>;
  /** Blank records left out so far. */
  blankRows(): number;
  /** Lets go of the input where `batches` is not going to be read. */
  close(): Promise<void>;
}

export type TableErrorCode =
  | "bad_csv"
  | "bad_encoding"
  | "bad_json"
  | "bad_xlsx"
  | "too_large"
  | "unknown_sheet"
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
