import { type IndexScan, partsSql, restSql, type ScanEdge } from "../index-scan.ts";
import type { FilterPlan } from "../plan.ts";
import type { Reader } from "./reader.ts";
import { RidSet } from "./rid-set.ts";
import type { Pause } from "./scan-lane.ts";

/** The matches of a filter, found in indexes alone; all matches and others when it is not exact. */
export interface Collected {
  readonly set: RidSet;
  readonly isExact: boolean;
}

interface Ports {
  readonly reader: Reader;
  readonly pause: Pause;
  /** Every resource of the type. */
  readonly everything: IndexScan;
}

/**
 * Finds the matches of a filter by walking the indexes that know of its parts, and joining what they have.
 *
 * @returns undefined when no index tells anything
 */
export async function collect(ports: Ports, plan: FilterPlan): Promise<Collected | undefined> {
  switch (plan.kind) {
    case "document":
      return undefined;
    case "index":
      return { set: await collectScan(ports, plan.scan), isExact: plan.isExact };
    case "not": {
      const term = await collect(ports, plan.term);
      if (term?.isExact !== true) return undefined;
      return { set: (await collectScan(ports, ports.everything)).without(term.set), isExact: true };
    }
    case "and": {
      let all: Collected | undefined;
      for (const term of plan.terms) {
        const next = await collect(ports, term);
        if (next === undefined) continue;
        all = all === undefined ? next : { set: all.set.and(next.set), isExact: all.isExact && next.isExact };
      }
      return all && { set: all.set, isExact: all.isExact && isAnswered(plan) };
    }
    case "or": {
      let any: Collected = { set: new RidSet(), isExact: true };
      // One part of which nothing is known may hold for every resource.
      if (!plan.terms.every(isKnown)) return undefined;
      for (const term of plan.terms) {
        const next = await collect(ports, term);
        if (next === undefined) return undefined;
        any = { set: any.set.or(next.set), isExact: any.isExact && next.isExact };
      }
      return any;
    }
  }
}

/** Whether indexes tell just the matches of a filter. */
export function isAnswered(plan: FilterPlan): boolean {
  switch (plan.kind) {
    case "document":
      return false;
    case "index":
      return plan.isExact;
    case "not":
      return isAnswered(plan.term);
    default:
      return plan.terms.every(isAnswered);
  }
}

/** Whether indexes tell some resources that are no matches. */
export function isKnown(plan: FilterPlan): boolean {
  switch (plan.kind) {
    case "document":
      return false;
    case "index":
      return true;
    case "not":
      return isAnswered(plan.term);
    case "and":
      return plan.terms.some(isKnown);
    case "or":
      return plan.terms.every(isKnown);
  }
}

async function collectScan({ reader, pause }: Ports, scan: IndexScan): Promise<RidSet> {
  const set = new RidSet();
  const known = reader.edges.of(scan);
  const met: ScanEdge[] = [];
  for (;;) {
    const edge = met.at(-1);
    const rest = known[met.length] ?? edgeBehind(reader, scan, edge);
    for (const { text, params } of partsSql(scan, edge, rest)) {
      for (const [rid] of reader.prepare(text).values(...params)) if (typeof rid === "number") set.add(rid);
    }
    if (rest === undefined) break;
    met.push(rest);
    await pause();
  }
  reader.edges.keep(scan, met.length === known.length ? known : met);
  return set;
}

/** Where the walk may rest next; undefined when it comes to its end before. */
function edgeBehind({ prepare, limits }: Reader, scan: IndexScan, edge: ScanEdge | undefined): ScanEdge | undefined {
  const { text, params } = restSql(scan, edge, limits.indexEntries - 1);
  const row = prepare<Record<string, string | number>>(text).get(...params);
  return row === null ? undefined : scan.keys.map((key) => row[key] ?? null);
}
