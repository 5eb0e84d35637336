import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { enterpriseUserUrn, patchOpUrn, userUrn } from "../../../src/scim/urn.ts";
import {
  create,
  createGroup,
  createUser,
  expectRefusal,
  groupsPath,
  list,
  notFound,
  user,
  usersPath,
} from "../../support/scim.ts";
import { type Body, object, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const follow = (reference: unknown) => server.request("GET", new URL(text(reference)).pathname);

describe("a reference", () => {
  test("DT-8 S-27 of a member or a group leads to the resource whose id and name stand beside it", async () => {
    const displayName = unique("Babs ");
    const member = await createUser(server, { displayName });
    const inner = await createGroup(server, [member.id]);
    const outer = await createGroup(server, [member.id, inner.id]);
    const groups = objects((await server.request("GET", `${usersPath}/${member.id}`)).json.groups);
    expect(groups).toHaveLength(2);
    for (const { $ref, value, display } of [...objects(outer.members), ...groups]) {
      const { status, json } = await follow($ref);
      expect([status, json.id, json.displayName]).toEqual([200, value, display]);
    }
  });

  test("DT-8 to what was deleted is 404", async () => {
    const member = await createUser(server);
    const { members } = await createGroup(server, [member.id]);
    await server.request("DELETE", `${usersPath}/${member.id}`);
    expectRefusal(await follow(objects(members)[0]?.$ref), notFound);
  });
});

describe("a manager", () => {
  const kinds: readonly (readonly [string, Body])[] = [
    ["an id alone", { value: "26118915-6090-4610-87e4-49d8ca9f808d" }],
    ["a relative reference alone", { $ref: "../Users/26118915-6090-4610-87e4-49d8ca9f808d" }],
    ["both", { value: "26118915", $ref: "https://elsewhere.example/Users/26118915" }],
  ];
  test.each(kinds)("E-3 DT-7 may be %s: neither value nor $ref is required", async (_, manager) => {
    const made = await createUser(server, { [enterpriseUserUrn]: { manager } });
    expect(object(made[enterpriseUserUrn]).manager).toEqual(manager);
  });

  test("E-3 may be a user of the directory, who is then found by those of whom they are", async () => {
    const boss = await createUser(server);
    const manager = { value: boss.id, $ref: `${server.url}${usersPath}/${boss.id}` };
    const made = await createUser(server, { [enterpriseUserUrn]: { manager } });
    const page = await list(server, usersPath, { filter: `manager eq "${boss.id}"` });
    expect(page.resources.map(({ id }) => id)).toEqual([made.id]);
    expect((await follow(manager.$ref)).json.id).toBe(boss.id);
  });
});

describe("preferredLanguage, locale and timezone", () => {
  test.each([
    ["en-US, en;q=0.8", "en-US", "America/Los_Angeles"],
    ["de", "de-Latn-DE-1996", "Europe/Berlin"],
    ["fr, *;q=0.1", "zh_Hant_TW", "UTC"],
    ["anything", "at all", "Nowhere/Land"],
  ])("U-12 %s, %s and %s are kept as they were sent", async (preferredLanguage, locale, timezone) => {
    const made = await createUser(server, { preferredLanguage, locale, timezone });
    expect([made.preferredLanguage, made.locale, made.timezone]).toEqual([preferredLanguage, locale, timezone]);
  });
});

describe("what a client may change", () => {
  test("S-14 S-6 readWrite: given, replaced, taken away and given again", async () => {
    const { id } = await createUser(server);
    const path = `${usersPath}/${id}`;
    const steps: readonly (readonly [Body, unknown])[] = [
      [{ op: "add", path: "title", value: "Guide" }, "Guide"],
      [{ op: "replace", path: "title", value: "Driver" }, "Driver"],
      [{ op: "remove", path: "title" }, undefined],
      [{ op: "add", path: "title", value: "Guide" }, "Guide"],
    ];
    for (const [operation, expected] of steps) {
      const answer = await server.request("PATCH", path, { schemas: [patchOpUrn], Operations: [operation] });
      expect([answer.status, answer.json.title]).toEqual([200, expected]);
    }
  });

  test("S-15 G-2 immutable: what is said of a member stays", async () => {
    const member = await createUser(server);
    const { id, members } = await createGroup(server, [member.id]);
    const path = `${groupsPath}/${id}`;
    for (const [sub, value] of [
      ["value", id],
      ["display", "Somebody else"],
      ["type", "Group"],
      ["$ref", "https://elsewhere.example/1"],
    ]) {
      const operation = { op: "replace", path: `members[value eq "${member.id}"].${sub}`, value };
      const answer = await server.request("PATCH", path, { schemas: [patchOpUrn], Operations: [operation] });
      expectRefusal(answer, { status: 400, scimType: "mutability" });
    }
    expect((await server.request("GET", path)).json.members).toEqual(members);
  });
});

describe("a deletion", () => {
  test("DL-11 of an inactive user is one, as of any other: it does not just deactivate", async () => {
    for (const active of [true, false]) {
      const externalId = unique("external");
      const { id } = await create(server, usersPath, user(unique(), { active, externalId }));
      expect((await server.request("DELETE", `${usersPath}/${id}`)).status).toBe(204);
      expectRefusal(await server.request("GET", `${usersPath}/${id}`), notFound);
      expect((await list(server, usersPath, { filter: `externalId eq "${externalId}"` })).total).toBe(0);
    }
  });
});

describe("an extension", () => {
  test("S-10 E-1 stands under its URN in every answer, and what is in it nowhere else", async () => {
    const department = unique("Tours");
    const sent = user(unique(), { schemas: [userUrn, enterpriseUserUrn], [enterpriseUserUrn]: { department } });
    const { id } = await create(server, usersPath, sent);
    const one = await server.request("GET", `${usersPath}/${id}`);
    const many = await list(server, usersPath, { filter: `department eq "${department}"` });
    for (const shown of [one.json, ...many.resources]) {
      expect(shown[enterpriseUserUrn]).toEqual({ department });
      expect(Object.keys(shown)).not.toContain("department");
    }
    expect(many.total).toBe(1);
  });
});
