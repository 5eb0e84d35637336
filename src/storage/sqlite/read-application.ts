import type { Database } from "bun:sqlite";
import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import type {
  ActivationRecord,
  ApplicationReads,
  ApplicationRecord,
  AssignedUser,
  MailReads,
  MailRecord,
} from "../application.ts";
import { application } from "./application-schema.ts";

/** A link, as columns of `a` joined with its mail `m`. */
const activationColumns = `a.id AS a_id, a.tenant_id AS a_tenant, a.state AS a_state, a.created AS a_created,
  a.sent AS a_sent, a.expires_at AS a_expires, m.state AS m_state, m.id AS m_id`;

interface ActivationRow {
  a_id: string | null;
  a_tenant: number;
  a_state: ActivationRecord["state"];
  a_created: number;
  a_sent: number;
  a_expires: number | null;
  m_state: ActivationRecord["mailState"];
  m_id: string;
  user_id: string;
  application_id: string | null;
}

interface AssignedRow extends ActivationRow {
  doc: string;
  attributes: string | null;
  assigned: number;
  has_password: number;
  place: number;
}

function activationRecord(row: ActivationRow): ActivationRecord | undefined {
  if (row.a_id === null) return undefined;
  return {
    id: row.a_id,
    tenantId: row.a_tenant,
    userId: row.user_id,
    applicationId: row.application_id,
    state: row.a_state,
    mailState: row.m_state,
    mailId: row.m_id,
    created: row.a_created,
    sent: row.a_sent,
    expiresAt: row.a_expires,
  };
}

function assignedUser(row: AssignedRow): AssignedUser {
  const { user_id: userId, doc, attributes, assigned, place } = row;
  return {
    userId,
    doc,
    attributes: attributes === null ? {} : JSON.parse(attributes),
    assigned,
    hasPassword: row.has_password === 1,
    activation: activationRecord(row),
    place,
  };
}

const hasPassword = `EXISTS (SELECT 1 FROM credential c WHERE c.tenant_id = s.tenant_id
  AND c.resource_rid = s.resource_rid)`;

const assignedSelect = `SELECT r.id AS user_id, r.doc, s.attributes, s.created AS assigned, s.resource_rid AS place,
    ${hasPassword} AS has_password, p.id AS application_id, ${activationColumns}
  FROM application p CROSS JOIN assignment s ON s.tenant_id = p.tenant_id AND s.application_rid = p.rid
  CROSS JOIN resource r ON r.rid = s.resource_rid
  LEFT JOIN activation a ON a.tenant_id = s.tenant_id AND a.resource_rid = s.resource_rid AND a.application_rid = p.rid
  LEFT JOIN mail m ON m.rid = a.mail_rid
  WHERE p.tenant_id = $tenantId AND p.id = $applicationId`;

const activationSelect = `SELECT r.id AS user_id, p.id AS application_id, ${activationColumns}
  FROM activation a CROSS JOIN resource r ON r.rid = a.resource_rid
  CROSS JOIN mail m ON m.rid = a.mail_rid LEFT JOIN application p ON p.rid = a.application_rid`;

function applicationRecord(row: typeof application.$inferSelect): ApplicationRecord {
  const { id, name, homeUrl, access, created, modified } = row;
  return { id, name, homeUrl, access, created, modified };
}

/** How applications, assignments and links are read. */
export function applicationReads(db: Database): ApplicationReads {
  const orm = drizzle(db);
  const of = db.prepare<{ application_rid: number }, [number, string]>(
    `SELECT s.application_rid FROM resource r
       CROSS JOIN assignment s ON s.tenant_id = r.tenant_id AND s.resource_rid = r.rid
       WHERE r.tenant_id = ? AND r.id = ?`,
  );
  const count = db.prepare<{ count: number }, [number, string]>(
    `SELECT count(*) AS count FROM application p CROSS JOIN assignment s
       ON s.tenant_id = p.tenant_id AND s.application_rid = p.rid WHERE p.tenant_id = ? AND p.id = ?`,
  );
  const page = db.prepare<AssignedRow, { tenantId: number; applicationId: string; after: number; limit: number }>(
    `${assignedSelect} AND s.resource_rid > $after ORDER BY s.resource_rid LIMIT $limit`,
  );
  const one = db.prepare<AssignedRow, { tenantId: number; applicationId: string; userId: string }>(
    `${assignedSelect} AND s.resource_rid = (SELECT rid FROM resource WHERE tenant_id = $tenantId AND id = $userId)`,
  );
  const ofUser = db.prepare<ActivationRow, [number, string]>(
    `${activationSelect} WHERE a.tenant_id = ?1 AND a.resource_rid =
       (SELECT rid FROM resource WHERE tenant_id = ?1 AND id = ?2)`,
  );
  const byId = db.prepare<ActivationRow, [number, string]>(`${activationSelect} WHERE a.tenant_id = ? AND a.id = ?`);
  const byCode = db.prepare<ActivationRow, [string]>(`${activationSelect} WHERE a.code_hash = ?`);
  const recordOf = (row: ActivationRow | null) => (row === null ? undefined : activationRecord(row));
  return {
    async all(tenantId) {
      const ofTenant = eq(application.tenantId, tenantId);
      return orm.select().from(application).where(ofTenant).orderBy(application.nameKey).all().map(applicationRecord);
    },
    async get(tenantId, id) {
      const named = and(eq(application.tenantId, tenantId), eq(application.id, id));
      return orm.select().from(application).where(named).all().map(applicationRecord)[0];
    },
    async of(tenantId, userId) {
      const rids = new Set(of.all(tenantId, userId).map((row) => row.application_rid));
      const ofTenant = orm.select().from(application).where(eq(application.tenantId, tenantId));
      const rows = ofTenant.orderBy(application.nameKey).all();
      return rows.filter(({ rid }) => rids.has(rid)).map(applicationRecord);
    },
    count: async (tenantId, id) => count.get(tenantId, id)?.count ?? 0,
    async assigned({ tenantId, applicationId, after, limit }) {
      return page.all({ tenantId, applicationId, after, limit }).map(assignedUser);
    },
    async assignment(tenantId, applicationId, userId) {
      const row = one.get({ tenantId, applicationId, userId });
      return row === null ? undefined : assignedUser(row);
    },
    async activations(tenantId, userId) {
      const links = ofUser.all(tenantId, userId).flatMap((row) => activationRecord(row) ?? []);
      return links.sort((one, other) => other.sent - one.sent);
    },
    activation: async (tenantId, id) => recordOf(byId.get(tenantId, id)),
    activationByCode: async (codeHash) => recordOf(byCode.get(codeHash)),
  };
}

interface MailRow extends Omit<MailRecord, "words"> {
  words: string;
}

const mailColumns = `tenant_id AS tenantId, id, state, recipient, template, locale, words, code,
  code_expires_at AS codeExpiresAt, attempts, created, due_at AS dueAt, sent_at AS sentAt, error, rid AS place`;

const mailRecord = (row: MailRow): MailRecord => ({ ...row, words: JSON.parse(row.words) });

/** How the outbox is read. */
export function mailReads(db: Database): MailReads {
  const page = db.prepare<MailRow, [number, number, number]>(
    `SELECT ${mailColumns} FROM mail WHERE tenant_id = ? AND rid < ? ORDER BY rid DESC LIMIT ?`,
  );
  const pageOfState = db.prepare<MailRow, [number, string, number, number]>(
    `SELECT ${mailColumns} FROM mail WHERE tenant_id = ? AND state = ? AND rid < ? ORDER BY rid DESC LIMIT ?`,
  );
  const get = db.prepare<MailRow, [number, string]>(`SELECT ${mailColumns} FROM mail WHERE tenant_id = ? AND id = ?`);
  const due = db.prepare<MailRow, [number, number]>(
    `SELECT ${mailColumns} FROM mail WHERE state = 'queued' AND due_at <= ? ORDER BY due_at LIMIT ?`,
  );
  return {
    async all({ tenantId, state, before = Number.MAX_SAFE_INTEGER, limit }) {
      const rows =
        state === undefined ? page.all(tenantId, before, limit) : pageOfState.all(tenantId, state, before, limit);
      return rows.map(mailRecord);
    },
    async get(tenantId, id) {
      const row = get.get(tenantId, id);
      return row === null ? undefined : mailRecord(row);
    },
    due: async (now, limit) => due.all(now, limit).map(mailRecord),
  };
}
