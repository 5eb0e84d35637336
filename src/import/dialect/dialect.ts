import type { ResourceType } from "../../scim/schema/registry.ts";
import type { FileShape, ImportMode, ImportRow, RowCounts } from "../../storage/import.ts";
import type { MappedRow } from "../row.ts";
import type { TableRow } from "../source/table.ts";

export type FileErrorCode =
  | "unsupported_format"
  | "unsupported_match"
  | "unknown_column"
  | "duplicate_column"
  | "duplicate_row"
  | "missing_column"
  | "unknown_application"
  | "unknown_user_store";

/** The file as a whole can not be imported: nothing of it was. */
export class FileError extends Error {
  readonly code: FileErrorCode;

  constructor(code: FileError["code"], message: string) {
    super(message);
    this.name = "FileError";
    this.code = code;
  }
}

/** A dialect bound to the header of a file. */
export interface RowMapper {
  /** Reads a row of the file; never throws, what is wrong is in the row's problems. */
  map(row: TableRow): MappedRow;
  /** The column, and what may be shown of its cell, that a path of the engine's messages came from. */
  source(row: TableRow, path: string): { readonly column?: string; readonly value?: string };
  /** The cells as they may be kept and given back: those with passwords and hashes are blank. */
  redact(cells: readonly string[]): readonly string[];
  /** Columns that go nowhere, each as `"header" (column n)`. */
  readonly unmapped: readonly string[];
}

/** What applies to files of a dialect when nobody says otherwise. */
export interface DialectDefaults {
  readonly mode: ImportMode;
  /** By which attribute a row finds an existing user. */
  readonly match: string;
  readonly onError: "continue" | "stop";
  readonly empty: "keep" | "clear";
  readonly unknownColumns: "ignore" | "fail";
  /** For how many hours passwords let their users in, who have to change them by then; 0 for ever. */
  readonly mustChangeHours: number;
}

/** How a header is bound. */
export type BindOptions = Pick<DialectDefaults, "mode" | "empty" | "unknownColumns">;

/** How a job came to its end, for the sentence that the source system would say. */
export interface ImportEnd {
  readonly counts: RowCounts;
  readonly end: "applied" | "stopped" | "cancelled" | "interrupted";
  /** The row that stopped it. */
  readonly first?: ImportRow;
}

/** One way of writing users into a file: how to know it, and how to read it. */
export interface Dialect {
  readonly id: string;
  readonly title: string;
  /** Whether its files are tables, or lists of JSON objects. */
  readonly reads: "table" | "records";
  readonly defaults: DialectDefaults;
  /** Its source changes no userName of a user who is there, unless the row names the id. */
  readonly freezesUserName?: boolean;
  /** Why a file with this header is of this dialect, in words; undefined when it is not. */
  recognise(header: readonly string[], type: ResourceType, format: FileShape["format"]): string | undefined;
  /**
   * Binds the dialect to a file's header.
   *
   * @throws FileError when a column is unknown, missing or there twice
   */
  bind(header: readonly string[], type: ResourceType, options: BindOptions): RowMapper;
  /** What the source system would ask before a plan is carried out. */
  preview?(planned: RowCounts): string | undefined;
  /** The source system's own sentence about a finished job, where it has one. */
  message?(ended: ImportEnd): string | undefined;
  /** Why nothing of a file is taken in which two rows have the same `name`, where the source system refuses it. */
  duplicateRefusal?(name: string, value: string): string | undefined;
}
