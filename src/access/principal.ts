import { ScimError } from "../scim/error.ts";
import { compatibleProfile, type Profile, readProfile } from "../scim/profile.ts";
import { foldCase } from "../scim/resource/fold.ts";
import { withoutPrimaryPrefix } from "../scim1/user-store.ts";
import type { CredentialRecord, TokenRecord } from "../storage/access.ts";
import { builtInUserType, defaultTenantId, type Store } from "../storage/port.ts";
import { createJwtVerifier, isJwt } from "./jwt.ts";
import { hashPassword, needsRehash, verifyPassword } from "./password.ts";
import type { Refused, RefusedLogins } from "./refused-logins.ts";
import { isScope, type Scope, scopesOfRoles } from "./scope.ts";
import { readLoginName } from "./tenant.ts";
import { createThrottle } from "./throttle.ts";
import { hashToken } from "./token.ts";

export { builtInUserType };

/** Who makes a request, and what they may do. */
export interface Principal {
  readonly tenantId: number;
  /** A token, a user of the directory, or the account that is no part of it. */
  readonly kind: "token" | "user" | "builtIn";
  readonly id: string;
  /** For logs and job lists: the name of the token or the userName. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** All that a token was granted by name: also scopes of other systems, which count at their addresses alone. */
  readonly granted: readonly string[];
  readonly profile: Profile;
}

/** A hash of nothing anybody knows: checked for unknown users, so that they take as long as known ones. */
const decoyHash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$OvQBGHlU1pzkEBBkLGSVkDSgnmDmHoTMMYSLU7dkb0I";

/** Verified passwords kept in memory; an entry costs about 200 bytes. */
const verifiedMax = 10_000;
/** Tokens remembered, and for how long: looking one up costs as much as reading a user. */
const tokensMax = 10_000;
const tokenMemoryMs = 1000;

/** How exactly it is known when a token was used: a write is made at most so often. */
const tokenUseMs = 60_000;

/** What WSO2 says to whoever has not changed a password in time. */
const passwordOver = "Password change required.";

export interface Authenticator {
  /**
   * The principal of an Authorization header, or undefined when it proves nobody.
   *
   * @param address of who asks
   * @throws ScimError tooManyRequests after too many wrong passwords, unauthorized for one that had to be changed
   */
  authenticate(header: string | undefined, address?: string): Promise<Principal | undefined>;
  /**
   * Whose password that is, also when it had to be changed already; undefined when it is not the account's.
   *
   * @param name as people log in: with the domain of a tenant behind the last `@`
   * @throws ScimError tooManyRequests after too many wrong ones
   */
  verify(name: string, password: string, address: string): Promise<Account | undefined>;
}

/** Who has shown the password of an account. */
export interface Account {
  readonly tenantId: number;
  readonly userName: string;
  readonly record: CredentialRecord & { readonly passwordHash: string };
}

/**
 * Checks bearer tokens and Basic credentials (RFC 6750, RFC 7617) against the store.
 *
 * @param refused told of everybody who is not let in
 */
export function createAuthenticator(
  store: Store,
  now: () => number,
  refused: Pick<RefusedLogins, "note"> = { note: () => undefined },
): Authenticator {
  const verify = passwordVerifier(store, now, refused);
  const schemes: Readonly<Record<string, Scheme>> = {
    bearer: bearerScheme(store, now, refused),
    basic: basicScheme(store, now, verify, refused),
  };
  return {
    verify,
    async authenticate(header, address = "") {
      if (header === undefined) return undefined;
      const blank = header.indexOf(" ");
      const scheme = header.slice(0, blank).toLowerCase();
      const check = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
      return check?.(header.slice(blank + 1).trim(), address);
    },
  };
}

/** One way of proving who somebody is, by what follows its name in the header. */
type Scheme = (credentials: string, address: string) => Promise<Principal | undefined>;

/** A token that is ended stops working within `tokenMemoryMs`; one that expires, at once. */
function bearerScheme(store: Store, now: () => number, refused: Pick<RefusedLogins, "note">): Scheme {
  const verifyJwt = createJwtVerifier(store, now);
  const remembered = new Map<string, { readonly principal: Principal; readonly until: number }>();
  const remember = (token: string, principal: Principal, until: number): Principal => {
    if (remembered.size >= tokensMax) remembered.clear();
    remembered.set(token, { principal, until: Math.min(now() + tokenMemoryMs, until) });
    return principal;
  };
  return async (token, address) => {
    const at = now();
    const known = remembered.get(token);
    if (known !== undefined && at < known.until) return known.principal;
    remembered.delete(token);
    const record = await store.access.tokenByHash(hashToken(token));
    // A token that an administrator chose may look like one of another server.
    if (record === undefined && isJwt(token)) {
      const result = await verifyJwt(token);
      if (result.kind === "known") return remember(token, tokenPrincipal(result.bearer), result.bearer.expiresAt);
      const { name, tenantId = defaultTenantId } = result;
      refused.note({ tenantId, name, reason: "jwt", address });
      return undefined;
    }
    const expiresAt = record?.expiresAt ?? Number.POSITIVE_INFINITY;
    if (record === undefined || expiresAt <= at) {
      const { tenantId = defaultTenantId, name = "" } = record ?? {};
      refused.note({ tenantId, name, reason: record === undefined ? "token" : "expired", address });
      return undefined;
    }
    if (at - (record.lastUsed ?? 0) >= tokenUseMs) {
      const used = { kind: "noteTokenUse", id: record.id, at } as const;
      void ifPossible(() => store.commit([{ tenantId: record.tenantId, changes: [used] }]));
    }
    return remember(token, tokenPrincipal(record), expiresAt);
  };
}

function passwordVerifier(
  store: Store,
  now: () => number,
  refused: Pick<RefusedLogins, "note">,
): Authenticator["verify"] {
  const isRight = passwordCheck();
  const throttle = createThrottle(now);
  return async (name, password, address) => {
    const { tenantId, userName } = await readLoginName(store, name);
    const key = foldCase(withoutPrimaryPrefix(userName));
    const attempt = { account: `${tenantId}:${key.slice(0, accountCharsMax)}`, address };
    const note = (reason: Refused["reason"]) => refused.note({ tenantId, name: userName, reason, address });
    const waitMs = throttle.waitMs(attempt);
    if (waitMs > 0) note("throttled");
    requireNoWait(waitMs);
    const record =
      (await store.access.credential(tenantId, builtInUserType, key)) ??
      (await store.access.credential(tenantId, "User", key));
    const { passwordHash = null } = record ?? {};
    const right = await isRight(password, passwordHash ?? decoyHash).catch((error: unknown) => {
      // Too many wait to be looked at.
      if (error instanceof ScimError) note("throttled");
      throw error;
    });
    if (!right || record === undefined || passwordHash === null) {
      throttle.failed(attempt);
      note("password");
      return undefined;
    }
    throttle.succeeded(attempt);
    return { tenantId, userName, record: { ...record, passwordHash } };
  };
}

function basicScheme(
  store: Store,
  now: () => number,
  verify: Authenticator["verify"],
  refused: Pick<RefusedLogins, "note">,
): Scheme {
  return async (encoded, address) => {
    const text = Buffer.from(encoded, "base64").toString("utf8");
    const colon = text.indexOf(":");
    if (colon < 0) return undefined;
    const [name, password] = [text.slice(0, colon), text.slice(colon + 1)];
    const account = await verify(name, password, address);
    if (account === undefined) return undefined;
    const { tenantId, record, userName } = account;
    const { userId, passwordHash: expectedHash, passwordUntil } = record;
    if (passwordUntil !== null && passwordUntil <= now()) {
      refused.note({ tenantId, name: userName, reason: "expired", address });
      throw new ScimError("unauthorized", passwordOver);
    }
    if (needsRehash(expectedHash)) {
      // The hash of another system gives way to ours, unless the password was changed meanwhile.
      await ifPossible(async () => {
        const passwordHash = await hashPassword(password);
        const until = passwordUntil === null ? {} : { passwordUntil };
        const change = {
          kind: "setPassword",
          userId,
          passwordHash,
          expectedHash,
          isRehash: true,
          at: now(),
          ...until,
        } as const;
        await store.commit([{ tenantId, changes: [change] }]);
      });
    }
    const scopes = scopesOfRoles(record.roles);
    const kind = record.resourceType === builtInUserType ? "builtIn" : "user";
    return { tenantId, kind, id: userId, name, scopes, granted: [], profile: compatibleProfile };
  };
}

/** Does something beside a login; that it fails keeps nobody out. */
async function ifPossible(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
  }
}

/** Characters of a name that wrong logins are counted by. */
const accountCharsMax = 256;

/** @throws ScimError tooManyRequests */
export function requireNoWait(waitMs: number): void {
  if (waitMs <= 0) return;
  const retryAfter = Math.ceil(waitMs / 1000);
  throw new ScimError("tooManyRequests", `There were too many wrong passwords; try again in ${retryAfter} s.`, {
    retryAfter,
  });
}

function tokenPrincipal({
  tenantId,
  id,
  name,
  scopes: granted,
  profile,
}: Pick<TokenRecord, "tenantId" | "id" | "name" | "scopes" | "profile">): Principal {
  return {
    tenantId,
    kind: "token",
    id,
    name,
    scopes: new Set(granted.filter(isScope)),
    granted,
    profile: readProfile(profile) ?? compatibleProfile,
  };
}

/**
 * Verifies passwords, and remembers those that were right: argon2id takes 43 ms, too much for every request of a
 * script that uses Basic. What is remembered is a keyed hash of password and stored hash, so a changed password is
 * not right any more.
 */
function passwordCheck(): (password: string, hash: string) => Promise<boolean> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const verified = new Set<string>();
  return async (password, hash) => {
    const proof = new Bun.CryptoHasher("sha256", key).update(`${hash}\n${password}`).digest("base64");
    if (verified.has(proof)) return true;
    const right = await verifyPassword(password, hash);
    if (!right) return false;
    if (verified.size >= verifiedMax) verified.clear();
    verified.add(proof);
    return true;
  };
}
