import type { Database } from "bun:sqlite";

/** Sets the password of a resource: tenant, rid, hash, time, and until when it is valid. */
export function credentialWrite(db: Database) {
  return db.prepare<unknown, [number, number, string, number, number | null]>(
    `INSERT INTO credential (tenant_id, resource_rid, password_hash, changed, valid_until) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET password_hash = excluded.password_hash, changed = excluded.changed,
         valid_until = excluded.valid_until`,
  );
}

/** What becomes of a mail whose link opens nothing any more. */
export const withdrawn = "state = CASE state WHEN 'queued' THEN 'withdrawn' ELSE state END, code = NULL";

/** Ends the links of a user that are pending: a password was set in another way. */
export function linkEnds(db: Database): (tenantId: number, rid: number, state: "activated" | "revoked") => void {
  const mails = db.prepare<unknown, [number, number]>(
    `UPDATE mail SET ${withdrawn} WHERE rid IN
       (SELECT mail_rid FROM activation WHERE tenant_id = ? AND resource_rid = ? AND state = 'pending')`,
  );
  const links = db.prepare<unknown, [string, number, number]>(
    "UPDATE activation SET state = ? WHERE tenant_id = ? AND resource_rid = ? AND state = 'pending'",
  );
  return (tenantId, rid, state) => {
    mails.run(tenantId, rid);
    links.run(state, tenantId, rid);
  };
}
