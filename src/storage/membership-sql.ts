import type { BoundComparison, BoundFilter } from "../scim/filter/bound.ts";
import { membershipOf, type ResourceType } from "../scim/schema/registry.ts";
import type { FilterSql, SqlValue } from "./filter-sql.ts";
import type { Join } from "./port.ts";

/*
 * Filters about memberships, as conditions over the `rid` of a resource. They are answered from the rows of memberships
 * and of groups in groups: no document is read. What is shown of a resource is what they ask about: the members that a
 * group has directly, and the groups that a user is in directly or through other groups.
 */

/** A condition with its parameters. */
interface Sql {
  readonly where: string;
  readonly params: readonly SqlValue[];
}

/** What a filter asks of one membership, all of which must hold. */
interface Asked {
  /** Of the other end `o`, by which it is found in an index. */
  readonly ends: readonly Sql[];
  /** Whether it is just one other end. */
  readonly isOne: boolean;
  /** How a user is in the group; both ways will do when not said. */
  readonly kind: string | undefined;
  /** What SQL does not say of it. */
  readonly isWhole: boolean;
}

/**
 * Compiles a filter about `members` or `groups`.
 *
 * @returns undefined for what is about something else, or what no row of a membership tells
 * @example compileMembership(bound('members[value eq "42"]'), groupType, 1)
 *   // { where: "rid IN (SELECT m.group_rid FROM resource o CROSS JOIN member m …)", params: [1, "42"], … }
 */
export function compileMembership(filter: BoundFilter, type: ResourceType, tenantId: number): FilterSql | undefined {
  if (!("target" in filter) || filter.target.extension !== undefined) return undefined;
  const join = membershipOf(type);
  if (join === undefined || filter.target.attribute !== join) return undefined;
  if (filter.kind === "present") {
    const isToldBySome = alwaysThere.has(filter.target.sub ?? "value");
    return isToldBySome ? whole(existing(join, tenantId)) : undefined;
  }
  if (filter.kind === "compare" && filter.operator === "ne")
    return denied({ ...filter, operator: "eq" }, type, tenantId);
  const terms = filter.kind === "element" ? termsOf(filter.filter) : [filter];
  const [only] = terms;
  const kind = terms.length === 1 && only !== undefined ? equality(only) : undefined;
  const existence = kind?.sub === "type" ? existences[join].get(kind.value) : undefined;
  if (existence !== undefined) return whole(existence(tenantId));
  const asked = askedIn(terms, join);
  if (asked === undefined) return undefined;
  const { isExact, ...sql } = membershipSql(asked, join, tenantId);
  return { ...sql, residual: asked.isWhole && isExact ? undefined : filter };
}

const whole = (sql: Sql): FilterSql => ({ ...sql, residual: undefined });

/** What is never empty: whoever is in a group indirectly is in another one directly, too. */
const alwaysThere: ReadonlySet<string> = new Set(["value", "$ref", "type"]);

/** True for resources of which none of the memberships is like this. */
function denied(filter: BoundComparison, type: ResourceType, tenantId: number): FilterSql | undefined {
  const sql = compileMembership(filter, type, tenantId);
  return sql?.residual === undefined ? sql && whole({ ...sql, where: `NOT (${sql.where})` }) : undefined;
}

function termsOf(filter: BoundFilter): readonly BoundFilter[] {
  return filter.kind === "and" ? filter.terms.flatMap(termsOf) : [filter];
}

/** The columns of a membership for the resource and for its other end. */
const columns = {
  members: { near: "group_rid", far: "member_rid" },
  groups: { near: "member_rid", far: "group_rid" },
} as const satisfies Record<Join, { readonly near: string; readonly far: string }>;

function existing(join: Join, tenantId: number): Sql {
  const { near } = columns[join];
  return { where: `EXISTS (SELECT 1 FROM member m WHERE m.tenant_id = ? AND m.${near} = rid)`, params: [tenantId] };
}

/** Types of a membership of which it is enough to know that there is one. */
const existences: Readonly<Record<Join, ReadonlyMap<string, (tenantId: number) => Sql>>> = {
  members: new Map([
    [
      "group",
      (tenantId) => ({
        where: "EXISTS (SELECT 1 FROM nesting n WHERE n.tenant_id = ? AND n.group_rid = rid)",
        params: [tenantId],
      }),
    ],
  ]),
  groups: new Map([["direct", (tenantId) => existing("groups", tenantId)]]),
};

/** What SQL finds the other end by, by the sub-attribute that shows it; display names are folded by the caller. */
const finding: Readonly<Record<Join, Readonly<Record<string, string>>>> = {
  members: { value: "o.id = ?" },
  groups: {
    value: "o.id = ?",
    // The planner leaves a partial index alone unless the condition repeats the index's own.
    display: "o.resource_type = 'Group' AND o.display_key = ? AND o.display_key IS NOT NULL",
  },
};

/** Undefined unless the other ends are found in an index. */
function askedIn(terms: readonly BoundFilter[], join: Join): Asked | undefined {
  const ends: Sql[] = [];
  let kind: string | undefined;
  let isOne = false;
  let isWhole = true;
  for (const term of terms) {
    const { sub, value } = equality(term) ?? { sub: "", value: "" };
    const where = Object.hasOwn(finding[join], sub) ? finding[join][sub] : undefined;
    if (where !== undefined) ends.push({ where, params: [value] });
    else if (join === "groups" && sub === "type" && kind === undefined) kind = value;
    else isWhole = false;
    isOne ||= sub === "value";
  }
  return ends.length === 0 ? undefined : { ends, isOne, kind, isWhole };
}

function equality(term: BoundFilter): { readonly sub: string; readonly value: string } | undefined {
  if (term.kind !== "compare" || term.operator !== "eq") return undefined;
  const { target, value } = term;
  return target.sub === undefined || typeof value !== "string" ? undefined : { sub: target.sub, value };
}

/** Resources with such another end. CROSS JOIN keeps the order: from the other ends over their memberships. */
function directly({ ends }: Asked, join: Join, tenantId: number): Sql {
  const { near, far } = columns[join];
  const where =
    `rid IN (SELECT m.${near} FROM resource o CROSS JOIN member m ON m.tenant_id = o.tenant_id AND m.${far} = o.rid ` +
    `WHERE o.tenant_id = ? AND ${ends.map((end) => end.where).join(" AND ")})`;
  return { where, params: [tenantId, ...ends.flatMap(({ params }) => params)] };
}

/** Users in such a group, or in a group that is in one; each group once, so that circles end. */
function throughGroups({ ends }: Asked, tenantId: number): Sql {
  const where =
    "rid IN (WITH RECURSIVE inside(rid) AS (SELECT o.rid FROM resource o " +
    `WHERE o.tenant_id = ? AND ${ends.map((end) => end.where).join(" AND ")} ` +
    "UNION SELECT n.member_rid FROM inside CROSS JOIN nesting n ON n.tenant_id = ? AND n.group_rid = inside.rid) " +
    "SELECT m.member_rid FROM inside CROSS JOIN member m ON m.tenant_id = ? AND m.group_rid = inside.rid)";
  return { where, params: [tenantId, ...ends.flatMap(({ params }) => params), tenantId, tenantId] };
}

/** Resources with a membership like this: exactly those, or more where SQL can not tell them apart. */
function membershipSql(asked: Asked, join: Join, tenantId: number): Sql & { readonly isExact: boolean } {
  const { kind, isOne } = asked;
  if (join === "members" || kind === "direct") return { ...directly(asked, join, tenantId), isExact: true };
  const through = throughGroups(asked, tenantId);
  if (kind === undefined) return { ...through, isExact: true };
  if (kind !== "indirect") return { where: "0", params: [], isExact: true };
  // Of several groups of a name a user may be in one directly, and in another indirectly.
  if (!isOne) return { ...through, isExact: false };
  const direct = directly(asked, join, tenantId);
  return {
    where: `${through.where} AND NOT ${direct.where}`,
    params: [...through.params, ...direct.params],
    isExact: true,
  };
}
