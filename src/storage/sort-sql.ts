import type { ResourceType } from "../scim/schema/registry.ts";
import type { Sort } from "../scim/sort.ts";
import { type Column, columnOf } from "./column.ts";
import type { Place } from "./port.ts";
import type { SqlValue } from "./sql.ts";

/** Columns that hold numbers; the others hold texts. */
const numericColumns: ReadonlySet<string> = new Set(["active", "created", "modified"]);

/** No two resources of a type are equal in these, unless they have no value. */
const uniqueColumns: ReadonlySet<string> = new Set(["id", "unique_key"]);

/** In which order SQL walks: by a column where one is sorted by, then by creation; or the same backwards. */
export interface Walk {
  readonly column: Column | undefined;
  readonly descending: boolean;
  readonly backwards: boolean;
}

/** The column that answers a sort; undefined when no column holds what is sorted by. */
export function sortColumn({ target }: Sort, type: ResourceType): Column | undefined {
  return columnOf(target, type);
}

/** Whether an index has the resources in the order of a walk. */
export function hasIndex({ column }: Walk): boolean {
  return column === undefined || column.index !== undefined;
}

/**
 * The ORDER BY of a walk: without a value last when ascending, first when descending, and what is equal in the order of
 * creation.
 */
export function orderSql({ column, descending, backwards }: Walk): string {
  const row = backwards ? "rid DESC" : "rid";
  if (column === undefined) return row;
  const { name, nullable } = column;
  const direction = descending === backwards ? "ASC" : "DESC";
  if (!nullable) return valuedOrder(name, direction, row);
  return `${name} IS NULL ${direction}, ${name} ${direction}, ${row}`;
}

/** The ORDER BY of resources that have a value. What is unique needs no second order, and an index that is read backwards has none. */
function valuedOrder(name: string, direction: "ASC" | "DESC", row: string): string {
  return uniqueColumns.has(name) ? `${name} ${direction}` : `${name} ${direction}, ${row}`;
}

/** Resources that lie together in the order of a walk; SQL finds them in an index where there is one. */
export interface Stretch {
  readonly where: string;
  readonly params: readonly SqlValue[];
  readonly order: string;
}

/**
 * What a walk comes through beyond a place, from its start when there is none: the resources with a value and those
 * without are each in an order that an index has, and both together are not.
 */
export function stretchesOf({ column, descending, backwards }: Walk, place: Place | undefined): readonly Stretch[] {
  const beyond = backwards ? "<" : ">";
  const row = backwards ? "rid DESC" : "rid";
  const all = { where: "1", params: [], order: row };
  if (column === undefined) {
    return [place === undefined ? all : { where: `rid ${beyond} ?`, params: [place.row], order: row }];
  }
  const { name, nullable } = column;
  const rises = descending === backwards;
  const order = valuedOrder(name, rises ? "ASC" : "DESC", row);
  const without = { ...all, where: `${name} IS NULL` };
  const valued = { ...all, where: nullable ? `${name} IS NOT NULL` : "1", order };
  if (place === undefined) return !nullable ? [valued] : rises ? [valued, without] : [without, valued];
  if (place.key === null) {
    const rest = { where: `${name} IS NULL AND rid ${beyond} ?`, params: [place.row], order: row };
    return !nullable ? (rises ? [] : [valued]) : rises ? [rest] : [rest, valued];
  }
  const key = typeof place.key === "boolean" ? Number(place.key) : place.key;
  const after = rises && nullable ? [without] : [];
  // Another type sorts by an attribute of the same name: numbers come before texts.
  if ((typeof key === "number") !== numericColumns.has(name)) {
    return (typeof key === "number") === rises ? [valued, ...after] : after;
  }
  // The first condition alone lets an index be entered in its middle.
  const where = `${name} ${rises ? ">=" : "<="} ? AND (${name} ${rises ? ">" : "<"} ? OR rid ${beyond} ?)`;
  return [{ where: `${valued.where} AND ${where}`, params: [key, key, place.row], order }, ...after];
}
