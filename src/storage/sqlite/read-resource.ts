import type { Database } from "bun:sqlite";
import { joinedMembersMax } from "../../scim/limits.ts";
import type { Join, ResourceReads } from "../port.ts";
import { explain } from "./explain.ts";
import type { FindPorts } from "./find.ts";
import { listReads } from "./list.ts";
import { matchReads } from "./read-match.ts";
import { memberReads } from "./read-member.ts";
import { foundRecord, type ResourceRow, recordOf, resourceColumns } from "./row.ts";
import { snapshot } from "./statements.ts";

export function resourceReads(db: Database, ports: FindPorts): ResourceReads {
  const byId = (join?: Join) =>
    db.prepare<ResourceRow, [number, string, string]>(
      `SELECT ${resourceColumns(join, joinedMembersMax)} FROM resource r
         WHERE r.tenant_id = ? AND r.id = ? AND r.resource_type = ?`,
    );
  const get = { alone: byId(), groups: byId("groups"), members: byId("members") } as const;
  const byUnique = db.prepare<ResourceRow, [number, string, string]>(
    `SELECT ${resourceColumns(undefined)} FROM resource r
       WHERE r.tenant_id = ? AND r.resource_type = ? AND r.unique_key = ?`,
  );
  const taken = db.prepare<{ one: number }, [number, string, string]>(
    "SELECT 1 AS one FROM resource WHERE tenant_id = ? AND resource_type = ? AND unique_key = ?",
  );
  const byDisplay = db.prepare<{ id: string }, [number, string, string]>(
    `SELECT id FROM resource WHERE tenant_id = ? AND resource_type = ? AND display_key = ? LIMIT 2`,
  );

  return {
    async get(tenantId, resourceType, id, join) {
      const row = get[join ?? "alone"].get(tenantId, id, resourceType);
      return row === null ? undefined : foundRecord(row);
    },
    members: memberReads(db),
    async getByUniqueKey(tenantId, resourceType, key) {
      const row = byUnique.get(tenantId, resourceType, key);
      return row === null ? undefined : recordOf(row);
    },
    async takenKeys(tenantId, resourceType, keys) {
      // One transaction around many look-ups takes the read lock once instead of each time.
      return snapshot(db, () => keys.map((key) => taken.get(tenantId, resourceType, key) !== null));
    },
    ...matchReads(db),
    async idsByDisplay(tenantId, resourceType, key) {
      return byDisplay.all(tenantId, resourceType, key).map(({ id }) => id);
    },
    list: listReads(ports),
    explain: async (tenantId, asked) => explain(ports, tenantId, asked),
  };
}
