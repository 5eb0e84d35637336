import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { patchOpUrn, userUrn } from "../../../src/scim/urn.ts";
import { create, createUser, expectRefusal, notFound, user, usersPath } from "../../support/scim.ts";
import { admin, startServer, type TestServer, unique } from "../../support/server.ts";

const mePath = "/scim/v2/Me";
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const basic = (userName: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${userName}:${password}`).toString("base64")}`,
});

test("ME-2 ME-3 ME-6 a user sees themselves, without any scope, and where they really are", async () => {
  const userName = unique();
  const password = "a password of their own";
  const made = await create(server, usersPath, { schemas: [userUrn], userName, password });
  const answer = await server.request("GET", mePath, undefined, basic(userName, password));
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual(made);
  expect(answer.header("Location")).toBe(`${server.url}${usersPath}/${made.id}`);
  expect(answer.header("ETag")).toBe('W/"1"');
});

test("AU-1 a wrong password is 401", async () => {
  const userName = unique();
  await create(server, usersPath, { schemas: [userUrn], userName, password: "right" });
  expectRefusal(await server.request("GET", mePath, undefined, basic(userName, "wrong")), { status: 401 });
});

test("ME-5 who is no user of the directory is 404: a token, the built-in administrator", async () => {
  expectRefusal(await server.request("GET", mePath), notFound);
  expectRefusal(await server.request("GET", mePath, undefined, basic(admin.userName, admin.password)), notFound);
});

/** A user who may change resources: a password, and a role. */
async function someoneWithRole(role = "administrator"): Promise<{
  readonly userName: string;
  readonly id: string;
  readonly headers: Record<string, string>;
}> {
  const userName = unique();
  const password = "a password of their own";
  const { id } = await createUser(server, { userName, password, title: "Clerk" });
  await server.commit({ kind: "setRoles", userId: id, roles: [role] });
  return { userName, id, headers: basic(userName, password) };
}

describe("ME-4 who may change resources", () => {
  test("changes themselves by PATCH and PUT, and is told where they really are", async () => {
    const { userName, id, headers } = await someoneWithRole();
    const operation = { op: "replace", path: "title", value: "Guide" };
    const patched = await server.request("PATCH", mePath, { schemas: [patchOpUrn], Operations: [operation] }, headers);
    expect([patched.status, patched.json.title, patched.json.id]).toEqual([200, "Guide", id]);
    const put = await server.request("PUT", mePath, user(userName, { nickName: "Babs" }), headers);
    expect([put.status, put.json.nickName, put.json.title]).toEqual([200, "Babs", undefined]);
    for (const answer of [patched, put]) {
      expect(answer.header("Location")).toBe(`${server.url}${usersPath}/${id}`);
      expect(JSON.stringify(answer.json.meta)).not.toContain("/Me");
    }
    const stale = { ...headers, "If-Match": 'W/"1"' };
    expectRefusal(await server.request("PUT", mePath, user(userName), stale), { status: 412 });
  });

  test("deletes themselves, and then is nobody", async () => {
    const { id, headers } = await someoneWithRole();
    expect((await server.request("DELETE", mePath, undefined, headers)).status).toBe(204);
    expectRefusal(await server.request("GET", `${usersPath}/${id}`), notFound);
    expectRefusal(await server.request("GET", mePath, undefined, headers), { status: 401 });
  });
});

test("ME-2 A-1 V-4 shows of oneself what is asked for, and nothing that is known already", async () => {
  const { id, headers } = await someoneWithRole();
  const some = await server.request("GET", `${mePath}?attributes=title`, undefined, headers);
  expect(some.json).toEqual({ schemas: [userUrn], id, title: "Clerk" });
  const known = await server.request("GET", mePath, undefined, { ...headers, "If-None-Match": some.header("ETag") });
  expect([known.status, known.text]).toEqual([304, ""]);
});

test("ME-4 AU-6 who has a role is changed by administrators alone, also when it is oneself", async () => {
  const { userName, headers } = await someoneWithRole("provisioner");
  const operation = { op: "replace", path: "password", value: "another password" };
  const asked = [
    ["PUT", user(userName)],
    ["PATCH", { schemas: [patchOpUrn], Operations: [operation] }],
    ["DELETE", undefined],
  ] as const;
  for (const [method, body] of asked) {
    expectRefusal(await server.request(method, mePath, body, headers), { status: 403, names: "administrator" });
  }
  expect((await server.request("GET", mePath, undefined, headers)).json.title).toBe("Clerk");
});

test("ME-5 a token is nobody by PUT, PATCH and DELETE, too", async () => {
  for (const method of ["PUT", "PATCH", "DELETE"]) {
    expectRefusal(await server.request(method, mePath, method === "DELETE" ? undefined : user(unique())), notFound);
  }
});

test("AU-6 a user without a role changes nothing, not even themselves; and nobody is made by a POST of /Me", async () => {
  const userName = unique();
  await createUser(server, { userName, password: "right" });
  const headers = basic(userName, "right");
  for (const method of ["PUT", "PATCH", "DELETE"]) {
    const body = method === "DELETE" ? undefined : user(userName, { title: "Boss" });
    expectRefusal(await server.request(method, mePath, body, headers), { status: 403, names: "scim:write" });
  }
  const post = await server.request("POST", mePath, user(unique()), headers);
  expectRefusal(post, { status: 405 });
  expect(post.header("Allow")).toBe("GET, PUT, PATCH, DELETE");
});
