import { ScimError } from "../scim/error.ts";
import type { TokenRecord } from "../storage/access.ts";
import type { Store } from "../storage/port.ts";
import { hashToken, randomToken } from "./token.ts";

/** What tokens are made with. */
export interface TokenPorts {
  readonly store: Store;
  readonly now: () => number;
  readonly newId: () => string;
}

export interface NewToken {
  readonly name: string;
  /** Those of a token that is rotated may be of an earlier version. */
  readonly scopes: readonly string[];
  readonly profile: string;
  /** Milliseconds since 1970; null for ever. */
  readonly expiresAt: number | null;
}

/** A token that was just made; it is told this once. */
export interface MadeToken {
  readonly record: TokenRecord;
  readonly token: string;
}

/** A new token, and the change that stores it. */
function mint({ now, newId }: TokenPorts, tenantId: number, wanted: NewToken) {
  const [token, id, at] = [randomToken(), newId(), now()];
  const change = { kind: "createToken", id, at, hash: hashToken(token), ...wanted } as const;
  const record: TokenRecord = { tenantId, id, created: at, clientId: null, lastUsed: null, ...wanted };
  return { change, made: { record, token } satisfies MadeToken };
}

/** Makes a bearer token of a tenant. */
export async function createToken(ports: TokenPorts, tenantId: number, wanted: NewToken): Promise<MadeToken> {
  const { change, made } = mint(ports, tenantId, wanted);
  await ports.store.commit([{ tenantId, changes: [change] }]);
  return made;
}

/**
 * Makes a token that takes the place of another, with the same name, scopes and profile; the other works on for a while,
 * so that whoever uses it has the time to change.
 *
 * @throws ScimError notFound
 */
export async function rotateToken(
  ports: TokenPorts,
  tenantId: number,
  id: string,
  graceMs: number,
  expiresAt: number | null,
): Promise<MadeToken> {
  const { name, scopes, profile } = await findToken(ports.store, tenantId, id);
  const { change, made } = mint(ports, tenantId, { name, scopes, profile, expiresAt });
  const end = { kind: "endToken", id, expiresAt: change.at + graceMs } as const;
  const [result] = await ports.store.commit([{ tenantId, changes: [end, change] }]);
  if (result?.applied !== true) throw noToken(id);
  return made;
}

/** @throws ScimError notFound, also for a token that a client was given: it ends with the client */
export async function findToken({ access }: Store, tenantId: number, id: string): Promise<TokenRecord> {
  const record = await access.token(tenantId, id);
  if (record === undefined || record.clientId !== null) throw noToken(id);
  return record;
}

/** @throws ScimError notFound */
export async function deleteToken({ store }: Pick<TokenPorts, "store">, tenantId: number, id: string): Promise<void> {
  await findToken(store, tenantId, id);
  const [result] = await store.commit([{ tenantId, changes: [{ kind: "deleteToken", id }] }]);
  if (result?.applied !== true) throw noToken(id);
}

function noToken(id: string): ScimError {
  return new ScimError("notFound", `There is no token ${JSON.stringify(id.slice(0, 64))}.`);
}
