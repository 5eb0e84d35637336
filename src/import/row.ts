import type { Json, JsonObject } from "../scim/json.ts";
import type { RowProblem } from "../storage/import.ts";
import { convertCell, expectations, type Target } from "./column.ts";

/** A row of a file in the words of SCIM, before anything is checked against a schema. */
export interface MappedRow {
  readonly row: number;
  readonly line: number;
  /** By which people find the row again: the userName as the file has it. */
  readonly key: string | null;
  readonly body: JsonObject;
  /** The names of groups to join. */
  readonly groups: readonly string[];
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

/** Builds the body of one row cell by cell. */
export class RowBuilder {
  readonly problems: RowProblem[] = [];
  private readonly body: Record<string, Json>;
  private readonly objects = new Map<string, Record<string, Json>>();

  constructor(schemas: readonly string[]) {
    this.body = { schemas };
  }

  /** Puts the text of a cell where the column's target says; an empty text says nothing. */
  put(column: Column, text: string): void {
    if (text === "") return;
    const { target } = column;
    const { path, slot } = target;
    if (slot === undefined) {
      this.putList(column, text);
      return;
    }
    const value = this.convert(column, path, text);
    if (value !== undefined) this.parent(target)[(path.sub ?? path.attribute).name] = value;
  }

  build(): JsonObject {
    return this.body;
  }

  /** The value of a text where the path ends; undefined, and a problem with the cell, when it is none of its type. */
  private convert({ header, target }: Column, { attribute, sub }: Target["path"], text: string, cell = text) {
    const value = convertCell(text, sub === undefined ? { attribute } : { attribute, sub });
    if (value !== undefined) return value;
    const message = `${target.text} ${expectations[(sub ?? attribute).type] ?? "is not valid"}`;
    this.problems.push({ code: "bad_value", column: header, ...shownValue(target, cell), message });
    return undefined;
  }

  /** The object in which a target's value stands, made where it is not there yet. */
  private parent({ path, given, home }: Target): Record<string, Json> {
    const { attribute, sub } = path;
    const schema = this.schemaObject(path.extension);
    if (sub === undefined) return schema;
    const known = this.objects.get(home);
    if (known !== undefined) return known;
    const made: Record<string, Json> = { ...given };
    this.objects.set(home, made);
    const values = schema[attribute.name];
    if (!attribute.multiValued) schema[attribute.name] = made;
    else schema[attribute.name] = Array.isArray(values) ? [...values, made] : [made];
    return made;
  }

  /** The body, or the object of an extension in it. */
  private schemaObject(extension: string | undefined): Record<string, Json> {
    if (extension === undefined) return this.body;
    const known = this.objects.get(extension);
    if (known !== undefined) return known;
    const made: Record<string, Json> = {};
    this.objects.set(extension, made);
    this.body[extension] = made;
    return made;
  }

  /** A cell that lists values, parted by semicolons. */
  private putList(column: Column, text: string): void {
    const { extension, attribute } = column.target.path;
    const isComplex = attribute.type === "complex";
    const sub = isComplex ? attribute.subAttributes?.find(({ name }) => name === "value") : undefined;
    const end = sub === undefined ? { attribute } : { attribute, sub };
    const values = splitList(text, ";").flatMap((part): Json[] => {
      const value = this.convert(column, end, part, text);
      if (value === undefined) return [];
      return [isComplex ? { value } : value];
    });
    const schema = this.schemaObject(extension);
    const before = schema[attribute.name];
    schema[attribute.name] = Array.isArray(before) ? [...before, ...values] : values;
  }
}

/** The parts of a list in a cell, without blanks around them and without empty ones. */
export function splitList(text: string, separator: string): readonly string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
