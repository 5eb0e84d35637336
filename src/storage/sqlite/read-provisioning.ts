import type { Database } from "bun:sqlite";
import { and, eq, getTableColumns } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import type { ConnectorRecord, ExtractionRecord, LinkRecord, ProvisioningReads } from "../provisioning.ts";
import { connector } from "./provisioning-schema.ts";
import { snapshot } from "./statements.ts";

const extractionColumns = `e.id, e.tenant_id AS tenantId, c.id AS connectorId, e.state, e.started, e.ended, e.records,
  e.unchanged, e.error, e.import_id AS importId, e.is_parked AS parked`;
const extractionJoin = "extraction e JOIN connector c ON c.rid = e.connector_rid";

type ExtractionRow = Omit<ExtractionRecord, "isParked"> & { readonly parked: number };

function recordOf({ parked, ...rest }: ExtractionRow): ExtractionRecord {
  return { ...rest, isParked: parked === 1 };
}

const linkColumns = "source_id AS sourceId, resource_id AS resourceId, version";

export function provisioningReads(db: Database): ProvisioningReads {
  const orm = drizzle(db);
  const { rid: _, ...columns } = getTableColumns(connector);
  const all = (tenantId: number): ConnectorRecord[] =>
    orm.select(columns).from(connector).where(eq(connector.tenantId, tenantId)).orderBy(connector.name).all();
  const one = (tenantId: number, id: string): ConnectorRecord | undefined =>
    orm
      .select(columns)
      .from(connector)
      .where(and(eq(connector.tenantId, tenantId), eq(connector.id, id)))
      .get();
  const rid = db.prepare<{ rid: number }, [number, string]>("SELECT rid FROM connector WHERE tenant_id = ? AND id = ?");
  const history = db.prepare<ExtractionRow, [number, number, number, number]>(
    `SELECT ${extractionColumns} FROM ${extractionJoin} WHERE e.tenant_id = ? AND e.connector_rid = ?
       ORDER BY e.rid DESC LIMIT ? OFFSET ?`,
  );
  const extraction = db.prepare<ExtractionRow, [number, string]>(
    `SELECT ${extractionColumns} FROM ${extractionJoin} WHERE e.tenant_id = ? AND e.id = ?`,
  );
  const inState = db.prepare<ExtractionRow, [string]>(
    `SELECT ${extractionColumns} FROM ${extractionJoin} WHERE e.state = ? ORDER BY e.tenant_id, e.rid`,
  );
  const ofTenantInState = db.prepare<ExtractionRow, [string, number]>(
    `SELECT ${extractionColumns} FROM ${extractionJoin} WHERE e.state = ? AND e.tenant_id = ? ORDER BY e.rid`,
  );
  // Joined with the resource it would take ten times as long to find that there is no link.
  const link = db.prepare<LinkRecord, [number, number, string]>(
    `SELECT ${linkColumns} FROM link WHERE tenant_id = ? AND connector_rid = ? AND source_id = ?`,
  );
  const linksAfter = db.prepare<LinkRecord, [number, number, string, number]>(
    `SELECT ${linkColumns} FROM link l WHERE tenant_id = ? AND connector_rid = ? AND source_id > ?
       AND EXISTS (SELECT 1 FROM resource r WHERE r.tenant_id = l.tenant_id AND r.id = l.resource_id)
       ORDER BY source_id LIMIT ?`,
  );
  const resource = db.prepare<{ rid: number }, [number, string]>(
    "SELECT rid FROM resource WHERE tenant_id = ? AND id = ?",
  );
  /** Whether whom a link leads to is still there. */
  const isLive = (tenantId: number) => (found: LinkRecord) => resource.get(tenantId, found.resourceId) !== null;
  const ridOf = (tenantId: number, id: string): number => rid.get(tenantId, id)?.rid ?? 0;
  return {
    connectors: async (tenantId) => all(tenantId),
    connector: async (tenantId, id) => one(tenantId, id),
    async extractions({ tenantId, connectorId, offset, limit }) {
      const ids = connectorId === undefined ? all(tenantId).map(({ id }) => id) : [connectorId];
      const rows = ids.flatMap((id) => history.all(tenantId, ridOf(tenantId, id), offset + limit, 0));
      // Of several connectors the histories are merged; ids are made in the order of time.
      const merged = ids.length === 1 ? rows : rows.sort((left, right) => (left.id < right.id ? 1 : -1));
      return merged.slice(offset, offset + limit).map(recordOf);
    },
    async extraction(tenantId, id) {
      const row = extraction.get(tenantId, id);
      return row === null ? undefined : recordOf(row);
    },
    async extractionsIn(state, tenantId) {
      const rows = tenantId === undefined ? inState.all(state) : ofTenantInState.all(state, tenantId);
      return rows.map(recordOf);
    },
    async links(tenantId, connectorId, sourceIds) {
      const connectorRid = ridOf(tenantId, connectorId);
      // One transaction around many look-ups takes the read lock once instead of each time.
      return snapshot(db, () =>
        sourceIds.flatMap((sourceId) => link.get(tenantId, connectorRid, sourceId) ?? []).filter(isLive(tenantId)),
      );
    },
    linksAfter: async (tenantId, connectorId, after, limit) =>
      linksAfter.all(tenantId, ridOf(tenantId, connectorId), after, limit),
  };
}
