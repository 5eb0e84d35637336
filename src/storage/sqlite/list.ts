import type { Database } from "bun:sqlite";
import type { PathOf } from "../../scim/resource/render.ts";
import { compileFilter, type FilterSql } from "../filter-sql.ts";
import type { JoinedRecord, ResourcePage, ResourceQuery, Start, TypeQuery } from "../port.ts";
import { orderSql, sortColumn, stretchesOf, type Walk } from "../sort-sql.ts";
import { type Found, inOrder, type Match, placeOf, type Selection } from "./match.ts";
import { type ResourceRow, recordOf, recordsOf, resourceColumns } from "./row.ts";
import { scanMatches } from "./scan.ts";
import { type Prepare, snapshot, statementCache } from "./statements.ts";

const everything: FilterSql = { where: "", params: [], residual: undefined };

/** Lists pages of resources. */
export function listReads(db: Database): (query: ResourceQuery) => Promise<ResourcePage> {
  const prepare = statementCache(db);
  return async function list(query) {
    const { tenantId, types, start, limit, pathOf } = query;
    const sort = types.find((asked) => asked.sort !== undefined)?.sort;
    const selections = types.map((asked) => selectionOf(tenantId, asked, sort !== undefined, pathOf));
    const backwards = "before" in start;
    const walks = selections.map((selection) => walkOf(selection, backwards));
    const [only] = selections;
    const [walk] = walks;
    if (only !== undefined && walk !== undefined && selections.length === 1 && "offset" in start) {
      return snapshot(db, () => offsetPage(prepare, only, walk, start.offset, limit));
    }
    // One more than the page tells whether there is another one.
    const wanted = "offset" in start ? start.offset + limit : limit + 1;
    const found: Found[] = [];
    for (const [index, selection] of selections.entries()) {
      const answerable = walks[index];
      found.push(
        answerable === undefined
          ? await scanMatches(prepare, selection, sort, start, wanted)
          : snapshot(db, () => walkMatches(prepare, selection, answerable, start, wanted)),
      );
    }
    const total = found.reduce((sum, each) => sum + each.total, 0);
    const compare = inOrder(sort, backwards);
    const matches = found.flatMap((each) => each.matches).sort(compare);
    // What was before the place is gone: the page behind it is the first one now, and the list begins there.
    if (backwards && limit > 0 && matches.length === 0) return list({ ...query, start: { after: undefined } });
    return snapshot(db, () => ({ total, ...pageOf(prepare, matches.slice(0, wanted), start, limit) }));
  };
}

function selectionOf(tenantId: number, asked: TypeQuery, isSorted: boolean, pathOf: PathOf | undefined): Selection {
  const { type, filter, sort, join } = asked;
  const sql = filter === undefined ? everything : compileFilter(filter, type, tenantId);
  const condition = sql.where === "" ? "" : `AND (${sql.where})`;
  const { params, residual } = sql;
  return { tenantId, type, condition, params, residual, join, sort, isSorted, pathOf };
}

/** How SQL alone finds the matches in order; undefined when they have to be looked at one by one. */
function walkOf({ residual, sort, isSorted, type }: Selection, backwards: boolean): Walk | undefined {
  if (residual !== undefined) return undefined;
  if (sort === undefined) return isSorted ? undefined : { column: undefined, descending: false, backwards };
  const column = sortColumn(sort, type);
  return column && { column, descending: sort.descending, backwards };
}

function totalOf(prepare: Prepare, { tenantId, type, condition, params }: Selection): number {
  const counted =
    condition === ""
      ? prepare<{ total: number }>(
          "SELECT count AS total FROM resource_count WHERE tenant_id = ? AND resource_type = ?",
        )
      : prepare<{ total: number }>(
          `SELECT count(*) AS total FROM resource WHERE tenant_id = ? AND resource_type = ? ${condition}`,
        );
  return counted.get(tenantId, type.name, ...params)?.total ?? 0;
}

/** Left alone, the planner takes an index in which the rows of a type are in another order, and sorts. */
function indexFor(condition: string, order: string): string {
  return condition === "" && /^rid\b/.test(order) ? "INDEXED BY resource_type" : "";
}

/** A page by index, of one type. */
function offsetPage(prepare: Prepare, selection: Selection, walk: Walk, offset: number, limit: number): ResourcePage {
  const { tenantId, type, condition, params, join } = selection;
  const page = (): readonly JoinedRecord[] => {
    if (limit === 0) return [];
    const order = orderSql(walk);
    const index = indexFor(condition, order);
    const places = [tenantId, type.name, ...params, limit, offset];
    if (walk.column === undefined && join !== "members") {
      // Finds the page in an index and joins its documents afterwards: sorting whole rows is twenty times slower.
      const whole = prepare<ResourceRow>(`SELECT ${resourceColumns(join)} FROM (
          SELECT rid AS page_rid FROM resource ${index}
            WHERE tenant_id = ? AND resource_type = ? ${condition} ORDER BY rid LIMIT ? OFFSET ?
        ) CROSS JOIN resource r ON r.rid = page_rid ORDER BY page_rid`);
      return whole.all(...places).map(recordOf);
    }
    const sorted = prepare<{ rid: number }>(
      `SELECT rid FROM resource ${index} WHERE tenant_id = ? AND resource_type = ? ${condition}
         ORDER BY ${order} LIMIT ? OFFSET ?`,
    );
    return recordsOf(
      prepare,
      sorted.all(...places).map(({ rid }) => ({ rid, join })),
    );
  };
  return { total: totalOf(prepare, selection), resources: page() };
}

/** The first matches of a type from the start on. */
function walkMatches(prepare: Prepare, selection: Selection, walk: Walk, start: Start, wanted: number): Found {
  const { tenantId, type, condition, params, join } = selection;
  const key = walk.column?.name ?? "NULL";
  const matches: Match[] = [];
  for (const { where, params: places, order } of stretchesOf(walk, placeOf(start))) {
    const rows = prepare<{ rid: number; key: string | number | null }>(
      `SELECT rid, ${key} AS key FROM resource ${indexFor(condition, order)}
         WHERE tenant_id = ? AND resource_type = ? ${condition} AND ${where} ORDER BY ${order} LIMIT ?`,
    );
    for (const row of rows.all(tenantId, type.name, ...params, ...places, wanted - matches.length)) {
      matches.push({ rid: row.rid, key: row.key ?? undefined, join });
    }
    if (matches.length === wanted) break;
  }
  return { total: totalOf(prepare, selection), matches };
}

/** The page that begins at the start; `matches` go in the direction of the walk, one more than the page where there is one. */
function pageOf(prepare: Prepare, matches: readonly Match[], start: Start, limit: number): Omit<ResourcePage, "total"> {
  if ("offset" in start) return { resources: recordsOf(prepare, matches.slice(start.offset)) };
  const backwards = "before" in start;
  const page = backwards ? matches.slice(0, limit).reverse() : matches.slice(0, limit);
  const hasMore = limit > 0 && matches.length > limit;
  const hasNext = backwards || hasMore;
  const hasPrevious = backwards ? hasMore : start.after !== undefined;
  const [first] = page;
  const last = page.at(-1);
  return {
    resources: recordsOf(prepare, page),
    ...(hasNext && last !== undefined && { next: { key: last.key ?? null, row: last.rid } }),
    ...(hasPrevious && first !== undefined && { previous: { key: first.key ?? null, row: first.rid } }),
  };
}
