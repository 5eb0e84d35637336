import type { Database } from "bun:sqlite";
import { compileFilter, type SqlValue } from "../filter-sql.ts";
import type { ResourcePage, ResourceQuery, ResourceReads } from "../port.ts";
import { type MembershipReads, membershipReads } from "./read-membership.ts";
import { type ResourceRow, recordOf, resourceColumns } from "./row.ts";
import { scanMatches } from "./scan.ts";
import { statementCache } from "./statements.ts";

export function resourceReads(db: Database): ResourceReads {
  const byId = db.prepare<ResourceRow, [number, string, string]>(
    `SELECT ${resourceColumns} FROM resource WHERE tenant_id = ? AND id = ? AND resource_type = ?`,
  );
  const byUnique = db.prepare<ResourceRow, [number, string, string]>(
    `SELECT ${resourceColumns} FROM resource WHERE tenant_id = ? AND resource_type = ? AND unique_key = ?`,
  );
  const taken = db.prepare<{ one: number }, [number, string, string]>(
    "SELECT 1 AS one FROM resource WHERE tenant_id = ? AND resource_type = ? AND unique_key = ?",
  );
  const byDisplay = db.prepare<{ id: string }, [number, string, string]>(
    `SELECT id FROM resource WHERE tenant_id = ? AND resource_type = ? AND display_key = ?
       AND display_key IS NOT NULL LIMIT 2`,
  );
  const memberships = membershipReads(db);
  const list = listReads(db, memberships);

  return {
    async get(tenantId, resourceType, id) {
      const row = byId.get(tenantId, id, resourceType);
      return row === null ? undefined : recordOf(row);
    },
    async getByUniqueKey(tenantId, resourceType, key) {
      const row = byUnique.get(tenantId, resourceType, key);
      return row === null ? undefined : recordOf(row);
    },
    async takenKeys(tenantId, resourceType, keys) {
      // One transaction around many look-ups takes the read lock once instead of each time.
      return snapshot(db, () => keys.map((key) => taken.get(tenantId, resourceType, key) !== null));
    },
    async idsByDisplay(tenantId, resourceType, key) {
      return byDisplay.all(tenantId, resourceType, key).map(({ id }) => id);
    },
    list,
    groupsOf: async (tenantId, ids) => memberships.groupsOf(tenantId, ids),
    membersOf: async (tenantId, ids) => memberships.membersOf(tenantId, ids),
  };
}

/** Runs reads against one state of the database. */
function snapshot<T>(db: Database, read: () => T): T {
  db.run("BEGIN");
  try {
    return read();
  } finally {
    db.run("COMMIT");
  }
}

/** Finds a page in an index and joins its documents afterwards: sorting whole rows is twenty times slower. */
function pageSql(index: string, condition: string): string {
  return `SELECT ${resourceColumns} FROM (
      SELECT rid AS page_rid FROM resource ${index}
        WHERE tenant_id = ? AND resource_type = ? ${condition} ORDER BY rid LIMIT ? OFFSET ?
    ) CROSS JOIN resource ON rid = page_rid ORDER BY page_rid`;
}

function listReads(
  db: Database,
  joins: { groupsOf: MembershipReads; membersOf: MembershipReads },
): (query: ResourceQuery) => Promise<ResourcePage> {
  const prepare = statementCache(db);
  const count = db.prepare<{ count: number }, [number, string]>(
    "SELECT count FROM resource_count WHERE tenant_id = ? AND resource_type = ?",
  );
  const page = db.prepare<ResourceRow, SqlValue[]>(pageSql("INDEXED BY resource_type", ""));

  return async ({ tenantId, type, filter, offset, limit }) => {
    const resourceType = type.name;
    if (filter === undefined) {
      return snapshot(db, () => ({
        total: count.get(tenantId, resourceType)?.count ?? 0,
        resources: limit === 0 ? [] : page.all(tenantId, resourceType, limit, offset).map(recordOf),
      }));
    }
    const { where, params, residual } = compileFilter(filter, type);
    const condition = where === "" ? "" : `AND (${where})`;
    if (residual !== undefined) {
      return scanMatches(prepare, joins, { tenantId, resourceType, condition, params, residual, offset, limit });
    }
    const matches = prepare<{ total: number }>(
      `SELECT count(*) AS total FROM resource WHERE tenant_id = ? AND resource_type = ? ${condition}`,
    );
    const found = prepare<ResourceRow>(pageSql("", condition));
    return snapshot(db, () => ({
      total: matches.get(tenantId, resourceType, ...params)?.total ?? 0,
      resources: limit === 0 ? [] : found.all(tenantId, resourceType, ...params, limit, offset).map(recordOf),
    }));
  };
}
