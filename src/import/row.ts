import { isJsonObject, type Json, type JsonObject } from "../scim/json.ts";
import type { RowProblem } from "../storage/import.ts";
import { convertCell, expectations, type Target } from "./column.ts";
import { applyEdits, type Edit } from "./edit.ts";

/** What a column `_op` may ask for one row. */
export const rowOperations = ["create", "update", "upsert", "deactivate", "delete", "skip"] as const;
export type RowOperation = (typeof rowOperations)[number];

/** A row of a file in the words of SCIM, before anything is checked against a schema. */
export interface MappedRow {
  readonly row: number;
  readonly line: number;
  /** By which people find the row again: the userName as the file has it, or what the dialect matches by. */
  readonly key: string | null;
  /** The resource as the row wants it, made of the attributes that are stored; `{}` of a new one. */
  readonly body: (stored: JsonObject) => JsonObject;
  /** The id that a column names: then the row is about that user and no other. */
  readonly id: string | undefined;
  /** What the row asks for instead of what the job does. */
  readonly operation: RowOperation | undefined;
  /** All groups the user is to be in, each by displayName or id; undefined: as they are. */
  readonly groups: readonly string[] | undefined;
  /** The manager by id, userName or mail, found after all rows; null: none from now on; undefined: as it is. */
  readonly manager: string | null | undefined;
  /** A password hash of another system, with the algorithm that a column beside it names. */
  readonly passwordHash: { readonly text: string; readonly algorithm?: string } | undefined;
  /** Who it is at the source that it was extracted from, and in which version. */
  readonly link?: { readonly sourceId: string; readonly version: string } | undefined;
  /** The person is to choose a password by mail. */
  readonly invite: boolean;
  /** What is kept of the user for the application that the import is for; an empty text is cleared. */
  readonly assignment?: Readonly<Record<string, string>> | undefined;
  /** The value by which a user can be found that stands at a path: `userName`, `externalId`, `emails.value` … */
  readonly valueOf: (path: string) => string | undefined;
  /** What the mapping itself refuses. */
  readonly problems: readonly RowProblem[];
  /** What is worth telling though the row goes in. */
  readonly warnings: readonly RowProblem[];
}

/** A column of the file with where its cells go. */
export interface Column {
  readonly header: string;
  readonly target: Target;
}

/** Characters of a cell that a report repeats. */
const shownCharsMax = 64;

/** What a report may show of a cell: never a password, and not all of a long text. */
export function shownValue(target: Target, text: string): { value?: string } {
  const { attribute } = target.path;
  return attribute.returned === "never" ? {} : { value: text.slice(0, shownCharsMax) };
}

/** Gathers what the cells of one row do to a resource. */
export class RowBuilder {
  readonly problems: RowProblem[] = [];
  readonly edits: Edit[] = [];

  constructor(private readonly schemas: readonly string[]) {}

  /** Puts the text of a cell where the column's target says; an empty text says nothing. */
  put(column: Column, text: string, separator = ";", onlyNew = false): void {
    if (text === "") return;
    const { target } = column;
    const { path, slot } = target;
    const value = slot === undefined ? this.listOf(column, text, separator) : this.convert(column, path, text);
    if (value !== undefined) this.edits.push(onlyNew ? { target, value, onlyNew } : { target, value });
  }

  /** Puts a list of values where the column's target says; no value at all clears. */
  putAll(column: Column, texts: readonly string[]): void {
    const { target } = column;
    const values = texts.filter((text) => text !== "").flatMap((text) => this.oneOf(column, text, text));
    if (target.slot !== undefined) this.put(column, texts[0] ?? "");
    else this.edits.push({ target, value: values.length === 0 ? null : values });
  }

  /** Clears what stands where the column's target says. */
  clear({ target }: Column): void {
    this.edits.push({ target, value: null });
  }

  /** The resource as the row wants it, made of what is stored. */
  get body(): MappedRow["body"] {
    const { schemas, edits } = this;
    return (stored) => applyEdits(schemas, edits, stored);
  }

  /** Finds the value that the row puts at a path; of several the primary one, else the first. */
  get valueOf(): MappedRow["valueOf"] {
    const { edits } = this;
    return (path) => {
      const there = edits.filter(({ target, value }) => target.text === path && value !== null);
      const chosen = there.find(({ target }) => target.slot === "primary") ?? there[0];
      return chosen === undefined ? undefined : textOf(chosen.value);
    };
  }

  /** The value of a text where the path ends; undefined, and a problem with the cell, when it is none of its type. */
  private convert({ header, target }: Column, { attribute, sub }: Target["path"], text: string, cell = text) {
    const value = convertCell(text, sub === undefined ? { attribute } : { attribute, sub });
    if (value !== undefined) return value;
    const message = `${target.text} ${expectations[(sub ?? attribute).type] ?? "is not valid"}`;
    this.problems.push({ code: "bad_value", column: header, ...shownValue(target, cell), message });
    return undefined;
  }

  /** A cell that lists values. */
  private listOf(column: Column, text: string, separator: string): Json {
    return splitList(text, separator).flatMap((part) => this.oneOf(column, part, text));
  }

  /** One value of a list; none, and a problem with the cell, when the text is none of its type. */
  private oneOf(column: Column, text: string, cell: string): Json[] {
    const { attribute } = column.target.path;
    const isComplex = attribute.type === "complex";
    const sub = isComplex ? attribute.subAttributes?.find(({ name }) => name === "value") : undefined;
    const value = this.convert(column, sub === undefined ? { attribute } : { attribute, sub }, text, cell);
    if (value === undefined) return [];
    return [isComplex ? { value } : value];
  }
}

/** A value as text: of a list its first. */
function textOf(value: Json): string | undefined {
  const [first] = Array.isArray(value) ? value : [value];
  const simple = isJsonObject(first) ? first.value : first;
  return typeof simple === "string" || typeof simple === "number" ? String(simple) : undefined;
}

/**
 * The parts of a list in a cell, without blanks around them and without empty ones. A part in quotes may contain the
 * separator, and a doubled quote stands for one.
 *
 * @example splitList('Staff; "R;D"', ";") // ["Staff", "R;D"]
 */
export function splitList(text: string, separator: string): readonly string[] {
  if (!text.includes('"')) return trimmedParts(text.split(separator));
  const parts: string[] = [];
  let part = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"' && isQuoted && text.charAt(at + 1) === '"') {
      part += '"';
      at++;
    } else if (character === '"' && (isQuoted || part.trim() === "")) isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return trimmedParts([...parts, part]);
}

function trimmedParts(parts: readonly string[]): readonly string[] {
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** Parts as one cell that `splitList` takes apart again. */
export function joinList(parts: readonly string[], separator: string): string {
  return parts
    .map((part) => (part.includes(separator) || part.includes('"') ? `"${part.replaceAll('"', '""')}"` : part))
    .join(separator);
}
