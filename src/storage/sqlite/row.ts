import type { Join, JoinedRecord, MembershipRecord } from "../port.ts";

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
