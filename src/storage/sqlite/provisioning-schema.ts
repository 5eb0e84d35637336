import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ExtractionState } from "../provisioning.ts";

/* The tables of where users are taken from. */

export const connector = sqliteTable(
  "connector",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    /** JSON of its settings, without secrets. */
    doc: text("doc").notNull(),
    /** Its secret, encrypted. */
    sealed: text("sealed"),
    created: integer("created").notNull(),
    modified: integer("modified").notNull(),
  },
  (table) => [
    uniqueIndex("connector_id").on(table.tenantId, table.id),
    uniqueIndex("connector_name").on(table.tenantId, table.name),
  ],
);

/** What was extracted, and what became of it. */
export const extraction = sqliteTable(
  "extraction",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    id: text("id").notNull(),
    connectorRid: integer("connector_rid").notNull(),
    state: text("state").$type<ExtractionState>().notNull(),
    started: integer("started").notNull(),
    ended: integer("ended"),
    records: integer("records").notNull(),
    unchanged: integer("unchanged").notNull(),
    error: text("error"),
    importId: text("import_id"),
    isParked: integer("is_parked", { mode: "boolean" }).notNull(),
  },
  (table) => [
    uniqueIndex("extraction_id").on(table.tenantId, table.id),
    index("extraction_of").on(table.tenantId, table.connectorRid, table.rid),
    // Led by the state: the server looks for those of all tenants that a restart cut off.
    index("extraction_state").on(table.state, table.tenantId, table.rid),
  ],
);

/** Who at a source is who here. */
export const link = sqliteTable(
  "link",
  {
    tenantId: integer("tenant_id").notNull(),
    connectorRid: integer("connector_rid").notNull(),
    sourceId: text("source_id").notNull(),
    resourceId: text("resource_id").notNull(),
    /** In which it was last imported. */
    version: text("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.connectorRid, table.sourceId] })],
);
