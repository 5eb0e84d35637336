import type { IssuerContent } from "./change.ts";

/* What the store tells of who may do what: tokens, tenants, OAuth clients, outside issuers, passwords and roles. */

export interface TokenRecord {
  readonly tenantId: number;
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly profile: string;
  readonly created: number;
  readonly expiresAt: number | null;
  /** The OAuth client that it was given to. */
  readonly clientId: string | null;
  /** About when; null for one that nobody has used. */
  readonly lastUsed: number | null;
}

export interface TenantRecord {
  readonly tenantId: number;
  /** In lower case. */
  readonly domain: string;
  readonly created: number;
}

export interface ClientRecord {
  readonly tenantId: number;
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly profile: string;
  readonly created: number;
}

export interface IssuerRecord extends IssuerContent {
  readonly tenantId: number;
  readonly created: number;
}

export interface CredentialRecord {
  readonly userId: string;
  readonly resourceType: string;
  readonly passwordHash: string | null;
  /** Until when that lets its user in; null for ever. */
  readonly passwordUntil: number | null;
  readonly roles: readonly string[];
}

/** A user who may log in or has a role. */
export interface AccountRecord {
  readonly userId: string;
  readonly userName: string;
  readonly roles: readonly string[];
  readonly hasPassword: boolean;
}

export interface AccessReads {
  /** The token with that SHA-256, of whatever tenant: it is what tells the tenant. */
  tokenByHash(hash: string): Promise<TokenRecord | undefined>;
  /** Those that somebody made, newest first: not those that clients were given. */
  tokens(tenantId: number): Promise<readonly TokenRecord[]>;
  token(tenantId: number, id: string): Promise<TokenRecord | undefined>;
  /** All tenants, oldest first. */
  tenants(): Promise<readonly TenantRecord[]>;
  /** The number of the tenant with that domain, in lower case. */
  tenantOf(domain: string): Promise<number | undefined>;
  /** The OAuth client with that id, of whatever tenant, and the hashes of the secrets that it may show. */
  clientById(id: string): Promise<(ClientRecord & { readonly hashes: readonly string[] }) | undefined>;
  /** Newest first. */
  clients(tenantId: number): Promise<readonly ClientRecord[]>;
  /** The outside issuers of that `iss`, of whatever tenants: with the audience each tells its own. */
  issuersNamed(issuer: string): Promise<readonly IssuerRecord[]>;
  /** Newest first. */
  issuers(tenantId: number): Promise<readonly IssuerRecord[]>;
  /** The bytes kept under that name. */
  secret(tenantId: number, name: string): Promise<Uint8Array | undefined>;
  /** Everybody who has a password or a role, oldest first. */
  accounts(tenantId: number): Promise<readonly AccountRecord[]>;
  /** The roles of the user with that id; none when there is no such user. */
  roles(tenantId: number, userId: string): Promise<readonly string[]>;
  /** Whether that user may log in by a password. */
  hasPassword(tenantId: number, userId: string): Promise<boolean>;
  /** What the user with that userName, folded by the caller, may log in with and do; undefined unless active. */
  credential(tenantId: number, resourceType: string, key: string): Promise<CredentialRecord | undefined>;
}
