import { blob, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Actor } from "../audit.ts";

/**
 * What was done and what was refused, by whom and from where. Each line has the hash of the one before it in its own, so
 * that none can be changed or left out unseen. What a change left is told by the line after it, or by what is there now;
 * of it the line keeps the hash.
 */
export const audit = sqliteTable(
  "audit",
  {
    tenantId: integer("tenant_id").notNull(),
    /** Counts the lines of the tenant from 1. */
    sequence: integer("sequence").notNull(),
    at: integer("at").notNull(),
    action: text("action").notNull(),
    actorKind: text("actor_kind").$type<Actor["kind"]>().notNull(),
    actorId: text("actor_id").notNull(),
    actorName: text("actor_name").notNull(),
    address: text("address").notNull(),
    targetType: text("target_type").notNull(),
    targetId: text("target_id").notNull(),
    /** JSON of what there is to tell beside documents; null when there is nothing. */
    details: text("details"),
    /** The document before the change; null where there was none. */
    before: text("before"),
    /** SHA-256 of the document after it; null where none is left. */
    afterHash: blob("after_hash", { mode: "buffer" }),
    hash: blob("hash", { mode: "buffer" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sequence] }),
    index("audit_target").on(table.tenantId, table.targetId, table.sequence),
  ],
);
