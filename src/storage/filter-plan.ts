import type {
  BoundComparison,
  BoundElement,
  BoundFilter,
  BoundPresence,
  SimpleTarget,
  Target,
} from "../scim/filter/bound.ts";
import { type Column, columnOf } from "./column.ts";
import { elementScan } from "./element-plan.ts";
import { type Compared, comparedTo, comparison, everyResource, type IndexScan, isForeign } from "./index-scan.ts";
import { planMembership } from "./membership-plan.ts";
import type { FilterPlan, PlanScope, UsableIndex } from "./plan.ts";
import { conjunction, type Sql, sql } from "./sql.ts";

/**
 * Plans a filter.
 *
 * @example planFilter(bound('emails.value eq "x" and title eq "y"'), scope)
 *   // { kind: "and", terms: [{ kind: "index", scan: … }, { kind: "document", … }] }
 */
export function planFilter(filter: BoundFilter, scope: PlanScope): FilterPlan {
  const membership = planMembership(filter, scope);
  if (membership !== undefined) return membership;
  switch (filter.kind) {
    case "and":
    case "or":
      return { kind: filter.kind, filter, terms: filter.terms.map((term) => planFilter(term, scope)) };
    case "not":
      return { kind: "not", filter, term: planFilter(filter.filter, scope) };
    case "present":
      return planPresence(filter, scope);
    case "element":
      return planElement(filter, scope);
    case "compare":
      return filter.operator === "ne" ? planDenial(filter, scope) : planComparison(filter, filter.operator, scope);
  }
}

/** `ne` holds where no value is equal, also where there is none. */
function planDenial(filter: BoundComparison, scope: PlanScope): FilterPlan {
  const equal: BoundComparison = { ...filter, operator: "eq" };
  return { kind: "not", filter, term: planComparison(equal, "eq", scope) };
}

function planComparison(
  filter: BoundComparison,
  operator: Exclude<BoundComparison["operator"], "ne">,
  scope: PlanScope,
): FilterPlan {
  const { target, value } = filter;
  if (isForeign(value)) return { kind: "document", filter };
  const column = columnOf(target, scope.type);
  if (column !== undefined) {
    const compared = comparedTo(column.name, operator, value);
    const check = comparison(`r.${column.name}`, operator, value);
    return { kind: "index", filter, scan: columnScan(column, compared, scope), isExact: true, check };
  }
  const index = indexOf(target, scope);
  if (index === undefined) return { kind: "document", filter };
  const compared = comparedTo("value", operator, value);
  const scan = valueScan(index, compared, scope);
  return { kind: "index", filter, scan, isExact: true, check: operator === "eq" ? valueCheck(scan) : undefined };
}

function planPresence(filter: BoundPresence, scope: PlanScope): FilterPlan {
  const target = simple(filter.target);
  if (target === undefined) return { kind: "document", filter };
  const column = columnOf(target, scope.type);
  if (column !== undefined) {
    const check = sql(`r.${column.name} <> ''`);
    const compared = { extent: "all", bounds: {}, test: sql(`${column.name} <> ''`) } as const;
    return { kind: "index", filter, scan: columnScan(column, compared, scope), isExact: true, check };
  }
  const index = indexOf(target, scope);
  if (index === undefined) return { kind: "document", filter };
  const compared = { extent: "all", bounds: {}, test: sql("value <> ''") } as const;
  return { kind: "index", filter, scan: valueScan(index, compared, scope), isExact: true, check: undefined };
}

function planElement(filter: BoundElement, scope: PlanScope): FilterPlan {
  const found = elementScan(filter.filter, (sub) => indexOf(sub, scope));
  if (found === undefined) return { kind: "document", filter };
  const scan = valueScan(found.index, found.compared, scope);
  const check = found.compared.extent === "value" ? valueCheck(scan) : undefined;
  return { kind: "index", filter, scan, isExact: found.isExact, check };
}

function simple(target: Target): SimpleTarget | undefined {
  const { type } = target;
  return type === "complex" ? undefined : { ...target, type };
}

/** The index of what a target names, if its values compare as the filter's do. */
function indexOf(target: SimpleTarget, { indexes }: PlanScope): UsableIndex | undefined {
  return indexes().find(
    ({ target: held }) =>
      held.attribute === target.attribute &&
      held.sub === target.sub &&
      held.extension === target.extension &&
      held.type === target.type &&
      held.caseExact === target.caseExact,
  );
}

/** A walk through the index of a column, or through all resources of the type by number. */
function columnScan({ name, index, nullable }: Column, compared: Compared, scope: PlanScope): IndexScan {
  const { extent, bounds, test } = compared;
  const { tenantId, type } = scope;
  const hasType = index !== "resource_id";
  const ofType = sql("resource_type = ?", type.name);
  const base = conjunction([sql("tenant_id = ?", tenantId), hasType ? ofType : undefined]);
  if (index === undefined) {
    const condition = conjunction([bounds.equal, bounds.lower, bounds.upper, test]);
    return { ...everyResource(tenantId, type.name), test: condition };
  }
  const isUnique = name === "unique_key" || name === "id";
  const isOpen = bounds.equal === undefined && bounds.lower === undefined;
  return {
    name: `index on ${name === "unique_key" ? "the unique attribute" : name}`,
    extent: isUnique && extent === "value" ? "one" : extent,
    from: `resource INDEXED BY ${index}`,
    rid: "rid",
    keys: bounds.equal === undefined ? [name, "rid"] : ["rid"],
    base,
    bounds: nullable && isOpen ? { ...bounds, lower: sql(`${name} IS NOT NULL`) } : bounds,
    test: hasType ? test : conjunction([ofType, test]),
  };
}

/** A walk through the values of an attribute index. */
function valueScan({ rid, path }: UsableIndex, { extent, bounds, test }: Compared, { tenantId }: PlanScope): IndexScan {
  return {
    name: `index on ${path}`,
    extent,
    from: "attribute_value",
    rid: "resource_rid",
    keys: bounds.equal === undefined ? ["value", "resource_rid"] : ["resource_rid"],
    base: sql("tenant_id = ? AND index_rid = ?", tenantId, rid),
    bounds,
    test,
  };
}

/** Whether a resource `r` is in a walk over one value: one look into the index. */
function valueCheck({ base, bounds, test }: IndexScan): Sql {
  const { text, params } = conjunction([base, bounds.equal, sql("resource_rid = r.rid"), test]);
  return { text: `EXISTS (SELECT 1 FROM attribute_value WHERE ${text})`, params };
}
