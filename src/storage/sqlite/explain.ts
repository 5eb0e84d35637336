import type { BoundFilter, Target } from "../../scim/filter/bound.ts";
import type { FilterPlan } from "../plan.ts";
import type { Explanation, TypeQuery } from "../port.ts";
import { hasIndex, type Walk } from "../sort-sql.ts";
import { fewCandidates } from "./candidates.ts";
import { isAnswered, isKnown } from "./collect.ts";
import { countOf, type FindPorts, planOf, walkOf } from "./find.ts";
import type { Selection } from "./match.ts";
import { snapshot } from "./statements.ts";

/** Says how `findMatches` would find what is asked for. */
export function explain({ reader, scanRowsMax }: FindPorts, tenantId: number, asked: TypeQuery): Explanation {
  const { type, filter, sort } = asked;
  const isSorted = sort !== undefined;
  const selection: Selection = { tenantId, type, filter, sort, isSorted, join: undefined, pathOf: undefined };
  return snapshot(reader.db, () => {
    const walk = walkOf(selection, false);
    const plan = planOf(reader, selection);
    const all = countOf(reader, selection);
    const few = plan && fewCandidates(reader, plan);
    if (few !== undefined) {
      const candidates = few.rids.length;
      const readsThem = few.needsDocument || walk === undefined;
      return {
        strategy: "index",
        uses: namesOf(few.way.scans),
        candidates,
        documents: readsThem ? candidates : 0,
        unindexed: unindexed(plan, few.needsDocument),
        order: orderOf(walk, sort === undefined),
        documentsMax: scanRowsMax,
      };
    }
    const isTold = plan === undefined || isAnswered(plan);
    const strategy = plan === undefined ? "order" : isTold ? "indexes" : "documents";
    return {
      strategy: strategy === "order" && walk === undefined ? "documents" : strategy,
      uses: plan === undefined ? [] : namesOf(scansIn(plan)),
      candidates: undefined,
      documents: isTold && walk !== undefined ? 0 : all,
      unindexed: unindexed(plan, !isTold),
      order: orderOf(walk, walk !== undefined && hasIndex(walk)),
      documentsMax: scanRowsMax,
    };
  });
}

function orderOf(walk: Walk | undefined, isIndexed: boolean): Explanation["order"] {
  if (walk === undefined) return "documents";
  return isIndexed ? "index" : "sorted";
}

type Named = { readonly name: string };

function namesOf(scans: readonly Named[]): readonly string[] {
  return [...new Set(scans.map(({ name }) => name))];
}

/** The walks that tell something of a filter. */
function scansIn(plan: FilterPlan): readonly Named[] {
  if (!isKnown(plan)) return [];
  if (plan.kind === "index") return [plan.scan];
  if (plan.kind === "not") return scansIn(plan.term);
  return plan.kind === "document" ? [] : plan.terms.flatMap(scansIn);
}

/** The attributes that no index tells of; none where documents are not asked. */
function unindexed(plan: FilterPlan | undefined, asksDocuments: boolean): readonly string[] {
  return plan === undefined || !asksDocuments ? [] : [...new Set(untold(plan))].sort();
}

function untold(plan: FilterPlan): readonly string[] {
  switch (plan.kind) {
    case "document":
      return pathsIn(plan.filter);
    case "index":
      return plan.isExact ? [] : pathsIn(plan.filter);
    case "not":
      return untold(plan.term);
    default:
      return plan.terms.flatMap(untold);
  }
}

function pathsIn(filter: BoundFilter): readonly string[] {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.terms.flatMap(pathsIn);
    case "not":
      return pathsIn(filter.filter);
    case "element":
      return pathsIn(filter.filter);
    default:
      return [pathOf(filter.target)];
  }
}

function pathOf({ extension, attribute, sub }: Target): string {
  const name = sub === undefined ? attribute : `${attribute}.${sub}`;
  return extension === undefined ? name : `${extension}:${name}`;
}
