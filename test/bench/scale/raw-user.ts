import type { Database, SQLQueryBindings } from "bun:sqlite";
import { z } from "zod";

const json: z.ZodType<unknown> = z.json();
const body = z.record(z.string(), json);
const texts = z.object({
  userName: z.string(),
  displayName: z.string(),
  externalId: z.string(),
});

interface Index {
  readonly rid: number;
  readonly path: string;
}

/**
 * Writes a user as the store does, without anything around it: the row, with the values of the attribute indexes that
 * the database has. Call it in a transaction.
 */
export function rawInsert(db: Database): (id: string, text: string) => void {
  const resource = db.prepare(
    `INSERT INTO resource (tenant_id, resource_type, id, unique_key, display_key, external_id, active, created,
       modified, version, doc) VALUES (1, 'User', ?, ?, ?, ?, 1, ?, ?, 1, ?)`,
  );
  const value = db.prepare(
    "INSERT INTO attribute_value (tenant_id, index_rid, value, resource_rid, label) VALUES (1, ?, ?, ?, ?)",
  );
  const indexes = db
    .query<Index, []>(
      "SELECT rid, path FROM attribute_index WHERE tenant_id = 1 AND resource_type = 'User' AND state = 'ready'",
    )
    .all();
  return (id, text) => {
    const parsed = body.parse(JSON.parse(text));
    const { userName, displayName, externalId } = texts.parse(parsed);
    const now = Date.now();
    const keys = [userName.toLowerCase(), displayName.toLowerCase(), externalId];
    const { lastInsertRowid } = resource.run(id, ...keys, now, now, JSON.stringify(parsed));
    for (const { rid, path } of indexes) {
      for (const [found, label] of valuesAt(parsed, path)) value.run(rid, found, Number(lastInsertRowid), label);
    }
  };
}

/** The values at the path of an index, with their type. */
function valuesAt(user: Record<string, unknown>, path: string): [SQLQueryBindings, string][] {
  const colon = path.lastIndexOf(":");
  const root = colon < 0 ? user : user[path.slice(0, colon)];
  const [name = "", sub = "value"] = path.slice(colon + 1).split(".");
  const found = isRecord(root) ? root[name] : undefined;
  return (Array.isArray(found) ? found : [found]).flatMap((each): [SQLQueryBindings, string][] => {
    const simple = isRecord(each) ? each[sub] : each;
    if (typeof simple !== "string") return [];
    return [[simple.toLowerCase(), isRecord(each) && typeof each.type === "string" ? each.type : ""]];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
