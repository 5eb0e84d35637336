import type { Database } from "bun:sqlite";
import { type Apply, noEffect } from "./applied.ts";

/** How the changes to passwords, roles and tokens are carried out. */
export function accessChanges(db: Database): {
  setPassword: Apply<"setPassword">;
  setRoles: Apply<"setRoles">;
  createToken: Apply<"createToken">;
  deleteToken: Apply<"deleteToken">;
} {
  const findUser = db.prepare<{ rid: number }, [number, string]>(
    "SELECT rid FROM resource WHERE tenant_id = ? AND id = ?",
  );
  const setCredential = credentialWrite(db);
  const hashOf = db.prepare<{ hash: string }, [number, number]>(
    "SELECT password_hash AS hash FROM credential WHERE tenant_id = ? AND resource_rid = ?",
  );
  const clearRoles = db.prepare("DELETE FROM role_assignment WHERE tenant_id = ? AND resource_rid = ?");
  const addRole = db.prepare("INSERT OR IGNORE INTO role_assignment (tenant_id, resource_rid, role) VALUES (?, ?, ?)");
  const insertToken = db.prepare(
    `INSERT INTO token (tenant_id, id, name, hash, scopes, profile, created, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
  );
  const removeToken = db.prepare("DELETE FROM token WHERE tenant_id = ? AND id = ?");

  return {
    setPassword(tenantId, { userId, passwordHash, expectedHash, at }) {
      const user = findUser.get(tenantId, userId);
      if (user === null) return { kind: "notFound", id: userId };
      const isOther = expectedHash !== undefined && hashOf.get(tenantId, user.rid)?.hash !== expectedHash;
      if (isOther) return { kind: "notFound", id: userId };
      setCredential.run(tenantId, user.rid, passwordHash, at);
      return noEffect;
    },
    setRoles(tenantId, { userId, roles }) {
      const user = findUser.get(tenantId, userId);
      if (user === null) return { kind: "notFound", id: userId };
      clearRoles.run(tenantId, user.rid);
      for (const role of roles) addRole.run(tenantId, user.rid, role);
      return noEffect;
    },
    createToken(tenantId, { id, name, hash, scopes, profile, at, expiresAt }) {
      const { changes } = insertToken.run(tenantId, id, name, hash, JSON.stringify(scopes), profile, at, expiresAt);
      return changes > 0 ? noEffect : { kind: "exists" };
    },
    deleteToken(tenantId, { id }) {
      return removeToken.run(tenantId, id).changes > 0 ? noEffect : { kind: "notFound", id };
    },
  };
}

/** Sets the password of a resource: tenant, rid, hash, time. */
export function credentialWrite(db: Database) {
  return db.prepare<unknown, [number, number, string, number]>(
    `INSERT INTO credential (tenant_id, resource_rid, password_hash, changed) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET password_hash = excluded.password_hash, changed = excluded.changed`,
  );
}
