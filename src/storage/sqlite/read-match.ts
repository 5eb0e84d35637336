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
}

const columns = `r.id, r.version, r.created, r.doc,
  (SELECT c.password_hash FROM credential c WHERE c.tenant_id = r.tenant_id AND c.resource_rid = r.rid) AS password_hash,
  (SELECT c.valid_until FROM credential c WHERE c.tenant_id = r.tenant_id AND c.resource_rid = r.rid) AS password_until,
  (SELECT json_group_array(g.id) FROM member m CROSS JOIN resource g ON g.rid = m.group_rid
    WHERE m.tenant_id = r.tenant_id AND m.member_rid = r.rid) AS groups,
  EXISTS (SELECT 1 FROM role_assignment a WHERE a.tenant_id = r.tenant_id AND a.resource_rid = r.rid) AS roles`;

/** How one value is looked up. */
type Lookup = (value: string) => readonly Row[];

/** How resources are found by a value of theirs, with what an import compares a row with. */
export function matchReads(db: Database): Pick<ResourceReads, "matches"> {
  const of = (where: string) =>
    db.prepare<Row, [number, string, string]>(
      `SELECT ${columns} FROM resource r WHERE r.tenant_id = ?1 AND ${where} LIMIT 2`,
    );
  const byColumn = {
    id: of("r.id = ?2 AND r.resource_type = ?3"),
    unique: of("r.resource_type = ?3 AND r.unique_key = ?2"),
    externalId: of("r.resource_type = ?3 AND r.external_id = ?2"),
  } as const;
  // Two values of one resource that are equal differ by their label.
  const byAttribute = db.prepare<Row, [number, number, string | number]>(
    `SELECT ${columns} FROM attribute_value v CROSS JOIN resource r ON r.rid = v.resource_rid
       WHERE v.tenant_id = ? AND v.index_rid = ? AND v.value = ? GROUP BY v.resource_rid LIMIT 2`,
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
      // One transaction around many look-ups takes the read lock once instead of each time.
      return snapshot(db, () => query.values.map((value) => find(value).map(matched)));
    },
  };
}

function matched({ password_hash: passwordHash, password_until: passwordUntil, groups, roles, ...row }: Row) {
  const groupIds: readonly string[] = groups === "[]" ? [] : JSON.parse(groups);
  return { ...row, passwordHash, passwordUntil, groupIds, hasRole: roles === 1 } satisfies MatchedRecord;
}
