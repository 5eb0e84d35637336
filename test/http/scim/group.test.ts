import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { groupUrn } from "../../../src/scim/urn.ts";
import {
  create,
  createGroup,
  createUser,
  expectRefusal,
  group,
  groupsPath,
  invalidSyntax,
  invalidValue,
  list,
  type Refusal,
  unknownId,
  user,
  usersPath,
} from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const memberIds = ({ members }: Body): readonly unknown[] =>
  members === undefined ? [] : objects(members).map(({ value }) => value);

describe("a group is created", () => {
  test("G-4 U-14 with members, whose $ref, type and display the server fills in", async () => {
    const userName = unique();
    const one = await createUser(server, { userName });
    const displayName = unique("Display of ");
    const two = await createUser(server, { displayName });
    const made = await createGroup(server, [one.id, two.id]);
    expect(made.members).toEqual([
      { value: one.id, $ref: `${server.url}${usersPath}/${one.id}`, type: "User", display: userName },
      { value: two.id, $ref: `${server.url}${usersPath}/${two.id}`, type: "User", display: displayName },
    ]);
    expect((await server.request("GET", `${groupsPath}/${made.id}`)).json).toEqual(made);
  });

  test("G-4 what the client says of a member beside its id is not believed", async () => {
    const userName = unique();
    const one = await createUser(server, { userName });
    const members = [{ value: one.id, type: "Group", display: "Somebody else", $ref: "https://elsewhere.example/1" }];
    const made = await create(server, groupsPath, group(unique("group"), [], { members }));
    expect(made.members).toEqual([
      { value: one.id, $ref: `${server.url}${usersPath}/${one.id}`, type: "User", display: userName },
    ]);
  });

  test.each([
    ["left out", undefined],
    ["null", null],
    ["an empty list", []],
  ])("G-10 without members: %s", async (_, members) => {
    const made = await create(server, groupsPath, group(unique("group"), [], { members }));
    expect(made.members).toEqual([]);
    expect(made.schemas).toEqual([groupUrn]);
  });

  test("G-3 with a group as its member, which does not make its users members", async () => {
    const member = await createUser(server);
    const inner = await createGroup(server, [member.id]);
    const outer = await createGroup(server, [inner.id]);
    expect(objects(outer.members)).toMatchObject([{ value: inner.id, type: "Group", display: inner.displayName }]);
    expect((await list(server, groupsPath, { filter: `members.value eq "${member.id}"` })).total).toBe(1);
  });

  test("G-7 with the same member twice, who is one member", async () => {
    const { id } = await createUser(server);
    expect(memberIds(await createGroup(server, [id, id]))).toEqual([id]);
  });

  test("G-9 AM-7 with a displayName that another group has", async () => {
    const displayName = unique("group");
    await createGroup(server, [], displayName);
    await createGroup(server, [], displayName.toUpperCase());
    expect((await list(server, groupsPath, { filter: `displayName eq "${displayName}"` })).total).toBe(2);
  });

  test("C-4 U-4 with an externalId, and without a password, which groups do not have", async () => {
    const externalId = unique("external");
    const made = await create(server, groupsPath, group(unique("group"), [], { externalId, password: "none" }));
    expect(Object.keys(made).sort()).toEqual(["displayName", "externalId", "id", "members", "meta", "schemas"]);
  });
});

const refused: Readonly<Record<string, readonly [Body, Refusal]>> = {
  "G-1 no displayName": [{ displayName: undefined }, { ...invalidValue, names: "displayName" }],
  "G-1 a displayName that is null": [{ displayName: null }, { ...invalidValue, names: "displayName" }],
  "G-1 an empty displayName": [{ displayName: "" }, { ...invalidValue, names: "displayName" }],
  "DT-11 a displayName of another type": [{ displayName: ["a", "b"] }, { ...invalidValue, names: "displayName" }],
  "P-11 no schemas": [{ schemas: undefined }, { ...invalidSyntax, names: groupUrn }],
  "G-5 AM-33 a member that is nobody": [{ members: [{ value: unknownId }] }, { ...invalidValue, names: unknownId }],
  "G-5 a member whose id is no id": [{ members: [{ value: "nobody" }] }, { ...invalidValue, names: "nobody" }],
  "G-5 a member without a value": [{ members: [{ display: "Babs" }] }, { ...invalidValue, names: "members.value" }],
  "G-5 a member with an empty value": [{ members: [{ value: "" }] }, { ...invalidValue, names: "members.value" }],
  "DT-11 a member that is a string": [{ members: [unknownId] }, { ...invalidValue, names: "members" }],
  "DT-11 a member whose value is a number": [{ members: [{ value: 1 }] }, { ...invalidValue, names: "members.value" }],
};

describe("a group is refused", () => {
  test.each(Object.entries(refused))("%s", async (_, [sent, refusal]) => {
    const externalId = unique("external");
    const body = group(unique("group"), [], { externalId, ...sent });
    expectRefusal(await server.request("POST", groupsPath, body), refusal);
    expect((await list(server, groupsPath, { filter: `externalId eq "${externalId}"` })).total).toBe(0);
  });

  test("G-5 ER-8 a replacement with a member that is nobody changes nothing", async () => {
    const member = await createUser(server);
    const made = await createGroup(server, [member.id]);
    const answer = await server.request("PUT", `${groupsPath}/${made.id}`, group("new name", [member.id, unknownId]));
    expectRefusal(answer, { ...invalidValue, names: unknownId });
    expect((await server.request("GET", `${groupsPath}/${made.id}`)).json).toEqual(made);
  });
});

describe("members", () => {
  test("G-2 G-8 are replaced, and each user's groups follow at once", async () => {
    const leaver = await createUser(server);
    const joiner = await createUser(server);
    const displayName = unique("group");
    const { id } = await createGroup(server, [leaver.id], displayName);
    const answer = await server.request("PUT", `${groupsPath}/${id}`, group(displayName, [joiner.id]));
    expect(memberIds(answer.json)).toEqual([joiner.id]);
    expect((await server.request("GET", `${usersPath}/${leaver.id}`)).json.groups).toBeUndefined();
    expect((await server.request("GET", `${usersPath}/${joiner.id}`)).json.groups).toEqual([
      { value: id, $ref: `${server.url}${groupsPath}/${id}`, display: displayName, type: "direct" },
    ]);
  });

  test("RP-5 are cleared by a replacement that leaves them out", async () => {
    const member = await createUser(server);
    const made = await createGroup(server, [member.id]);
    const body = { schemas: [groupUrn], displayName: made.displayName };
    const answer = await server.request("PUT", `${groupsPath}/${made.id}`, body);
    expect([answer.status, answer.json.members]).toEqual([200, []]);
  });

  test("U-7 are not changed by what a user's body says of its groups", async () => {
    const userName = unique();
    const member = await createUser(server, { userName });
    const made = await createGroup(server, [member.id]);
    const other = await createGroup(server);
    const body = user(userName, { groups: [{ value: other.id }] });
    const answer = await server.request("PUT", `${usersPath}/${member.id}`, body);
    expect(objects(answer.json.groups).map(({ value }) => value)).toEqual([made.id]);
    expect((await server.request("GET", `${groupsPath}/${other.id}`)).json.members).toEqual([]);
  });

  test("U-8 of several groups show all of them, under their current names", async () => {
    const member = await createUser(server);
    const first = await createGroup(server, [member.id]);
    const second = await createGroup(server, [member.id]);
    const renamed = unique("renamed");
    await server.request("PUT", `${groupsPath}/${second.id}`, group(renamed, [member.id]));
    const { json } = await server.request("GET", `${usersPath}/${member.id}`);
    expect(objects(json.groups).map(({ value, display }) => [value, display])).toEqual([
      [first.id, first.displayName],
      [second.id, renamed],
    ]);
  });

  test("G-4 are shown under their current names", async () => {
    const userName = unique();
    const member = await createUser(server, { userName });
    const made = await createGroup(server, [member.id]);
    const displayName = unique("Display of ");
    await server.request("PUT", `${usersPath}/${member.id}`, user(userName, { displayName }));
    const { json } = await server.request("GET", `${groupsPath}/${made.id}`);
    expect(objects(json.members)).toMatchObject([{ value: member.id, display: displayName }]);
  });

  test("G-6 two groups may be in each other, and reading them ends", async () => {
    const one = await createGroup(server);
    const two = await createGroup(server, [one.id]);
    await server.request("PUT", `${groupsPath}/${one.id}`, group("one", [two.id]));
    expect(memberIds((await server.request("GET", `${groupsPath}/${one.id}`)).json)).toEqual([two.id]);
    expect(memberIds((await server.request("GET", `${groupsPath}/${two.id}`)).json)).toEqual([one.id]);
  });

  test("G-7 of whom each is named twenty times are kept once each", async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, async () => (await createUser(server)).id));
    const many = Array.from({ length: 20 }, () => ids).flat();
    expect(memberIds(await createGroup(server, many))).toHaveLength(50);
  });
});
