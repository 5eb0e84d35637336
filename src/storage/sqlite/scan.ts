import { evaluate } from "../../scim/filter/evaluate.ts";
import { membershipOf } from "../../scim/schema/registry.ts";
import { sortKey } from "../../scim/sort.ts";
import { mentionsOf, wholeResource } from "../document.ts";
import { type Found, type Gathering, gathering, type Match, type Selection, type Wanted } from "./match.ts";
import { type ResourceRow, recordOf, resourceColumns } from "./row.ts";
import type { Pause } from "./scan-lane.ts";
import type { Prepare } from "./statements.ts";

/** Documents between two pauses: about half a millisecond of parsing and evaluating. */
const documentsPerTurn = 50;
/** Documents that are read by one statement; where a group comes with all its members, each is read alone. */
const documentsPerStatement = 500;

/**
 * Answers a filter or an order that no index can: reads the documents of the candidates in the order of creation,
 * evaluates the filter on each, and lets other requests run in between. Keeps no more than is wanted.
 *
 * @param rids the candidates in ascending order; all resources of the type when undefined
 */
export async function scanDocuments(
  { prepare, pause }: { readonly prepare: Prepare; readonly pause: Pause },
  selection: Selection,
  wanted: Wanted,
  rids: Iterable<number> | undefined,
): Promise<Found> {
  const gathered = gatheringFor(wanted);
  const isHeavy = mentionedIn(selection) === "members";
  let documents = 0;
  for (const match of evaluated(prepare, selection, rids)) {
    if (match !== undefined) gathered.take(match);
    if (isHeavy || ++documents % documentsPerTurn === 0) await pause();
  }
  return gathered.found();
}

/** The same for few candidates, in one go. */
export function lookAtDocuments(
  prepare: Prepare,
  selection: Selection,
  wanted: Wanted,
  rids: readonly number[],
): Found {
  const gathered = gatheringFor(wanted);
  for (const match of evaluated(prepare, selection, rids)) if (match !== undefined) gathered.take(match);
  return gathered.found();
}

function gatheringFor(wanted: Wanted): Gathering {
  return gathering(wanted, wanted.sort === undefined && !("before" in wanted.start));
}

/** Each candidate that is there: a match, or undefined for one that is none. */
function* evaluated(
  prepare: Prepare,
  selection: Selection,
  rids: Iterable<number> | undefined,
): Generator<Match | undefined> {
  const { filter, sort, join, pathOf } = selection;
  const mentioned = mentionedIn(selection);
  const rows = rids === undefined ? everyRow(prepare, selection, mentioned) : rowsOf(prepare, rids, mentioned);
  for (const row of rows) {
    const whole = wholeResource(recordOf(row), mentioned, pathOf);
    const isMatch = filter === undefined || evaluate(filter, whole);
    yield isMatch ? { rid: row.rid, key: sort && sortKey(sort, whole), join } : undefined;
  }
}

type Mentioned = ReturnType<typeof mentionsOf>;

/** The memberships that the filter has to see. */
function mentionedIn({ filter, type }: Selection): Mentioned {
  return filter && membershipOf(type) !== undefined ? mentionsOf(filter) : undefined;
}

function* everyRow(prepare: Prepare, { tenantId, type }: Selection, mentioned: Mentioned): Generator<ResourceRow> {
  const limit = mentioned === "members" ? 1 : documentsPerStatement;
  const next = prepare<ResourceRow>(
    `SELECT ${resourceColumns(mentioned)} FROM resource r INDEXED BY resource_type
       WHERE r.tenant_id = ? AND r.resource_type = ? AND r.rid > ? ORDER BY r.rid LIMIT ${limit}`,
  );
  for (let after = 0; ; ) {
    const rows = next.all(tenantId, type.name, after);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return;
    after = last.rid;
  }
}

function* rowsOf(prepare: Prepare, rids: Iterable<number>, mentioned: Mentioned): Generator<ResourceRow> {
  const one = prepare<ResourceRow>(`SELECT ${resourceColumns(mentioned)} FROM resource r WHERE r.rid = ?`);
  for (const rid of rids) {
    const row = one.get(rid);
    if (row !== null) yield row;
  }
}
