import type { BoundComparison, BoundFilter } from "../scim/filter/bound.ts";
import { membershipOf } from "../scim/schema/registry.ts";
import { everyResource, type IndexScan, isForeign } from "./index-scan.ts";
import type { FilterPlan, PlanScope } from "./plan.ts";
import type { Join } from "./port.ts";
import { conjunction, type Sql, sql } from "./sql.ts";

/*
 * Filters about memberships, answered from the rows of memberships and of groups in groups: no document is read. What is
 * shown of a resource is what they ask about: the members that a group has directly, and the groups that a user is in
 * directly or through other groups.
 */

/** Other ends that a filter may come to; of more, documents are asked. */
const endsMax = 200;

/** What a filter asks of one membership, all of which must hold. */
interface Asked {
  /** Of the other end `o`, by which it is found in an index. */
  readonly ends: Sql;
  /** Whether it is just one other end. */
  readonly isOne: boolean;
  /** How a user is in the group; both ways will do when not said. */
  readonly kind: string | undefined;
  /** Whether no more is asked than this says. */
  readonly isWhole: boolean;
}

/**
 * Plans a filter about `members` or `groups`.
 *
 * @returns undefined for what is about something else, or what no row of a membership tells
 */
export function planMembership(filter: BoundFilter, scope: PlanScope): FilterPlan | undefined {
  if (!("target" in filter) || filter.target.extension !== undefined) return undefined;
  const join = membershipOf(scope.type);
  if (join === undefined || filter.target.attribute !== join) return undefined;
  if (filter.kind === "present") {
    return alwaysThere.has(filter.target.sub ?? "value")
      ? existing(filter, scope, "member", columns[join].near)
      : undefined;
  }
  if (filter.kind === "compare" && filter.operator === "ne") {
    const equal: BoundComparison = { ...filter, operator: "eq" };
    const term = planMembership(equal, scope);
    return term && { kind: "not", filter, term };
  }
  const terms = filter.kind === "element" ? termsOf(filter.filter) : [filter];
  const [only] = terms;
  const type = terms.length === 1 && only !== undefined ? equality(only) : undefined;
  if (type?.sub === "type" && join === "members" && type.value === "group") {
    return existing(filter, scope, "nesting", "group_rid");
  }
  if (type?.sub === "type" && join === "groups" && type.value === "direct") {
    return existing(filter, scope, "member", "member_rid");
  }
  const asked = askedIn(terms, join);
  return asked && planAsked(filter, asked, join, scope);
}

/** What is never empty: whoever is in a group indirectly is in another one directly, too. */
const alwaysThere: ReadonlySet<string> = new Set(["value", "$ref", "type"]);

function termsOf(filter: BoundFilter): readonly BoundFilter[] {
  return filter.kind === "and" ? filter.terms.flatMap(termsOf) : [filter];
}

/** The columns of a membership for the resource and for its other end. */
const columns = {
  members: { near: "group_rid", far: "member_rid" },
  groups: { near: "member_rid", far: "group_rid" },
} as const satisfies Record<Join, { readonly near: string; readonly far: string }>;

/** Resources that have any such row. */
function existing(
  filter: BoundFilter,
  { tenantId, type }: PlanScope,
  table: "member" | "nesting",
  near: string,
): FilterPlan {
  const has = (rid: string): Sql =>
    sql(`EXISTS (SELECT 1 FROM ${table} m WHERE m.tenant_id = ? AND m.${near} = ${rid})`, tenantId);
  const scan = { ...everyResource(tenantId, type.name), test: has("rid") };
  return { kind: "index", filter, scan, isExact: true, check: has("r.rid") };
}

/** What SQL finds the other end by, by the sub-attribute that shows it; display names are folded by the caller. */
const finding: Readonly<Record<Join, Readonly<Record<string, string>>>> = {
  members: { value: "o.id = ?" },
  groups: { value: "o.id = ?", display: "o.resource_type = 'Group' AND o.display_key = ?" },
};

/** Undefined unless the other ends are found in an index. */
function askedIn(terms: readonly BoundFilter[], join: Join): Asked | undefined {
  const ends: Sql[] = [];
  let kind: string | undefined;
  let isOne = false;
  let isWhole = true;
  for (const term of terms) {
    const { sub, value } = equality(term) ?? { sub: "", value: "" };
    const text = Object.hasOwn(finding[join], sub) ? finding[join][sub] : undefined;
    if (text !== undefined) ends.push(sql(text, value));
    else if (join === "groups" && sub === "type" && kind === undefined) kind = value;
    else isWhole = false;
    isOne ||= sub === "value";
  }
  return ends.length === 0 ? undefined : { ends: conjunction(ends), isOne, kind, isWhole };
}

function equality(term: BoundFilter): { readonly sub: string; readonly value: string } | undefined {
  if (term.kind !== "compare" || term.operator !== "eq" || isForeign(term.value)) return undefined;
  const { target, value } = term;
  return target.sub === undefined || typeof value !== "string" ? undefined : { sub: target.sub, value };
}

function planAsked(filter: BoundFilter, asked: Asked, join: Join, scope: PlanScope): FilterPlan | undefined {
  const { kind, isOne, isWhole } = asked;
  const direct = (): FilterPlan | undefined => anyOf(filter, scope, join, named(asked, scope), isWhole);
  if (join === "members" || kind === "direct") return direct();
  const through = anyOf(filter, scope, join, inside(asked, scope), isWhole && (kind === undefined || isOne));
  if (kind === undefined || through === undefined) return through;
  if (kind !== "indirect") return { kind: "or", filter, terms: [] };
  // Of several groups of a name a user may be in one directly, and in another indirectly: only the document tells.
  const term = isOne ? direct() : undefined;
  return term === undefined ? through : { kind: "and", filter, terms: [through, { kind: "not", filter, term }] };
}

/** The numbers of the other ends. */
function named({ ends }: Asked, { tenantId, ridsOf }: PlanScope): readonly number[] {
  const text = `SELECT o.rid FROM resource o WHERE o.tenant_id = ? AND ${ends.text} LIMIT ${endsMax + 1}`;
  return ridsOf({ text, params: [tenantId, ...ends.params] });
}

/** The numbers of these groups and of those in them, and so on; each group once, so that circles end. */
function inside({ ends }: Asked, { tenantId, ridsOf }: PlanScope): readonly number[] {
  const text =
    `WITH RECURSIVE inside(rid) AS (SELECT o.rid FROM resource o WHERE o.tenant_id = ? AND ${ends.text} ` +
    "UNION SELECT n.member_rid FROM inside CROSS JOIN nesting n ON n.tenant_id = ? AND n.group_rid = inside.rid) " +
    `SELECT rid FROM inside LIMIT ${endsMax + 1}`;
  return ridsOf({ text, params: [tenantId, ...ends.params, tenantId] });
}

/** Resources with a membership whose other end is one of these. */
function anyOf(
  filter: BoundFilter,
  scope: PlanScope,
  join: Join,
  rids: readonly number[],
  isExact: boolean,
): FilterPlan | undefined {
  if (rids.length > endsMax) return undefined;
  const terms = rids.map((rid): FilterPlan => {
    const { scan, check } = membershipsOf(scope, join, rid);
    return { kind: "index", filter, scan, isExact, check };
  });
  return terms.length === 1 ? terms[0] : { kind: "or", filter, terms };
}

function membershipsOf({ tenantId, type }: PlanScope, join: Join, end: number): { scan: IndexScan; check: Sql } {
  const { near, far } = columns[join];
  const base = sql("tenant_id = ?", tenantId);
  const equal = sql(`${far} = ?`, end);
  const { text, params } = conjunction([base, equal, sql(`${near} = r.rid`)]);
  return {
    scan: {
      name: "memberships",
      extent: "value",
      from: "member",
      rid: near,
      keys: [near],
      base,
      bounds: { equal },
      // Not only users are members.
      test:
        join === "groups"
          ? sql(`EXISTS (SELECT 1 FROM resource o WHERE o.rid = ${near} AND o.resource_type = ?)`, type.name)
          : undefined,
    },
    check: { text: `EXISTS (SELECT 1 FROM member WHERE ${text})`, params },
  };
}
