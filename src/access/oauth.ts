import { timingSafeEqual } from "node:crypto";
import { ScimError } from "../scim/error.ts";
import type { ClientRecord } from "../storage/access.ts";
import { defaultTenantId } from "../storage/port.ts";
import { actingAs } from "./actor.ts";
import { requireNoWait } from "./principal.ts";
import type { RefusedLogins } from "./refused-logins.ts";
import type { Throttle } from "./throttle.ts";
import { hashToken, randomToken } from "./token.ts";
import type { TokenPorts } from "./tokens.ts";

/* OAuth 2.0 for programs that act for themselves: the client credentials grant (RFC 6749 §4.4). */

/** How long a token lives that a client is given. */
export const clientTokenSeconds = 3600;
/** What a client's secret begins with, so that a scanner finds one that leaked. */
const secretPrefix = "mcs_";

/** A refusal in the words of RFC 6749 §5.2. */
export class OAuthError extends Error {
  readonly code: "invalid_request" | "invalid_client" | "unsupported_grant_type" | "invalid_scope";

  constructor(code: OAuthError["code"], message: string) {
    super(message);
    this.name = "OAuthError";
    this.code = code;
  }
}

export interface NewClient {
  readonly name: string;
  /** Each of them one that can be granted. */
  readonly scopes: readonly string[];
  readonly profile: string;
}

/** A client whose secret was just made; it is told this once. */
export interface MadeClient {
  readonly record: ClientRecord;
  readonly secret: string;
}

/** Registers a client of a tenant. */
export async function createClient(ports: TokenPorts, tenantId: number, wanted: NewClient): Promise<MadeClient> {
  const [secret, id, at] = [randomToken(secretPrefix), ports.newId(), ports.now()];
  const change = { kind: "createClient", id, at, hash: hashToken(secret), ...wanted } as const;
  await ports.store.commit([{ tenantId, changes: [change] }]);
  return { record: { tenantId, id, created: at, ...wanted }, secret };
}

/**
 * Gives a client another secret. The one before works on until this is done again.
 *
 * @throws ScimError notFound
 */
export async function renewClient({ store }: TokenPorts, tenantId: number, id: string): Promise<string> {
  const secret = randomToken(secretPrefix);
  const change = { kind: "renewClient", id, hash: hashToken(secret) } as const;
  const [result] = await store.commit([{ tenantId, changes: [change] }]);
  if (result?.applied !== true) throw noClient(id);
  return secret;
}

/**
 * Ends a client, and the tokens that it was given.
 *
 * @throws ScimError notFound
 */
export async function deleteClient({ store }: TokenPorts, tenantId: number, id: string): Promise<void> {
  const [result] = await store.commit([{ tenantId, changes: [{ kind: "deleteClient", id }] }]);
  if (result?.applied !== true) throw noClient(id);
}

export function noClient(id: string): ScimError {
  return new ScimError("notFound", `There is no OAuth client ${JSON.stringify(id.slice(0, 64))}.`);
}

/** What a client asks for at the token endpoint. */
export interface TokenRequest {
  readonly grantType: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  /** Scopes parted by blanks; all of the client's when left out. */
  readonly scope: string | undefined;
  readonly address: string;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresIn: number;
  readonly scopes: readonly string[];
}

/**
 * Gives a client a token.
 *
 * @throws OAuthError, or ScimError tooManyRequests after too many wrong secrets
 */
export async function issueToken(
  ports: TokenPorts & { readonly refused: Pick<RefusedLogins, "note"> },
  throttle: Throttle,
  asked: TokenRequest,
): Promise<IssuedToken> {
  const { grantType, clientId, clientSecret } = asked;
  if (grantType === undefined) throw new OAuthError("invalid_request", "grant_type is missing");
  if (grantType !== "client_credentials") {
    throw new OAuthError("unsupported_grant_type", "grant_type must be client_credentials");
  }
  if (clientId === undefined || clientSecret === undefined) {
    throw new OAuthError("invalid_client", "client_id and client_secret are required");
  }
  const attempt = { account: `client:${clientId.slice(0, 64)}`, address: asked.address };
  requireNoWait(throttle.waitMs(attempt));
  const client = await ports.store.access.clientById(clientId);
  if (client === undefined || !isOneOf(hashToken(clientSecret), client.hashes)) {
    throttle.failed(attempt);
    const { tenantId = defaultTenantId } = client ?? {};
    ports.refused.note({ tenantId, name: clientId, reason: "client", address: asked.address });
    throw new OAuthError("invalid_client", "the client is not known, or its secret is wrong");
  }
  throttle.succeeded(attempt);
  const actor = { kind: "client", id: client.id, name: client.name, address: asked.address } as const;
  return actingAs(actor, () => issue(ports, client, scopesFor(client, asked.scope)));
}

function isOneOf(hash: string, hashes: readonly string[]): boolean {
  return hashes.filter((known) => timingSafeEqual(Buffer.from(hash), Buffer.from(known))).length > 0;
}

function scopesFor(client: ClientRecord, text: string | undefined): readonly string[] {
  const wanted = text?.split(" ").filter(Boolean) ?? [];
  const wrong = wanted.find((scope) => !client.scopes.includes(scope));
  if (wrong !== undefined) {
    throw new OAuthError("invalid_scope", `the client may not ask for ${JSON.stringify(wrong.slice(0, 64))}`);
  }
  return wanted.length === 0 ? client.scopes : [...new Set(wanted)];
}

async function issue({ store, now, newId }: TokenPorts, client: ClientRecord, scopes: readonly string[]) {
  const { tenantId, name, profile, id: clientId } = client;
  const [token, at] = [randomToken(), now()];
  const expiresAt = at + clientTokenSeconds * 1000;
  const change = { kind: "createToken", id: newId(), hash: hashToken(token), name, scopes, profile } as const;
  const [, result] = await store.commit([
    { tenantId, changes: [{ kind: "dropEndedTokens", before: at }] },
    { tenantId, changes: [{ ...change, at, expiresAt, clientId }] },
  ]);
  if (result?.applied !== true) throw new OAuthError("invalid_client", "the client was ended");
  return { token, expiresIn: clientTokenSeconds, scopes };
}
