import type { Database } from "bun:sqlite";
import type { Refusal } from "../change.ts";
import { type Apply, noEffect } from "./applied.ts";

const notFound = (id: string): Refusal => ({ kind: "notFound", id });

interface ConnectorChanges {
  readonly putConnector: Apply<"putConnector">;
  readonly deleteConnector: Apply<"deleteConnector">;
}

interface ExtractionChanges {
  readonly startExtraction: Apply<"startExtraction">;
  readonly endExtraction: Apply<"endExtraction">;
  readonly noteImported: Apply<"noteImported">;
  readonly linkResource: Apply<"linkResource">;
}

/** How the changes to connectors, extractions and links are carried out. */
export function provisioningChanges(db: Database): ConnectorChanges & ExtractionChanges {
  return { ...connectorChanges(db), ...extractionChanges(db) };
}

const ridSql = "SELECT rid FROM connector WHERE tenant_id = ? AND id = ?";

function connectorChanges(db: Database): ConnectorChanges {
  const find = db.prepare<{ rid: number }, [number, string]>(ridSql);
  const insert = db.prepare(
    `INSERT INTO connector (tenant_id, id, name, doc, sealed, created, modified) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
       ON CONFLICT DO NOTHING`,
  );
  const update = db.prepare(
    "UPDATE OR IGNORE connector SET name = ?3, doc = ?4, modified = ?5 WHERE tenant_id = ?1 AND id = ?2",
  );
  const seal = db.prepare("UPDATE connector SET sealed = ?3 WHERE tenant_id = ?1 AND id = ?2");
  const holder = db.prepare<{ id: string }, [number, string]>(
    "SELECT id FROM connector WHERE tenant_id = ? AND name = ?",
  );
  const removals = [
    "DELETE FROM link WHERE tenant_id = ?1 AND connector_rid = ?2",
    "DELETE FROM extraction WHERE tenant_id = ?1 AND connector_rid = ?2",
    "DELETE FROM connector WHERE tenant_id = ?1 AND rid = ?2",
  ].map((sql) => db.prepare<unknown, [number, number]>(sql));
  return {
    putConnector(tenantId, { id, name, doc, sealed, isNew, at }) {
      if (!isNew && find.get(tenantId, id) === null) return notFound(id);
      const { changes } = isNew
        ? insert.run(tenantId, id, name, doc, sealed ?? null, at)
        : update.run(tenantId, id, name, doc, at);
      if (changes === 0) return { kind: "uniqueness", id: holder.get(tenantId, name)?.id ?? id, attribute: "name" };
      if (!isNew && sealed !== undefined) seal.run(tenantId, id, sealed);
      return noEffect;
    },
    deleteConnector(tenantId, { id }) {
      const rid = find.get(tenantId, id)?.rid;
      if (rid === undefined) return notFound(id);
      for (const removal of removals) removal.run(tenantId, rid);
      return noEffect;
    },
  };
}

function extractionChanges(db: Database): ExtractionChanges {
  const find = db.prepare<{ rid: number }, [number, string]>(ridSql);
  const start = db.prepare(
    `INSERT INTO extraction (tenant_id, id, connector_rid, state, started, records, unchanged, is_parked)
       VALUES (?, ?, ?, 'started', ?, 0, 0, 0)`,
  );
  const end = db.prepare(
    `UPDATE extraction SET state = ?3, ended = ?4, records = ?5, unchanged = ?6, error = ?7, import_id = ?8, is_parked = ?9
       WHERE tenant_id = ?1 AND id = ?2 AND state = 'started'`,
  );
  const imported = db.prepare(
    "UPDATE extraction SET state = 'imported', is_parked = 0 WHERE tenant_id = ? AND id = ? AND state = 'exported'",
  );
  // A connector that was taken away while its records came in leaves them to whoever has them.
  const join = db.prepare(
    `INSERT INTO link (tenant_id, connector_rid, source_id, resource_id, version)
       SELECT ?1, rid, ?3, ?4, ?5 FROM connector WHERE tenant_id = ?1 AND id = ?2
       ON CONFLICT DO UPDATE SET resource_id = excluded.resource_id, version = excluded.version`,
  );
  return {
    startExtraction(tenantId, { id, connectorId, at }) {
      const rid = find.get(tenantId, connectorId)?.rid;
      if (rid === undefined) return notFound(connectorId);
      start.run(tenantId, id, rid, at);
      return noEffect;
    },
    endExtraction(tenantId, { id, state, at, records, unchanged, error, importId, isParked }) {
      const told = [state, at, records, unchanged, error ?? null, importId ?? null, isParked === true ? 1 : 0] as const;
      return end.run(tenantId, id, ...told).changes > 0 ? noEffect : notFound(id);
    },
    noteImported(tenantId, { id }) {
      return imported.run(tenantId, id).changes > 0 ? noEffect : notFound(id);
    },
    linkResource(tenantId, { connectorId, sourceId, resourceId, version }) {
      join.run(tenantId, connectorId, sourceId, resourceId, version);
      return noEffect;
    },
  };
}
