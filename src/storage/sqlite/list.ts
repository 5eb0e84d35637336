import type { PathOf } from "../../scim/resource/render.ts";
import { ridsSql } from "../index-scan.ts";
import type { ResourcePage, ResourceQuery, Start, TypeQuery } from "../port.ts";
import { hasIndex, stretchesOf, type Walk } from "../sort-sql.ts";
import { countOf, type FindPorts, findMatches, planOf, walkOf } from "./find.ts";
import { type Found, inOrder, type Match, placeOf, type Selection } from "./match.ts";
import { indexFor, keyOf, type WalkRow } from "./ordered.ts";
import { type ResourceRow, recordOf, recordsOf, resourceColumns } from "./row.ts";
import { type Prepare, snapshot } from "./statements.ts";

/** Lists pages of resources. */
export function listReads(ports: FindPorts): (query: ResourceQuery) => Promise<ResourcePage> {
  const { reader } = ports;
  const { db, prepare } = reader;
  return async function list(query) {
    const { tenantId, types, start, limit, pathOf, knownTotal, signal } = query;
    const sort = types.find((asked) => asked.sort !== undefined)?.sort;
    const selections = types.map((asked) => selectionOf(tenantId, asked, sort !== undefined, pathOf));
    const backwards = "before" in start;
    const [only] = selections;
    const walk = only && walkOf(only, backwards);
    if (
      only?.filter === undefined &&
      only !== undefined &&
      selections.length === 1 &&
      "offset" in start &&
      walk !== undefined &&
      hasIndex(walk)
    ) {
      return snapshot(db, () => offsetPage(ports, only, walk, start.offset, limit));
    }
    const foundOne = only === undefined ? undefined : lookUp(ports, only, query, selections.length);
    if (foundOne !== undefined) return foundOne;
    // One more than the page tells whether there is another one.
    const wanted = "offset" in start ? start.offset + limit + 1 : limit + 1;
    const isMerged = selections.length > 1;
    const search = { sort, start, limit: limit === 0 ? 0 : wanted, knownTotal, isMerged, signal };
    const found: Found[] = [];
    for (const selection of selections) found.push(await foundOf(ports, selection, search));
    const total = found.reduce((sum, each) => sum + each.total, 0);
    const compare = inOrder(sort, backwards);
    const all = found.flatMap((each) => each.matches);
    const matches = found.length === 1 ? all : all.sort(compare);
    // What was before the place is gone: the page behind it is the first one now, and the list begins there.
    if (backwards && limit > 0 && matches.length === 0) return list({ ...query, start: { after: undefined } });
    return snapshot(db, () => ({ total, ...pageOf(prepare, matches, start, limit) }));
  };
}

function selectionOf(tenantId: number, asked: TypeQuery, isSorted: boolean, pathOf: PathOf | undefined): Selection {
  const { type, filter, sort, join } = asked;
  return { tenantId, type, filter, join, sort, isSorted, pathOf };
}

async function foundOf(
  ports: FindPorts,
  selection: Selection,
  search: Parameters<typeof findMatches>[2],
): Promise<Found> {
  const walk = walkOf(selection, "before" in search.start);
  const isPlain = selection.filter === undefined && walk !== undefined && hasIndex(walk);
  if (!isPlain) return findMatches(ports, selection, search);
  const { reader } = ports;
  return snapshot(reader.db, () => ({
    total: countOf(reader, selection),
    matches: walkMatches(reader.prepare, selection, walk, search.start, search.limit),
  }));
}

/**
 * The page of a query for one value, such as a name to log in with, where at most one resource has it: one statement
 * tells the matches and the page.
 */
function lookUp(
  { reader }: FindPorts,
  selection: Selection,
  { start, limit }: ResourceQuery,
  types: number,
): ResourcePage | undefined {
  if (types !== 1 || !("offset" in start) || limit === 0 || selection.join === "members") return undefined;
  const plan = planOf(reader, selection);
  if (plan?.kind !== "index" || !plan.isExact) return undefined;
  const { extent } = plan.scan;
  if (extent !== "one" && extent !== "value") return undefined;
  const { text, params } = ridsSql(plan.scan);
  const rows = reader
    .prepare<ResourceRow>(
      `SELECT ${resourceColumns(selection.join)} FROM (${text} LIMIT 2) found CROSS JOIN resource r ON r.rid = found.rid`,
    )
    .all(...params);
  if (rows.length > 1) return undefined;
  return { total: rows.length, resources: start.offset > 0 ? [] : rows.map(recordOf) };
}

/** A page by index of everything there is of a type. */
function offsetPage(
  { reader }: FindPorts,
  selection: Selection,
  walk: Walk,
  offset: number,
  limit: number,
): ResourcePage {
  const total = countOf(reader, selection);
  const length = Math.min(limit, Math.max(0, total - offset));
  if (length === 0) return { total, resources: [] };
  const { prepare } = reader;
  const fromEnd = total - offset - length;
  // From the middle on it is counted from the end, which is nearer.
  const isNearEnd = fromEnd < offset;
  const page = isNearEnd
    ? rowsAt(prepare, selection, { ...walk, backwards: !walk.backwards }, fromEnd, length).reverse()
    : rowsAt(prepare, selection, walk, offset, length);
  const last = page.at(-1);
  const hasMore = fromEnd > 0 && last !== undefined;
  return {
    total,
    resources: recordsOf(
      prepare,
      page.map(({ rid }) => ({ rid, join: selection.join })),
    ),
    ...(hasMore && { next: { key: last.key, row: last.rid } }),
  };
}

/** So many entries of a walk, from so many on. */
function rowsAt(
  prepare: Prepare,
  { tenantId, type }: Selection,
  walk: Walk,
  offset: number,
  length: number,
): WalkRow[] {
  const found: WalkRow[] = [];
  let skip = offset;
  for (const { where, params, order } of stretchesOf(walk, undefined)) {
    const from = `FROM resource ${indexFor(walk)} WHERE tenant_id = ? AND resource_type = ? AND ${where}`;
    const asked = [tenantId, type.name, ...params];
    const rows = prepare<WalkRow>(`SELECT rid, ${keyOf(walk)} AS key ${from} ORDER BY ${order} LIMIT ? OFFSET ?`);
    const part = rows.all(...asked, length - found.length, skip);
    found.push(...part);
    if (found.length === length) break;
    const entries = prepare<{ entries: number }>(`SELECT count(*) AS entries ${from}`).get(...asked)?.entries ?? 0;
    skip = Math.max(0, skip - entries);
  }
  return found;
}

/** The first matches of a type from the start on, where there is no filter. */
function walkMatches(
  prepare: Prepare,
  selection: Selection,
  walk: Walk,
  start: Start,
  wanted: number,
): readonly Match[] {
  const { tenantId, type, join } = selection;
  const matches: Match[] = [];
  for (const { where, params, order } of stretchesOf(walk, placeOf(start))) {
    if (matches.length === wanted) break;
    const rows = prepare<WalkRow>(
      `SELECT rid, ${keyOf(walk)} AS key FROM resource ${indexFor(walk)}
         WHERE tenant_id = ? AND resource_type = ? AND ${where} ORDER BY ${order} LIMIT ?`,
    );
    for (const row of rows.all(tenantId, type.name, ...params, wanted - matches.length)) {
      matches.push({ rid: row.rid, key: row.key ?? undefined, join });
    }
  }
  return matches;
}

/** The page that begins at the start; `matches` go in the direction of the walk, one more than the page where there is one. */
function pageOf(prepare: Prepare, matches: readonly Match[], start: Start, limit: number): Omit<ResourcePage, "total"> {
  const backwards = "before" in start;
  const from = "offset" in start ? start.offset : 0;
  const found = matches.slice(from, from + limit);
  const page = backwards ? found.reverse() : found;
  const hasMore = limit > 0 && matches.length > from + limit;
  const hasNext = backwards || hasMore;
  const hasPrevious = backwards ? hasMore : "after" in start && start.after !== undefined;
  const [first] = page;
  const last = page.at(-1);
  return {
    resources: recordsOf(prepare, page),
    ...(hasNext && last !== undefined && { next: { key: last.key ?? null, row: last.rid } }),
    ...(hasPrevious && first !== undefined && { previous: { key: first.key ?? null, row: first.rid } }),
  };
}
