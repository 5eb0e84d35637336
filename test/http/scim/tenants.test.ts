import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { hashToken, randomToken } from "../../../src/access/token.ts";
import { patchOpUrn } from "../../../src/scim/urn.ts";
import { defaultTenantId } from "../../../src/storage/port.ts";
import {
  createGroup,
  createUser,
  expectRefusal,
  group,
  groupsPath,
  invalidValue,
  notFound,
  pageOf,
  uniqueness,
  user,
  usersPath,
} from "../../support/scim.ts";
import { type Answer, type Body, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
/** What another tenant's client sends with each request. */
let elsewhere: { readonly Authorization: string };
beforeAll(async () => {
  server = await startServer();
  const token = randomToken();
  server.keepSecret(token);
  const change = { kind: "createToken", id: Bun.randomUUIDv7(), name: "elsewhere", hash: hashToken(token) } as const;
  const more = { scopes: ["scim:read", "scim:write"], profile: "compatible", at: Date.now(), expiresAt: null };
  const set = { tenantId: defaultTenantId + 1, changes: [{ ...change, ...more }] };
  const [made] = await server.withStore((store) => store.commit([set]));
  expect(made?.applied).toBe(true);
  elsewhere = { Authorization: `Bearer ${token}` };
});
afterAll(() => server.stop());

const there = (method: string, path: string, body?: Body): Promise<Answer> =>
  server.request(method, path, body, elsewhere);

describe("a resource of another tenant", () => {
  test("SEC-4 R-2 can be neither read, changed nor deleted, and stays as it is", async () => {
    const member = await createUser(server);
    for (const { path, id, body } of [
      { path: usersPath, id: member.id, body: user(unique()) },
      { path: groupsPath, id: (await createGroup(server, [member.id])).id, body: group(unique()) },
    ]) {
      const own = `${path}/${id}`;
      const before = (await server.request("GET", own)).text;
      const operations = [{ op: "replace", path: "displayName", value: "stolen" }];
      expectRefusal(await there("GET", own), notFound);
      expectRefusal(await there("PUT", own, body), notFound);
      expectRefusal(await there("PATCH", own, { schemas: [patchOpUrn], Operations: operations }), notFound);
      expectRefusal(await there("DELETE", own), notFound);
      expect((await server.request("GET", own)).text).toBe(before);
    }
  });

  test("SEC-4 can not be made a member", async () => {
    const { id } = await createUser(server);
    expectRefusal(await there("POST", groupsPath, group(unique("group"), [id])), { ...invalidValue, names: id });
  });

  test("Q-14 AU-12 is in no list and in no total, whatever the filter", async () => {
    const title = unique("title");
    const { id, userName } = await createUser(server, { title });
    for (const filter of [`title eq "${title}"`, `id eq "${id}"`, `userName eq "${userName}"`]) {
      const query = new URLSearchParams({ filter });
      expect(pageOf(await server.request("GET", `${usersPath}?${query}`)).total).toBe(1);
      expect(pageOf(await there("GET", `${usersPath}?${query}`))).toMatchObject({ total: 0, resources: [] });
    }
  });
});

describe("values of another tenant", () => {
  test("SEC-7 do not clash: a userName is taken in one tenant alone", async () => {
    const userName = unique();
    await createUser(server, { userName });
    expect((await there("POST", usersPath, user(userName))).status).toBe(201);
    expectRefusal(await there("POST", usersPath, user(userName)), uniqueness);
    expectRefusal(await server.request("POST", usersPath, user(userName)), uniqueness);
  });

  test("SEC-5 C-4 do not mix: an externalId finds the user of its own tenant", async () => {
    const externalId = unique("external");
    const here = await createUser(server, { externalId });
    const other = await there("POST", usersPath, user(unique(), { externalId }));
    const path = `${usersPath}?${new URLSearchParams({ filter: `externalId eq "${externalId}"` })}`;
    expect(pageOf(await server.request("GET", path)).resources.map(({ id }) => id)).toEqual([here.id]);
    expect(pageOf(await there("GET", path)).resources.map(({ id }) => text(id))).toEqual([text(other.json.id)]);
  });
});
