import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  bulk,
  bulkBody,
  bulkPath,
  expectFailure,
  idOf,
  patch,
  post,
  postUser,
  put,
  remove,
  statuses,
  statusesOf,
} from "../../scim/bulk/client.ts";
import { createGroup, createUser, expectRefusal, group, list, unknownId, user, usersPath } from "../../support/scim.ts";
import {
  basic,
  type HeaderValues,
  startServer,
  type TestServer,
  type TokenOptions,
  text,
  unique,
} from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const withToken = async (options: TokenOptions): Promise<HeaderValues> => ({
  Authorization: `Bearer ${await server.makeToken(options)}`,
});

describe("who makes a Bulk request", () => {
  test("B-25 needs credentials", async () => {
    const answer = await server.request("POST", bulkPath, bulkBody([postUser(unique())]), { Authorization: null });
    expectRefusal(answer, { status: 401 });
  });

  test("B-25 needs the scope scim:bulk: without it the request is 403", async () => {
    const name = unique();
    const headers = await withToken({ scopes: ["scim:read", "scim:write"] });
    const answer = await server.request("POST", bulkPath, bulkBody([postUser(name)]), headers);
    expectRefusal(answer, { status: 403, names: "scim:bulk" });
    expect((await list(server, usersPath, { filter: `userName eq "${name}"` })).total).toBe(0);
  });

  test("B-25 needs scim:write for each operation: without it each of them is 403, a circle too", async () => {
    const { id } = await createUser(server);
    const groups = await createGroup(server);
    const headers = await withToken({ scopes: ["scim:bulk", "scim:read"] });
    const name = unique();
    const operations = [
      postUser(name),
      put(`/Users/${id}`, user(unique())),
      patch(`/Groups/${groups.id}`, { op: "add", path: "members", value: [{ value: id }] }),
      remove(`/Users/${id}`),
      remove(`/Users/${unknownId}`),
      post("waits", "/Groups", group("x", [`bulkId:${name}`])),
      post("one", "/Groups", group("x", ["bulkId:two"])),
      post("two", "/Groups", group("x", ["bulkId:one"])),
    ];
    const results = await bulk(server, operations, {}, headers);
    for (const result of results) expectFailure(result, { status: 403, names: "scim:write" });
    expect(results.length).toBe(operations.length);
    expect((await server.request("GET", `${usersPath}/${id}`)).header("ETag")).toBe('W/"1"');
    expect((await list(server, usersPath, { filter: `userName eq "${name}"` })).total).toBe(0);
  });

  test("B-25 may not change who has a role without being an administrator, and that operation alone is 403", async () => {
    const chief = await createUser(server);
    await server.commit({ kind: "setRoles", userId: chief.id, roles: ["administrator"] });
    const headers = await withToken({ scopes: ["scim:bulk", "scim:write"] });
    const operations = [
      put(`/Users/${chief.id}`, user(unique(), { password: "a password of somebody else" })),
      patch(`/Users/${chief.id}`, { op: "replace", path: "active", value: false }),
      remove(`/Users/${chief.id}`),
      postUser(unique()),
    ];
    const results = await bulk(server, operations, {}, headers);
    expect(statusesOf(results)).toEqual(["403", "403", "403", "201"]);
    for (const result of results.slice(0, 3)) expectFailure(result, { status: 403, names: "administrator" });
    const { meta: __, ...before } = chief;
    const { meta: _, ...after } = (await server.request("GET", `${usersPath}/${chief.id}`)).json;
    expect(after).toEqual(before);
    expect(await statuses(server, operations.slice(0, 3))).toEqual(["200", "200", "204"]);
  });

  test("B-25 may have come with Basic: a provisioner may, an auditor may not", async () => {
    const password = "the password of somebody";
    const person = async (role: string): Promise<HeaderValues> => {
      const made = await createUser(server, { password });
      await server.commit({ kind: "setRoles", userId: made.id, roles: [role] });
      return { Authorization: basic(text(made.userName), password) };
    };
    expect(await statuses(server, [postUser(unique())], {}, await person("provisioner"))).toEqual(["201"]);
    const answer = await server.request("POST", bulkPath, bulkBody([postUser(unique())]), await person("auditor"));
    expectRefusal(answer, { status: 403 });
  });
});

describe("the profile of the token", () => {
  const operationsOf = async () => {
    const { id } = await createUser(server);
    const name = unique();
    return [
      postUser(name, { active: "True" }),
      patch(`/Users/bulkId:${name}`, { op: "Replace", path: "title", value: "Guide" }),
      post("single", "/Users", user(unique(), { emails: { value: "one@example.com" } })),
      put(`/Users/${id}`, user(unique(), { shoeSize: 44 })),
    ];
  };

  test("B-25 holds for each operation: compatible", async () => {
    const headers = await withToken({ scopes: ["scim:bulk", "scim:write"], profile: "compatible" });
    const results = await bulk(server, await operationsOf(), {}, headers);
    expect(statusesOf(results)).toEqual(["201", "200", "201", "200"]);
    const made = (await server.request("GET", `${usersPath}/${idOf(results[0])}`)).json;
    expect([made.active, made.title]).toEqual([true, "Guide"]);
  });

  test("B-25 holds for each operation: strict", async () => {
    const headers = await withToken({ scopes: ["scim:bulk", "scim:write"], profile: "strict" });
    const results = await bulk(server, await operationsOf(), {}, headers);
    expect(statusesOf(results)).toEqual(["400", "409", "400", "400"]);
    expectFailure(results[1], { status: 409, names: "was refused" });
  });

  test("B-25 holds for each operation: members that are unknown, names of groups, passwords", async () => {
    const { Authorization } = await withToken({
      scopes: ["scim:bulk", "scim:write"],
      profile: "entra+ignoreUnknownMembers",
    });
    const [name, login] = [unique("group"), unique()];
    const results = await bulk(
      server,
      [
        post("one", "/Groups", group(name, [unknownId])),
        post("two", "/Groups", group(name.toUpperCase())),
        postUser(login, { password: "a password that is none" }),
      ],
      {},
      { Authorization: Authorization ?? null },
    );
    expect(statusesOf(results)).toEqual(["201", "409", "201"]);
    const asThem = { Authorization: basic(login, "a password that is none") };
    expect((await server.request("GET", "/scim/v2/Me", undefined, asThem)).status).toBe(401);
  });
});
