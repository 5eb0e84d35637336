import type { Database } from "bun:sqlite";
import { compileFilter, compileSort, type FilterSql } from "../filter-sql.ts";
import type { Join, JoinedRecord, ResourcePage, ResourceQuery, ResourceReads } from "../port.ts";
import { type ResourceRow, recordOf, resourceColumns } from "./row.ts";
import { recordsOf, scanMatches } from "./scan.ts";
import { statementCache } from "./statements.ts";

export function resourceReads(db: Database): ResourceReads {
  const byId = (join?: Join) =>
    db.prepare<ResourceRow, [number, string, string]>(
      `SELECT ${resourceColumns(join)} FROM resource r WHERE r.tenant_id = ? AND r.id = ? AND r.resource_type = ?`,
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
    `SELECT id FROM resource WHERE tenant_id = ? AND resource_type = ? AND display_key = ?
       AND display_key IS NOT NULL LIMIT 2`,
  );

  return {
    async get(tenantId, resourceType, id, join) {
      const row = get[join ?? "alone"].get(tenantId, id, resourceType);
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
    list: listReads(db),
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
function pageSql(join: Join | undefined, condition: string): string {
  return `SELECT ${resourceColumns(join)} FROM (
      SELECT rid AS page_rid FROM resource ${indexFor(condition, undefined)}
        WHERE tenant_id = ? AND resource_type = ? ${condition} ORDER BY rid LIMIT ? OFFSET ?
    ) CROSS JOIN resource r ON r.rid = page_rid ORDER BY page_rid`;
}

/** Left alone, the planner takes an index in which the rows of a type are in another order, and sorts. */
function indexFor(condition: string, order: string | undefined): string {
  return condition === "" && order === undefined ? "INDEXED BY resource_type" : "";
}

function listReads(db: Database): (query: ResourceQuery) => Promise<ResourcePage> {
  const prepare = statementCache(db);
  const count = db.prepare<{ count: number }, [number, string]>(
    "SELECT count FROM resource_count WHERE tenant_id = ? AND resource_type = ?",
  );
  return async ({ tenantId, type, filter, join, sort, offset, limit }) => {
    const resourceType = type.name;
    const { where, params, residual } = filter === undefined ? everything : compileFilter(filter, type, tenantId);
    const condition = where === "" ? "" : `AND (${where})`;
    const order = sort === undefined ? undefined : compileSort(sort, type);
    if (residual !== undefined || (sort !== undefined && order === undefined)) {
      return scanMatches(prepare, { tenantId, resourceType, condition, params, residual, join, sort, offset, limit });
    }
    const matches = prepare<{ total: number }>(
      `SELECT count(*) AS total FROM resource WHERE tenant_id = ? AND resource_type = ? ${condition}`,
    );
    const page = (): readonly JoinedRecord[] => {
      if (limit === 0) return [];
      const places = [tenantId, resourceType, ...params, limit, offset];
      if (order === undefined && join !== "members") {
        const whole = prepare<ResourceRow>(pageSql(join, condition));
        return whole.all(...places).map(recordOf);
      }
      const sorted = prepare<{ rid: number }>(
        `SELECT rid FROM resource ${indexFor(condition, order)} WHERE tenant_id = ? AND resource_type = ? ${condition}
           ORDER BY ${order ?? "rid"} LIMIT ? OFFSET ?`,
      );
      return recordsOf(prepare, join, sorted.all(...places));
    };
    return snapshot(db, () => ({
      total:
        condition === ""
          ? (count.get(tenantId, resourceType)?.count ?? 0)
          : (matches.get(tenantId, resourceType, ...params)?.total ?? 0),
      resources: page(),
    }));
  };
}

const everything: FilterSql = { where: "", params: [], residual: undefined };
