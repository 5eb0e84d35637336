import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectRefusal, group, groupsPath, notFound, uniqueness, user, usersPath } from "../support/scim.ts";
import { type Answer, type Body, basic, objects, startServer, type TestServer, text } from "../support/server.ts";

/*
 * The sample scenario of WSO2 Identity Server's page on SCIM 1.1, in SCIM 2.0: a group and two users in the user store
 * AMRSNGHE, once of the super tenant and once of the tenant amrsnghe.org, who have the same names and nothing in common;
 * and users who ask about themselves.
 */

let server: TestServer;
const tenants = [
  { name: "the super tenant", login: basic("admin", "the-admin-password-of-the-tests") },
  { name: "amrsnghe.org", login: basic("gayashan@amrsnghe.org", "adming") },
] as const;
const json = { "Content-Type": "application/json" };

beforeAll(async () => {
  server = await startServer();
  const body = { domain: "amrsnghe.org", admin: { userName: "gayashan", password: "adming" } };
  expect((await server.request("POST", "/api/tenants", JSON.stringify(body), json)).status).toBe(201);
  for (const { login } of tenants) {
    const headers = { ...json, Authorization: login };
    const made = await server.request("POST", "/api/user-stores", JSON.stringify({ name: "AMRSNGHE" }), headers);
    expect(made.status).toBe(201);
  }
});
afterAll(() => server.stop());

const ids = new Map<string, string>();

describe.each(tenants)("in $name", ({ name, login }) => {
  const as = { Authorization: login };
  const post = (path: string, body: Body): Promise<Answer> => server.request("POST", path, body, as);

  test("a group and two users are made in the user store, and named so", async () => {
    const made = await post(groupsPath, group("AMRSNGHE/ngioletGR"));
    expect([made.status, made.json.displayName]).toEqual([201, "AMRSNGHE/ngioletGR"]);
    ids.set(`${name} group`, text(made.json.id));
    for (const userName of ["AMRSNGHE/groupUSR001", "AMRSNGHE/groupUSR002"]) {
      const person = await post(usersPath, user(userName, { name: { familyName: "John" }, password: "testPwd123" }));
      expect([person.status, person.json.userName]).toEqual([201, userName]);
      ids.set(`${name} ${userName}`, text(person.json.id));
    }
    expectRefusal(await post(usersPath, user("amrsnghe/GROUPusr001")), uniqueness);
    expect((await post(usersPath, user("groupUSR001"))).status).toBe(201);
  });

  test("the users join the group, which shows them", async () => {
    const path = `${groupsPath}/${ids.get(`${name} group`) ?? ""}`;
    for (const userName of ["AMRSNGHE/groupUSR001", "AMRSNGHE/groupUSR002"]) {
      const value = [{ value: ids.get(`${name} ${userName}`) ?? "", display: userName }];
      const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
      const patch = { schemas, Operations: [{ op: "add", path: "members", value }] };
      expect((await server.request("PATCH", path, patch, as)).status).toBe(200);
    }
    const members = objects((await server.request("GET", path, undefined, as)).json.members);
    expect(members.map(({ display }) => display)).toEqual(["AMRSNGHE/groupUSR001", "AMRSNGHE/groupUSR002"]);
  });

  test("a user asks about themselves, and no one else", async () => {
    const userName = `AMRSNGHE/groupUSR001${name === "amrsnghe.org" ? "@amrsnghe.org" : ""}`;
    const own = { Authorization: basic(userName, "testPwd123") };
    const me = await server.request("GET", "/scim/v2/Me", undefined, own);
    expect([me.status, me.json.userName]).toEqual([200, "AMRSNGHE/groupUSR001"]);
    expect(objects(me.json.groups).map(({ display }) => display)).toEqual(["AMRSNGHE/ngioletGR"]);
    expectRefusal(await server.request("GET", usersPath, undefined, own), { status: 403 });
  });

  test("lists hold its own users alone, without the administrator", async () => {
    const page = (await server.request("GET", usersPath, undefined, as)).json;
    const names = objects(page.Resources).map(({ userName }) => userName);
    expect(names).toEqual(["AMRSNGHE/groupUSR001", "AMRSNGHE/groupUSR002", "groupUSR001"]);
    for (const [key, id] of ids) {
      const path = key.endsWith("group") ? groupsPath : usersPath;
      const answer = await server.request("GET", `${path}/${id}`, undefined, as);
      if (key.startsWith(name)) expect(answer.status).toBe(200);
      else expectRefusal(answer, notFound);
    }
  });
});
