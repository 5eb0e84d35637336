import type { BoundFilter } from "../scim/filter/bound.ts";
import type { IndexTarget } from "../scim/filter/indexed.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import type { IndexScan } from "./index-scan.ts";
import type { Sql } from "./sql.ts";

/** An attribute index that may be used. */
export interface UsableIndex {
  readonly rid: number;
  readonly path: string;
  readonly target: IndexTarget;
}

/**
 * A filter with what a store can do about each part of it. `evaluate` is the meaning of a filter; a plan only says how
 * to find sooner what it would find.
 */
export type FilterPlan =
  /** An index has the resources: just the matches when it `isExact`, else all matches and others. */
  | {
      readonly kind: "index";
      readonly filter: BoundFilter;
      readonly scan: IndexScan;
      readonly isExact: boolean;
      /** The same as a condition on a resource `r`, where one look decides it. */
      readonly check: Sql | undefined;
    }
  | { readonly kind: "and" | "or"; readonly filter: BoundFilter; readonly terms: readonly FilterPlan[] }
  | { readonly kind: "not"; readonly filter: BoundFilter; readonly term: FilterPlan }
  /** Only the document tells. */
  | { readonly kind: "document"; readonly filter: BoundFilter };

/** What a plan is made for. */
export interface PlanScope {
  readonly tenantId: number;
  readonly type: ResourceType;
  /** The indexes of the type that are ready; asked for when a filter is about an attribute that may be in one. */
  readonly indexes: () => readonly UsableIndex[];
  /** The numbers that a statement answers with: which resources a filter about memberships names. */
  readonly ridsOf: (statement: Sql) => readonly number[];
}
