import type { Database } from "bun:sqlite";
import { type Apply, noEffect } from "./applied.ts";
import { credentialWrite, linkEnds } from "./credential.ts";

/** How the changes to passwords and roles are carried out. */
export function credentialChanges(db: Database): { setPassword: Apply<"setPassword">; setRoles: Apply<"setRoles"> } {
  const findUser = db.prepare<{ rid: number }, [number, string]>(
    "SELECT rid FROM resource WHERE tenant_id = ? AND id = ?",
  );
  const setCredential = credentialWrite(db);
  const endLinks = linkEnds(db);
  const hashOf = db.prepare<{ hash: string }, [number, number]>(
    "SELECT password_hash AS hash FROM credential WHERE tenant_id = ? AND resource_rid = ?",
  );
  const clearRoles = db.prepare("DELETE FROM role_assignment WHERE tenant_id = ? AND resource_rid = ?");
  const addRole = db.prepare("INSERT OR IGNORE INTO role_assignment (tenant_id, resource_rid, role) VALUES (?, ?, ?)");
  return {
    setPassword(tenantId, { userId, passwordHash, passwordUntil, expectedHash, isRehash, at }) {
      const user = findUser.get(tenantId, userId);
      if (user === null) return { kind: "notFound", id: userId };
      const isOther = expectedHash !== undefined && hashOf.get(tenantId, user.rid)?.hash !== expectedHash;
      if (isOther) return { kind: "notFound", id: userId };
      setCredential.run(tenantId, user.rid, passwordHash, at, passwordUntil ?? null);
      if (isRehash !== true) endLinks(tenantId, user.rid, "revoked");
      return noEffect;
    },
    setRoles(tenantId, { userId, roles }) {
      const user = findUser.get(tenantId, userId);
      if (user === null) return { kind: "notFound", id: userId };
      clearRoles.run(tenantId, user.rid);
      for (const role of roles) addRole.run(tenantId, user.rid, role);
      return noEffect;
    },
  };
}

/** Tokens that one change forgets: few enough not to keep others waiting. */
const droppedTokensMax = 200;

/** How the changes to tenants, OAuth clients and tokens are carried out. */
export function accessChanges(db: Database): {
  createToken: Apply<"createToken">;
  deleteToken: Apply<"deleteToken">;
  endToken: Apply<"endToken">;
  noteTokenUse: Apply<"noteTokenUse">;
  dropEndedTokens: Apply<"dropEndedTokens">;
  createTenant: Apply<"createTenant">;
  createClient: Apply<"createClient">;
  renewClient: Apply<"renewClient">;
  deleteClient: Apply<"deleteClient">;
} {
  return { ...tokenChanges(db), ...tenantChanges(db), ...clientChanges(db) };
}

function tokenChanges(db: Database) {
  const findClient = db.prepare("SELECT 1 FROM oauth_client WHERE tenant_id = ? AND id = ?");
  const insert = db.prepare(
    `INSERT INTO token (tenant_id, id, name, hash, scopes, profile, created, expires_at, client_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const remove = db.prepare("DELETE FROM token WHERE tenant_id = ? AND id = ?");
  const end = db.prepare(
    "UPDATE token SET expires_at = min(coalesce(expires_at, ?1), ?1) WHERE tenant_id = ?2 AND id = ?3",
  );
  const note = db.prepare("UPDATE token SET last_used = ? WHERE tenant_id = ? AND id = ?");
  const drop = db.prepare(
    `DELETE FROM token WHERE rid IN (SELECT rid FROM token
       WHERE client_id IS NOT NULL AND expires_at < ? AND tenant_id = ? ORDER BY expires_at LIMIT ${droppedTokensMax})`,
  );
  const found = (changes: number, id: string) => (changes > 0 ? noEffect : ({ kind: "notFound", id } as const));
  const createToken: Apply<"createToken"> = (tenantId, change) => {
    const { id, name, hash, scopes, profile, at, expiresAt, clientId } = change;
    if (clientId !== undefined && findClient.get(tenantId, clientId) === null)
      return { kind: "notFound", id: clientId };
    const values = [tenantId, id, name, hash, JSON.stringify(scopes), profile, at, expiresAt, clientId ?? null];
    return insert.run(...values).changes > 0 ? noEffect : { kind: "exists" };
  };
  const deleteToken: Apply<"deleteToken"> = (tenantId, { id }) => found(remove.run(tenantId, id).changes, id);
  const endToken: Apply<"endToken"> = (tenantId, { id, expiresAt }) =>
    found(end.run(expiresAt, tenantId, id).changes, id);
  const noteTokenUse: Apply<"noteTokenUse"> = (tenantId, { id, at }) => {
    note.run(at, tenantId, id);
    return noEffect;
  };
  const dropEndedTokens: Apply<"dropEndedTokens"> = (tenantId, { before }) => ({
    ...noEffect,
    changed: drop.run(before, tenantId).changes > 0,
  });
  return { createToken, deleteToken, endToken, noteTokenUse, dropEndedTokens };
}

function tenantChanges(db: Database) {
  const find = db.prepare("SELECT 1 FROM tenant WHERE rid = ?");
  const insert = db.prepare("INSERT INTO tenant (rid, domain, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const createTenant: Apply<"createTenant"> = (tenantId, { domain, at }) => {
    if (find.get(tenantId) !== null) return { kind: "exists" };
    return insert.run(tenantId, domain, at).changes > 0 ? noEffect : { kind: "uniqueness", id: domain };
  };
  return { createTenant };
}

function clientChanges(db: Database) {
  const insert = db.prepare(
    `INSERT INTO oauth_client (tenant_id, id, name, hash, scopes, profile, created) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
  );
  const renew = db.prepare("UPDATE oauth_client SET previous_hash = hash, hash = ? WHERE tenant_id = ? AND id = ?");
  const remove = db.prepare("DELETE FROM oauth_client WHERE tenant_id = ? AND id = ?");
  const removeTokens = db.prepare("DELETE FROM token WHERE tenant_id = ? AND client_id = ?");
  const createClient: Apply<"createClient"> = (tenantId, { id, name, hash, scopes, profile, at }) => {
    const { changes } = insert.run(tenantId, id, name, hash, JSON.stringify(scopes), profile, at);
    return changes > 0 ? noEffect : { kind: "exists" };
  };
  const renewClient: Apply<"renewClient"> = (tenantId, { id, hash }) =>
    renew.run(hash, tenantId, id).changes > 0 ? noEffect : { kind: "notFound", id };
  const deleteClient: Apply<"deleteClient"> = (tenantId, { id }) => {
    if (remove.run(tenantId, id).changes === 0) return { kind: "notFound", id };
    removeTokens.run(tenantId, id);
    return noEffect;
  };
  return { createClient, renewClient, deleteClient };
}

/** How the changes to outside issuers are carried out. */
export function issuerChanges(db: Database): {
  createIssuer: Apply<"createIssuer">;
  deleteIssuer: Apply<"deleteIssuer">;
} {
  const insert = db.prepare(
    `INSERT INTO issuer (tenant_id, id, issuer, audience, jwks_url, scope_claim, profile, created)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const remove = db.prepare("DELETE FROM issuer WHERE tenant_id = ? AND id = ?");
  return {
    createIssuer(tenantId, { id, issuer, audience, jwksUrl, scopeClaim, profile, at }) {
      const { changes } = insert.run(tenantId, id, issuer, audience, jwksUrl, scopeClaim, profile, at);
      return changes > 0 ? noEffect : { kind: "uniqueness", id, attribute: "issuer" };
    },
    deleteIssuer: (tenantId, { id }) => (remove.run(tenantId, id).changes > 0 ? noEffect : { kind: "notFound", id }),
  };
}
