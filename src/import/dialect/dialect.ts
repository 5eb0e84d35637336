import type { ResourceType } from "../../scim/schema/registry.ts";
import type { ImportJob } from "../../storage/import.ts";
import type { MappedRow } from "../row.ts";
import type { TableRow } from "../source/table.ts";

/** The file as a whole can not be imported: nothing of it was. */
export class FileError extends Error {
  readonly code: "unsupported_format" | "unknown_column" | "duplicate_column" | "missing_column";

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
}

/** One way of writing users into a table: how to know it, and how to read it. */
export interface Dialect {
  readonly id: string;
  readonly title: string;
  /** By which attribute a row finds an existing user when nobody says otherwise. */
  readonly match: string;
  /** Why a file with this header is of this dialect, in words; undefined when it is not. */
  recognise(header: readonly string[], type: ResourceType): string | undefined;
  /**
   * Binds the dialect to a file's header.
   *
   * @throws FileError when a column is unknown, missing or there twice
   */
  bind(header: readonly string[], type: ResourceType): RowMapper;
  /** The source system's own sentence about a finished job, where it has one. */
  message?(job: Pick<ImportJob, "counts">): string | undefined;
}
