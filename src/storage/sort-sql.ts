import type { ResourceType } from "../scim/schema/registry.ts";
import type { Sort } from "../scim/sort.ts";
import { type Column, columnOf, type SqlValue } from "./filter-sql.ts";
import type { Place } from "./port.ts";

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

/**
 * The ORDER BY of a walk: without a value last when ascending, first when descending, and what is equal in the order of
 * creation.
 */
export function orderSql({ column, descending, backwards }: Walk): string {
  const row = backwards ? "rid DESC" : "rid";
  if (column === undefined) return row;
  const direction = descending === backwards ? "ASC" : "DESC";
  return `${column.nullable ? `${column.name} IS NULL ${direction}, ` : ""}${column.name} ${direction}, ${row}`;
}

export interface Condition {
  readonly where: string;
  readonly params: readonly SqlValue[];
}

/** What holds of all that the walk reaches after a place. */
export function beyondSql({ column, descending, backwards }: Walk, { key, row }: Place): Condition {
  const beyond = backwards ? "<" : ">";
  if (column === undefined) return { where: `rid ${beyond} ?`, params: [row] };
  const { name, nullable } = column;
  const rises = descending === backwards;
  const among = `${name} IS NULL AND rid ${beyond} ?`;
  if (key === null) return { where: rises ? among : `(${among}) OR ${name} IS NOT NULL`, params: [row] };
  const value = typeof key === "boolean" ? Number(key) : key;
  const further = `${name} ${rises ? ">" : "<"} ? OR rid ${beyond} ?`;
  // The first condition alone lets an index be entered in its middle.
  const valued = `${name} ${rises ? ">=" : "<="} ? AND (${further})`;
  const params = [value, value, row];
  return { where: rises && nullable ? `(${valued}) OR ${name} IS NULL` : valued, params };
}
