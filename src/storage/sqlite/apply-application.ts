import type { Database } from "bun:sqlite";
import type { Refusal } from "../change.ts";
import { type Apply, noEffect } from "./applied.ts";
import { credentialWrite, linkEnds, withdrawn } from "./credential.ts";

const unchanged = Object.freeze({ ...noEffect, changed: false });

/** The rows that changes to applications name by ids. */
function finders(db: Database) {
  const user = db.prepare<{ rid: number }, [number, string]>(
    "SELECT rid FROM resource WHERE tenant_id = ? AND id = ? AND resource_type = 'User'",
  );
  const application = db.prepare<{ rid: number }, [number, string]>(
    "SELECT rid FROM application WHERE tenant_id = ? AND id = ?",
  );
  return {
    user: (tenantId: number, id: string) => user.get(tenantId, id)?.rid,
    application: (tenantId: number, id: string) => application.get(tenantId, id)?.rid,
  };
}

const notFound = (id: string): Refusal => ({ kind: "notFound", id });

/** How the changes to applications and to who is assigned are carried out. */
export function applicationChanges(db: Database) {
  const find = finders(db);
  const insert = db.prepare(
    `INSERT INTO application (tenant_id, id, name, name_key, home_url, access, created, modified)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT DO NOTHING`,
  );
  const update = db.prepare(
    `UPDATE OR IGNORE application SET name = ?3, name_key = ?4, home_url = ?5, access = ?6, modified = ?7
       WHERE tenant_id = ?1 AND id = ?2`,
  );
  const holder = db.prepare<{ id: string }, [number, string]>(
    "SELECT id FROM application WHERE tenant_id = ? AND name_key = ?",
  );
  const removals = [
    `UPDATE mail SET ${withdrawn} WHERE rid IN
       (SELECT mail_rid FROM activation WHERE tenant_id = ?1 AND application_rid = ?2)`,
    "DELETE FROM activation WHERE tenant_id = ?1 AND application_rid = ?2",
    "DELETE FROM assignment WHERE tenant_id = ?1 AND application_rid = ?2",
    "DELETE FROM application WHERE tenant_id = ?1 AND rid = ?2",
  ].map((sql) => db.prepare<unknown, [number, number]>(sql));
  const putApplication: Apply<"putApplication"> = (tenantId, change) => {
    const { id, name, nameKey, homeUrl, access, at, isNew } = change;
    if (!isNew && find.application(tenantId, id) === undefined) return notFound(id);
    const { changes } = (isNew ? insert : update).run(tenantId, id, name, nameKey, homeUrl, access, at);
    if (changes > 0) return noEffect;
    return { kind: "uniqueness", id: holder.get(tenantId, nameKey)?.id ?? id, attribute: "name" };
  };
  const deleteApplication: Apply<"deleteApplication"> = (tenantId, { id }) => {
    const rid = find.application(tenantId, id);
    if (rid === undefined) return notFound(id);
    for (const removal of removals) removal.run(tenantId, rid);
    return noEffect;
  };
  return { putApplication, deleteApplication, ...assignmentChanges(db), ...activationChanges(db) };
}

function assignmentChanges(db: Database) {
  const find = finders(db);
  const assign = db.prepare(
    `INSERT INTO assignment (tenant_id, application_rid, resource_rid, attributes, created) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET attributes = excluded.attributes WHERE attributes IS NOT excluded.attributes`,
  );
  const unassign = db.prepare(
    "DELETE FROM assignment WHERE tenant_id = ? AND application_rid = ? AND resource_rid = ?",
  );
  const assignUser: Apply<"assignUser"> = (tenantId, { applicationId, userId, attributes, at }) => {
    const application = find.application(tenantId, applicationId);
    if (application === undefined) return notFound(applicationId);
    const user = find.user(tenantId, userId);
    if (user === undefined) return notFound(userId);
    const kept = Object.keys(attributes).length === 0 ? null : JSON.stringify(attributes);
    return assign.run(tenantId, application, user, kept, at).changes > 0 ? noEffect : unchanged;
  };
  const unassignUser: Apply<"unassignUser"> = (tenantId, { applicationId, userId }) => {
    const application = find.application(tenantId, applicationId);
    if (application === undefined) return notFound(applicationId);
    const user = find.user(tenantId, userId) ?? 0;
    return unassign.run(tenantId, application, user).changes > 0 ? noEffect : notFound(userId);
  };
  return { assignUser, unassignUser };
}

interface Link {
  rid: number;
  resource_rid: number;
  mail_rid: number;
}

function activationChanges(db: Database) {
  const find = finders(db);
  const known = db.prepare<Link, [number, number, number]>(
    "SELECT rid, resource_rid, mail_rid FROM activation WHERE tenant_id = ? AND resource_rid = ? AND application_rid = ?",
  );
  const pending = db.prepare<Link, [number, string, number]>(
    `SELECT rid, resource_rid, mail_rid FROM activation WHERE tenant_id = ? AND code_hash = ? AND state = 'pending'
       AND coalesce(expires_at, 9e15) > ?`,
  );
  const byId = db.prepare<Link, [number, string]>(
    "SELECT rid, resource_rid, mail_rid FROM activation WHERE tenant_id = ? AND id = ? AND state = 'pending'",
  );
  const queue = db.prepare<unknown, (string | number | null)[]>(
    `INSERT INTO mail (tenant_id, id, state, recipient, template, locale, words, code, code_expires_at, created, due_at)
       VALUES (?1, ?2, 'queued', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)`,
  );
  const link = db.prepare(
    `INSERT INTO activation (tenant_id, id, resource_rid, application_rid, state, code_hash, mail_rid, created, sent,
       expires_at) VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7, ?7, ?8)
       ON CONFLICT (tenant_id, resource_rid, application_rid) DO UPDATE SET state = 'pending',
         code_hash = excluded.code_hash, mail_rid = excluded.mail_rid, sent = excluded.sent, expires_at = excluded.expires_at`,
  );
  const end = db.prepare<unknown, [string, number]>("UPDATE activation SET state = ? WHERE rid = ?");
  const forgetCode = db.prepare<unknown, [number]>(`UPDATE mail SET ${withdrawn} WHERE rid = ?`);
  const setCredential = credentialWrite(db);
  const endLinks = linkEnds(db);
  const inviteUser: Apply<"inviteUser"> = (tenantId, change) => {
    const { id, userId, applicationId, code, codeHash, at, expiresAt, mail, again } = change;
    const user = find.user(tenantId, userId);
    if (user === undefined) return notFound(userId);
    const application = applicationId === null ? 0 : find.application(tenantId, applicationId);
    if (application === undefined) return notFound(applicationId ?? "");
    const before = known.get(tenantId, user, application);
    if (before !== null && !again) return unchanged;
    if (before !== null) forgetCode.run(before.mail_rid);
    const words = JSON.stringify(mail.words);
    const values = [tenantId, mail.id, mail.recipient, mail.template, mail.locale, words, code, expiresAt, at];
    const mailRid = Number(queue.run(...values).lastInsertRowid);
    link.run(tenantId, id, user, application, codeHash, mailRid, at, expiresAt);
    return noEffect;
  };
  const activateUser: Apply<"activateUser"> = (tenantId, { codeHash, passwordHash, at }) => {
    const found = pending.get(tenantId, codeHash, at);
    if (found === null) return notFound("");
    setCredential.run(tenantId, found.resource_rid, passwordHash, at, null);
    endLinks(tenantId, found.resource_rid, "activated");
    return noEffect;
  };
  const revokeActivation: Apply<"revokeActivation"> = (tenantId, { id }) => {
    const found = byId.get(tenantId, id);
    if (found === null) return notFound(id);
    end.run("revoked", found.rid);
    forgetCode.run(found.mail_rid);
    return noEffect;
  };
  return { inviteUser, activateUser, revokeActivation };
}

/** Ends what a resource has with applications when it goes: assignments, links, and mails that wait. */
export function applicationEnds(db: Database): (tenantId: number, rid: number) => void {
  const assignments = db.prepare<unknown, [number, number]>(
    "DELETE FROM assignment WHERE tenant_id = ? AND resource_rid = ?",
  );
  const mails = db.prepare<unknown, [number, number]>(
    `UPDATE mail SET ${withdrawn} WHERE rid IN
       (SELECT mail_rid FROM activation WHERE tenant_id = ? AND resource_rid = ?)`,
  );
  const links = db.prepare<unknown, [number, number]>(
    "DELETE FROM activation WHERE tenant_id = ? AND resource_rid = ?",
  );
  return (tenantId, rid) => {
    assignments.run(tenantId, rid);
    mails.run(tenantId, rid);
    links.run(tenantId, rid);
  };
}

/** Codes that one change forgets: few enough not to keep others waiting. */
const droppedCodesMax = 500;

/** How the changes to the outbox are carried out. */
export function mailChanges(db: Database) {
  const sent = db.prepare(
    `UPDATE mail SET state = 'sent', sent_at = ?, error = NULL, attempts = attempts + 1
       WHERE tenant_id = ? AND id = ? AND state = 'queued'`,
  );
  const failed = db.prepare(
    `UPDATE mail SET state = iif(?1 IS NULL, 'dead', 'queued'), due_at = coalesce(?1, due_at), error = ?2,
       attempts = attempts + 1 WHERE tenant_id = ?3 AND id = ?4 AND state = 'queued'`,
  );
  const retry = db.prepare(
    "UPDATE mail SET state = 'queued', due_at = ?, attempts = 0 WHERE tenant_id = ? AND id = ? AND state = 'dead'",
  );
  const drop = db.prepare(
    `UPDATE mail SET ${withdrawn} WHERE rid IN
       (SELECT rid FROM mail WHERE code IS NOT NULL AND code_expires_at < ? LIMIT ${droppedCodesMax})`,
  );
  const noteMailSent: Apply<"noteMailSent"> = (tenantId, { id, at }) =>
    sent.run(at, tenantId, id).changes > 0 ? noEffect : unchanged;
  const noteMailFailed: Apply<"noteMailFailed"> = (tenantId, { id, error, dueAt }) =>
    failed.run(dueAt, error, tenantId, id).changes > 0 ? noEffect : unchanged;
  const retryMail: Apply<"retryMail"> = (tenantId, { id, at }) =>
    retry.run(at, tenantId, id).changes > 0 ? noEffect : notFound(id);
  const dropExpiredCodes: Apply<"dropExpiredCodes"> = (_tenantId, { before }) =>
    drop.run(before).changes > 0 ? noEffect : unchanged;
  return { noteMailSent, noteMailFailed, retryMail, dropExpiredCodes };
}
