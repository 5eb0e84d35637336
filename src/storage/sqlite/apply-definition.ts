import type { Database } from "bun:sqlite";
import { type Apply, noEffect } from "./applied.ts";

/** How schemas, resource types and secrets are registered. */
export function definitionChanges(db: Database): {
  putDefinition: Apply<"putDefinition">;
  deleteDefinition: Apply<"deleteDefinition">;
  createSecret: Apply<"createSecret">;
} {
  const put = db.prepare(
    `INSERT INTO definition (tenant_id, definition, key, doc) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET doc = excluded.doc`,
  );
  const remove = db.prepare("DELETE FROM definition WHERE tenant_id = ? AND definition = ? AND key = ?");
  // Not from resource_count, which is written at the end of a transaction: what is made in this one counts, too.
  const count = db.prepare<{ count: number }, [number, string]>(
    "SELECT count(*) AS count FROM resource WHERE tenant_id = ? AND resource_type = ?",
  );
  // A prefix is a range of the index that has the names.
  const named = (type: string, column: string) =>
    db.prepare<{ count: number }, { tenantId: number; from: string; to: string }>(
      `SELECT count(*) AS count FROM (SELECT 1 FROM resource WHERE tenant_id = $tenantId AND resource_type = '${type}'
         AND ${column} >= $from AND ${column} < $to LIMIT 1)`,
    );
  const namedAlike = [named("User", "unique_key"), named("Group", "display_key")] as const;
  const countNamed = (tenantId: number, prefix: string): number => {
    const range = { tenantId, from: prefix, to: `${prefix}\u{10ffff}` };
    return namedAlike.reduce((sum, statement) => sum + (statement.get(range)?.count ?? 0), 0);
  };
  const insertSecret = db.prepare(
    "INSERT INTO secret (tenant_id, name, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  return {
    putDefinition(tenantId, { definition, key, doc }) {
      put.run(tenantId, definition, key, doc);
      return noEffect;
    },
    deleteDefinition(tenantId, { definition, key, emptyType, emptyPrefix }) {
      const ofType = emptyType === undefined ? 0 : (count.get(tenantId, emptyType)?.count ?? 0);
      const resources = ofType + (emptyPrefix === undefined ? 0 : countNamed(tenantId, emptyPrefix));
      if (resources > 0) return { kind: "inUse", resources };
      return remove.run(tenantId, definition, key).changes > 0 ? noEffect : { kind: "notFound", id: key };
    },
    createSecret(tenantId, { name, bytes }) {
      return insertSecret.run(tenantId, name, bytes).changes > 0 ? noEffect : { kind: "exists" };
    },
  };
}
