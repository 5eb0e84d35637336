import type { ResourceType } from "../../scim/schema/registry.ts";
import type { RowProblem } from "../../storage/import.ts";
import { isWrongCell, readColumn } from "../column.ts";
import {
  type Column,
  type MappedRow,
  RowBuilder,
  type RowOperation,
  rowOperations,
  shownValue,
  splitList,
} from "../row.ts";
import type { TableRow } from "../source/table.ts";
import type { BindOptions, RowMapper } from "./dialect.ts";
import { FileError } from "./dialect.ts";
import { tooManyCells } from "./ragged.ts";
import { mangledNumber, trimmed } from "./row-warning.ts";
import type { AttributeRule, RowCheck, Rule } from "./rule.ts";

/** What tells a table dialect's columns apart. */
export interface TableColumns {
  /** The rules of a column by its header; undefined when it is none of the dialect's. */
  readonly rulesOf: (header: string, type: ResourceType) => readonly Rule[] | undefined;
  /** What parts a list in a cell. */
  readonly separator: string;
  /** The header, or headers, of which the first with a cell names the row for people. */
  readonly keys: readonly string[];
  readonly check?: RowCheck;
}

/** A rule bound to the column that it is for. */
type Use =
  | {
      readonly kind: "attribute";
      readonly index: number;
      readonly rule: AttributeRule;
      readonly column: Column;
      readonly unless: number | undefined;
    }
  | {
      readonly kind: "other";
      readonly index: number;
      readonly header: string;
      readonly rule: Exclude<Rule, AttributeRule>;
    };

/**
 * Binds a header to the rules of its columns.
 *
 * @throws FileError when no column is known, one is unknown that must not be, or two fill the same attribute
 */
export function bindTable(
  header: readonly string[],
  type: ResourceType,
  columns: TableColumns,
  options: BindOptions,
): RowMapper {
  const names = header.map((name) => name.trim());
  const lower = names.map((name) => name.toLowerCase());
  const uses = names.map((name, index) => usesOf(columns, type, name, index, lower));
  const unmapped = names.flatMap((name, index) =>
    uses[index] === undefined ? [`${JSON.stringify(name.slice(0, 64))} (column ${index + 1})`] : [],
  );
  requireKnown(unmapped, names.length, type, options);
  const known = uses.flatMap((each) => each ?? []);
  requireOnce(known);
  const schemas = [type.base.id, ...type.extensions.map(({ schema }) => schema.id)];
  const bound: Bound = { columns, options, names, lower, schemas, uses: known };
  const secret = secretColumns(known);
  return {
    unmapped,
    map: (row) => mapRow(row, bound),
    source: ({ cells }, path) => sourceOf(bound, cells, path),
    redact: (cells) => (secret.size === 0 ? cells : cells.map((cell, index) => (secret.has(index) ? "" : cell))),
  };
}

function usesOf(
  { rulesOf }: TableColumns,
  type: ResourceType,
  header: string,
  index: number,
  lower: readonly string[],
): readonly Use[] | undefined {
  const rules = rulesOf(header, type);
  if (rules === undefined) return undefined;
  const uses = rules.flatMap((rule): Use[] => {
    if (rule.use !== "attribute") return [{ kind: "other", index, header, rule }];
    const target = readColumn(rule.path, type);
    if (target === undefined) return [];
    const unless = rule.unless === undefined ? -1 : lower.indexOf(rule.unless);
    return [{ kind: "attribute", index, rule, column: { header, target }, unless: unless === -1 ? undefined : unless }];
  });
  // The type as the tenant has it may lack an attribute that the dialect speaks of: nothing is lost without a word.
  return uses.length === 0 ? undefined : uses;
}

function requireKnown(unmapped: readonly string[], columns: number, type: ResourceType, options: BindOptions): void {
  if (unmapped.length === columns) {
    // A file without a header: its first row may hold a password, and is not repeated.
    throw new FileError(
      "missing_column",
      `line 1: no column names an attribute of ${type.name}; is the header missing?`,
    );
  }
  if (unmapped.length > 0 && options.unknownColumns === "fail") {
    const shown = unmapped.slice(0, 10).join(", ");
    throw new FileError("unknown_column", `line 1: no attribute of ${type.name} is called ${shown}`);
  }
}

/** What a use fills: no two columns may fill one. */
function placeOf(use: Use): string | undefined {
  if (use.kind === "attribute") {
    const { target } = use.column;
    return use.rule.unless === undefined ? `${target.text} ${target.slot ?? "list"}` : undefined;
  }
  return use.rule.use === "ignored" || use.rule.use === "groupOf" ? undefined : use.rule.use;
}

function requireOnce(uses: readonly Use[]): void {
  const taken = new Map<string, string>();
  for (const use of uses) {
    const place = placeOf(use);
    if (place === undefined) continue;
    const header = use.kind === "attribute" ? use.column.header : use.header;
    const first = taken.get(place);
    if (first !== undefined) {
      const columns = `the columns ${JSON.stringify(first)} and ${JSON.stringify(header)}`;
      throw new FileError("duplicate_column", `line 1: ${columns} name the same attribute`);
    }
    taken.set(place, header);
  }
}

interface Bound {
  readonly columns: TableColumns;
  readonly options: BindOptions;
  readonly names: readonly string[];
  readonly lower: readonly string[];
  readonly schemas: readonly string[];
  readonly uses: readonly Use[];
}

function secretColumns(uses: readonly Use[]): ReadonlySet<number> {
  return new Set(
    uses.flatMap((use) => {
      const isSecret =
        use.kind === "attribute"
          ? use.column.target.path.attribute.returned === "never"
          : use.rule.use === "passwordHash";
      return isSecret ? [use.index] : [];
    }),
  );
}

/** What a row says beside its attributes, while its cells are read. */
interface Said {
  id?: string;
  operation?: RowOperation;
  groups?: readonly string[];
  manager?: string | null;
  hash?: string;
  algorithm?: string;
  invite: boolean;
  readonly problems: RowProblem[];
  readonly warnings: RowProblem[];
}

/** What a cell says: nothing, that there is nothing any more, or a text. */
type Cell = { readonly kind: "absent" | "cleared" } | { readonly kind: "text"; readonly text: string };

const absent: Cell = Object.freeze({ kind: "absent" });
const cleared: Cell = Object.freeze({ kind: "cleared" });

function readCell(cell: string | undefined, { empty }: BindOptions): Cell {
  if (cell === undefined) return absent;
  if (cell === "\\N") return cleared;
  if (cell.trim() === "") return empty === "clear" ? cleared : absent;
  return { kind: "text", text: cell };
}

function mapRow({ row, line, cells, wrong }: TableRow, bound: Bound): MappedRow {
  const { columns, options, names, lower, schemas } = bound;
  const builder = new RowBuilder(schemas);
  const said: Said = { invite: false, problems: [], warnings: [] };
  for (const use of bound.uses) {
    const cell = readCell(cells[use.index], options);
    if (cell.kind === "absent") continue;
    if (use.kind === "attribute") putAttribute(builder, said, use, cell, cells, columns.separator);
    else others[use.rule.use](said, cell, use.rule, columns.separator, use.header);
  }
  for (const { index, message } of wrong ?? []) {
    said.problems.push({ code: "bad_cell", column: names[index] ?? `column ${index + 1}`, message });
  }
  const cellOf = (header: string): string => (cells[lower.indexOf(header.toLowerCase())] ?? "").trim();
  const key = columns.keys.map(cellOf).find((text) => text !== "" && text !== "\\N") ?? null;
  const { id, operation, groups, manager, hash, algorithm, invite, warnings } = said;
  const checked = columns.check?.(cellOf) ?? [];
  return {
    row,
    line,
    key,
    body: builder.body,
    id,
    operation,
    groups,
    manager,
    passwordHash: hash === undefined ? undefined : { text: hash, ...(algorithm !== undefined && { algorithm }) },
    invite,
    valueOf: builder.valueOf,
    problems: [...checked, ...said.problems, ...builder.problems, ...tooManyCells(cells, names.length)],
    warnings,
  };
}

function putAttribute(
  builder: RowBuilder,
  said: Said,
  { rule, column, unless }: Extract<Use, { kind: "attribute" }>,
  cell: Cell,
  cells: readonly string[],
  separator: string,
): void {
  const other = unless === undefined ? "" : (cells[unless] ?? "").trim();
  if (other !== "" && other !== "\\N") return;
  if (cell.kind !== "text") {
    // A password is not cleared by a blank cell, and what is unique not at all: it only says nothing.
    if (!isSecret(column) && column.target.path.attribute.required !== true) builder.clear(column);
    return;
  }
  const text = isSecret(column) ? cell.text : cleaned(said, column, cell.text);
  const read = rule.read === undefined ? { text } : rule.read(text);
  if ("text" in read) {
    builder.put(column, read.text, separator, rule.onlyNew);
    return;
  }
  const code = read.wrong.startsWith("is longer") ? "too_long" : "bad_value";
  const shown = shownValue(column.target, cell.text);
  said.problems.push({ code, column: column.header, ...shown, message: `${column.header} ${read.wrong}` });
}

/** Blanks around a password are part of it; around anything else they are a slip of the spreadsheet. */
function isSecret({ target }: Column): boolean {
  return target.path.attribute.returned === "never";
}

function cleaned(said: Said, column: Column, text: string): string {
  const clean = text.trim();
  if (clean !== text && trimmed.tells(column)) said.warnings.push(trimmed.problem(column));
  if (mangledNumber.tells(column, clean)) said.warnings.push(mangledNumber.problem(column, clean));
  return clean;
}

type Other = (said: Said, cell: Cell, rule: Exclude<Rule, AttributeRule>, separator: string, header: string) => void;

/** What the columns do that are no attributes. */
const others: Readonly<Record<Exclude<Rule["use"], "attribute">, Other>> = {
  ignored: () => undefined,
  id(said, cell) {
    if (cell.kind === "text") said.id = cell.text.trim();
  },
  operation(said, cell, _rule, _separator, header) {
    if (cell.kind !== "text") return;
    const word = cell.text.trim().toLowerCase();
    const operation = rowOperations.find((each) => each === word);
    if (operation !== undefined) said.operation = operation;
    else {
      const message = `${header} must be one of ${rowOperations.join(", ")}`;
      said.problems.push({ code: "bad_value", column: header, value: cell.text.slice(0, 64), message });
    }
  },
  groups(said, cell, _rule, separator) {
    said.groups = [...(said.groups ?? []), ...(cell.kind === "text" ? splitList(cell.text, separator) : [])];
  },
  groupOf(said, cell, rule) {
    if (cell.kind !== "text" || rule.use !== "groupOf") return;
    said.groups = [...(said.groups ?? []), `${rule.prefix}${cell.text.trim()}`];
  },
  manager(said, cell) {
    said.manager = cell.kind === "text" ? cell.text.trim() : null;
  },
  passwordHash(said, cell) {
    if (cell.kind === "text") said.hash = cell.text.trim();
  },
  passwordHashAlgorithm(said, cell) {
    if (cell.kind === "text") said.algorithm = cell.text.trim();
  },
  invite(said, cell, _rule, _separator, header) {
    if (cell.kind !== "text") return;
    const word = cell.text.trim().toLowerCase();
    if (/^(true|yes|1)$/.test(word)) {
      said.invite = true;
      said.warnings.push({
        code: "mail_not_sent",
        column: header,
        message: "the user is to choose a password, and no mail was sent",
      });
    } else if (!/^(false|no|0)$/.test(word)) {
      said.problems.push({ code: "bad_value", column: header, message: `${header} must be true or false` });
    }
  },
};

function sourceOf({ uses }: Bound, cells: readonly string[], path: string) {
  const columns = uses.flatMap((use) =>
    use.kind === "attribute" && use.column.target.text === path
      ? [{ ...use.column, text: cells[use.index] ?? "" }]
      : [],
  );
  // Several columns may fill one attribute; the message is about the one whose cell is wrong.
  const column = columns.find(({ target, text }) => text !== "" && isWrongCell(text, target.path)) ?? columns[0];
  return column === undefined ? {} : { column: column.header, ...shownValue(column.target, column.text) };
}
