import type { Database } from "bun:sqlite";
import type { DefinitionReads, DefinitionRecord } from "../port.ts";

export function definitionReads(db: Database): DefinitionReads {
  const all = db.prepare<DefinitionRecord, [number]>(
    "SELECT definition, key, doc FROM definition WHERE tenant_id = ? ORDER BY definition, key",
  );
  return {
    async all(tenantId) {
      return all.all(tenantId).map((row) => ({ ...row }));
    },
  };
}
