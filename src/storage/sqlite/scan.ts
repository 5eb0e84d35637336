import { evaluate } from "../../scim/filter/evaluate.ts";
import type { JsonObject } from "../../scim/json.ts";
import { membershipOf } from "../../scim/schema/registry.ts";
import { type Sort, sortKey } from "../../scim/sort.ts";
import { mentionsOf, wholeResource } from "../document.ts";
import type { Start } from "../port.ts";
import { type Found, inOrder, type Match, placeOf, type Selection } from "./match.ts";
import { type ResourceRow, recordOf, resourceColumns } from "./row.ts";
import type { Prepare } from "./statements.ts";

/** Candidates between two looks at the other requests: about three milliseconds of parsing and evaluating. */
const scanRowsPerTurn = 500;

/**
 * Answers a filter or an order that no column can: walks the candidates in order of creation, evaluates each, and lets
 * other requests run in between. Keeps no more than is wanted, and for a sort the key of each match.
 *
 * @param sort of the whole list, by an attribute that the type may lack
 * @param wanted matches from the start on, at most
 */
export async function scanMatches(
  prepare: Prepare,
  selection: Selection,
  sort: Sort | undefined,
  start: Start,
  wanted: number,
): Promise<Found> {
  const compare = inOrder(sort, "before" in start);
  const place = placeOf(start);
  const edge: Match | undefined = place && { rid: place.row, key: place.key ?? undefined, join: undefined };
  const isBeyond = (match: Match): boolean => edge === undefined || compare(match, edge) > 0;
  // In order of creation the first matches that come are the ones that are wanted.
  const comeInOrder = sort === undefined && !("before" in start);
  const keptMax = comeInOrder ? wanted : Math.max(2 * wanted, 1000);
  let kept: Match[] = [];
  let total = 0;
  await walk(prepare, selection, (whole, rid) => {
    total++;
    const match = { rid, key: selection.sort && sortKey(selection.sort, whole), join: selection.join };
    if (!isBeyond(match) || (comeInOrder && kept.length === wanted)) return;
    kept.push(match);
    if (!comeInOrder && kept.length > keptMax) kept = kept.sort(compare).slice(0, wanted);
  });
  return { total, matches: kept.sort(compare).slice(0, wanted) };
}

type Visit = (whole: JsonObject, rid: number) => void;

async function walk(prepare: Prepare, selection: Selection, visit: Visit): Promise<void> {
  const { tenantId, type, condition, params, residual, pathOf } = selection;
  const join = residual && membershipOf(type) !== undefined ? mentionsOf(residual) : undefined;
  const candidates = prepare<ResourceRow>(
    `SELECT ${resourceColumns(join)} FROM resource r
       WHERE tenant_id = ? AND resource_type = ? AND rid > ? ${condition} ORDER BY rid LIMIT ${scanRowsPerTurn}`,
  );
  for (let after = 0; ; ) {
    const rows = candidates.all(tenantId, type.name, after, ...params);
    for (const row of rows) {
      const whole = wholeResource(recordOf(row), join, pathOf);
      if (residual === undefined || evaluate(residual, whole)) visit(whole, row.rid);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < scanRowsPerTurn) return;
    after = last.rid;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
