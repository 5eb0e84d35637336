import type { BoundComparison, BoundFilter, SimpleTarget } from "../scim/filter/bound.ts";
import { type Compared, comparedTo, comparison, isForeign } from "./index-scan.ts";
import type { UsableIndex } from "./plan.ts";
import { joined, type Sql, sql } from "./sql.ts";

/*
 * Filters on the elements of one attribute, `emails[type eq "work" and value sw "b"]`: an index holds each value with
 * the `type` beside it, so that conditions on these two are answered from it alone.
 */

interface ElementScan {
  readonly index: UsableIndex;
  readonly compared: Compared;
  /** Whether it is just those elements; else others come along that the document must rule out. */
  readonly isExact: boolean;
}

type IndexOf = (target: SimpleTarget) => UsableIndex | undefined;

const extents = ["value", "range", "all"] as const;

/**
 * The walk through an index that has every element which satisfies the filter.
 *
 * @returns undefined when no condition that must hold is on an indexed value: an element without one is in no index
 */
export function elementScan(inner: BoundFilter, indexOf: IndexOf): ElementScan | undefined {
  const terms = conjuncts(inner);
  const leads = terms.flatMap((term) => leadOf(term, indexOf) ?? []);
  const [lead] = leads.sort(
    (left, right) => extents.indexOf(left.compared.extent) - extents.indexOf(right.compared.extent),
  );
  if (lead === undefined) return undefined;
  const others = terms.filter((term) => term !== lead.term);
  const conditions = others.map((term) => condition(term, lead.index));
  const known = conditions.filter((each) => each !== undefined);
  const { extent, bounds, test } = lead.compared;
  const tests = joined([...(test === undefined ? [] : [test]), ...known], "AND");
  return {
    index: lead.index,
    compared: { extent, bounds, test: tests },
    isExact: known.length === others.length,
  };
}

function conjuncts(filter: BoundFilter): readonly BoundFilter[] {
  return filter.kind === "and" ? filter.terms.flatMap(conjuncts) : [filter];
}

/** A condition that only an element with an indexed value can satisfy, as a walk through that index. */
function leadOf(term: BoundFilter, indexOf: IndexOf) {
  if (term.kind === "compare" && term.operator !== "ne" && !term.target.multiValued && !isForeign(term.value)) {
    const index = indexOf(term.target);
    return index && { term, index, compared: comparedTo("value", term.operator, term.value) };
  }
  if (term.kind !== "present" || term.target.multiValued || term.target.type === "complex") return undefined;
  const index = indexOf({ ...term.target, type: term.target.type });
  const compared: Compared = { extent: "all", bounds: {}, test: sql("value <> ''") };
  return index && { term, index, compared };
}

/** A condition on an element in terms of what the index holds of it; undefined when the index does not tell. */
function condition(filter: BoundFilter, index: UsableIndex): Sql | undefined {
  switch (filter.kind) {
    case "and":
    case "or": {
      const pieces = filter.terms.map((term) => condition(term, index));
      const known = pieces.filter((piece) => piece !== undefined);
      if (known.length < pieces.length) return undefined;
      return joined(known, filter.kind === "and" ? "AND" : "OR") ?? sql(filter.kind === "and" ? "1" : "0");
    }
    case "not": {
      const inner = condition(filter.filter, index);
      return inner && { text: `NOT (${inner.text})`, params: inner.params };
    }
    case "present":
      if (isLabel(filter.target.sub, index)) return sql("label <> ''");
      return isValue(filter.target.sub, index) ? sql("value <> ''") : undefined;
    case "compare":
      return comparisonOf(filter, index);
    case "element":
      return undefined;
  }
}

function comparisonOf(filter: BoundComparison, index: UsableIndex): Sql | undefined {
  const { target, operator, value } = filter;
  if (isForeign(value) || target.multiValued) return undefined;
  const asked = operator === "ne" ? "eq" : operator;
  const column = isValue(target.sub, index) ? "value" : isLabel(target.sub, index) ? "label" : undefined;
  // An element without a type has an empty label, which an empty literal or an order would take for one.
  const isVague = column === "label" && (value === "" || !["eq", "co", "sw", "ew"].includes(asked));
  if (column === undefined || isVague) return undefined;
  const piece = comparison(column, asked, value);
  return operator === "ne" ? { text: `NOT (${piece.text})`, params: piece.params } : piece;
}

function isValue(sub: string | undefined, { target }: UsableIndex): boolean {
  return sub === target.sub;
}

function isLabel(sub: string | undefined, { target }: UsableIndex): boolean {
  return target.label !== undefined && sub === "type";
}
