import type { Database } from "bun:sqlite";
import { comparable } from "../../scim/filter/comparable.ts";
import type { MatchedRecord, MatchQuery, ResourceReads } from "../port.ts";
import { attributeIndexes } from "./attribute-index.ts";
import { snapshot } from "./statements.ts";

interface Row {
  id: string;
  version: number;
  created: number;
  doc: string;
  password_hash: string | null;
  password_until: number | null;
  groups: string;
  roles: number;
  assignment: string | null;
}

const columns = `r.id, r.version, r.created, r.doc,
  (SELECT c.password_hash FROM credential c WHERE c.tenant_id = r.tenant_id AND c.resource_rid = r.rid) AS password_hash,
  (SELECT c.valid_until FROM credential c WHERE c.tenant_id = r.tenant_id AND c.resource_rid = r.rid) AS password_until,
  (SELECT json_group_array(g.id) FROM member m CROSS JOIN resource g ON g.rid = m.group_rid
    WHERE m.tenant_id = r.tenant_id AND m.member_rid = r.rid) AS groups,
  EXISTS (SELECT 1 FROM role_assignment a WHERE a.tenant_id = r.tenant_id AND a.resource_rid = r.rid) AS roles,
  (SELECT coalesce(s.attributes, '{}') FROM assignment s WHERE s.tenant_id = r.tenant_id AND s.application_rid = ?2
    AND s.resource_rid = r.rid) AS assignment`;

interface Found {
  rid: number;
}

/** How one value is looked up. */
type Lookup = (value: string) => readonly Found[];

/** How resources are found by a value of theirs, with what an import compares a row with. */
export function matchReads(db: Database): Pick<ResourceReads, "matches"> {
  // Only the numbers first: most values of a file that is new are nobody's, and reading many columns of no row takes five
  // times as long.
  const of = (where: string) =>
    db.prepare<Found, [number, string, string]>(
      `SELECT r.rid FROM resource r WHERE r.tenant_id = ?1 AND ${where} LIMIT 2`,
    );
  const byColumn = {
    id: of("r.id = ?2 AND r.resource_type = ?3"),
    unique: of("r.resource_type = ?3 AND r.unique_key = ?2"),
    externalId: of("r.resource_type = ?3 AND r.external_id = ?2"),
  } as const;
  // Two values of one resource that are equal differ by their label.
  const byAttribute = db.prepare<Found, [number, number, string | number]>(
    `SELECT resource_rid AS rid FROM attribute_value WHERE tenant_id = ? AND index_rid = ? AND value = ?
       GROUP BY resource_rid LIMIT 2`,
  );
  const byRid = db.prepare<Row, [number, number]>(`SELECT ${columns} FROM resource r WHERE r.rid = ?1`);
  const applicationRid = db.prepare<{ rid: number }, [number, string]>(
    "SELECT rid FROM application WHERE tenant_id = ? AND id = ?",
  );
  const indexes = attributeIndexes(db);

  function lookup({ tenantId, resourceType, by }: MatchQuery): Lookup | undefined {
    if (typeof by === "string") return (value) => byColumn[by].all(tenantId, value, resourceType);
    const index = indexes.of(tenantId).find((each) => each.resourceType === resourceType && each.path === by.path);
    if (index?.state !== "ready") return undefined;
    return (value) => {
      const key = comparable(index.target, "eq", value);
      return typeof key === "string" || typeof key === "number" ? byAttribute.all(tenantId, index.rid, key) : [];
    };
  }

  return {
    async matches(query) {
      const find = lookup(query);
      if (find === undefined) return undefined;
      const { tenantId, applicationId } = query;
      const application = applicationId === undefined ? 0 : (applicationRid.get(tenantId, applicationId)?.rid ?? 0);
      const read = ({ rid }: Found): readonly MatchedRecord[] => {
        const row = byRid.get(rid, application);
        return row === null ? [] : [matched(row)];
      };
      // One transaction around many look-ups takes the read lock once instead of each time.
      return snapshot(db, () => query.values.map((value) => find(value).flatMap(read)));
    },
  };
}

function matched(row: Row): MatchedRecord {
  const { password_hash: passwordHash, password_until: passwordUntil, groups, roles, assignment, ...rest } = row;
  const groupIds: readonly string[] = groups === "[]" ? [] : JSON.parse(groups);
  const assigned = assignment === null ? {} : { assignment: JSON.parse(assignment) };
  return { ...rest, passwordHash, passwordUntil, groupIds, hasRole: roles === 1, ...assigned };
}
