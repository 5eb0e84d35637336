import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createUser, expectRefusal, unknownId } from "../../support/scim.ts";
import {
  type Answer,
  type Body,
  objects,
  readAnswer,
  startServer,
  type TestServer,
  text,
  unique,
} from "../../support/server.ts";

const [users, groups] = ["/wso2/scim/Users", "/wso2/scim/Groups"];
const core = "urn:scim:schemas:core:1.0";
const enterprise = "urn:scim:schemas:extension:enterprise:1.0";
const json = { "Content-Type": "application/json" };

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const send = (method: string, path: string, body: Body, headers = {}): Promise<Answer> =>
  server.request(method, path, JSON.stringify(body), { ...json, ...headers });

async function made(path: string, body: Body): Promise<Body & { readonly id: string }> {
  const answer = await send("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return { ...answer.json, id: text(answer.json.id) };
}

const makeUser = (more: Body = {}) => made(users, { userName: unique(), ...more });
const makeGroup = (more: Body = {}) => made(groups, { displayName: unique("group"), ...more });

/** The description of a refusal that has this status. */
function refusal(answer: Answer, status: number): string {
  expectRefusal(answer, { status });
  return text(objects(answer.json.Errors)[0]?.description);
}

describe("POST", () => {
  test("L-6 L-7 L-20 answers with the resource, its schemas and its place", async () => {
    const userName = unique();
    const name = { familyName: "gunasinghe", givenName: "hasinitg" };
    const emails = [
      { primary: true, value: "h@x.org", type: "home" },
      { value: "w@x.org", type: "work" },
    ];
    const answer = await send("POST", users, { schemas: [], userName, name, emails, password: "a-secret" });
    expect(answer.status).toBe(201);
    const { id, meta, ...rest } = answer.json;
    expect(rest).toEqual({
      schemas: [core],
      userName,
      name,
      emails: [
        { value: "h@x.org", type: "home" },
        { value: "w@x.org", type: "work" },
      ],
    });
    const location = `${server.url}${users}/${id}`;
    expect(answer.header("Location")).toBe(location);
    const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(meta).toEqual({ created: instant, lastModified: instant, location });
  });

  test("L-4 answers JSON, whatever else the client would read", async () => {
    const { id } = await makeUser();
    for (const accept of ["*/*", "application/json", "application/scim+json, text/html", "text/xml, */*;q=0.1"]) {
      const answer = await server.request("GET", `${users}/${id}`, undefined, { Accept: accept });
      expect([answer.status, answer.header("Content-Type")]).toEqual([200, "application/json"]);
    }
    expect(
      refusal(await server.request("GET", `${users}/${id}`, undefined, { Accept: "application/xml" }), 406),
    ).toContain("output format");
  });

  test("L-20 of a name that is there is 409, in WSO2's words", async () => {
    const userName = unique();
    await makeUser({ userName });
    expect(refusal(await send("POST", users, { userName: userName.toUpperCase() }), 409)).toBe(
      `User with the name: ${userName.toUpperCase()} already exists in the system.`,
    );
    const displayName = unique("group");
    await makeGroup({ displayName });
    expect(refusal(await send("POST", groups, { displayName }), 409)).toBe(
      `Group with name: PRIMARY/${displayName} already exists in the system.`,
    );
  });

  test("L-11 of a group needs a displayName, and a user a userName", async () => {
    expect(refusal(await send("POST", groups, {}), 400)).toBe(
      "Required attribute: displayName is missing in the SCIM Object.",
    );
    expect(refusal(await send("POST", users, {}), 400)).toBe(
      "Required attribute: userName is missing in the SCIM Object.",
    );
  });

  test("L-11 of a group shows its members by id and name, and the group in its store", async () => {
    const user = await makeUser();
    const displayName = unique("group");
    const group = await makeGroup({ displayName, members: [{ value: user.id, display: "whoever" }] });
    expect(group.displayName).toBe(`PRIMARY/${displayName}`);
    expect(group.members).toEqual([{ value: user.id, display: user.userName }]);
    const again = await server.request("GET", `${users}/${user.id}`);
    expect(again.json.groups).toEqual([{ value: group.id, display: `PRIMARY/${displayName}` }]);
  });

  test("L-5 without a type is 406, and of broken JSON 400", async () => {
    expect(refusal(await server.request("POST", users, "{}"), 406)).toBe(
      "Content-Type not present in the request header",
    );
    expect(refusal(await server.request("POST", users, "<a/>", { "Content-Type": "application/xml" }), 406)).toContain(
      "application/xml",
    );
    expect(refusal(await server.request("POST", users, "{", json), 400)).toBe(
      "Request is unparseable, syntactically incorrect, or violates schema",
    );
  });

  test("L-36 may stand for another method", async () => {
    const { id, userName } = await makeUser({ title: "Clerk" });
    const as = (method: string) => ({ "X-HTTP-Method-Override": method });
    expect((await send("POST", `${users}/${id}`, { title: "Chief" }, as("PATCH"))).json.title).toBe("Chief");
    expect((await send("POST", `${users}/${id}`, { userName }, as("put"))).json.title).toBeUndefined();
    expect((await send("POST", `${users}/${id}`, {}, as("DELETE"))).status).toBe(200);
    expectRefusal(await server.request("GET", `${users}/${id}`), { status: 404 });
  });
});

describe("GET", () => {
  test("L-21 L-27 shows a user, or what is asked for of one", async () => {
    const user = await makeUser({ title: "Clerk", name: { givenName: "Ann", familyName: "Kim" } });
    const path = `${users}/${user.id}`;
    expect((await server.request("GET", path)).json).toEqual(user);
    const asked = await server.request("GET", `${path}?attributes=title,name.givenName`);
    expect(asked.json).toEqual({
      id: user.id,
      schemas: [core],
      title: "Clerk",
      name: { givenName: "Ann" },
      meta: user.meta,
    });
  });

  test("lists all there are, each in short, and by what is asked for", async () => {
    const { url, token, stop } = await startServer();
    const ask = async (path: string) =>
      readAnswer(await fetch(url + path, { headers: { Authorization: `Bearer ${token}` } }));
    try {
      expect(refusal(await ask(users), 404)).toBe("Users not found in the user store.");
      expect(refusal(await ask(groups), 404)).toBe("Groups not found in the user store.");
      const names = Array.from({ length: 2500 }, (_, index) => `user${index}`);
      const schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
      for (let at = 0; at < names.length; at += 1000) {
        const Operations = names.slice(at, at + 1000).map((userName) => {
          const data = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName, title: "Clerk" };
          return { method: "POST", path: "/Users", bulkId: userName, data };
        });
        const headers = { Authorization: `Bearer ${token}`, ...json };
        const body = JSON.stringify({ schemas, Operations });
        expect((await fetch(`${url}/scim/v2/Bulk`, { method: "POST", headers, body })).status).toBe(200);
      }
      const { totalResults, Resources, schemas: listed, ...rest } = (await ask(users)).json;
      expect([totalResults, listed, rest]).toEqual([2500, [core], {}]);
      expect(objects(Resources).map(({ userName }) => userName)).toEqual(names);
      for (const each of objects(Resources)) expect(Object.keys(each)).toEqual(["id", "userName", "meta"]);
      const titled = objects((await ask(`${users}?attributes=title&filter=userName+eq+user7`)).json.Resources);
      expect(titled.map(({ userName, title }) => [userName, title])).toEqual([["user7", "Clerk"]]);
    } finally {
      await stop();
    }
  });

  test("of a page without a filter is refused, and of nobody 404", async () => {
    for (const query of ["startIndex=1", "count=1", "sortBy=userName", "count=1&startIndex=2"]) {
      expect(refusal(await server.request("GET", `${users}?${query}`), 400)).toBe(
        "GET request does not support the requested URL query parameter combination.",
      );
    }
    expect(refusal(await server.request("GET", `${users}?filter=userName+Eq+nobody`), 404)).toBe(
      "Users not found in the user store for the filter: userName Eq nobody",
    );
  });

  test("filters with stars, in PRIMARY and in any case", async () => {
    const name = unique("engineer");
    await makeGroup({ displayName: name });
    const filters = [
      `displayNameEq${name}`,
      `displayName Eq "PRIMARY/${name}"`,
      `DISPLAYNAME eq *${name.slice(3)}`,
      `displayName eq ${name.slice(0, -2)}*`,
    ];
    for (const filter of filters) {
      const answer = await server.request("GET", `${groups}?filter=${encodeURIComponent(filter)}`);
      const found = objects(answer.json.Resources).map(({ displayName }) => displayName);
      expect([filter, ...found]).toContain(`PRIMARY/${name}`);
    }
    expect(refusal(await server.request("GET", `${groups}?filter=displayName+co+x`), 400)).toBe(
      "Given filter operation is not supported.",
    );
  });

  test("of who is not there has a sentence for each method", async () => {
    expect(refusal(await server.request("GET", `${users}/${unknownId}`), 404)).toBe(
      `User with ID ${unknownId}, not found in the user store.`,
    );
    expect(refusal(await send("PUT", `${users}/${unknownId}`, { userName: "x" }), 404)).toBe(
      `No user exists with the given id: ${unknownId}`,
    );
    expect(refusal(await send("PATCH", `${groups}/${unknownId}`, {}), 404)).toBe(
      `No group exists with the given id: ${unknownId}`,
    );
    expect(refusal(await server.request("DELETE", `${users}/${unknownId}`), 404)).toBe(
      "Specified resource does not exist.",
    );
  });
});

describe("PUT", () => {
  test("L-28 replaces all but the password, and keeps id and created", async () => {
    const userName = unique();
    const user = await makeUser({
      userName,
      password: "the-first-secret",
      title: "Clerk",
      emails: [{ value: "a@b.c" }],
    });
    const answer = await send("PUT", `${users}/${user.id}`, { schemas: [], userName, emails: [{ value: "d@e.f" }] });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ id: user.id, userName, emails: [{ value: "d@e.f" }] });
    expect(answer.json.title).toBeUndefined();
    const login = { Authorization: `Basic ${btoa(`${userName}:the-first-secret`)}` };
    expect((await server.request("GET", "/scim/v2/Me", undefined, login)).status).toBe(200);
  });

  test("renames nobody", async () => {
    const { id } = await makeUser();
    expect(refusal(await send("PUT", `${users}/${id}`, { userName: unique() }), 400)).toBe(
      "User name is immutable in carbon user store.",
    );
  });
});

describe("PATCH", () => {
  test("L-34 answers 200 with the whole resource, also when there was nothing to do", async () => {
    const user = await makeUser({ name: { familyName: "Kim", givenName: "Ann" } });
    const body = { schemas: [core], name: { familyName: "Tester" }, userName: user.userName, meta: { attributes: [] } };
    const answer = await send("PATCH", `${users}/${user.id}`, body);
    expect([answer.status, answer.json.name]).toEqual([200, { familyName: "Tester", givenName: "Ann" }]);
    const again = await send("PATCH", `${users}/${user.id}`, { meta: { attributes: [] } });
    expect([again.status, again.json]).toEqual([200, answer.json]);
  });

  test("L-31 of a group adds and removes members, and keeps its name", async () => {
    const [first, second] = [await makeUser(), await makeUser()];
    const displayName = unique("group");
    const { id } = await makeGroup({ displayName, members: [{ value: first.id }] });
    const members = [
      { value: second.id },
      { value: first.id, operation: "delete" },
      { value: unknownId, operation: "delete" },
    ];
    const answer = await send("PATCH", `${groups}/${id}`, { displayName, members });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.displayName).toBe(`PRIMARY/${displayName}`);
    expect(answer.json.members).toEqual([{ value: second.id, display: second.userName }]);
    const all = await send("PATCH", `${groups}/${id}`, {
      members: [{ value: first.id }],
      meta: { attributes: ["members"] },
    });
    expect(objects(all.json.members).map(({ value }) => value)).toEqual([first.id]);
  });

  test("renames a group in its store, and moves it to no other", async () => {
    await server.request("POST", "/api/user-stores", JSON.stringify({ name: "OTHERS" }), json);
    const name = unique("group");
    const { id } = await makeGroup({ displayName: `OTHERS/${name}` });
    expect((await send("PATCH", `${groups}/${id}`, { displayName: `${name}2` })).json.displayName).toBe(
      `OTHERS/${name}2`,
    );
    expect(refusal(await send("PATCH", `${groups}/${id}`, { displayName: `PRIMARY/${name}` }), 400)).toContain(
      "PRIMARY",
    );
    expect(refusal(await send("POST", groups, { displayName: `NOWHERE/${name}` }), 400)).toEndWith(
      "SCIM is not enabled for user store NOWHERE",
    );
  });

  test("of a group of more than a thousand sends them back to nobody, and GET shows them all", async () => {
    const Operations = Array.from({ length: 1000 }, (_, index) => {
      const data = { userName: unique(`m${index}`) };
      return { method: "POST", path: "/Users", bulkId: `b${index}`, data };
    });
    const bulk = await send("POST", "/wso2/scim/Bulk", { schemas: [core], Operations });
    const ids = objects(bulk.json.Operations).map(({ location }) => text(location).split("/").at(-1));
    const group = await makeGroup({ members: ids.map((value) => ({ value })) });
    const [one, two] = [await makeUser(), await makeUser()];
    const answer = await send("PATCH", `${groups}/${group.id}`, { members: [{ value: one.id }, { value: two.id }] });
    expect([answer.status, Object.keys(answer.json)]).toEqual([200, ["id", "schemas", "displayName", "meta"]]);
    const whole = await server.request("GET", `${groups}/${group.id}`);
    expect(objects(whole.json.members)).toHaveLength(1002);
    expect(objects(whole.json.members).at(-1)).toEqual({ value: two.id, display: two.userName });
  });
});

describe("DELETE", () => {
  test("L-35 answers 200 with nothing, and what was is free again", async () => {
    const userName = unique();
    const { id } = await makeUser({ userName });
    const answer = await server.request("DELETE", `${users}/${id}`);
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expectRefusal(await server.request("GET", `${users}/${id}`), { status: 404 });
    expectRefusal(await server.request("GET", `${users}?filter=userName+eq+${userName}`), { status: 404 });
    await makeUser({ userName });
  });
});

describe("Users/me", () => {
  test("is who asks, when they may", async () => {
    const userName = unique();
    const { id } = await makeUser({ userName, password: "a-password-of-mine" });
    const login = { Authorization: `Basic ${btoa(`${userName}:a-password-of-mine`)}` };
    expect(refusal(await server.request("GET", `${users}/me`, undefined, login), 403)).toContain("scim:read");
    await server.commit({ kind: "setRoles", userId: id, roles: ["administrator"] });
    expect((await server.request("GET", `${users}/me`, undefined, login)).json.id).toBe(id);
    const put = await send("PUT", `${users}/me`, { userName, title: "Chief" }, login);
    expect([put.status, put.json.title]).toEqual([200, "Chief"]);
    const patch = await send("PATCH", `${users}/me`, { name: { givenName: "Ann" } }, login);
    expect(patch.json).toMatchObject({ id, title: "Chief", name: { givenName: "Ann" } });
    expectRefusal(await server.request("GET", `${users}/me`), { status: 404 });
  });
});

describe("Bulk", () => {
  const bulk = (body: Body): Promise<Answer> => send("POST", "/wso2/scim/Bulk", body);

  test("L-38 carries out every method, and tells of each", async () => {
    const user = await makeUser({ title: "Clerk" });
    const gone = await makeUser();
    const path = `/Users/${user.id}`;
    const answer = await bulk({
      schemas: [core],
      failOnErrors: 9,
      Operations: [
        {
          method: "POST",
          path: "/Groups",
          bulkId: "g",
          data: { displayName: unique("g"), members: [{ value: "bulkId:u" }] },
        },
        {
          method: "POST",
          path: "/Users",
          bulkId: "u",
          data: { userName: unique(), path: "/Users", method: "POST", bulkId: "u" },
        },
        { method: "POST", path: "/Users", bulkId: "twice", data: { userName: user.userName } },
        { method: "PATCH", path, data: { title: "Chief" } },
        { method: "PATCH", path, data: { userName: user.userName } },
        { method: "PUT", path, data: { userName: "another" } },
        { method: "DELETE", path: `/Users/${gone.id}` },
        { method: "PATCH", path: `/Users/${unknownId}`, data: { title: "x" } },
      ],
    });
    const results = objects(answer.json.Operations);
    expect(results.map(({ status }) => (status as Body).code)).toEqual([
      "201",
      "201",
      "409",
      "200",
      "200",
      "400",
      "204",
      "404",
    ]);
    const description = `User with the name: ${user.userName} already exists in the system.`;
    expect(results[2]).toEqual({
      method: "POST",
      bulkId: "twice",
      status: { code: "409", description },
      response: { Errors: [{ description, code: "409" }] },
    });
    expect(results[7]?.status).toMatchObject({ description: `No user exists with the given id: ${unknownId}` });
    const group = await server.request("GET", new URL(text(results[0]?.location)).pathname);
    expect(objects(group.json.members)).toHaveLength(1);
    expect((await server.request("GET", `${users}/${user.id}`)).json.title).toBe("Chief");
  });

  test("of a POST without a bulkId is refused whole", async () => {
    const userName = unique();
    const answer = await bulk({ Operations: [{ method: "POST", path: "/Users", data: { userName } }] });
    expect(refusal(answer, 400)).toContain("Required attribute BULK_ID is missing");
    expectRefusal(await server.request("GET", `${users}?filter=userName+eq+${userName}`), { status: 404 });
  });
});

describe("what the server tells of itself", () => {
  test("L-12 the configuration names each feature", async () => {
    const { json: config } = await server.request("GET", "/wso2/scim/ServiceProviderConfigs");
    expect(config).toMatchObject({
      schemas: [core],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
      filter: { supported: true },
      changePassword: { supported: true },
      sort: { supported: false },
      etag: { supported: false },
      xmlDataFormat: { supported: false },
    });
    for (const scheme of objects(config.authenticationSchemes)) expect(Object.keys(scheme)).toContain("specUrl");
  });

  test("L-13 a schema describes a resource with its endpoint and its attributes", async () => {
    const all = await server.request("GET", "/wso2/scim/Schemas");
    expect(objects(all.json.Resources).map(({ endpoint }) => endpoint)).toEqual(["/Users", "/Groups"]);
    const { json: user } = await server.request("GET", "/wso2/scim/Schemas/Users");
    expect(user).toMatchObject({ id: "Users", name: "User", schema: core, endpoint: "/Users" });
    const attributes = new Map(objects(user.attributes).map((attribute) => [attribute.name, attribute]));
    expect(attributes.get("emails")).toMatchObject({
      multiValued: true,
      multiValuedAttributeChildName: "email",
      schema: core,
    });
    expect(attributes.get("addresses")).toMatchObject({ multiValuedAttributeChildName: "address" });
    expect(attributes.get("groups")).toMatchObject({ readOnly: true });
    const manager = attributes.get("manager");
    expect(manager).toMatchObject({ schema: enterprise });
    expect(objects(manager?.subAttributes).map(({ name }) => name)).toEqual(["managerId", "displayName"]);
    expectRefusal(await server.request("GET", "/wso2/scim/Schemas/Badges"), { status: 404 });
  });

  test("L-3 there are no other endpoints", async () => {
    for (const path of ["ResourceTypes", "Me", "ServiceProviderConfig", "Users/1/2", "users", "", "%ff"]) {
      expectRefusal(await server.request("GET", `/wso2/scim/${path}`), { status: 404 });
    }
  });
});

describe("a refusal", () => {
  test("L-39 L-40 is a list of one, and its code the status", async () => {
    const unauthorized = await server.request("GET", users, undefined, { Authorization: null });
    expect(unauthorized.json).toEqual({
      Errors: [{ description: "Authentication failed for this resource.", code: "401" }],
    });
    const token = await server.makeToken({ scopes: ["scim:read"] });
    expect(refusal(await send("POST", users, {}, { Authorization: `Bearer ${token}` }), 403)).toContain("scim:write");
    expect(refusal(await server.request("DELETE", users), 405)).toContain("GET, POST");
  });
});

describe("one store", () => {
  test("L-42 what 2.0 writes 1.1 shows, and the other way round", async () => {
    const manager = await createUser(server);
    const extension = { department: "Tours", manager: { managerId: manager.id } };
    const old = await makeUser({ [enterprise]: extension });
    const urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const { json: current } = await server.request("GET", `/scim/v2/Users/${old.id}`);
    expect(current[urn]).toMatchObject({ department: "Tours", manager: { value: manager.id } });
    expect(current.active).toBe(true);
    const change = [{ op: "replace", path: "department", value: "Sales" }];
    const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: change };
    expect((await send("PATCH", `/scim/v2/Users/${old.id}`, body)).status).toBe(200);
    const { json: shown } = await server.request("GET", `${users}/${old.id}`);
    expect(shown[enterprise]).toEqual({ department: "Sales", manager: { managerId: manager.id } });
  });
});
