import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { hashToken } from "../../src/access/token.ts";
import { expectRefusal, usersPath } from "../support/scim.ts";
import { type Answer, type Body, objects, startServer, type TestServer } from "../support/server.ts";

const audience = "https://muster.example/";
const kinds = ["RS256", "ES256", "PS256", "EdDSA"] as const;

let server: TestServer;
let keys: Record<(typeof kinds)[number], CryptoKey>;
let foreign: CryptoKey;
let keyServer: ReturnType<typeof Bun.serve>;
let served: "keys" | "nothing" | "garbage" | "redirect" = "keys";
let fetched = 0;
const issuer = "https://login.example/";

beforeAll(async () => {
  const pairs = await Promise.all(kinds.map((alg) => generateKeyPair(alg, { extractable: true })));
  keys = Object.fromEntries(kinds.map((alg, index) => [alg, pairs[index]?.privateKey])) as typeof keys;
  foreign = (await generateKeyPair("RS256")).privateKey;
  const jwks = await Promise.all(
    pairs.map(async ({ publicKey }, index) => ({ ...(await exportJWK(publicKey)), kid: kinds[index] ?? "" })),
  );
  keyServer = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch() {
      fetched++;
      if (served === "nothing") return new Response("down", { status: 503 });
      if (served === "redirect") return Response.redirect("http://127.0.0.1:1/keys");
      return served === "garbage" ? new Response("x".repeat(400_000)) : Response.json({ keys: jwks });
    },
  });
  server = await startServer();
  await register({ issuer, audience, jwksUrl: `${keyServer.url}keys` });
});
afterAll(async () => {
  await server.stop();
  await keyServer.stop(true);
});

function register(body: Body): Promise<Answer> {
  return server.request("POST", "/api/issuers", JSON.stringify(body), { "Content-Type": "application/json" });
}

interface Made {
  readonly alg?: (typeof kinds)[number];
  readonly key?: CryptoKey;
  readonly claims?: JWTPayload;
  readonly iss?: string;
  readonly aud?: string;
  readonly expires?: string;
}

function make({
  alg = "RS256",
  key = keys[alg],
  claims = {},
  iss = issuer,
  aud = audience,
  expires = "5m",
}: Made = {}) {
  const scope = "scim:read scim:write something:else";
  const token = new SignJWT({ scope, client_id: "entra", ...claims }).setProtectedHeader({ alg, kid: alg });
  return token.setSubject("sub-1").setIssuer(iss).setAudience(aud).setIssuedAt().setExpirationTime(expires).sign(key);
}

const list = (token: string): Promise<Answer> =>
  server.request("GET", usersPath, undefined, { Authorization: `Bearer ${token}` });

describe("a token of an issuer that the tenant trusts", () => {
  test.each(kinds)("lets in, signed by %s", async (alg) => {
    expect((await list(await make({ alg }))).status).toBe(200);
  });

  test("has the scopes of its claim and no others, and its keys are fetched once", async () => {
    const before = fetched;
    expectRefusal(await list(await make({ claims: { scope: "audit:read" } })), { status: 403 });
    expectRefusal(await list(await make({ claims: { scope: undefined } })), { status: 403 });
    expect((await list(await make({ claims: { scope: ["scim:read"] } as unknown as JWTPayload }))).status).toBe(200);
    expectRefusal(await server.request("GET", "/api/tokens", undefined, { Authorization: `Bearer ${await make()}` }), {
      status: 403,
    });
    expect(fetched - before).toBe(0);
  });

  test("is who the trail names", async () => {
    const headers = { Authorization: `Bearer ${await make()}` };
    const body = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "by-jwt" };
    expect((await server.request("POST", usersPath, body, headers)).status).toBe(201);
    const [line] = objects((await server.request("GET", "/api/audit?action=create&limit=1")).json.lines);
    expect(line?.actor).toMatchObject({ kind: "token", id: "sub-1", name: `entra (${issuer})` });
  });
});

describe("a token is refused, and that is recorded", () => {
  const wrong: readonly (readonly [what: string, make: () => Promise<string> | string])[] = [
    [
      "without a signature (none)",
      () => new UnsecuredJWT({ scope: "admin" }).setIssuer(issuer).setAudience(audience).encode(),
    ],
    ["for another audience", () => make({ aud: "https://other.example/" })],
    ["of an issuer that nobody knows", () => make({ iss: "https://evil.example/" })],
    ["that has expired", () => make({ expires: "-5m" })],
    ["of a foreign key under a known name", () => make({ key: foreign })],
    ["whose claims were changed", async () => changed(await make())],
    ["signed with the public key as a secret (HS256)", () => hmac()],
    ["that is no token", () => "a.b.c"],
  ];
  test.each(wrong)("%s", async (_, made) => {
    const before = (await refusals()).length;
    expectRefusal(await list(await made()), { status: 401 });
    expect((await refusals()).length).toBeGreaterThanOrEqual(before);
    expect((await refusals()).length).toBeGreaterThan(0);
  });

  test("while the keys can not be read, with 503, and taken when they can again", async () => {
    const jwksUrl = `${keyServer.url}later`;
    const iss = "https://later.example/";
    expect((await register({ issuer: iss, audience, jwksUrl })).status).toBe(201);
    for (const state of ["nothing", "garbage", "redirect"] as const) {
      served = state;
      const answer = await fetch(server.url + usersPath, {
        headers: { Authorization: `Bearer ${await make({ iss })}` },
      });
      expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "10"]);
    }
    served = "keys";
    expect((await list(await make())).status).toBe(200);
  });

  async function refusals(): Promise<readonly Body[]> {
    return objects((await server.request("GET", "/api/audit?action=refuseLogin&limit=1000")).json.lines);
  }

  function changed(token: string): string {
    const [head = "", , signature = ""] = token.split(".");
    const claims = { iss: issuer, aud: audience, exp: 9_999_999_999, scope: "admin" };
    return [head, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
  }

  function hmac(): Promise<string> {
    const secret = new TextEncoder().encode("the public key of the issuer, which everybody can read");
    const token = new SignJWT({ scope: "admin" }).setProtectedHeader({ alg: "HS256", kid: "RS256" });
    return token.setIssuer(issuer).setAudience(audience).setExpirationTime("5m").sign(secret);
  }
});

test("a token of this server that looks like one of another is its own all the same", async () => {
  const chosen = "chosen.by.somebody";
  const about = { id: Bun.randomUUIDv7(), name: "chosen", hash: hashToken(chosen), profile: "compatible" } as const;
  await server.commit({ kind: "createToken", ...about, scopes: ["scim:read"], at: Date.now(), expiresAt: null });
  expect((await list(chosen)).status).toBe(200);
});

describe("an issuer", () => {
  test("whose keys others could read along is refused", async () => {
    for (const jwksUrl of ["http://login.example/keys", "file:///etc/passwd", "https://u:p@login.example/", "keys"]) {
      const answer = await register({ issuer: "https://x.example/", audience, jwksUrl });
      expectRefusal(answer, { status: 400, scimType: "invalidValue" });
    }
  });

  test("is known once by its name and audience, whatever the tenant", async () => {
    const same = await register({ issuer, audience, jwksUrl: "https://login.example/keys" });
    expectRefusal(same, { status: 409, scimType: "uniqueness" });
  });
});
