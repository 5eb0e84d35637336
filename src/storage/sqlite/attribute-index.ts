import type { Database } from "bun:sqlite";
import type { IndexTarget } from "../../scim/filter/indexed.ts";
import type { AttributeIndexReads } from "../port.ts";

/** An attribute index as the table has it. */
export interface AttributeIndex {
  readonly rid: number;
  readonly resourceType: string;
  readonly path: string;
  readonly target: IndexTarget;
  readonly state: "building" | "ready" | "suspended";
}

interface Row {
  rid: number;
  resource_type: string;
  path: string;
  target: string;
  state: "building" | "ready" | "suspended";
  built_rid: number;
  until_rid: number;
}

/** Finds a tenant's attribute indexes. */
export interface AttributeIndexes {
  /** Those that are not on their way out, as they are now: one look at a number tells that the known ones still hold. */
  of(tenantId: number): readonly AttributeIndex[];
  /** What was read in a transaction that was taken back does not hold. */
  forget(): void;
}

/** Tenants whose indexes are kept in memory. */
const tenantsKeptMax = 1000;

/** The indexes of a tenant that are not on their way out. */
const stayingSql = `SELECT rid, resource_type, path, target, state, built_rid, until_rid FROM attribute_index
  WHERE tenant_id = ? AND state <> 'dropping' ORDER BY resource_type, path`;

export function attributeIndexes(db: Database): AttributeIndexes {
  const revision = db.prepare<{ revision: number }, [number]>(
    "SELECT revision FROM attribute_index_revision WHERE tenant_id = ?",
  );
  const all = db.prepare<Row, [number]>(stayingSql);
  const known = new Map<number, { readonly revision: number; readonly indexes: readonly AttributeIndex[] }>();
  return {
    of(tenantId) {
      const now = revision.get(tenantId)?.revision ?? 0;
      const kept = known.get(tenantId);
      if (kept?.revision === now) return kept.indexes;
      const indexes = all.all(tenantId).map(({ rid, resource_type: resourceType, path, target, state }) => {
        return { rid, resourceType, path, target: JSON.parse(target), state };
      });
      if (known.size >= tenantsKeptMax) known.clear();
      known.set(tenantId, { revision: now, indexes });
      return indexes;
    },
    forget: () => known.clear(),
  };
}

/** @param readAhead see AttributeIndexReads */
export function attributeIndexReads(db: Database, readAhead: AttributeIndexReads["readAhead"]): AttributeIndexReads {
  const all = db.prepare<Row, [number]>(stayingSql);
  // A row an index: there are few.
  const unfinished = db.prepare<{ tenant_id: number }, []>(
    "SELECT DISTINCT tenant_id FROM attribute_index WHERE state <> 'ready' ORDER BY tenant_id",
  );
  return {
    async all(tenantId) {
      return all.all(tenantId).map((row) => ({
        resourceType: row.resource_type,
        path: row.path,
        target: JSON.parse(row.target),
        state: row.state,
        progress: row.state === "ready" ? 1 : Math.min(1, row.built_rid / Math.max(1, row.until_rid)),
      }));
    },
    async unfinished() {
      return unfinished.all().map((row) => row.tenant_id);
    },
    readAhead,
  };
}
