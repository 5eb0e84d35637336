import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { enterpriseUserUrn, patchOpUrn } from "../../../src/scim/urn.ts";
import {
  createGroup,
  createUser,
  expectRefusal,
  groupsPath,
  notFound,
  type Refusal,
  unknownId,
  usersPath,
} from "../../support/scim.ts";
import { type Answer, type Body, startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

function patch(path: string, operations: readonly Body[], headers = {}): Promise<Answer> {
  return server.request("PATCH", path, { schemas: [patchOpUrn], Operations: operations }, headers);
}

const read = async (path: string): Promise<Body> => (await server.request("GET", path)).json;
const memberIds = async (group: string): Promise<readonly unknown[]> => {
  const { members } = await read(`${groupsPath}/${group}`);
  return ((members ?? []) as Body[]).map(({ value }) => value).sort();
};

describe("PATCH of a user", () => {
  test("PA-7 PA-8 PA-9 PA-11 PA-13 AM-29 carries out its operations in order and answers the whole user as GET shows it", async () => {
    const { id } = await createUser(server, { title: "Clerk", active: true });
    const path = `${usersPath}/${id}`;
    const answer = await patch(path, [
      { op: "Replace", path: "active", value: "False" },
      { op: "add", path: 'emails[type eq "work"].value', value: "a@x.org" },
      { op: "add", value: { [`${enterpriseUserUrn}:department`]: "R&D", "name.givenName": "Ann" } },
      { op: "remove", path: "title" },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(await read(path));
    expect(answer.json).toMatchObject({
      active: false,
      emails: [{ type: "work", value: "a@x.org" }],
      name: { givenName: "Ann" },
      [enterpriseUserUrn]: { department: "R&D" },
    });
    expect(answer.json.title).toBeUndefined();
    expect(answer.header("ETag")).toBe('W/"2"');
  });

  test("PA-10 is all or nothing", async () => {
    const { id } = await createUser(server, { title: "Clerk" });
    const path = `${usersPath}/${id}`;
    const before = await read(path);
    const refused = await patch(path, [
      { op: "replace", path: "title", value: "Boss" },
      { op: "replace", path: "active", value: 7 },
    ]);
    expectRefusal(refused, { status: 400, scimType: "invalidValue" });
    expect(await read(path)).toEqual(before);
  });

  test("PA-23 C-8 that changes nothing leaves version and lastModified", async () => {
    const { id } = await createUser(server, { title: "Clerk" });
    const path = `${usersPath}/${id}`;
    const before = await read(path);
    expect((await patch(path, [{ op: "replace", path: "title", value: "Clerk" }])).json).toEqual(before);
  });

  test("PA-15 PA-X11 with If-Match of another version is 412; with the right one it is done", async () => {
    const { id } = await createUser(server);
    const path = `${usersPath}/${id}`;
    const operations = [{ op: "add", path: "title", value: "Boss" }];
    expectRefusal(await patch(path, operations, { "If-Match": 'W/"9"' }), { status: 412 });
    expect((await patch(path, operations, { "If-Match": 'W/"1"' })).json.title).toBe("Boss");
  });

  test("PA-24 PA-X10 AM-6 to a userName in use is 409 uniqueness", async () => {
    const taken = unique();
    await createUser(server, { userName: taken });
    const { id } = await createUser(server);
    const answer = await patch(`${usersPath}/${id}`, [{ op: "replace", path: "userName", value: taken.toUpperCase() }]);
    expectRefusal(answer, { status: 409, scimType: "uniqueness" });
  });

  test("PA-11 PA-12 A-17 with Prefer: return=minimal is 204, unless attributes are asked for", async () => {
    const { id } = await createUser(server);
    const operations = [{ op: "add", path: "title", value: "Boss" }];
    const minimal = await patch(`${usersPath}/${id}`, operations, { Prefer: "return=minimal" });
    expect([minimal.status, minimal.text, minimal.header("ETag")]).toEqual([204, "", 'W/"2"']);
    const shown = await patch(`${usersPath}/${id}?attributes=title`, operations, { Prefer: "return=minimal" });
    expect([shown.status, shown.json.title]).toEqual([200, "Boss"]);
  });

  test("sets a password that then lets the user in, and shows it nowhere", async () => {
    const userName = unique();
    const { id } = await createUser(server, { userName });
    server.keepSecret("patched in password");
    await patch(`${usersPath}/${id}`, [{ op: "add", path: "password", value: "patched in password" }]);
    const Authorization = `Basic ${Buffer.from(`${userName}:patched in password`).toString("base64")}`;
    expect((await server.request("GET", "/scim/v2/Me", undefined, { Authorization })).json.id).toBe(id);
  });

  const wrong: readonly (readonly [string, Body, Refusal])[] = [
    [
      "PA-X2 a path that does not parse",
      { op: "add", path: "a..b", value: 1 },
      { status: 400, scimType: "invalidPath" },
    ],
    [
      "PA-X4 AM-17 an attribute that is none",
      { op: "add", path: "nope", value: 1 },
      { status: 400, scimType: "invalidPath" },
    ],
    ["PA-X7 remove without a path", { op: "remove" }, { status: 400, scimType: "noTarget" }],
    ["PA-X9 what the server sets", { op: "replace", path: "id", value: "x" }, { status: 400, scimType: "mutability" }],
    [
      "PA-R11 the removal of what is required",
      { op: "remove", path: "userName" },
      { status: 400, scimType: "mutability" },
    ],
    ["PA-4 an operation that is none", { op: "move", path: "title" }, { status: 400, scimType: "invalidSyntax" }],
  ];
  test.each(wrong)("%s is refused", async (_, operation, refusal) => {
    const { id } = await createUser(server);
    expectRefusal(await patch(`${usersPath}/${id}`, [operation]), refusal);
  });

  test("PA-14 of an unknown user is 404", async () => {
    const operations = [{ op: "add", path: "title", value: "x" }];
    expectRefusal(await patch(`${usersPath}/${unknownId}`, operations), notFound);
  });
});

describe("PATCH of a group", () => {
  test("PA-R15 EN-4 adds and removes just the members it names", async () => {
    const ids = await Promise.all([0, 1, 2].map(async () => (await createUser(server)).id));
    const [ann = "", bob = "", cay = ""] = ids;
    const { id } = await createGroup(server, [ann]);
    const path = `${groupsPath}/${id}`;
    await patch(path, [{ op: "Add", path: "members", value: [{ $ref: null, value: bob }, { value: cay }] }]);
    expect(await memberIds(id)).toEqual([...ids].sort());
    await patch(path, [{ op: "Remove", path: "members", value: [{ $ref: null, value: bob }] }]);
    await patch(path, [{ op: "remove", path: `members[value eq "${ann}"]` }]);
    expect(await memberIds(id)).toEqual([cay]);
    await patch(path, [{ op: "replace", path: "members", value: [{ value: ann }] }]);
    expect(await memberIds(id)).toEqual([ann]);
    expect(await read(path)).toMatchObject({ meta: { version: 'W/"5"' } });
    await patch(path, [{ op: "remove", path: "members" }]);
    expect(await memberIds(id)).toEqual([]);
  });

  test("OK-8 renames and changes members in one request, as one version", async () => {
    const ann = (await createUser(server)).id;
    const { id } = await createGroup(server);
    const displayName = unique("renamed");
    const answer = await patch(`${groupsPath}/${id}`, [
      { op: "replace", value: { id, displayName } },
      { op: "add", path: "members", value: [{ value: ann, display: "Ann" }] },
    ]);
    expect(answer.json).toMatchObject({ id, displayName, members: [{ value: ann }], meta: { version: 'W/"2"' } });
  });

  test("G-7 adding who is there changes nothing", async () => {
    const ann = (await createUser(server)).id;
    const { id } = await createGroup(server, [ann]);
    const before = await read(`${groupsPath}/${id}`);
    await patch(`${groupsPath}/${id}`, [{ op: "add", path: "members", value: [{ value: ann }] }]);
    expect(await read(`${groupsPath}/${id}`)).toEqual(before);
  });

  test("G-5 a member that does not exist is 400 invalidValue, and nobody is added", async () => {
    const ann = (await createUser(server)).id;
    const { id } = await createGroup(server);
    const answer = await patch(`${groupsPath}/${id}`, [
      { op: "add", path: "members", value: [{ value: ann }, { value: unknownId }] },
    ]);
    expectRefusal(answer, { status: 400, scimType: "invalidValue", names: unknownId });
    expect(await memberIds(id)).toEqual([]);
  });

  test("members that are added at the same time are all there", async () => {
    const { id } = await createGroup(server);
    const ids = await Promise.all(Array.from({ length: 50 }, async () => (await createUser(server)).id));
    const answers = await Promise.all(
      ids.map((value) => patch(`${groupsPath}/${id}`, [{ op: "add", path: "members", value: [{ value }] }])),
    );
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
    expect(await memberIds(id)).toEqual([...ids].sort());
  });
});
