import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ApplicationAccess } from "../application.ts";

/* The tables of applications, of who is assigned to them, and of the mails by which people are asked in. */

export const application = sqliteTable(
  "application",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    /** The name in the form in which no two may be equal. */
    nameKey: text("name_key").notNull(),
    homeUrl: text("home_url"),
    access: text("access").$type<ApplicationAccess>().notNull(),
    created: integer("created").notNull(),
    modified: integer("modified").notNull(),
  },
  (table) => [
    uniqueIndex("application_id").on(table.tenantId, table.id),
    uniqueIndex("application_name").on(table.tenantId, table.nameKey),
  ],
);

/** Who is assigned to which application, with what is kept of them for it alone. */
export const assignment = sqliteTable(
  "assignment",
  {
    tenantId: integer("tenant_id").notNull(),
    applicationRid: integer("application_rid").notNull(),
    resourceRid: integer("resource_rid").notNull(),
    /** JSON of the attributes that have a value; null without any. */
    attributes: text("attributes"),
    created: integer("created").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.applicationRid, table.resourceRid] }),
    index("assignment_of").on(table.tenantId, table.resourceRid, table.applicationRid),
  ],
);

/** A link by which a user sets a password: one a user and application, 0 for none. */
export const activation = sqliteTable(
  "activation",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    id: text("id").notNull(),
    resourceRid: integer("resource_rid").notNull(),
    applicationRid: integer("application_rid").notNull(),
    state: text("state").notNull(),
    codeHash: text("code_hash").notNull(),
    mailRid: integer("mail_rid").notNull(),
    created: integer("created").notNull(),
    sent: integer("sent").notNull(),
    /** Null for ever. */
    expiresAt: integer("expires_at"),
  },
  (table) => [
    uniqueIndex("activation_id").on(table.tenantId, table.id),
    uniqueIndex("activation_user").on(table.tenantId, table.resourceRid, table.applicationRid),
    // The code is what tells the tenant.
    uniqueIndex("activation_code").on(table.codeHash),
  ],
);

/** The outbox: what is to be sent, and what was. A mail is rendered when it is read or sent. */
export const mail = sqliteTable(
  "mail",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    id: text("id").notNull(),
    state: text("state").notNull(),
    recipient: text("recipient").notNull(),
    template: text("template").notNull(),
    locale: text("locale").notNull(),
    /** JSON of what the template says beside the link. */
    words: text("words").notNull(),
    /** The secret of the link; null once it opens nothing any more. */
    code: text("code"),
    codeExpiresAt: integer("code_expires_at"),
    attempts: integer("attempts").notNull().default(0),
    created: integer("created").notNull(),
    dueAt: integer("due_at").notNull(),
    sentAt: integer("sent_at"),
    error: text("error"),
  },
  (table) => [
    uniqueIndex("mail_id").on(table.tenantId, table.id),
    // Each with the order in which they were made.
    index("mail_tenant").on(table.tenantId),
    index("mail_state").on(table.tenantId, table.state),
    // The server sends for all tenants, and forgets codes of all.
    index("mail_due").on(table.dueAt).where(sql`state = 'queued'`),
    index("mail_code").on(table.codeExpiresAt).where(sql`code IS NOT NULL`),
  ],
);

/** Other servers whose JSON Web Tokens let their bearers in. */
export const issuer = sqliteTable(
  "issuer",
  {
    rid: integer("rid").primaryKey({ autoIncrement: true }),
    tenantId: integer("tenant_id").notNull(),
    id: text("id").notNull(),
    issuer: text("issuer").notNull(),
    audience: text("audience").notNull(),
    jwksUrl: text("jwks_url").notNull(),
    scopeClaim: text("scope_claim").notNull(),
    profile: text("profile").notNull(),
    created: integer("created").notNull(),
  },
  (table) => [
    uniqueIndex("issuer_id").on(table.tenantId, table.id),
    // The two together are what tells the tenant.
    uniqueIndex("issuer_audience").on(table.issuer, table.audience),
  ],
);
