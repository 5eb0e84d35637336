import type { Operator } from "../scim/filter/ast.ts";
import type { BoundComparison } from "../scim/filter/bound.ts";
import { andAlso, type Sql, type SqlValue, sql } from "./sql.ts";

/**
 * How much of an index is looked at: the one entry of a unique value, those of a value, those between two values, or
 * all. From left to right it is more.
 */
export type Extent = "one" | "value" | "range" | "all";

/** A walk through an index that finds resources without reading their documents. */
export interface IndexScan {
  /** For people: `index on emails.value`. */
  readonly name: string;
  readonly extent: Extent;
  /** The table, and the index where it has several. */
  readonly from: string;
  /** The column with the number of the resource. */
  readonly rid: string;
  /** The columns by which the index goes on behind `where`; together they tell its entries apart, or nearly. */
  readonly keys: readonly string[];
  /** Which part of the index is looked at. */
  readonly where: Sql;
  /** What an entry must satisfy beside that; undefined when nothing. */
  readonly test: Sql | undefined;
}

/** What a comparison asks of the values in a column: a part of its order, and a test on each value in that. */
export interface Compared {
  readonly extent: "value" | "range" | "all";
  readonly range: Sql | undefined;
  readonly test: Sql | undefined;
}

type Asked = Exclude<Operator, "ne">;

const symbols = { eq: "=", gt: ">", ge: ">=", lt: "<", le: "<=" } as const;

function isOrdering(operator: Asked): operator is keyof typeof symbols {
  return Object.hasOwn(symbols, operator);
}

/** A value as SQLite holds it. */
export function stored(value: BoundComparison["value"]): string | number {
  return typeof value === "boolean" ? Number(value) : value;
}

/** True for a literal that SQLite would compare as another one: no stored value has NUL or half a surrogate pair. */
export function isForeign(value: BoundComparison["value"]): boolean {
  return typeof value === "string" && (value.includes("\0") || !value.isWellFormed());
}

/** What `column operator value` asks; `ne` is the negation of `eq`. */
export function comparedTo(column: string, operator: Asked, value: BoundComparison["value"]): Compared {
  const literal = stored(value);
  if (isOrdering(operator)) {
    const extent = operator === "eq" ? "value" : "range";
    return { extent, range: sql(`${column} ${symbols[operator]} ?`, literal), test: undefined };
  }
  const text = String(literal);
  if (operator === "sw") return { extent: "range", range: startsWith(column, text), test: undefined };
  const test =
    operator === "co"
      ? sql(`instr(${column}, ?) > 0`, text)
      : text === ""
        ? undefined
        : sql(`substr(${column}, ?) = ?`, -[...text].length, text);
  return { extent: "all", range: undefined, test };
}

/** The same as one condition. */
export function comparison(column: string, operator: Asked, value: BoundComparison["value"]): Sql {
  const { range, test } = comparedTo(column, operator, value);
  return range ?? test ?? sql(`${column} IS NOT NULL`);
}

function startsWith(column: string, prefix: string): Sql {
  if (prefix === "") return sql(`${column} >= ''`);
  const end = afterPrefix(prefix);
  return end === undefined ? sql(`${column} >= ?`, prefix) : sql(`${column} >= ? AND ${column} < ?`, prefix, end);
}

/** The least text behind all that start with the prefix, in the order of code points; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    // Half a surrogate pair is no character, and none is stored.
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return undefined;
}

/** Where a walk through an index goes on: behind the keys of its last entry. */
export type ScanEdge = readonly SqlValue[];

function behind({ keys }: IndexScan, edge: ScanEdge | undefined): Sql | undefined {
  if (edge === undefined) return undefined;
  return { text: `(${keys.join(", ")}) > (${keys.map(() => "?").join(", ")})`, params: edge };
}

/** The keys of the entry so many behind the edge, which is where a walk may rest; no row when the index ends before. */
export function restSql(scan: IndexScan, edge: ScanEdge | undefined, entries: number): Sql {
  const { from, keys, where } = scan;
  const beyond = behind(scan, edge);
  const text = `SELECT ${keys.join(", ")} FROM ${from} WHERE ${where.text}${andAlso(beyond)}
    ORDER BY ${keys.join(", ")} LIMIT 1 OFFSET ${entries}`;
  return { text, params: [...where.params, ...(beyond?.params ?? [])] };
}

/** The resources of a walk from behind one edge up to another, or to the end; one may come several times. */
export function ridsSql(scan: IndexScan, edge?: ScanEdge, rest?: ScanEdge): Sql {
  const { from, rid, keys, where, test } = scan;
  const beyond = behind(scan, edge);
  const until =
    rest === undefined
      ? undefined
      : { text: `(${keys.join(", ")}) <= (${keys.map(() => "?").join(", ")})`, params: rest };
  const text = `SELECT ${rid} AS rid FROM ${from} WHERE ${where.text}${andAlso(beyond)}${andAlso(until)}${andAlso(test)}`;
  const params = [where, beyond, until, test].flatMap((piece) => piece?.params ?? []);
  return { text, params };
}

/** How many entries are looked at, up to a limit. */
export function probeSql({ from, where }: IndexScan, limit: number): Sql {
  return {
    text: `SELECT count(*) AS entries FROM (SELECT 1 FROM ${from} WHERE ${where.text} LIMIT ${limit})`,
    params: where.params,
  };
}
