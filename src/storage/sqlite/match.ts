import type { BoundFilter } from "../../scim/filter/bound.ts";
import type { PathOf } from "../../scim/resource/render.ts";
import type { ResourceType } from "../../scim/schema/registry.ts";
import { compareKeys, type Sort, type SortKey } from "../../scim/sort.ts";
import type { Join, Place, Start } from "../port.ts";

/** What is looked for among the resources of one type. */
export interface Selection {
  readonly tenantId: number;
  readonly type: ResourceType;
  readonly filter: BoundFilter | undefined;
  readonly join: Join | undefined;
  readonly sort: Sort | undefined;
  readonly pathOf: PathOf | undefined;
  /** Whether the list is sorted at all: by an attribute that this type may lack. */
  readonly isSorted: boolean;
}

/** Which part of the list is wanted, in which order. */
export interface Wanted {
  /** Of the whole list, by an attribute that the type may lack. */
  readonly sort: Sort | undefined;
  readonly start: Start;
  /** Matches from the start on, at most. */
  readonly limit: number;
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

/** Whether a match lies beyond where the page begins. */
export function isBeyond({ sort, start }: Wanted): (match: Match) => boolean {
  const place = placeOf(start);
  if (place === undefined) return () => true;
  const compare = inOrder(sort, "before" in start);
  const edge: Match = { rid: place.row, key: place.key ?? undefined, join: undefined };
  return (match) => compare(match, edge) > 0;
}

/** Takes matches in any order and keeps those that are wanted. */
export interface Gathering {
  take(match: Match): void;
  found(): Found;
}

/** @param comeInOrder whether matches are taken in the order of the list */
export function gathering(wanted: Wanted, comeInOrder: boolean): Gathering {
  const { sort, start, limit } = wanted;
  const compare = inOrder(sort, "before" in start);
  const beyond = isBeyond(wanted);
  const keptMax = comeInOrder ? limit : Math.max(2 * limit, 1000);
  let kept: Match[] = [];
  let total = 0;
  return {
    take(match) {
      total++;
      if (!beyond(match) || (comeInOrder && kept.length === limit)) return;
      kept.push(match);
      if (!comeInOrder && kept.length > keptMax) kept = kept.sort(compare).slice(0, limit);
    },
    found: () => ({ total, matches: comeInOrder ? kept : kept.sort(compare).slice(0, limit) }),
  };
}
