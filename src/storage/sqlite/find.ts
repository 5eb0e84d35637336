import { ScimError } from "../../scim/error.ts";
import { planFilter } from "../filter-plan.ts";
import { everyResource } from "../index-scan.ts";
import type { FilterPlan, UsableIndex } from "../plan.ts";
import { hasIndex, sortColumn, type Walk } from "../sort-sql.ts";
import type { Sql } from "../sql.ts";
import { type Candidates, checkOf, fewCandidates } from "./candidates.ts";
import { collect } from "./collect.ts";
import type { Found, Match, Selection, Wanted } from "./match.ts";
import { orderedMatches, sortedMatches, walkedMatches, wantedOf } from "./ordered.ts";
import type { Reader } from "./reader.ts";
import { lookAtDocuments, scanDocuments } from "./scan.ts";
import type { Pause, ScanLane } from "./scan-lane.ts";
import { snapshot } from "./statements.ts";

export interface FindPorts {
  readonly reader: Reader;
  readonly lane: ScanLane;
  /** Documents that a query without an index may look at; undefined when any number. */
  readonly scanRowsMax: number | undefined;
}

/** What is wanted, and what the query knows or watches beside it. */
export interface Search extends Wanted {
  readonly knownTotal: number | undefined;
  /** Whether the matches of other types are in the same order. */
  readonly isMerged: boolean;
  readonly signal: AbortSignal | undefined;
}

/** How SQL walks the list; undefined when only documents tell what it is ordered by. */
export function walkOf({ sort, isSorted, type }: Selection, backwards: boolean): Walk | undefined {
  if (sort === undefined) return isSorted ? undefined : { column: undefined, descending: false, backwards };
  const column = sortColumn(sort, type);
  return column && { column, descending: sort.descending, backwards };
}

export function planOf({ indexes, prepare }: Reader, { tenantId, type, filter }: Selection): FilterPlan | undefined {
  if (filter === undefined) return undefined;
  let known: readonly UsableIndex[] | undefined;
  const usable = (): readonly UsableIndex[] => {
    known ??= indexes.of(tenantId).filter(({ resourceType, state }) => resourceType === type.name && state === "ready");
    return known;
  };
  const ridsOf = ({ text, params }: Sql): readonly number[] =>
    prepare<{ rid: number }>(text)
      .all(...params)
      .map(({ rid }) => rid);
  return planFilter(filter, { tenantId, type, indexes: usable, ridsOf });
}

/**
 * Finds the matches of one type: at once where an index has few candidates, else on the scan lane, so that other
 * requests are answered meanwhile.
 *
 * @throws ScimError tooMany when more documents would have to be looked at than is allowed
 */
export async function findMatches(ports: FindPorts, selection: Selection, search: Search): Promise<Found> {
  const walk = walkOf(selection, "before" in search.start);
  const found = snapshot(ports.reader.db, () => findAtOnce(ports.reader, selection, search, walk));
  if (found !== undefined) return found;
  return ports.lane.run((reader, pause) => findSlowly(ports, reader, pause, selection, search, walk), search.signal);
}

/** The matches, where there are few candidates; undefined where it takes longer than a request may hold up others. */
function findAtOnce(reader: Reader, selection: Selection, wanted: Search, walk: Walk | undefined): Found | undefined {
  const plan = planOf(reader, selection);
  const few = plan && fewCandidates(reader, plan);
  if (few === undefined) return undefined;
  const isBare = few.check === undefined && !few.needsDocument && few.rids.length < 2;
  // Whoever looks for one person by a name has one candidate, which needs neither a check nor an order.
  if (isBare && "offset" in wanted.start && !wanted.isMerged) return wantedOf(bare(few.rids, selection), wanted);
  if (walk !== undefined && !few.needsDocument) {
    return wantedOf(sortedMatches(reader.prepare, selection, walk, few.rids, few.check), wanted);
  }
  const rids = checked(reader, selection, few);
  return rids.length > reader.limits.documents ? undefined : lookAtDocuments(reader.prepare, selection, wanted, rids);
}

function bare(rids: readonly number[], { join }: Selection): readonly Match[] {
  return rids.map((rid) => ({ rid, key: undefined, join }));
}

async function findSlowly(
  { scanRowsMax }: FindPorts,
  reader: Reader,
  pause: Pause,
  selection: Selection,
  search: Search,
  walk: Walk | undefined,
): Promise<Found> {
  const ports = { reader, pause };
  const plan = planOf(reader, selection);
  const few = plan && fewCandidates(reader, plan);
  if (few !== undefined)
    return scanDocuments({ prepare: reader.prepare, pause }, selection, search, checked(reader, selection, few));
  const { check, isExact: isChecked } = plan === undefined ? { check: undefined, isExact: true } : checkOf(plan);
  if (search.knownTotal !== undefined && isChecked && walk !== undefined && hasIndex(walk) && "after" in search.start) {
    const matches = await walkedMatches(ports, selection, search, walk, check, () => true);
    return { total: search.knownTotal, matches };
  }
  const collected =
    plan && (await collect({ ...ports, everything: everyResource(selection.tenantId, selection.type.name) }, plan));
  const isExact = plan === undefined || collected?.isExact === true;
  if (isExact && walk !== undefined) return orderedMatches(ports, selection, search, walk, collected?.set);
  const documents = collected?.set.size ?? countOf(reader, selection);
  if (scanRowsMax !== undefined && documents > scanRowsMax) throw tooManyDocuments(documents, scanRowsMax);
  return scanDocuments({ prepare: reader.prepare, pause }, selection, search, collected?.set.upwards());
}

/** The candidates that satisfy what columns tell. */
function checked({ prepare }: Reader, selection: Selection, { rids, check }: Candidates): readonly number[] {
  if (check === undefined) return rids;
  const walk: Walk = { column: undefined, descending: false, backwards: false };
  return sortedMatches(prepare, selection, walk, rids, check).map(({ rid }) => rid);
}

export function countOf({ prepare }: Reader, { tenantId, type }: Selection): number {
  return (
    prepare<{ count: number }>("SELECT count FROM resource_count WHERE tenant_id = ? AND resource_type = ?").get(
      tenantId,
      type.name,
    )?.count ?? 0
  );
}

function tooManyDocuments(documents: number, max: number): ScimError {
  return new ScimError(
    "tooMany",
    `The filter or the order has no index: ${documents} resources would have to be looked at, and at most ${max} ` +
      "may be. Ask for an indexed attribute beside it, or have an administrator index the attribute; " +
      "/api/explain tells which.",
  );
}
