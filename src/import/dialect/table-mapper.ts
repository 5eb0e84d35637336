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
import { type CellWarnings, isMangledNumber, mangledNumber, trimmed, warningsOf } from "./row-warning.ts";
import type { AttributeRule, RowCheck, RowInvites, Rule } from "./rule.ts";

/** What tells a table dialect's columns apart. */
export interface TableColumns {
  /** The rules of a column by its header; undefined when it is none of the dialect's. */
  readonly rulesOf: (header: string, type: ResourceType) => readonly Rule[] | undefined;
  /** What parts a list in a cell. */
  readonly separator: string;
  /** The header, or headers, of which the first with a cell names the row for people. */
  readonly keys: readonly string[];
  readonly check?: RowCheck;
  readonly invites?: RowInvites;
}

/** A rule bound to the column that it is for. */
type Use =
  | {
      readonly kind: "attribute";
      readonly index: number;
      readonly rule: AttributeRule;
      readonly column: Column;
      readonly unless: number | undefined;
      /** Blanks around a password are part of it; around anything else they are a slip of the spreadsheet. */
      readonly isSecret: boolean;
      /** Whether a cell without a text takes the value away: no password, and not what every user must have. */
      readonly clears: boolean;
      readonly warnings: CellWarnings;
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
  const keys = columns.keys.map((key) => lower.indexOf(key.toLowerCase())).filter((index) => index !== -1);
  const bound: Bound = { columns, options, names, lower, schemas, uses: known, keys };
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
    const column = { header, target };
    const isSecret = target.path.attribute.returned === "never";
    const clears = !isSecret && target.path.attribute.required !== true;
    const where = { index, column, unless: unless === -1 ? undefined : unless };
    return [{ kind: "attribute", ...where, rule, isSecret, clears, warnings: warningsOf(target) }];
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
  const { rule } = use;
  if (rule.use === "assignment") return rule.attribute;
  return rule.use === "ignored" || rule.use === "groupOf" ? undefined : rule.use;
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
  /** The columns of which the first with a text names the row for people. */
  readonly keys: readonly number[];
}

function secretColumns(uses: readonly Use[]): ReadonlySet<number> {
  return new Set(
    uses.flatMap((use) => {
      const isSecret = use.kind === "attribute" ? use.isSecret : use.rule.use === "passwordHash";
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
  assignment?: Record<string, string>;
  readonly problems: RowProblem[];
  readonly warnings: RowProblem[];
}

/** The text of a cell; null when it says that there is nothing any more, undefined when it says nothing. */
type Cell = string | null | undefined;

function readCell(cell: string | undefined, { empty }: BindOptions): Cell {
  if (cell === undefined) return undefined;
  if (cell === "\\N") return null;
  if (cell === "" || cell.trim() === "") return empty === "clear" ? null : undefined;
  return cell;
}

function mapRow({ row, line, cells, wrong }: TableRow, bound: Bound): MappedRow {
  const { columns, options, names, lower, schemas, uses } = bound;
  const builder = new RowBuilder(schemas);
  const said: Said = { invite: false, problems: [], warnings: [] };
  for (const use of uses) {
    const cell = readCell(cells[use.index], options);
    if (cell === undefined) continue;
    if (use.kind === "attribute") putAttribute(builder, said, use, cell, cells, columns.separator);
    else others[use.rule.use](said, cell, use.rule, columns.separator, use.header);
  }
  for (const { index, message } of wrong ?? []) {
    said.problems.push({ code: "bad_cell", column: names[index] ?? `column ${index + 1}`, message });
  }
  const { id, operation, groups, manager, hash, algorithm, invite, assignment, warnings } = said;
  const cellOf = (header: string): string => (cells[lower.indexOf(header.toLowerCase())] ?? "").trim();
  const checked = columns.check?.(cellOf) ?? [];
  return {
    row,
    line,
    key: keyOf(cells, bound),
    body: builder.body,
    id,
    operation,
    groups,
    manager,
    passwordHash: hash === undefined ? undefined : { text: hash, ...(algorithm !== undefined && { algorithm }) },
    invite: invite || columns.invites?.(cellOf) === true,
    assignment,
    valueOf: builder.valueOf,
    problems: together([checked, said.problems, builder.problems, tooManyCells(cells, names.length)]),
    warnings,
  };
}

function keyOf(cells: readonly string[], { keys }: Bound): string | null {
  for (const index of keys) {
    const text = (cells[index] ?? "").trim();
    if (text !== "" && text !== "\\N") return text;
  }
  return null;
}

const noProblems: readonly RowProblem[] = Object.freeze([]);

/** All of them; of most rows there are none. */
function together(lists: readonly (readonly RowProblem[])[]): readonly RowProblem[] {
  return lists.every((list) => list.length === 0) ? noProblems : lists.flat();
}

function putAttribute(
  builder: RowBuilder,
  said: Said,
  use: Extract<Use, { kind: "attribute" }>,
  cell: string | null,
  cells: readonly string[],
  separator: string,
): void {
  const { rule, column, unless, isSecret } = use;
  const other = unless === undefined ? "" : (cells[unless] ?? "").trim();
  if (other !== "" && other !== "\\N") return;
  if (cell === null) {
    if (use.clears) builder.clear(column);
    return;
  }
  const text = isSecret ? cell : cleaned(said, use, cell);
  const read = rule.read?.(text);
  if (read === undefined || "text" in read) {
    builder.put(column, read?.text ?? text, separator, rule.onlyNew);
    return;
  }
  const code = read.wrong.startsWith("is longer") ? "too_long" : "bad_value";
  const shown = shownValue(column.target, cell);
  said.problems.push({ code, column: column.header, ...shown, message: `${column.header} ${read.wrong}` });
}

function cleaned(said: Said, { column, warnings }: Extract<Use, { kind: "attribute" }>, text: string): string {
  const clean = text.trim();
  if (warnings.trimmed && clean !== text) said.warnings.push(trimmed(column));
  if (warnings.mangledNumber && isMangledNumber(clean)) said.warnings.push(mangledNumber(column, clean));
  return clean;
}

type Other = (
  said: Said,
  cell: string | null,
  rule: Exclude<Rule, AttributeRule>,
  separator: string,
  header: string,
) => void;

/** What the columns do that are no attributes. */
const others: Readonly<Record<Exclude<Rule["use"], "attribute">, Other>> = {
  ignored: () => undefined,
  id(said, cell) {
    if (cell !== null) said.id = cell.trim();
  },
  operation(said, cell, _rule, _separator, header) {
    if (cell === null) return;
    const word = cell.trim().toLowerCase();
    const operation = rowOperations.find((each) => each === word);
    if (operation !== undefined) said.operation = operation;
    else {
      const message = `${header} must be one of ${rowOperations.join(", ")}`;
      said.problems.push({ code: "bad_value", column: header, value: cell.slice(0, 64), message });
    }
  },
  groups(said, cell, _rule, separator) {
    said.groups = [...(said.groups ?? []), ...(cell !== null ? splitList(cell, separator) : [])];
  },
  groupOf(said, cell, rule) {
    if (cell === null || rule.use !== "groupOf") return;
    said.groups = [...(said.groups ?? []), `${rule.prefix}${cell.trim()}`];
  },
  manager(said, cell) {
    said.manager = cell !== null ? cell.trim() : null;
  },
  passwordHash(said, cell) {
    if (cell !== null) said.hash = cell.trim();
  },
  passwordHashAlgorithm(said, cell) {
    if (cell !== null) said.algorithm = cell.trim();
  },
  assignment(said, cell, rule) {
    if (rule.use === "assignment") said.assignment = { ...said.assignment, [rule.attribute]: cell ?? "" };
  },
  invite(said, cell, _rule, _separator, header) {
    if (cell === null) return;
    const word = cell.trim().toLowerCase();
    if (/^(true|yes|1)$/.test(word)) said.invite = true;
    else if (!/^(false|no|0)$/.test(word)) {
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
