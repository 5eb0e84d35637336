import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { DefinitionKind } from "../change.ts";
import type { FileShape, ImportOptions, UndoCounts, UndoOutcome } from "../import.ts";

/*
 * The tables of a SQLite database. Wide rows live in rowid tables (a WITHOUT ROWID table of documents is three
 * times as large and four times as slow); joins go by the integer rid. The tenant leads every key. Instants are
 * milliseconds since 1970. Tables WITHOUT ROWID are made so in the migration, which drizzle can not express.
 */

export const resource = sqliteTable(
  "resource",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    resourceType: text("resource_type").notNull(),
    id: text("id").notNull(),
    uniqueKey: text("unique_key"),
    displayKey: text("display_key"),
    externalId: text("external_id"),
    active: integer("active"),
    created: integer("created").notNull(),
    modified: integer("modified").notNull(),
    version: integer("version").notNull(),
    doc: text("doc").notNull(),
    /** How many members it has: counting a million rows takes longer than adding one. */
    memberCount: integer("member_count").notNull().default(0),
  },
  (table) => [
    uniqueIndex("resource_id").on(table.tenantId, table.id),
    uniqueIndex("resource_unique").on(table.tenantId, table.resourceType, table.uniqueKey),
    // Everything of a type in the order of creation, with what lists ask of many at once: no wide row is read for it.
    index("resource_type").on(
      table.tenantId,
      table.resourceType,
      table.rid,
      table.active,
      table.created,
      table.uniqueKey,
    ),
    // With those that have no value, which come first or last in the order.
    index("resource_display").on(table.tenantId, table.resourceType, table.displayKey),
    index("resource_external_id").on(table.tenantId, table.resourceType, table.externalId),
    // Who asks what has changed since the last time asks often.
    index("resource_modified").on(table.tenantId, table.resourceType, table.modified),
  ],
);

/** How many resources of each type a tenant has: counting a million rows takes 29 ms, reading this does not. */
export const resourceCount = sqliteTable(
  "resource_count",
  {
    tenantId: integer("tenant_id").notNull(),
    resourceType: text("resource_type").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.resourceType] })],
);

/** Who is in which group: a row a membership, both ways. */
export const member = sqliteTable(
  "member",
  {
    tenantId: integer("tenant_id").notNull(),
    groupRid: integer("group_rid").notNull(),
    memberRid: integer("member_rid").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.groupRid, table.memberRid] }),
    index("member_of").on(table.tenantId, table.memberRid, table.groupRid),
  ],
);

/** Groups in groups, a second time: who is in which indirectly is found among these few, without the users. */
export const nesting = sqliteTable(
  "nesting",
  {
    tenantId: integer("tenant_id").notNull(),
    memberRid: integer("member_rid").notNull(),
    groupRid: integer("group_rid").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.memberRid, table.groupRid] }),
    index("nesting_group").on(table.tenantId, table.groupRid, table.memberRid),
  ],
);

/** An attribute of a type whose values are kept in `attribute_value`. */
export const attributeIndex = sqliteTable(
  "attribute_index",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    resourceType: text("resource_type").notNull(),
    /** As a filter names it. */
    path: text("path").notNull(),
    /** Where the values stand and how they compare, as JSON. */
    target: text("target").notNull(),
    state: text("state").$type<"building" | "ready" | "suspended" | "dropping">().notNull(),
    /** Resources up to the first are in the index; those behind the second were from their first day. */
    builtRid: integer("built_rid").notNull(),
    untilRid: integer("until_rid").notNull(),
  },
  (table) => [index("attribute_index_path").on(table.tenantId, table.resourceType, table.path)],
);

/** Counts the changes to a tenant's attribute indexes, so that who writes knows in one look whether it knows them. */
export const attributeIndexRevision = sqliteTable(
  "attribute_index_revision",
  {
    tenantId: integer("tenant_id").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId] })],
);

/**
 * The values of indexed attributes in the form in which filters compare them; of one of several values also its type,
 * such as `work`, which is empty where it has none.
 */
export const attributeValue = sqliteTable(
  "attribute_value",
  {
    tenantId: integer("tenant_id").notNull(),
    indexRid: integer("index_rid").notNull(),
    // No affinity: a text stays a text, a number a number.
    value: blob("value").notNull(),
    resourceRid: integer("resource_rid").notNull(),
    label: text("label").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.indexRid, table.value, table.resourceRid, table.label] })],
);

export const credential = sqliteTable(
  "credential",
  {
    tenantId: integer("tenant_id").notNull(),
    resourceRid: integer("resource_rid").notNull(),
    passwordHash: text("password_hash").notNull(),
    changed: integer("changed").notNull(),
    // A password that has to be changed by then.
    validUntil: integer("valid_until"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.resourceRid] })],
);

export const roleAssignment = sqliteTable(
  "role_assignment",
  {
    tenantId: integer("tenant_id").notNull(),
    resourceRid: integer("resource_rid").notNull(),
    role: text("role").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.resourceRid, table.role] })],
);

/** Organisations that know nothing of each other. Its number leads every other key. */
export const tenant = sqliteTable(
  "tenant",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    domain: text("domain").notNull(),
    created: integer("created").notNull(),
  },
  (table) => [uniqueIndex("tenant_domain").on(table.domain)],
);

/** Programs that get tokens by a secret of theirs (RFC 6749 §4.4). */
export const oauthClient = sqliteTable(
  "oauth_client",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    hash: text("hash").notNull(),
    // The secret before, which works on until the next one is made.
    previousHash: text("previous_hash"),
    scopes: text("scopes", { mode: "json" }).$type<string[]>().notNull(),
    profile: text("profile").notNull(),
    created: integer("created").notNull(),
  },
  (table) => [
    uniqueIndex("oauth_client_tenant").on(table.tenantId, table.id),
    // The client is what tells the tenant.
    uniqueIndex("oauth_client_id").on(table.id),
  ],
);

export const token = sqliteTable(
  "token",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    hash: text("hash").notNull(),
    scopes: text("scopes", { mode: "json" }).$type<string[]>().notNull(),
    profile: text("profile").notNull(),
    created: integer("created").notNull(),
    expiresAt: integer("expires_at"),
    // The client that it was given to.
    clientId: text("client_id"),
    lastUsed: integer("last_used"),
  },
  (table) => [
    index("token_client").on(table.tenantId, table.clientId).where(sql`client_id IS NOT NULL`),
    index("token_expires").on(table.tenantId, table.expiresAt).where(sql`client_id IS NOT NULL`),
    uniqueIndex("token_id").on(table.tenantId, table.id),
    // The one index that no tenant leads: the token is what tells the tenant.
    uniqueIndex("token_hash").on(table.hash),
  ],
);

/** Schemas and resource types beside those that are built in, and which attributes are to be indexed, as JSON. */
export const definition = sqliteTable(
  "definition",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    definition: text("definition").$type<DefinitionKind>().notNull(),
    key: text("key").notNull(),
    doc: text("doc").notNull(),
  },
  (table) => [uniqueIndex("definition_key").on(table.tenantId, table.definition, table.key)],
);

/** Bytes that nobody is shown: the key of cursors. */
export const secret = sqliteTable(
  "secret",
  {
    tenantId: integer("tenant_id").notNull(),
    name: text("name").notNull(),
    bytes: blob("bytes", { mode: "buffer" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] })],
);

export const importJob = sqliteTable(
  "import_job",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    id: text("id").notNull(),
    state: text("state").notNull(),
    dialect: text("dialect").notNull(),
    mode: text("mode").notNull(),
    match: text("match").notNull(),
    dryRun: integer("dry_run", { mode: "boolean" }).notNull(),
    fileName: text("file_name").notNull(),
    fileBytes: integer("file_bytes").notNull(),
    createdBy: text("created_by").notNull(),
    created: integer("created").notNull(),
    started: integer("started"),
    finished: integer("finished"),
    total: integer("total").notNull(),
    planned: text("planned", { mode: "json" }).$type<Record<string, number>>(),
    counts: text("counts", { mode: "json" }).$type<Record<string, number>>().notNull(),
    message: text("message"),
    warnings: text("warnings", { mode: "json" }).$type<string[]>().notNull(),
    /** What was asked beside dialect, mode and match. */
    options: text("options", { mode: "json" }).$type<Partial<ImportOptions>>().notNull().default({}),
    sha256: text("sha256"),
    idempotencyKey: text("idempotency_key"),
    retryOf: text("retry_of"),
    shape: text("shape", { mode: "json" }).$type<FileShape>(),
    passwords: integer("passwords").notNull().default(0),
    isCancelled: integer("is_cancelled", { mode: "boolean" }).notNull().default(false),
    phase: text("phase", { mode: "json" }).$type<{ since: number; done: number }>(),
    undone: text("undone", { mode: "json" }).$type<Partial<UndoCounts>>().notNull().default({}),
  },
  (table) => [
    uniqueIndex("import_job_id").on(table.tenantId, table.id),
    index("import_job_state").on(table.tenantId, table.state),
    uniqueIndex("import_job_idempotency").on(table.tenantId, table.idempotencyKey),
    index("import_job_sha256").on(table.tenantId, table.sha256),
  ],
);

/** The file as it was uploaded, in pieces; removed when the job ends, since it may hold passwords. */
export const importInput = sqliteTable(
  "import_input",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    importRid: integer("import_rid").notNull(),
    sequence: integer("sequence").notNull(),
    bytes: blob("bytes", { mode: "buffer" }).notNull(),
  },
  (table) => [uniqueIndex("import_input_sequence").on(table.tenantId, table.importRid, table.sequence)],
);

/**
 * A row of a file: what the plan expects of it (only where there is something to tell) and what came of it. The
 * highest row with an outcome is the job's cursor; it is stored nowhere else.
 */
export const importRow = sqliteTable(
  "import_row",
  {
    tenantId: integer("tenant_id").notNull(),
    importRid: integer("import_rid").notNull(),
    row: integer("row").notNull(),
    line: integer("line").notNull(),
    planned: text("planned"),
    outcome: text("outcome"),
    resourceRid: integer("resource_rid"),
    key: text("key"),
    problems: text("problems"),
    /** The cells of a refused row, to be given back. */
    raw: text("raw"),
    /** What an undo brings back; null where the row made what it made. */
    before: text("before"),
    /** The version in which the row left its resource; null is the first. */
    version: integer("version"),
    /** A manager that is still to be found. */
    reference: text("reference"),
    undo: text("undo").$type<UndoOutcome>(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.importRid, table.row] }),
    index("import_row_problems").on(table.tenantId, table.importRid, table.row).where(sql`problems IS NOT NULL`),
    index("import_row_reference").on(table.tenantId, table.importRid, table.row).where(sql`reference IS NOT NULL`),
    index("import_row_raw").on(table.tenantId, table.importRid, table.row).where(sql`raw IS NOT NULL`),
  ],
);

/** The groups that an import made because its rows named them. */
export const importGroup = sqliteTable(
  "import_group",
  {
    tenantId: integer("tenant_id").notNull(),
    importRid: integer("import_rid").notNull(),
    groupId: text("group_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.importRid, table.groupId] })],
);
