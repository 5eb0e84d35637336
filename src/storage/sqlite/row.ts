import { ScimError } from "../../scim/error.ts";
import { pageMembershipsMax } from "../../scim/limits.ts";
import type { FoundRecord, Join, JoinedRecord, MembershipRecord } from "../port.ts";
import type { Prepare } from "./statements.ts";

export interface ResourceRow {
  rid: number;
  id: string;
  resource_type: string;
  version: number;
  created: number;
  modified: number;
  doc: string;
  /** JSON of the other ends: an array of [id, type, display] and, where it is told, kind. NULL for too many. */
  joined: string | null;
}

/** The name of a resource `o` in the memberships of others. */
const display = "coalesce(json_extract(o.doc, '$.displayName'), json_extract(o.doc, '$.userName'))";

/** The columns that make a membership of its other end `o`. */
export const endColumns = `o.id, o.resource_type, ${display} AS display`;

/** The direct groups of `r`. CROSS JOIN keeps this order of tables: over the memberships to their other ends. */
const directGroups = `SELECT json_group_array(json_array(o.id, o.resource_type, ${display}))
      FROM member m CROSS JOIN resource o ON o.rid = m.group_rid
      WHERE m.tenant_id = r.tenant_id AND m.member_rid = r.rid`;

/** The same with the groups that these are in, and so on: each once, so that circles end, and the direct ones first. */
const allGroups = `WITH RECURSIVE above(rid) AS (
        SELECT m.group_rid FROM member m WHERE m.tenant_id = r.tenant_id AND m.member_rid = r.rid
        UNION SELECT n.group_rid FROM above CROSS JOIN nesting n ON n.tenant_id = r.tenant_id AND n.member_rid = above.rid
      ), kinds(rid, kind) AS (
        SELECT above.rid, CASE WHEN EXISTS (SELECT 1 FROM member m WHERE m.tenant_id = r.tenant_id
          AND m.group_rid = above.rid AND m.member_rid = r.rid) THEN 'direct' ELSE 'indirect' END FROM above
      ) SELECT json_group_array(json_array(o.id, o.resource_type, ${display}, kinds.kind) ORDER BY kinds.kind, o.rid)
        FROM kinds CROSS JOIN resource o ON o.rid = kinds.rid`;

/** The other ends of the memberships of `r`, as one value: a statement of its own would double the cost of a read. */
const joinedSql: Readonly<Record<Join, (membersMax: number) => string>> = {
  // Where no group is in a group nobody pays for it, and elsewhere only those whose groups are in one.
  groups: () => `CASE WHEN EXISTS (SELECT 1 FROM nesting n WHERE n.tenant_id = r.tenant_id) AND EXISTS (
        SELECT 1 FROM member m CROSS JOIN nesting n ON n.tenant_id = m.tenant_id AND n.member_rid = m.group_rid
          WHERE m.tenant_id = r.tenant_id AND m.member_rid = r.rid
      ) THEN (${allGroups}) ELSE (${directGroups}) END`,
  members: (membersMax) => `CASE WHEN r.member_count <= ${membersMax} THEN (
      SELECT json_group_array(json_array(o.id, o.resource_type, ${display}))
        FROM member m CROSS JOIN resource o ON o.rid = m.member_rid
        WHERE m.tenant_id = r.tenant_id AND m.group_rid = r.rid) END`,
};

/** The columns that make the record of a resource `r`, and the rid for walking; NULL for more members than the most. */
export function resourceColumns(join: Join | undefined, membersMax = pageMembershipsMax): string {
  const joined = join === undefined ? "'[]'" : joinedSql[join](membersMax);
  return `r.rid, r.id, r.resource_type, r.version, r.created, r.modified, r.doc, ${joined} AS joined`;
}

export function foundRecord(row: ResourceRow): FoundRecord {
  const { id, resource_type: resourceType, version, created, modified, doc, joined } = row;
  const record = { resourceType, id, version, created, modified, doc };
  return joined === null ? { ...record, joined: undefined } : { ...record, joined: endsIn(joined) };
}

/** @throws ScimError tooMany when a group has too many members to be looked at together with others */
export function recordOf(row: ResourceRow): JoinedRecord {
  const record = foundRecord(row);
  if (record.joined === undefined) throw new ScimError("tooMany", tooManyMembers);
  return record;
}

const none: readonly MembershipRecord[] = Object.freeze([]);

type Kind = MembershipRecord["kind"];

/** The memberships that `joinedSql` wrote. */
function endsIn(joined: string): readonly MembershipRecord[] {
  if (joined === "[]") return none;
  const read: readonly [string, string, string | null, Kind?][] = JSON.parse(joined);
  return read.map(([id, resourceType, display, kind = "direct"]) => ({ id, resourceType, display, kind }));
}

const tooManyMembers =
  `The groups that are shown, or looked into by a filter, have more than ${pageMembershipsMax} members together; leave ` +
  "them out with excludedAttributes=members, ask for fewer resources, or filter by members.value alone.";

/** A resource to be read, and which ends of its memberships with it. */
interface Wanted {
  readonly rid: number;
  readonly join: Join | undefined;
}

/**
 * The records of these rows, in their order; one that was deleted meanwhile is left out.
 *
 * @throws ScimError tooMany when their memberships together are too many for one answer
 */
export function recordsOf(prepare: Prepare, rows: readonly Wanted[]): readonly JoinedRecord[] {
  const [first] = rows;
  const isAlike = first?.join !== "members" && rows.every(({ join }) => join === first?.join);
  const records = isAlike ? recordsAlike(prepare, rows, first?.join) : recordsEach(prepare, rows);
  let memberships = 0;
  for (const { joined } of records) {
    memberships += joined.length;
    if (memberships > pageMembershipsMax) throw new ScimError("tooMany", tooManyMembers);
  }
  return records;
}

/** One after the other, so that no more is read than the answer may have. */
function recordsEach(prepare: Prepare, rows: readonly Wanted[]): readonly JoinedRecord[] {
  let memberships = 0;
  return rows.flatMap(({ rid, join }) => {
    if (memberships > pageMembershipsMax) throw new ScimError("tooMany", tooManyMembers);
    const one = prepare<ResourceRow>(`SELECT ${resourceColumns(join)} FROM resource r WHERE r.rid = ?`);
    const records = one.all(rid).map(recordOf);
    for (const { joined } of records) memberships += joined.length;
    return records;
  });
}

/** By one statement. */
function recordsAlike(prepare: Prepare, rows: readonly Wanted[], join: Join | undefined): readonly JoinedRecord[] {
  if (rows.length === 0) return [];
  const all = prepare<ResourceRow>(
    `SELECT ${resourceColumns(join)} FROM json_each(?) page CROSS JOIN resource r ON r.rid = page.value`,
  );
  const found = new Map(all.all(`[${rows.map(({ rid }) => rid).join(",")}]`).map((row) => [row.rid, recordOf(row)]));
  return rows.flatMap(({ rid }) => found.get(rid) ?? []);
}
