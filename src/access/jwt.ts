import { createRemoteJWKSet, customFetch, decodeJwt, errors, type JWTPayload, jwtVerify } from "jose";
import { ScimError } from "../scim/error.ts";
import type { IssuerRecord } from "../storage/access.ts";
import type { Store } from "../storage/port.ts";

/* JSON Web Tokens (RFC 7519, RFC 8725) of servers that a tenant trusts. */

/** Signatures by a key that only the issuer has: neither `none`, nor what whoever reads the keys could make. */
const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
/** How far clocks may be apart. */
const clockToleranceSeconds = 30;
/** How long the keys of an issuer may take, are kept, and are left alone after they could not be had. */
const keysMsMax = 5_000;
const keysKeptMs = 600_000;
const keysRestMs = 10_000;
/** Characters of a token, and bytes of a set of keys. */
const tokenCharsMax = 16_384;
const keysBytesMax = 262_144;

/** Who a token is of. */
export interface JwtBearer {
  readonly tenantId: number;
  readonly id: string;
  readonly name: string;
  /** All that its claim names, also what allows nothing here. */
  readonly scopes: readonly string[];
  readonly profile: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What came of a token: whose it is, or to which tenant it was shown in vain. */
export type JwtResult =
  | { readonly kind: "known"; readonly bearer: JwtBearer }
  | { readonly kind: "refused"; readonly tenantId: number | undefined; readonly name: string };

/** True for what looks like a JSON Web Token. */
export function isJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

/** Where the keys of an issuer may be: nobody reads along, or it is this machine. */
export function isKeyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username } = new URL(text);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return username === "" && (protocol === "https:" || (protocol === "http:" && isLocal));
}

/** Verifies tokens by the keys of their issuers, which are fetched when they are needed. */
export function createJwtVerifier(store: Store, now: () => number): (token: string) => Promise<JwtResult> {
  const keySets = new Map<string, KeySet>();
  const keysAt = (url: string): KeySet => {
    const known = keySets.get(url) ?? keySet(url, now);
    keySets.set(url, known);
    return known;
  };
  return async (token) => {
    const claims = token.length <= tokenCharsMax ? claimsOf(token) : undefined;
    const { iss, sub } = claims ?? {};
    const name = (sub ?? "").slice(0, 128);
    if (claims === undefined || iss === undefined) return { kind: "refused", tenantId: undefined, name };
    const audiences = [claims.aud ?? []].flat();
    const issuers = await store.access.issuersNamed(iss);
    const issuer = issuers.find(({ audience }) => audiences.includes(audience));
    if (issuer === undefined) return { kind: "refused", tenantId: issuers[0]?.tenantId, name };
    const verified = await keysAt(issuer.jwksUrl).verify(token, issuer, now());
    if (verified === undefined) return { kind: "refused", tenantId: issuer.tenantId, name };
    return { kind: "known", bearer: bearerOf(issuer, verified) };
  };
}

function claimsOf(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

function bearerOf({ tenantId, scopeClaim, profile, issuer }: IssuerRecord, claims: JWTPayload): JwtBearer {
  const id = claims.sub ?? "";
  const client = claims.client_id ?? claims.azp;
  const name = typeof client === "string" ? client : id;
  const claim = claims[scopeClaim];
  const named = typeof claim === "string" ? claim.split(" ") : Array.isArray(claim) ? claim : [];
  const scopes = named.filter((scope): scope is string => typeof scope === "string");
  const expiresAt = (claims.exp ?? 0) * 1000;
  return { tenantId, id, name: `${name} (${issuer})`, scopes, profile, expiresAt };
}

interface KeySet {
  /**
   * The claims of a token that is good; undefined for one that is not.
   *
   * @throws ScimError unavailable when the keys can not be had
   */
  verify(token: string, issuer: IssuerRecord, at: number): Promise<JWTPayload | undefined>;
}

function keySet(url: string, now: () => number): KeySet {
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: keysMsMax,
    cacheMaxAge: keysKeptMs,
    [customFetch]: fetchKeys,
  });
  let restUntil = 0;
  return {
    async verify(token, { issuer, audience }, at) {
      if (now() < restUntil) throw keysMissing(url);
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          audience,
          algorithms,
          clockTolerance: clockToleranceSeconds,
          requiredClaims: ["exp"],
          currentDate: new Date(at),
        });
        return payload;
      } catch (error) {
        if (!areKeysMissing(error)) return undefined;
        restUntil = now() + keysRestMs;
        throw keysMissing(url, error);
      }
    },
  };
}

/** Whether it is the keys and not the token that is at fault: jose tells the latter by errors of its own. */
function areKeysMissing(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  return (
    error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === "ERR_JOSE_GENERIC"
  );
}

function keysMissing(url: string, cause?: unknown): ScimError {
  const detail = `The keys of the issuer at ${new URL(url).host} can not be read now; try again.`;
  return new ScimError("unavailable", detail, { cause, retryAfter: keysRestMs / 1000 });
}

/** Fetches keys: from the address that was given and no other, and no more of them than there can be. */
async function fetchKeys(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...options, redirect: "error" });
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of response.body ?? []) {
    total += piece.byteLength;
    if (total > keysBytesMax) throw new Error(`the keys have more than ${keysBytesMax} bytes`);
    pieces.push(piece);
  }
  return new Response(Buffer.concat(pieces), { status: response.status, headers: response.headers });
}
