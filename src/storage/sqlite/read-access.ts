import type { Database } from "bun:sqlite";
import { and, desc, eq, isNull } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import type { AccessReads, ClientRecord, IssuerRecord, TokenRecord } from "../access.ts";
import { issuer } from "./application-schema.ts";
import { oauthClient, tenant, token } from "./schema.ts";

interface TokenRow {
  tenant_id: number;
  id: string;
  name: string;
  scopes: string;
  profile: string;
  created: number;
  expires_at: number | null;
  client_id: string | null;
  last_used: number | null;
}

const tokenColumns = "tenant_id, id, name, scopes, profile, created, expires_at, client_id, last_used";

function tokenRecord(row: TokenRow): TokenRecord {
  const { tenant_id: tenantId, id, name, profile, created, client_id: clientId } = row;
  const { expires_at: expiresAt, last_used: lastUsed } = row;
  return { tenantId, id, name, profile, created, clientId, expiresAt, lastUsed, scopes: JSON.parse(row.scopes) };
}

export function accessReads(db: Database): AccessReads {
  return { ...tokenReads(db), ...foundingReads(db), ...credentialReads(db) };
}

function tokenReads(db: Database): Pick<AccessReads, "tokenByHash" | "token" | "tokens"> {
  // Asked for on every request, hence by hand; the listing is rare.
  const byHash = db.prepare<TokenRow, [string]>(`SELECT ${tokenColumns} FROM token WHERE hash = ?`);
  const byId = db.prepare<TokenRow, [number, string]>(
    `SELECT ${tokenColumns} FROM token WHERE tenant_id = ? AND id = ?`,
  );
  const orm = drizzle(db);
  return {
    async tokenByHash(hash) {
      const row = byHash.get(hash);
      return row === null ? undefined : tokenRecord(row);
    },
    async token(tenantId, id) {
      const row = byId.get(tenantId, id);
      return row === null ? undefined : tokenRecord(row);
    },
    async tokens(tenantId) {
      const made = and(eq(token.tenantId, tenantId), isNull(token.clientId));
      const rows = orm.select().from(token).where(made).orderBy(desc(token.rid)).all();
      return rows.map(({ rid: _rid, hash: _hash, ...record }): TokenRecord => record);
    },
  };
}

/** Who there is that others belong to: tenants and OAuth clients, and what is kept for the server itself. */
function foundingReads(
  db: Database,
): Pick<AccessReads, "tenants" | "tenantOf" | "clientById" | "clients" | "issuers" | "issuersNamed" | "secret"> {
  const tenantRid = db.prepare<{ rid: number }, [string]>("SELECT rid FROM tenant WHERE domain = ?");
  const secret = db.prepare<{ bytes: Uint8Array }, [number, string]>(
    "SELECT bytes FROM secret WHERE tenant_id = ? AND name = ?",
  );
  const orm = drizzle(db);
  return {
    async tenants() {
      const rows = orm.select().from(tenant).orderBy(tenant.rid).all();
      return rows.map(({ rid: tenantId, domain, created }) => ({ tenantId, domain, created }));
    },
    async tenantOf(domain) {
      return tenantRid.get(domain)?.rid;
    },
    async clientById(id) {
      const row = orm.select().from(oauthClient).where(eq(oauthClient.id, id)).get();
      if (row === undefined) return undefined;
      const { hash, previousHash } = row;
      return { ...clientRecord(row), hashes: previousHash === null ? [hash] : [hash, previousHash] };
    },
    async clients(tenantId) {
      const ofTenant = eq(oauthClient.tenantId, tenantId);
      return orm.select().from(oauthClient).where(ofTenant).orderBy(desc(oauthClient.rid)).all().map(clientRecord);
    },
    async issuersNamed(name) {
      return orm.select().from(issuer).where(eq(issuer.issuer, name)).all().map(issuerRecord);
    },
    async issuers(tenantId) {
      const ofTenant = eq(issuer.tenantId, tenantId);
      return orm.select().from(issuer).where(ofTenant).orderBy(desc(issuer.rid)).all().map(issuerRecord);
    },
    async secret(tenantId, name) {
      return secret.get(tenantId, name)?.bytes;
    },
  };
}

function credentialReads(db: Database): Pick<AccessReads, "accounts" | "roles" | "credential" | "hasPassword"> {
  const credential = db.prepare<
    { id: string; password_hash: string | null; valid_until: number | null; roles: string | null },
    [number, string, string]
  >(
    `SELECT r.id, c.password_hash, c.valid_until,
         (SELECT group_concat(role, ' ') FROM role_assignment a
            WHERE a.tenant_id = r.tenant_id AND a.resource_rid = r.rid) AS roles
       FROM resource r LEFT JOIN credential c ON c.tenant_id = r.tenant_id AND c.resource_rid = r.rid
       WHERE r.tenant_id = ? AND r.resource_type = ? AND r.unique_key = ? AND r.active = 1`,
  );
  const accounts = db.prepare<
    { id: string; user_name: string; roles: string | null; has_password: number },
    [{ tenantId: number }]
  >(
    `SELECT r.id, json_extract(r.doc, '$.userName') AS user_name,
         (SELECT group_concat(role, ' ') FROM role_assignment a
            WHERE a.tenant_id = r.tenant_id AND a.resource_rid = r.rid) AS roles,
         EXISTS (SELECT 1 FROM credential c WHERE c.tenant_id = r.tenant_id AND c.resource_rid = r.rid) AS has_password
       FROM (SELECT resource_rid FROM credential WHERE tenant_id = $tenantId
             UNION SELECT resource_rid FROM role_assignment WHERE tenant_id = $tenantId)
       CROSS JOIN resource r ON r.rid = resource_rid ORDER BY r.rid`,
  );
  const roles = db.prepare<{ role: string }, [number, string]>(
    `SELECT a.role FROM resource r
       CROSS JOIN role_assignment a ON a.tenant_id = r.tenant_id AND a.resource_rid = r.rid
       WHERE r.tenant_id = ? AND r.id = ?`,
  );
  const hasPassword = db.prepare<unknown, [number, string]>(
    `SELECT 1 FROM resource r CROSS JOIN credential c ON c.tenant_id = r.tenant_id AND c.resource_rid = r.rid
       WHERE r.tenant_id = ? AND r.id = ?`,
  );
  return {
    async accounts(tenantId) {
      return accounts.all({ tenantId }).map((row) => ({
        userId: row.id,
        userName: row.user_name,
        roles: row.roles?.split(" ") ?? [],
        hasPassword: row.has_password === 1,
      }));
    },
    async hasPassword(tenantId, userId) {
      return hasPassword.get(tenantId, userId) !== null;
    },
    async roles(tenantId, userId) {
      return roles.all(tenantId, userId).map(({ role }) => role);
    },
    async credential(tenantId, resourceType, key) {
      const row = credential.get(tenantId, resourceType, key);
      if (row === null) return undefined;
      const { id: userId, password_hash: passwordHash, valid_until: passwordUntil } = row;
      return { userId, resourceType, passwordHash, passwordUntil, roles: row.roles?.split(" ") ?? [] };
    },
  };
}

function clientRecord(row: typeof oauthClient.$inferSelect): ClientRecord {
  const { tenantId, id, name, scopes, profile, created } = row;
  return { tenantId, id, name, scopes, profile, created };
}

function issuerRecord({ rid: _rid, ...record }: typeof issuer.$inferSelect): IssuerRecord {
  return record;
}
