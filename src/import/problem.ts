import type { Issue } from "../scim/resource/read.ts";
import type { RowProblem } from "../storage/import.ts";
import type { RowMapper } from "./dialect/dialect.ts";
import type { TableRow } from "./source/table.ts";

/* What is told about rows, with codes that programs can rely on. */

/** Characters of a value that a report repeats. */
const shownCharsMax = 64;

function shown(value: string | null): { readonly value?: string } {
  return value === null ? {} : { value: value.slice(0, shownCharsMax) };
}

/** What the reader of resources found, with the column it came from. */
export function issueProblem({ code, path, message }: Issue, mapper: RowMapper, table: TableRow): RowProblem {
  return { code, ...mapper.source(table, path), message };
}

const groupMessages = {
  unknown: "no group has this name",
  ambiguous: "more than one group has this name",
} as const;

export function groupProblem(name: string, wrong: keyof typeof groupMessages): RowProblem {
  const code = wrong === "unknown" ? "unknown_group" : "ambiguous_match";
  return { code, column: "groups", ...shown(name), message: groupMessages[wrong] };
}

/** A value that an exclude list of the tenant has. */
export function excluded(
  { path, attribute, value }: { readonly path: string; readonly attribute: string; readonly value: string },
  mapper: RowMapper,
  table: TableRow,
): RowProblem {
  const message = `the exclude list for ${attribute} has this value`;
  return { code: "excluded_value", column: attribute, ...shown(value), ...mapper.source(table, path), message };
}

/** Who is to choose a password by mail has no address. */
export function mailMissing(key: string | null): RowProblem {
  const message = "the user is to choose a password by mail, and has no address that mail can be sent to";
  return { code: "mail_missing", column: "emails", ...shown(key), message };
}

/** Somebody else has the value that no two may have. */
export function notUnique(name: string, key: string | null): RowProblem {
  return { code: "not_unique", column: name, ...shown(key), message: `a user with this ${name} exists already` };
}

export function duplicateInFile(name: string, firstRow: number, key: string | null): RowProblem {
  const message = `row ${firstRow} has the same ${name}; that one was taken`;
  return { code: "duplicate_in_file", column: name, ...shown(key), message };
}

export function noMatch(name: string, key: string | null): RowProblem {
  return { code: "no_match", column: name, ...shown(key), message: `no user has this ${name}` };
}

export function forbidden(key: string | null): RowProblem {
  const message = "the user has a role here, and only an administrator may change them";
  return { code: "forbidden", ...shown(key), message };
}

export function frozenName(userName: string): RowProblem {
  const message = "the user has another userName; name the id to change it";
  return { code: "immutable", column: "userName", ...shown(userName), message };
}

export function wrongHash(why: string): RowProblem {
  return { code: "bad_hash", column: "passwordHash", message: why };
}

/** The manager that a row names is nobody, or more than one. */
export function unknownManager(reference: string, isAmbiguous: boolean): RowProblem {
  return {
    code: isAmbiguous ? "ambiguous_match" : "no_match",
    column: "manager",
    ...shown(reference),
    message: isAmbiguous
      ? "more than one user has this mail; the manager was left as it was"
      : "no user has this id, userName or mail; the manager was left as it was",
  };
}

export const changedMeanwhile: RowProblem = Object.freeze({
  code: "changed_meanwhile",
  message: "the user was changed while the import ran; try the row again",
});

export const goneMeanwhile: RowProblem = Object.freeze({
  code: "changed_meanwhile",
  message: "the user, or a group of the row, was deleted while the import ran",
});

export const changedSince: RowProblem = Object.freeze({
  code: "undo_conflict",
  message: "the user was changed since the import, and was left as it is",
});

export const internalProblem: RowProblem = Object.freeze({ code: "internal", message: "Internal error" });
