import type { RowProblem } from "../../storage/import.ts";

/*
 * What the columns of a dialect are for, as data. A rule says where the cells of one column go; a column may have
 * several.
 */

/** How the text of a cell is read before it becomes a value of its attribute; a problem when it can not be. */
export type CellReading = (text: string) => { readonly text: string } | { readonly wrong: string };

export interface AttributeRule {
  readonly use: "attribute";
  /** As a header of scim-path writes it: `emails[work].value`. */
  readonly path: string;
  readonly read?: CellReading;
  /** Only where the cell of that other column is blank, or there is no such column. */
  readonly unless?: string;
  /** Only of users that the row makes. */
  readonly onlyNew?: boolean;
}

export type Rule =
  | AttributeRule
  /** The row's id, what it asks for, its groups, manager, hash: see MappedRow. */
  | {
      readonly use:
        | "id"
        | "operation"
        | "groups"
        | "manager"
        | "passwordHash"
        | "passwordHashAlgorithm"
        | "invite"
        | "ignored";
    }
  /** Groups that are named by the cell with this in front: `OU:/Sales`. */
  | { readonly use: "groupOf"; readonly prefix: string }
  /** What is kept of the user for the application that the import is for. */
  | { readonly use: "assignment"; readonly attribute: string };

/** A column whose cells go to an attribute as they are. */
export function to(path: string, more: Pick<AttributeRule, "read" | "unless" | "onlyNew"> = {}): AttributeRule {
  return { use: "attribute", path, ...more };
}

/** A column that is kept for the application that the import is for. */
export function assigned(attribute: string): Rule {
  return { use: "assignment", attribute };
}

export const groups: Rule = Object.freeze({ use: "groups" });
export const manager: Rule = Object.freeze({ use: "manager" });
export const invite: Rule = Object.freeze({ use: "invite" });
export const ignored: Rule = Object.freeze({ use: "ignored" });
export const rowId: Rule = Object.freeze({ use: "id" });

/** Yes and no the other way round: a column that asks who is blocked. */
export const inverted: CellReading = (text) => {
  const word = text.trim().toLowerCase();
  if (/^(true|yes|1)$/.test(word)) return { text: "false" };
  return /^(false|no|0)$/.test(word) ? { text: "true" } : { wrong: "must be yes or no" };
};

/** One of some words, in any case, which stand for others. */
export function oneOfWords(words: Readonly<Record<string, string>>): CellReading {
  return (text) => {
    const word = text.trim().toLowerCase();
    const found = Object.hasOwn(words, word) ? words[word] : undefined;
    return found === undefined ? { wrong: `must be ${Object.keys(words).join(" or ")}` } : { text: found };
  };
}

/** A text of so many characters at most. */
export function atMost(chars: number): CellReading {
  return (text) =>
    [...text].length <= chars ? { text } : { wrong: `is longer than ${chars} characters (${[...text].length})` };
}

/** A moment as `yyyyMMddHHmmssZ` or in ISO 8601, which becomes the latter. */
export const instant: CellReading = (text) => {
  const compact = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.0+)?Z$/.exec(text.trim());
  const iso =
    compact === null
      ? text.trim()
      : `${compact[1]}-${compact[2]}-${compact[3]}T${compact[4]}:${compact[5]}:${compact[6]}Z`;
  const at = Date.parse(iso);
  const isWhole = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(iso);
  const isReal = !Number.isNaN(at) && (compact === null || new Date(at).toISOString().startsWith(iso.slice(0, 19)));
  return isWhole && isReal ? { text: iso } : { wrong: "must be a time such as 20261231235959Z" };
};

/** Whether the user of a row is to choose a password by mail, though no column says so. */
export type RowInvites = (cellOf: (header: string) => string) => boolean;

/** What a dialect says about a row beside its cells. */
export type RowCheck = (cellOf: (header: string) => string) => readonly RowProblem[];
