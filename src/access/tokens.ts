import { ScimError } from "../scim/error.ts";
import type { Store, TokenRecord } from "../storage/port.ts";
import type { Scope } from "./scope.ts";
import { hashToken, randomToken } from "./token.ts";

/** What tokens are made with. */
export interface TokenPorts {
  readonly store: Store;
  readonly now: () => number;
  readonly newId: () => string;
}

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly profile: string;
  /** Milliseconds since 1970; null for ever. */
  readonly expiresAt: number | null;
}

/** A token that was just made; it is told this once. */
export interface MadeToken {
  readonly record: TokenRecord;
  readonly token: string;
}

/** Makes a bearer token of a tenant. */
export async function createToken(ports: TokenPorts, tenantId: number, wanted: NewToken): Promise<MadeToken> {
  const { store, now, newId } = ports;
  const [token, id, at] = [randomToken(), newId(), now()];
  await store.commit([{ tenantId, changes: [{ kind: "createToken", id, at, hash: hashToken(token), ...wanted }] }]);
  return { record: { tenantId, id, created: at, clientId: null, lastUsed: null, ...wanted }, token };
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
  const { store, now, newId } = ports;
  const before = await findToken(store, tenantId, id);
  const { name, scopes, profile } = before;
  const [token, newTokenId, at] = [randomToken(), newId(), now()];
  const made = { name, scopes, profile, expiresAt };
  const [result] = await store.commit([
    {
      tenantId,
      changes: [
        { kind: "endToken", id, expiresAt: at + graceMs },
        { kind: "createToken", id: newTokenId, at, hash: hashToken(token), ...made },
      ],
    },
  ]);
  if (result?.applied !== true) throw noToken(id);
  return { record: { tenantId, id: newTokenId, created: at, clientId: null, lastUsed: null, ...made }, token };
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
