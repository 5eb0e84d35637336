import { type IndexScan, probeSql, ridsSql } from "../index-scan.ts";
import type { FilterPlan } from "../plan.ts";
import { joined, type Sql } from "../sql.ts";
import type { Reader } from "./reader.ts";
import type { Prepare } from "./statements.ts";

/** Ways into a filter whose entries are counted before one is taken. */
const probesMax = 8;

/** Walks that together have every match of a part of a filter. */
export interface WayIn {
  readonly scans: readonly IndexScan[];
  /** Whether they have nothing but its matches. */
  readonly isExact: boolean;
  /** The part. */
  readonly part: FilterPlan;
}

/** What a way in leaves to be looked at. */
export interface Rest {
  /** A condition on a resource `r`. */
  readonly check: Sql | undefined;
  /** Whether the filter must be evaluated as well. */
  readonly needsDocument: boolean;
}

/** Resources that may match, few enough to look at each; in ascending order, each once. */
export interface Candidates extends Rest {
  readonly rids: readonly number[];
  readonly way: WayIn;
}

/** The parts of a filter that must all hold. */
function conjuncts(plan: FilterPlan): readonly FilterPlan[] {
  return plan.kind === "and" ? plan.terms.flatMap(conjuncts) : [plan];
}

const extents = ["one", "value", "range", "all"] as const;

function extentOf({ scans }: WayIn): number {
  return Math.max(...scans.map(({ extent }) => extents.indexOf(extent)));
}

/** Every way into a filter, those first that promise least to look at. */
export function waysInto(plan: FilterPlan): readonly WayIn[] {
  return conjuncts(plan)
    .flatMap(waysOf)
    .sort((left, right) => extentOf(left) - extentOf(right));
}

function waysOf(part: FilterPlan): readonly WayIn[] {
  switch (part.kind) {
    case "index":
      return [{ scans: [part.scan], isExact: part.isExact, part }];
    case "or": {
      const ways = part.terms.map((term) => waysInto(term)[0]);
      const known = ways.filter((way) => way !== undefined);
      if (known.length < ways.length) return [];
      // Of several conditions that must hold together, a way has only one.
      const isExact = known.every((way, index) => way.isExact && way.part === part.terms[index]);
      return [{ scans: known.flatMap(({ scans }) => scans), isExact, part }];
    }
    default:
      return [];
  }
}

/** The condition that a part comes to, as far as one look decides it; `isExact` when that is all of it. */
export function checkOf(plan: FilterPlan): { readonly check: Sql | undefined; readonly isExact: boolean } {
  switch (plan.kind) {
    case "index":
      return { check: plan.check, isExact: plan.isExact && plan.check !== undefined };
    case "document":
      return { check: undefined, isExact: false };
    case "not": {
      const { check, isExact } = checkOf(plan.term);
      if (check === undefined || !isExact) return { check: undefined, isExact: false };
      return { check: { text: `(${check.text}) IS NOT TRUE`, params: check.params }, isExact };
    }
    case "and":
    case "or": {
      const terms = plan.terms.map(checkOf);
      const known = terms.flatMap(({ check }) => (check === undefined ? [] : [check]));
      const isExact = terms.every((term) => term.isExact);
      if (plan.kind === "and") return { check: joined(known, "AND"), isExact };
      if (terms.length === 0) return { check: { text: "0", params: [] }, isExact: true };
      return known.length < terms.length
        ? { check: undefined, isExact: false }
        : { check: joined(known, "OR"), isExact };
    }
  }
}

/** What these parts of a filter come to for each candidate. */
function restOf(parts: readonly FilterPlan[]): Rest {
  const checks = parts.map(checkOf);
  const known = checks.flatMap(({ check }) => (check === undefined ? [] : [check]));
  return { check: joined(known, "AND"), needsDocument: checks.some(({ isExact }) => !isExact) };
}

/** The candidates by the way that has fewest of them; undefined when each has too many, or there is none. */
export function fewCandidates({ prepare, limits }: Reader, plan: FilterPlan): Candidates | undefined {
  const way = narrowest(prepare, waysInto(plan), limits.candidates);
  const first = way && ridsOf(prepare, way, limits.candidates);
  if (way === undefined || first === undefined) return undefined;
  let rids = first;
  const left: FilterPlan[] = [];
  for (const part of conjuncts(plan)) {
    if (part === way.part && way.isExact) continue;
    const isFew = rids.length < limits.fewCandidates;
    const among = isFew ? undefined : matchesAmong(prepare, part, rids, limits.candidates * otherWaysFactor);
    if (among === undefined) left.push(part);
    else rids = among;
  }
  return { rids, way, ...restOf(left) };
}

/** How many times as many entries of another index may be walked: one takes a hundredth of a look at a document. */
const otherWaysFactor = 10;

/** The candidates that match a further part which only documents would tell of, where an index has its matches, too. */
function matchesAmong(
  prepare: Prepare,
  part: FilterPlan,
  candidates: readonly number[],
  entriesMax: number,
): readonly number[] | undefined {
  if (checkOf(part).isExact) return undefined;
  const [way] = waysOf(part).filter(({ isExact }) => isExact);
  if (way === undefined || entriesOf(prepare, way, entriesMax + 1) > entriesMax) return undefined;
  const list = `[${candidates.join(",")}]`;
  const found = new Set<number>();
  for (const scan of way.scans) {
    const { text, params } = ridsSql(scan);
    const rows = prepare<{ rid: number }>(`${text} AND ${scan.rid} IN (SELECT value FROM json_each(?))`);
    for (const { rid } of rows.all(...params, list)) found.add(rid);
  }
  return candidates.filter((rid) => found.has(rid));
}

function narrowest(prepare: Prepare, ways: readonly WayIn[], max: number): WayIn | undefined {
  const [first, ...others] = ways.slice(0, probesMax);
  // One value, or nothing to choose from: what it has is counted while it is read.
  if (first === undefined || extentOf(first) === 0 || (others.length === 0 && first.scans.every(isPlain))) return first;
  let best: WayIn | undefined;
  let least = max + 1;
  for (const way of [first, ...others]) {
    const entries = entriesOf(prepare, way, least);
    if (entries >= least) continue;
    [best, least] = [way, entries];
  }
  return best;
}

/** Nothing is looked at that is no candidate. */
function isPlain({ extent, test }: IndexScan): boolean {
  return test === undefined && extent !== "all";
}

function entriesOf(prepare: Prepare, { scans }: WayIn, limit: number): number {
  let entries = 0;
  for (const scan of scans) {
    const { text, params } = probeSql(scan, limit - entries);
    entries += prepare<{ entries: number }>(text).get(...params)?.entries ?? 0;
    if (entries >= limit) break;
  }
  return entries;
}

function ridsOf(prepare: Prepare, { scans }: WayIn, max: number): readonly number[] | undefined {
  const found = new Set<number>();
  for (const scan of scans) {
    const { text, params } = ridsSql(scan);
    const rows = prepare<{ rid: number }>(`${text} LIMIT ${max + 1}`).all(...params);
    if (rows.length > max) return undefined;
    for (const { rid } of rows) found.add(rid);
    if (found.size > max) return undefined;
  }
  const rids = [...found];
  return rids.length < 2 ? rids : rids.sort((left, right) => left - right);
}
