import type { Operator } from "../scim/filter/ast.ts";
import type { BoundComparison } from "../scim/filter/bound.ts";
import { conjunction, joined, type Sql, type SqlValue, sql } from "./sql.ts";

/**
 * How much of an index is looked at: the one entry of a unique value, those of a value, those between two values, or
 * all. From left to right it is more.
 */
export type Extent = "one" | "value" | "range" | "all";

/** A part of an order: the entries of one value, or those between two ends, each of which may be open. */
export interface Bounds {
  readonly equal?: Sql;
  readonly lower?: Sql;
  readonly upper?: Sql;
}

/** A walk through an index that finds resources without reading their documents. */
export interface IndexScan {
  /** For people: `index on emails.value`. */
  readonly name: string;
  readonly extent: Extent;
  /** The table, and the index where it has several. */
  readonly from: string;
  /** The column with the number of the resource. */
  readonly rid: string;
  /** The columns by which the index goes on behind `base` and an equal value; together they tell entries apart, or nearly. */
  readonly keys: readonly string[];
  /** Whose index it is. */
  readonly base: Sql;
  readonly bounds: Bounds;
  /** What an entry must satisfy beside that; undefined when nothing. */
  readonly test: Sql | undefined;
}

/** What a comparison asks of the values in a column: a part of its order, and a test on each value in that. */
export interface Compared {
  readonly extent: "value" | "range" | "all";
  readonly bounds: Bounds;
  readonly test: Sql | undefined;
}

type Asked = Exclude<Operator, "ne">;

const symbols = { eq: "=", gt: ">", ge: ">=", lt: "<", le: "<=" } as const;
const sides = { eq: "equal", gt: "lower", ge: "lower", lt: "upper", le: "upper" } as const;

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
    const bound = sql(`${column} ${symbols[operator]} ?`, literal);
    return { extent: operator === "eq" ? "value" : "range", bounds: { [sides[operator]]: bound }, test: undefined };
  }
  const text = String(literal);
  if (operator === "sw") return { extent: "range", bounds: startsWith(column, text), test: undefined };
  const test =
    operator === "co"
      ? sql(`instr(${column}, ?) > 0`, text)
      : text === ""
        ? undefined
        : sql(`substr(${column}, ?) = ?`, -[...text].length, text);
  return { extent: "all", bounds: {}, test };
}

/** The same as one condition. */
export function comparison(column: string, operator: Asked, value: BoundComparison["value"]): Sql {
  const { bounds, test } = comparedTo(column, operator, value);
  const pieces = [bounds.equal, bounds.lower, bounds.upper, test].filter((piece) => piece !== undefined);
  return joined(pieces, "AND") ?? sql(`${column} IS NOT NULL`);
}

function startsWith(column: string, prefix: string): Bounds {
  const end = afterPrefix(prefix);
  const lower = sql(`${column} >= ?`, prefix);
  return end === undefined ? { lower } : { lower, upper: sql(`${column} < ?`, end) };
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

/**
 * The entries of a walk from behind an edge on, which takes the place of the lower bound: of two bounds on one side SQLite
 * enters the index by one, and which one it is decides how far it walks.
 */
function entries({ keys, base, bounds }: IndexScan, edge: ScanEdge | undefined): Sql {
  const places = keys.map(() => "?").join(", ");
  const beyond = edge && { text: `(${keys.join(", ")}) > (${places})`, params: edge };
  return conjunction([base, bounds.equal, beyond ?? bounds.lower, bounds.upper]);
}

/** The keys of the entry so many behind the edge, which is where a walk may rest; no row when the index ends before. */
export function restSql(scan: IndexScan, edge: ScanEdge | undefined, count: number): Sql {
  const { from, keys } = scan;
  const { text, params } = entries(scan, edge);
  const order = keys.join(", ");
  return { text: `SELECT ${order} FROM ${from} WHERE ${text} ORDER BY ${order} LIMIT 1 OFFSET ${count}`, params };
}

/** The resources of a walk; one may come several times. */
export function ridsSql(scan: IndexScan): Sql {
  return ridsWithin(scan, scan.bounds);
}

/**
 * The resources of a walk from behind one edge up to another, or to the end, as several statements. By two keys it is
 * what is left of the first value, what lies between, and what belongs to it of the last value: a comparison of both
 * keys at once would be made on every entry, and cost more than all the rest.
 */
export function partsSql(scan: IndexScan, edge: ScanEdge | undefined, rest: ScanEdge | undefined): readonly Sql[] {
  const { keys, bounds } = scan;
  const [first = scan.rid, second] = keys;
  const [from, fromNext] = edge ?? [];
  const [to, toNext] = rest ?? [];
  const after = edge === undefined ? bounds.lower : sql(`${first} > ?`, from ?? null);
  if (second === undefined) {
    const until = rest === undefined ? bounds.upper : sql(`${first} <= ?`, to ?? null);
    return [ridsWithin(scan, ends(bounds.equal, after, until))];
  }
  const above = edge === undefined ? undefined : sql(`${second} > ?`, fromNext ?? null);
  const below = rest === undefined ? undefined : sql(`${second} <= ?`, toNext ?? null);
  if (edge !== undefined && rest !== undefined && from === to) {
    return [ridsWithin(scan, ends(sql(`${first} = ?`, from ?? null), above, below))];
  }
  const before = rest === undefined ? bounds.upper : sql(`${first} < ?`, to ?? null);
  return [
    ...(edge === undefined ? [] : [ridsWithin(scan, ends(sql(`${first} = ?`, from ?? null), above, undefined))]),
    ridsWithin(scan, ends(undefined, after, before)),
    ...(rest === undefined ? [] : [ridsWithin(scan, ends(sql(`${first} = ?`, to ?? null), undefined, below))]),
  ];
}

function ends(equal: Sql | undefined, lower: Sql | undefined, upper: Sql | undefined): Bounds {
  return { ...(equal && { equal }), ...(lower && { lower }), ...(upper && { upper }) };
}

function ridsWithin({ from, rid, base, test }: IndexScan, { equal, lower, upper }: Bounds): Sql {
  const { text, params } = conjunction([base, equal, lower, upper, test]);
  return { text: `SELECT ${rid} AS rid FROM ${from} WHERE ${text}`, params };
}

/** How many entries are looked at, up to a limit. */
export function probeSql(scan: IndexScan, limit: number): Sql {
  const { text, params } = entries(scan, undefined);
  const some = `SELECT 1 FROM ${scan.from} WHERE ${text} LIMIT ${limit}`;
  return { text: `SELECT count(*) AS entries FROM (${some})`, params };
}

/** A walk through all resources of a type by number. */
export function everyResource(tenantId: number, resourceType: string): IndexScan {
  return {
    name: "all resources by number",
    extent: "all",
    from: "resource INDEXED BY resource_type",
    rid: "rid",
    keys: ["rid"],
    base: sql("tenant_id = ? AND resource_type = ?", tenantId, resourceType),
    bounds: {},
    test: undefined,
  };
}
