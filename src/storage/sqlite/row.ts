import { ScimError } from "../../scim/error.ts";
import { pageMembershipsMax } from "../../scim/limits.ts";
import type { Join, JoinedRecord, MembershipRecord } from "../port.ts";
import type { Prepare } from "./statements.ts";

export interface ResourceRow {
  rid: number;
  id: string;
  resource_type: string;
  version: number;
  created: number;
  modified: number;
  doc: string;
  /** JSON of the other ends: an array of [id, type, display]. */
  joined: string;
}

/** The columns of a membership that lead from a resource to the other end. */
const ends = {
  groups: { from: "member_rid", to: "group_rid" },
  members: { from: "group_rid", to: "member_rid" },
} as const satisfies Record<Join, { from: string; to: string }>;

/** The other ends of the memberships of `r`, as one value: a statement of its own would double the cost of a read. */
function joinedSql(join: Join): string {
  const { from, to } = ends[join];
  // CROSS JOIN keeps this order of tables: over the memberships to their other ends.
  return `(SELECT json_group_array(json_array(o.id, o.resource_type,
        coalesce(json_extract(o.doc, '$.displayName'), json_extract(o.doc, '$.userName'))))
      FROM member m CROSS JOIN resource o ON o.rid = m.${to} WHERE m.tenant_id = r.tenant_id AND m.${from} = r.rid)`;
}

/** The columns that make the record of a resource `r`, and the rid for walking. */
export function resourceColumns(join: Join | undefined): string {
  const joined = join === undefined ? "'[]'" : joinedSql(join);
  return `r.rid, r.id, r.resource_type, r.version, r.created, r.modified, r.doc, ${joined} AS joined`;
}

export function recordOf(row: ResourceRow): JoinedRecord {
  const { id, resource_type: resourceType, version, created, modified, doc } = row;
  return { resourceType, id, version, created, modified, doc, joined: membershipsOf(row.joined) };
}

const none: readonly MembershipRecord[] = Object.freeze([]);

/** The memberships that `joinedSql` wrote. */
function membershipsOf(joined: string): readonly MembershipRecord[] {
  if (joined === "[]") return none;
  const read: readonly [string, string, string | null][] = JSON.parse(joined);
  return read.map(([id, resourceType, display]) => ({ id, resourceType, display }));
}

const tooManyMembers =
  `The resources of the page have more than ${pageMembershipsMax} members together; ` +
  "leave them out with excludedAttributes=members, or ask for fewer resources.";

/**
 * The records of these rows, in their order; one that was deleted meanwhile is left out.
 *
 * @throws ScimError tooMany when their memberships together are too many for one answer
 */
export function recordsOf(
  prepare: Prepare,
  rows: readonly { readonly rid: number; readonly join: Join | undefined }[],
): readonly JoinedRecord[] {
  let memberships = 0;
  return rows.flatMap(({ rid, join }) => {
    const one = prepare<ResourceRow>(`SELECT ${resourceColumns(join)} FROM resource r WHERE r.rid = ?`);
    const records = one.all(rid).map(recordOf);
    for (const { joined } of records) memberships += joined.length;
    if (memberships > pageMembershipsMax) throw new ScimError("tooMany", tooManyMembers);
    return records;
  });
}
