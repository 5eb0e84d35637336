import type { Database } from "bun:sqlite";
import type { MembershipRecord } from "../port.ts";

/** The other ends of the memberships of each of these resources; ids without any are left out. */
export type MembershipReads = (
  tenantId: number,
  ids: readonly string[],
) => ReadonlyMap<string, readonly MembershipRecord[]>;

interface EndRow {
  id: string;
  resource_type: string;
  display: string | null;
}

/** Reads memberships from either end, one walk of an index a resource. */
export function membershipReads(db: Database): { groupsOf: MembershipReads; membersOf: MembershipReads } {
  // CROSS JOIN keeps this order of tables: from the resource over its memberships to their other ends.
  const walk = (from: string, to: string) =>
    db.prepare<EndRow, [number, string]>(
      `SELECT o.id, o.resource_type,
           coalesce(json_extract(o.doc, '$.displayName'), json_extract(o.doc, '$.userName')) AS display
         FROM resource r
         CROSS JOIN member m ON m.tenant_id = r.tenant_id AND m.${from} = r.rid
         CROSS JOIN resource o ON o.rid = m.${to}
         WHERE r.tenant_id = ? AND r.id = ? ORDER BY m.${to}`,
    );
  const reader = (query: ReturnType<typeof walk>): MembershipReads => {
    return (tenantId, ids) => {
      const found = new Map<string, readonly MembershipRecord[]>();
      for (const id of ids) {
        const rows = query.all(tenantId, id);
        if (rows.length === 0) continue;
        const ends = rows.map((row) => ({ id: row.id, resourceType: row.resource_type, display: row.display }));
        found.set(id, ends);
      }
      return found;
    };
  };
  return {
    groupsOf: reader(walk("member_rid", "group_rid")),
    membersOf: reader(walk("group_rid", "member_rid")),
  };
}
