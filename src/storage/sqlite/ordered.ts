import { hasIndex, orderSql, stretchesOf, type Walk } from "../sort-sql.ts";
import { andAlso, type Sql } from "../sql.ts";
import { type Found, gathering, isBeyond, type Match, placeOf, type Selection, type Wanted } from "./match.ts";
import type { Reader } from "./reader.ts";
import type { RidSet } from "./rid-set.ts";
import type { Pause } from "./scan-lane.ts";
import type { Prepare } from "./statements.ts";

interface Ports {
  readonly reader: Reader;
  readonly pause: Pause;
}

/** An entry of a walk: a resource, and what it is ordered by. */
export interface WalkRow {
  rid: number;
  key: string | number | null;
}

/** The column with that. */
export const keyOf = ({ column }: Walk): string => column?.name ?? "NULL";

/** Left alone, the planner takes an index in which the rows of a type are in another order, and sorts. */
export function indexFor({ column }: Walk): string {
  if (column === undefined) return "INDEXED BY resource_type";
  return column.index === undefined ? "" : `INDEXED BY ${column.index}`;
}

/** What the index of all resources has beside the number. */
const covered: ReadonlySet<string> = new Set(["rid", "unique_key", "active", "created"]);

/**
 * Whether that index alone tells the order and the condition: the wide rows of many candidates lie far apart, and to
 * fetch them from a file that is not in memory costs several times as much.
 */
function isCovered({ column }: Walk, check: Sql | undefined): boolean {
  if (column !== undefined && !covered.has(column.name)) return false;
  return [...(check?.text.matchAll(/\br\.(\w+)/g) ?? [])].every(([, name = ""]) => covered.has(name));
}

/** All of these resources that satisfy the condition, in order; few enough for one statement. */
export function sortedMatches(
  prepare: Prepare,
  { tenantId, type, join }: Selection,
  walk: Walk,
  rids: readonly number[],
  check: Sql | undefined,
): readonly Match[] {
  const from = isCovered(walk, check)
    ? "resource r INDEXED BY resource_type WHERE r.tenant_id = ? AND r.resource_type = ?"
    : "resource r WHERE +r.tenant_id = ? AND +r.resource_type = ?";
  const rows = prepare<WalkRow>(
    `SELECT r.rid, ${walk.column === undefined ? "NULL" : `r.${walk.column.name}`} AS key FROM ${from}
       AND r.rid IN (SELECT value FROM json_each(?))${andAlso(check)} ORDER BY ${orderSql(walk)}`,
  );
  const found = rows.all(tenantId, type.name, `[${rids.join(",")}]`, ...(check?.params ?? []));
  return found.map(({ rid, key }) => ({ rid, key: key ?? undefined, join }));
}

/** The part of matches, all there are and in the order of the walk, that is wanted. */
export function wantedOf(matches: readonly Match[], wanted: Wanted): Found {
  const beyond = placeOf(wanted.start) === undefined ? matches : matches.filter(isBeyond(wanted));
  return { total: matches.length, matches: beyond.slice(0, wanted.limit) };
}

/** The resources of a set in the order of a walk. */
export async function orderedMatches(
  ports: Ports,
  selection: Selection,
  wanted: Wanted,
  walk: Walk,
  set: RidSet | undefined,
): Promise<Found> {
  if (set === undefined || !hasIndex(walk)) return gatheredMatches(ports, selection, wanted, walk, set);
  const total = set.size;
  if (walk.column === undefined) {
    const row = placeOf(wanted.start)?.row;
    const rids = walk.backwards ? set.downwards(row) : set.upwards(row);
    const matches: Match[] = [];
    for (const rid of rids) {
      if (matches.length === wanted.limit) break;
      matches.push({ rid, key: undefined, join: selection.join });
    }
    return { total, matches };
  }
  if (total <= ports.reader.limits.sorted) {
    return wantedOf(sortedMatches(ports.reader.prepare, selection, walk, [...set.upwards()], undefined), wanted);
  }
  return { total, matches: await walkedMatches(ports, selection, wanted, walk, undefined, (rid) => set.has(rid)) };
}

/**
 * Walks through an order and takes those that satisfy a condition, until there are enough.
 *
 * @param check a condition on a resource `r`
 */
export async function walkedMatches(
  { reader, pause }: Ports,
  { tenantId, type, join }: Selection,
  { start, limit }: Wanted,
  walk: Walk,
  check: Sql | undefined,
  isIn: (rid: number) => boolean,
): Promise<readonly Match[]> {
  const { prepare, limits } = reader;
  const matches: Match[] = [];
  const key = walk.column === undefined ? "NULL" : `r.${walk.column.name}`;
  for (let place = placeOf(start); matches.length < limit; ) {
    let last: WalkRow | undefined;
    for (const { where, params, order } of stretchesOf(walk, place)) {
      const rows = prepare<WalkRow & { holds: number }>(
        `SELECT r.rid, ${key} AS key, ${check?.text ?? "1"} AS holds FROM resource r ${indexFor(walk)}
           WHERE tenant_id = ? AND resource_type = ? AND ${where} ORDER BY ${order} LIMIT ${limits.orderEntries}`,
      ).all(...(check?.params ?? []), tenantId, type.name, ...params);
      for (const row of rows) {
        if (row.holds === 1 && isIn(row.rid)) matches.push({ rid: row.rid, key: row.key ?? undefined, join });
        if (matches.length === limit) return matches;
      }
      last = rows.at(-1) ?? last;
      // The next stretch begins where this one ends.
      if (rows.length === limits.orderEntries) break;
    }
    if (last === undefined) return matches;
    place = { key: last.key, row: last.rid };
    await pause();
  }
  return matches;
}

/** Takes every resource with what it is ordered by, where no index has that order. */
async function gatheredMatches(
  { reader, pause }: Ports,
  { tenantId, type, join }: Selection,
  wanted: Wanted,
  walk: Walk,
  set: RidSet | undefined,
): Promise<Found> {
  const { prepare, limits } = reader;
  const next = prepare<WalkRow>(
    `SELECT rid, ${keyOf(walk)} AS key FROM resource INDEXED BY resource_type
       WHERE tenant_id = ? AND resource_type = ? AND rid > ? ORDER BY rid LIMIT ${limits.orderEntries}`,
  );
  const gathered = gathering(wanted, wanted.sort === undefined && !walk.backwards);
  for (let after = 0; ; await pause()) {
    const rows = next.all(tenantId, type.name, after);
    for (const { rid, key } of rows) {
      if (set === undefined || set.has(rid)) gathered.take({ rid, key: key ?? undefined, join });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limits.orderEntries) return gathered.found();
    after = last.rid;
  }
}
