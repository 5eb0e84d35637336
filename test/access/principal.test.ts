import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureAdministrator } from "../../src/access/first-start.ts";
import { hashPassword } from "../../src/access/password.ts";
import { builtInUserType, createAuthenticator } from "../../src/access/principal.ts";
import { scopes } from "../../src/access/scope.ts";
import { hashToken, randomToken } from "../../src/access/token.ts";
import { foldCase } from "../../src/scim/resource/fold.ts";
import { compileType } from "../../src/scim/resource/type.ts";
import type { Change } from "../../src/storage/change.ts";
import { defaultTenantId, type Store } from "../../src/storage/port.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { typeNamed } from "../support/scim.ts";
import { basic, unique } from "../support/server.ts";
import { vectors } from "./hash/vectors.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-access-"));
let store: Store;
beforeAll(() => {
  store = openSqliteStore({ file: join(folder, "muster.db") });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A clock that stands until somebody moves it. */
let clock = Date.UTC(2026, 10, 22);
const now = (): number => clock;
const newId = (): string => Bun.randomUUIDv7();
const authenticator = () => createAuthenticator(store, now);

async function commit(...changes: Change[]): Promise<void> {
  const [result] = await store.commit([{ tenantId: defaultTenantId, changes }]);
  expect(result?.applied).toBe(true);
}

async function makeToken(more: Partial<Extract<Change, { kind: "createToken" }>> = {}) {
  const token = randomToken();
  const id = newId();
  const change = { kind: "createToken", id, name: "a client", hash: hashToken(token), at: clock } as const;
  await commit({ ...change, scopes: ["scim:read"], profile: "compatible", expiresAt: null, ...more });
  return { id, header: `Bearer ${token}` };
}

interface Person {
  readonly resourceType?: string;
  readonly roles?: readonly string[];
  readonly active?: boolean;
  readonly password?: string | null;
}

async function makeUser(userName: string, more: Person = {}): Promise<string> {
  const { resourceType = "User", roles = ["auditor"], active = true, password = "right" } = more;
  const id = newId();
  const keys = { unique: foldCase(userName), display: null, externalId: null, active };
  const doc = JSON.stringify({ schemas: ["urn:x"], userName, active });
  const hash = password === null ? {} : { passwordHash: await hashPassword(password) };
  await commit(
    { kind: "createResource", resourceType, id, at: clock, doc, keys, ...hash },
    { kind: "setRoles", userId: id, roles },
  );
  return id;
}

describe("a bearer token", () => {
  test("AU-5 proves a client with its scopes, its tenant and its profile", async () => {
    const { id, header } = await makeToken({ scopes: ["scim:read", "scim:write"], profile: "strict" });
    const principal = await authenticator().authenticate(header);
    expect(principal).toMatchObject({ kind: "token", id, name: "a client", tenantId: defaultTenantId });
    expect([...(principal?.scopes ?? [])]).toEqual(["scim:read", "scim:write"]);
    expect(principal?.profile.name).toBe("strict");
  });

  test("with a profile or scopes that this version does not know is forgiving, and may not do what is not known", async () => {
    const { header } = await makeToken({ scopes: ["scim:read", "scim:fly"], profile: "martian" });
    const principal = await authenticator().authenticate(header);
    expect([...(principal?.scopes ?? [])]).toEqual(["scim:read"]);
    expect(principal?.profile.name).toBe("compatible");
  });

  test("is right whatever the case of the scheme and the blanks around it", async () => {
    const { header } = await makeToken();
    for (const scheme of ["bearer", "BEARER", "Bearer ", "BeArEr"]) {
      expect(await authenticator().authenticate(header.replace("Bearer", scheme))).toBeDefined();
    }
  });

  test.each([
    ["another token", () => `Bearer ${randomToken()}`],
    ["a token that is cut", (header: string) => header.slice(0, -1)],
    ["a token with more behind it", (header: string) => `${header}x`],
    ["a token in another case", (header: string) => header.toLowerCase()],
    ["the hash of a token", (header: string) => `Bearer ${hashToken(header.slice("Bearer ".length))}`],
    ["nothing", () => "Bearer "],
    ["a token without a scheme", (header: string) => header.slice("Bearer ".length)],
    ["a token under Basic", (header: string) => header.replace("Bearer", "Basic")],
    ["a token under an unknown scheme", (header: string) => header.replace("Bearer", "Token")],
    ["a token under a name of Object", (header: string) => header.replace("Bearer", "constructor")],
  ])("AU-1 is wrong: %s", async (_, change) => {
    const { header } = await makeToken();
    expect(await authenticator().authenticate(change(header))).toBeUndefined();
  });

  test("AU-8 stops working when it expires, on the millisecond, though it was just used", async () => {
    const { header } = await makeToken({ expiresAt: clock + 500 });
    const { authenticate } = authenticator();
    expect(await authenticate(header)).toBeDefined();
    clock += 499;
    expect(await authenticate(header)).toBeDefined();
    clock += 1;
    expect(await authenticate(header)).toBeUndefined();
  });

  test("stops working within a second after it was ended, and at once where it was not used", async () => {
    const { id, header } = await makeToken();
    const busy = authenticator();
    expect(await busy.authenticate(header)).toBeDefined();
    await commit({ kind: "deleteToken", id });
    expect(await authenticator().authenticate(header)).toBeUndefined();
    clock += 1000;
    expect(await busy.authenticate(header)).toBeUndefined();
  });

  test("that was wrong is right as soon as it is made", async () => {
    const { authenticate } = authenticator();
    const token = randomToken();
    expect(await authenticate(`Bearer ${token}`)).toBeUndefined();
    await makeToken({ hash: hashToken(token) });
    expect(await authenticate(`Bearer ${token}`)).toBeDefined();
  });
});

describe("Basic", () => {
  test("proves a user with the scopes of the roles", async () => {
    const userName = unique();
    const id = await makeUser(userName, { roles: ["auditor", "provisioner"] });
    const principal = await authenticator().authenticate(basic(userName, "right"));
    expect(principal).toMatchObject({ kind: "user", id, tenantId: defaultTenantId });
    expect(principal?.scopes).toEqual(new Set(["scim:read", "audit:read", ...scopes.filter((s) => s !== "admin")]));
  });

  test("proves a user without a role, who may do nothing", async () => {
    const userName = unique();
    await makeUser(userName, { roles: [] });
    const principal = await authenticator().authenticate(basic(userName, "right"));
    expect(principal?.scopes.size).toBe(0);
  });

  test("U-2 takes the userName in any case and the password in its own", async () => {
    const userName = unique("Case");
    await makeUser(userName, { password: "Right" });
    const { authenticate } = authenticator();
    expect(await authenticate(basic(userName.toUpperCase(), "Right"))).toBeDefined();
    expect(await authenticate(basic(userName, "right"))).toBeUndefined();
  });

  test.each(["a:b:c", "ü€👩", " blanks ", "x".repeat(100)])("takes the password %p", async (password) => {
    const userName = unique();
    await makeUser(userName, { password });
    expect(await authenticator().authenticate(basic(userName, password))).toBeDefined();
  });

  test.each([
    ["a wrong password", (name: string) => basic(name, "wrong")],
    ["no password", (name: string) => basic(name, "")],
    ["an unknown user", () => basic(unique(), "right")],
    ["no user", () => basic("", "right")],
    ["no colon", (name: string) => `Basic ${Buffer.from(name).toString("base64")}`],
    ["no base64", () => "Basic ****"],
    ["nothing", () => "Basic "],
  ])("AU-1 is wrong: %s", async (_, header) => {
    const userName = unique();
    await makeUser(userName);
    expect(await authenticator().authenticate(header(userName))).toBeUndefined();
  });

  test("does not prove an inactive user, at once", async () => {
    const userName = unique();
    const id = await makeUser(userName);
    const { authenticate } = authenticator();
    expect(await authenticate(basic(userName, "right"))).toBeDefined();
    const keys = { unique: foldCase(userName), display: null, externalId: null, active: false };
    await commit({ kind: "replaceResource", resourceType: "User", id, at: clock, doc: '{"schemas":["urn:x"]}', keys });
    expect(await authenticate(basic(userName, "right"))).toBeUndefined();
  });

  test("does not prove a user without a password, whatever is sent", async () => {
    const userName = unique();
    await makeUser(userName, { password: null });
    for (const password of ["", "null", "undefined", "right"]) {
      expect(await authenticator().authenticate(basic(userName, password))).toBeUndefined();
    }
  });

  test("a changed password is right at once, and the old one wrong at once, though it was just used", async () => {
    const userName = unique();
    const userId = await makeUser(userName, { password: "old" });
    const { authenticate } = authenticator();
    expect(await authenticate(basic(userName, "old"))).toBeDefined();
    expect(await authenticate(basic(userName, "old"))).toBeDefined();
    await commit({ kind: "setPassword", userId, passwordHash: await hashPassword("new"), at: clock });
    expect(await authenticate(basic(userName, "old"))).toBeUndefined();
    expect(await authenticate(basic(userName, "new"))).toBeDefined();
  });

  test("a hash of another system is replaced by ours at the first login, and the password stays right", async () => {
    const userName = unique("moved");
    const id = await makeUser(userName, { password: null });
    const foreign = vectors.find(([name]) => name === "{SSHA}");
    if (foreign === undefined) throw new Error("no vector");
    const [, password, passwordHash] = foreign;
    await commit({ kind: "setPassword", userId: id, passwordHash, at: clock });
    const hash = async (): Promise<string | null | undefined> =>
      (await store.access.credential(defaultTenantId, "User", foldCase(userName)))?.passwordHash;
    expect(await authenticator().authenticate(basic(userName, "wrong"))).toBeUndefined();
    expect(await hash()).toBe(passwordHash);
    const known = authenticator();
    expect(await known.authenticate(basic(userName, password))).toMatchObject({ id });
    expect(await hash()).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
    expect(await known.authenticate(basic(userName, password))).toMatchObject({ id });
    expect(await authenticator().authenticate(basic(userName, password))).toMatchObject({ id });
  });

  test("taken roles are gone at once", async () => {
    const userName = unique();
    const userId = await makeUser(userName);
    const { authenticate } = authenticator();
    expect((await authenticate(basic(userName, "right")))?.scopes.size).toBe(2);
    await commit({ kind: "setRoles", userId, roles: [] });
    expect((await authenticate(basic(userName, "right")))?.scopes.size).toBe(0);
  });

  test("a remembered password is its user's alone", async () => {
    const one = unique();
    const other = unique();
    await makeUser(one, { password: "of one" });
    await makeUser(other, { password: "of another" });
    const { authenticate } = authenticator();
    expect(await authenticate(basic(one, "of one"))).toBeDefined();
    expect(await authenticate(basic(other, "of one"))).toBeUndefined();
  });

  test("a user of the directory is never taken for an account built in under the same name", async () => {
    const userName = unique();
    const builtIn = await makeUser(userName, { resourceType: builtInUserType, roles: ["administrator"] });
    await makeUser(userName, { password: "of the user", roles: ["administrator"] });
    const { authenticate } = authenticator();
    expect((await authenticate(basic(userName, "right")))?.id).toBe(builtIn);
    expect(await authenticate(basic(userName, "of the user"))).toBeUndefined();
  });
});

describe("no header and odd ones prove nobody", () => {
  test.each([undefined, "", " ", "Bearer", "Basic", "Digest username=admin", "Negotiate abc", "\t", "Bearer\tx"])(
    "AU-1 %p",
    async (header) => {
      expect(await authenticator().authenticate(header)).toBeUndefined();
    },
  );
});

describe("the administrator of the first start", () => {
  const userType = compileType(typeNamed("User"));
  const ports = { now, newId };

  async function inNewStore<T>(run: (fresh: Store) => Promise<T>): Promise<T> {
    const fresh = openSqliteStore({ file: join(folder, `${unique("first")}.db`) });
    try {
      return await run(fresh);
    } finally {
      await fresh.close();
    }
  }

  test("has the chosen name, password and token, and every scope", () =>
    inNewStore(async (fresh) => {
      const token = randomToken();
      const chosen = { userName: "Root", password: "chosen", token };
      expect(await ensureAdministrator(fresh, userType, chosen, ports)).toEqual({
        userName: "Root",
        randomPassword: undefined,
      });
      const { authenticate } = createAuthenticator(fresh, now);
      for (const header of [basic("root", "chosen"), `Bearer ${token}`]) {
        expect(new Set((await authenticate(header))?.scopes)).toEqual(new Set(scopes));
      }
    }));

  test("gets a random password when none is chosen, and no token", () =>
    inNewStore(async (fresh) => {
      const chosen = { userName: "admin", password: undefined, token: undefined };
      const made = await ensureAdministrator(fresh, userType, chosen, ports);
      const password = made?.randomPassword ?? "";
      expect(password).toHaveLength(20);
      expect(await createAuthenticator(fresh, now).authenticate(basic("admin", password))).toBeDefined();
      expect(await fresh.access.tokens(defaultTenantId)).toEqual([]);
    }));

  test("is made once: a later start changes neither password nor token", () =>
    inNewStore(async (fresh) => {
      const first = { userName: "admin", password: "first", token: undefined };
      await ensureAdministrator(fresh, userType, first, ports);
      const second = { userName: "admin", password: "second", token: randomToken() };
      expect(await ensureAdministrator(fresh, userType, second, ports)).toBeUndefined();
      const { authenticate } = createAuthenticator(fresh, now);
      expect(await authenticate(basic("admin", "first"))).toBeDefined();
      expect(await authenticate(basic("admin", "second"))).toBeUndefined();
      expect(await authenticate(`Bearer ${second.token}`)).toBeUndefined();
    }));
});
