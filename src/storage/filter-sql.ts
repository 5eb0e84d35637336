import type { Operator } from "../scim/filter/ast.ts";
import type { BoundComparison, BoundFilter, SimpleTarget } from "../scim/filter/bound.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import { compileMembership } from "./membership-sql.ts";

export type SqlValue = string | number | null;

/** A filter as far as SQL can answer it over the columns of a resource. */
export interface FilterSql {
  /** A condition that every match satisfies; empty when SQL knows nothing. */
  readonly where: string;
  readonly params: readonly SqlValue[];
  /** What must still be evaluated on each candidate; undefined when `where` says it all. */
  readonly residual: BoundFilter | undefined;
}

/** A column that holds the comparable form of an attribute, and what SQL may ask of it. */
export interface Column {
  readonly name: string;
  readonly operators: Partial<Readonly<Record<Operator, string>>>;
  /** True when a resource may have no value there. */
  readonly nullable: boolean;
}

const equality = { eq: "=" } as const;
const instants = { eq: "=", gt: ">", ge: ">=", lt: "<", le: "<=" } as const;

/** Columns by the path of the attribute they hold. */
const columns: Readonly<Record<string, Column>> = {
  id: { name: "id", operators: equality, nullable: false },
  externalId: { name: "external_id", operators: equality, nullable: true },
  displayName: { name: "display_key", operators: equality, nullable: true },
  active: { name: "active", operators: equality, nullable: true },
  "meta.created": { name: "created", operators: instants, nullable: false },
  "meta.lastModified": { name: "modified", operators: instants, nullable: false },
};

const unanswered = (filter: BoundFilter): FilterSql => ({ where: "", params: [], residual: filter });

/**
 * Compiles a bound filter to a condition over a resource's columns. `evaluate` is the meaning; this only says it
 * sooner. What it can not say comes back as the residual.
 *
 * @example compileFilter(bound('userName eq "x" and title eq "y"'), userType)
 *   // { where: "unique_key = ?", params: ["x"], residual: title eq "y" }
 */
export function compileFilter(filter: BoundFilter, type: ResourceType, tenantId: number): FilterSql {
  const membership = compileMembership(filter, type, tenantId);
  if (membership !== undefined) return membership;
  switch (filter.kind) {
    case "compare":
      return compileComparison(filter, type);
    case "and": {
      const parts = filter.terms.map((term) => compileFilter(term, type, tenantId));
      const residuals = parts.flatMap(({ residual }) => (residual === undefined ? [] : [residual]));
      const residual = residuals.length > 1 ? { kind: "and" as const, terms: residuals } : residuals[0];
      return { ...join(parts, " AND "), residual };
    }
    case "or": {
      if (filter.terms.length === 0) return { where: "0", params: [], residual: undefined };
      const parts = filter.terms.map((term) => compileFilter(term, type, tenantId));
      if (parts.some(({ residual }) => residual !== undefined)) return unanswered(filter);
      return { ...join(parts, " OR "), residual: undefined };
    }
    default:
      return unanswered(filter);
  }
}

function join(parts: readonly FilterSql[], operator: string): Omit<FilterSql, "residual"> {
  const conditions = parts.filter(({ where }) => where !== "");
  return {
    where: conditions.map(({ where }) => (conditions.length > 1 ? `(${where})` : where)).join(operator),
    params: conditions.flatMap(({ params }) => params),
  };
}

function compileComparison(filter: BoundComparison, type: ResourceType): FilterSql {
  const { target, operator, value } = filter;
  const column = columnOf(target, type);
  const sqlOperator = column?.operators[operator];
  if (column === undefined || sqlOperator === undefined) return unanswered(filter);
  const param = typeof value === "boolean" ? Number(value) : value;
  // The planner leaves a partial index alone unless the condition repeats the index's own.
  const present =
    column.name === "display_key" || column.name === "external_id" ? ` AND ${column.name} IS NOT NULL` : "";
  return { where: `${column.name} ${sqlOperator} ?${present}`, params: [param], residual: undefined };
}

/** What the columns hold, by their keys: an attribute of that name that compares otherwise is not in them. */
const held: Readonly<Record<string, Pick<SimpleTarget, "type" | "caseExact">>> = {
  displayName: { type: "string", caseExact: false },
  active: { type: "boolean", caseExact: false },
};

/** The column that holds what a core attribute compares by; undefined when none does. */
export function columnOf(target: SimpleTarget, type: ResourceType): Column | undefined {
  const { extension, attribute, sub, multiValued } = target;
  if (extension !== undefined || multiValued) return undefined;
  const unique = type.base.attributes.find(({ uniqueness }) => uniqueness !== "none");
  if (sub === undefined && unique?.name === attribute)
    return { name: "unique_key", operators: equality, nullable: !unique.required };
  const path = sub === undefined ? attribute : `${attribute}.${sub}`;
  const wanted = Object.hasOwn(held, path) ? held[path] : undefined;
  const differs = wanted !== undefined && (wanted.type !== target.type || wanted.caseExact !== target.caseExact);
  return Object.hasOwn(columns, path) && !differs ? columns[path] : undefined;
}
