import type { BoundFilter } from "../../scim/filter/bound.ts";
import type { PathOf } from "../../scim/resource/render.ts";
import type { ResourceType } from "../../scim/schema/registry.ts";
import { compareKeys, type Sort, type SortKey } from "../../scim/sort.ts";
import type { SqlValue } from "../filter-sql.ts";
import type { Join, Place, Start } from "../port.ts";

/** What is looked for among the resources of one type. */
export interface Selection {
  readonly tenantId: number;
  readonly type: ResourceType;
  /** The part of the filter that SQL answers, starting with AND; may be empty. */
  readonly condition: string;
  readonly params: readonly SqlValue[];
  /** The rest, evaluated on each candidate. */
  readonly residual: BoundFilter | undefined;
  readonly join: Join | undefined;
  readonly sort: Sort | undefined;
  readonly pathOf: PathOf | undefined;
  /** Whether the list is sorted at all: by an attribute that this type may lack. */
  readonly isSorted: boolean;
}

/** A resource that is in the list, before its document is read. */
export interface Match {
  readonly rid: number;
  /** What it is ordered by. */
  readonly key: SortKey;
  readonly join: Join | undefined;
}

/** The matches of one type: how many, and the first of them in the direction of the walk. */
export interface Found {
  readonly total: number;
  readonly matches: readonly Match[];
}

/** The order of matches: by key, then by creation; or the same backwards. */
export function inOrder(sort: Sort | undefined, backwards: boolean): (left: Match, right: Match) => number {
  const forwards = (left: Match, right: Match): number =>
    (sort === undefined ? 0 : compareKeys(sort, left.key, right.key)) || left.rid - right.rid;
  return backwards ? (left, right) => forwards(right, left) : forwards;
}

/** The place that a page begins beside; undefined when it is the first one, or found by counting. */
export function placeOf(start: Start): Place | undefined {
  if ("before" in start) return start.before;
  return "after" in start ? start.after : undefined;
}
