import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { enterpriseUserUrn } from "../../../src/scim/urn.ts";
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
import {
  create,
  createGroup,
  createUser,
  group,
  groupsPath,
  invalidValue,
  list,
  uniqueness,
  user,
  usersPath,
} from "../../support/scim.ts";
import { type Body, object, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** What an operation made or changed, as GET shows it. */
async function resourceOf(result: Body | undefined): Promise<Body> {
  const answer = await server.request("GET", text(result?.location).slice(server.url.length));
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
}

const memberIds = ({ members = [] }: Body): readonly string[] => objects(members).map(({ value }) => text(value));
const membersAt = async (id: string) => memberIds((await server.request("GET", `${groupsPath}/${id}`)).json);
const managedBy = (bulkId: string): Body => ({ [enterpriseUserUrn]: { manager: { value: `bulkId:${bulkId}` } } });
const managerOf = (resource: Body): unknown => object(object(resource[enterpriseUserUrn]).manager).value;
const countOf = async (path: string, filter: string): Promise<unknown> => (await list(server, path, { filter })).total;

describe("a reference", () => {
  test("B-16 B-17 G-1 in members becomes the new id, before and after the POST that it names", async () => {
    const [one, two] = [unique(), unique()];
    const results = await bulk(server, [
      post("before", "/Groups", group(unique(), [`bulkId:${one}`, `bulkId:${two}`])),
      postUser(one),
      postUser(two),
      post("after", "/Groups", group(unique(), [`bulkId:${two}`, "bulkId:before"])),
    ]);
    expect(statusesOf(results)).toEqual(["201", "201", "201", "201"]);
    const [before, first, second, after] = results;
    expect(memberIds(await resourceOf(before)).toSorted()).toEqual([idOf(first), idOf(second)].toSorted());
    expect(memberIds(await resourceOf(after)).toSorted()).toEqual([idOf(second), idOf(before)].toSorted());
  });

  test("B-16 B-17 E-6 in manager.value becomes the new id, before and after the POST that it names", async () => {
    const [chief, early, late] = [unique(), unique(), unique()];
    const results = await bulk(server, [
      postUser(early, managedBy(chief)),
      postUser(chief),
      postUser(late, managedBy(chief)),
    ]);
    expect(statusesOf(results)).toEqual(["201", "201", "201"]);
    const [first, manager, last] = await Promise.all(results.map(resourceOf));
    expect([first, last].map((resource) => managerOf(resource ?? {}))).toEqual([manager?.id, manager?.id]);
  });

  test("B-16 may be the end of a URI", async () => {
    const [chief, managed] = [unique(), unique()];
    const $ref = `../Users/bulkId:${chief}`;
    const results = await bulk(server, [
      postUser(managed, { [enterpriseUserUrn]: { manager: { value: `bulkId:${chief}`, $ref } } }),
      postUser(chief),
    ]);
    const { manager } = object((await resourceOf(results[0]))[enterpriseUserUrn]);
    expect(object(manager)).toMatchObject({ value: idOf(results[1]), $ref: `../Users/${idOf(results[1])}` });
  });

  test("B-16 may stand in any attribute of a type that an administrator registered", async () => {
    const schema = `urn:example:${unique("Badge")}`;
    const attributes = [
      { name: "owner", type: "string" },
      { name: "path", type: "string" },
      { name: "others", type: "string", multiValued: true },
    ];
    expect((await server.request("POST", "/api/schemas", { id: schema, name: "Badge", attributes })).status).toBe(201);
    expect((await server.request("POST", "/api/resource-types", { name: "Badge", schema })).status).toBe(201);
    const name = unique();
    const reference = `bulkId:${name}`;
    const results = await bulk(server, [
      post("badge", "/Badges", { schemas: [schema], owner: reference, path: reference, others: ["x", reference] }),
      postUser(name),
    ]);
    const id = idOf(results[1]);
    expect(await resourceOf(results[0])).toMatchObject({ owner: id, path: id, others: ["x", id] });
  });

  test("B-16 B-19 AM-20 in PATCH works in values and between the quotes of a path", async () => {
    const old = await createUser(server);
    const { id } = await createGroup(server, [old.id]);
    const [one, two] = [unique(), unique()];
    const results = await bulk(server, [
      patch(`/Groups/${id}`, {
        op: "add",
        path: "members",
        value: [{ value: `bulkId:${one}` }, { value: `bulkId:${two}` }],
      }),
      postUser(one),
      postUser(two),
      patch(`/Groups/${id}`, { op: "remove", path: `members[value eq "bulkId:${one}"]` }),
    ]);
    expect(statusesOf(results)).toEqual(["200", "201", "201", "200"]);
    expect((await membersAt(id)).toSorted()).toEqual([old.id, idOf(results[2])].toSorted());
  });

  test("B-16 in PUT replaces the members by new ones", async () => {
    const { id } = await createGroup(server, [(await createUser(server)).id]);
    const name = unique();
    const results = await bulk(server, [put(`/Groups/${id}`, group("a group", [`bulkId:${name}`])), postUser(name)]);
    expect(await membersAt(id)).toEqual([idOf(results[1])]);
  });

  test("B-19 AM-20 in a path names what a POST makes, before and after it", async () => {
    const [early, late] = [unique(), unique()];
    const title = { op: "replace", path: "title", value: "Guide" };
    const results = await bulk(server, [
      patch(`/Users/bulkId:${late}`, title),
      postUser(early),
      patch(`/Users/bulkId:${early}`, title),
      postUser(late),
      remove(`/Users/bulkId:${early}`),
    ]);
    expect(statusesOf(results)).toEqual(["200", "201", "200", "201", "204"]);
    expect(results[0]?.location).toBe(results[3]?.location);
    expect(results[4]?.location).toBe(results[1]?.location);
    expect((await resourceOf(results[3])).title).toBe("Guide");
  });

  test("B-17 may lead over several operations", async () => {
    const names = Array.from({ length: 50 }, () => unique("group"));
    const results = await bulk(server, [
      ...names.map((name, index) => {
        const next = names[index + 1];
        return post(name, "/Groups", group(name, next === undefined ? [] : [`bulkId:${next}`]));
      }),
    ]);
    expect(statusesOf(results)).toEqual(names.map(() => "201"));
    expect(await membersAt(idOf(results[0]))).toEqual([idOf(results[1])]);
    expect(await membersAt(idOf(results[48]))).toEqual([idOf(results[49])]);
  });

  test("may have a bulkId of any characters", async () => {
    for (const bulkId of ["a b", "a/b", "qwerty:1", "😀", "__proto__", "constructor", "bulkId:x", "x".repeat(255)]) {
      const results = await bulk(server, [
        post("group", "/Groups", group(unique(), [`bulkId:${bulkId}`])),
        post(bulkId, "/Users", user(unique())),
        patch(`/Users/bulkId:${encodeURIComponent(bulkId)}`, { op: "add", path: "title", value: "x" }),
      ]);
      expect(statusesOf(results), bulkId).toEqual(["201", "201", "200"]);
      expect(await membersAt(idOf(results[0]))).toEqual([idOf(results[1])]);
    }
  });

  test("to somebody who is restored goes to the id that they have", async () => {
    const [userName, externalId] = [unique(), unique()];
    const old = await createUser(server, { userName, externalId, active: false });
    const token = await server.makeToken({ scopes: ["scim:bulk", "scim:write"], profile: "okta" });
    const results = await bulk(
      server,
      [
        post("group", "/Groups", group(unique(), ["bulkId:again"])),
        post("again", "/Users", user(userName, { externalId })),
        put("/Users/bulkId:again", user(userName, { externalId }), { version: 'W/"7"' }),
      ],
      {},
      { Authorization: `Bearer ${token}` },
    );
    expect(statusesOf(results)).toEqual(["201", "201", "412"]);
    expect(await membersAt(idOf(results[0]))).toEqual([old.id]);
    expect([idOf(results[1]), idOf(results[2])]).toEqual([old.id, old.id]);
  });
});

describe("a reference that leads nowhere", () => {
  const nobody = { ...invalidValue, names: "bulkId:nobody" };

  test("B-20 AM-21 to an unknown bulkId fails its operation with 400 invalidValue", async () => {
    const { id } = await createGroup(server);
    const results = await bulk(server, [
      post("a", "/Groups", group(unique(), ["bulkId:nobody"])),
      postUser(unique(), managedBy("nobody")),
      put(`/Groups/${id}`, group("a group", ["bulkId:nobody"])),
      patch(`/Groups/${id}`, { op: "add", path: "members", value: [{ value: "bulkId:nobody" }] }),
      patch(`/Groups/${id}`, { op: "remove", path: 'members[value eq "bulkId:nobody"]' }),
      remove("/Users/bulkId:nobody"),
      postUser(unique()),
    ]);
    for (const result of results.slice(0, 6)) expectFailure(result, nobody);
    expect(results.map(({ location }) => location === undefined)).toEqual([
      true,
      true,
      false,
      false,
      false,
      true,
      false,
    ]);
    expect(results[6]?.status).toBe("201");
  });

  test("B-20 AM-21 to the bulkId of an operation that is no POST fails with 400 invalidValue", async () => {
    const { id } = await createUser(server);
    const results = await bulk(server, [
      { ...patch(`/Users/${id}`, { op: "add", path: "title", value: "x" }), bulkId: "nobody" },
      post("a", "/Groups", group(unique(), ["bulkId:nobody"])),
    ]);
    expect(results[0]?.status).toBe("200");
    expectFailure(results[1], nobody);
  });

  test.each([
    ["B-20 that was refused", () => post("culprit", "/Users", user(""))],
    ["B-20 without data", () => ({ method: "POST", path: "/Users", bulkId: "culprit" })],
    ["B-20 to an unknown endpoint", () => post("culprit", "/Nothings", {})],
  ])("%s fails its operation with 409: a POST", async (_, culprit) => {
    const { id } = await createGroup(server);
    const name = unique("group");
    const results = await bulk(server, [
      post("waits", "/Groups", group(name, ["bulkId:culprit"])),
      culprit(),
      post("follows", "/Groups", group(name, ["bulkId:waits"])),
      patch(`/Groups/${id}`, { op: "add", path: "members", value: [{ value: "bulkId:culprit" }] }),
      put("/Users/bulkId:culprit", user(unique())),
      remove("/Users/bulkId:culprit"),
      postUser(unique()),
    ]);
    for (const index of [0, 3, 4, 5]) expectFailure(results[index], { status: 409, names: "bulkId:culprit" });
    expectFailure(results[2], { status: 409, names: "bulkId:waits" });
    // There is nothing that they could be about.
    expect(results.map(({ location }) => location === undefined)).toEqual([true, true, true, false, true, true, false]);
    expect(await countOf(groupsPath, `displayName eq "${name}"`)).toBe(0);
    expect(await membersAt(id)).toEqual([]);
  });
});

describe("a circle", () => {
  test("B-18 of two groups makes each a member of the other, at the version that tells", async () => {
    const results = await bulk(server, [
      post("one", "/Groups", group(unique(), ["bulkId:two"])),
      postUser(unique()),
      post("two", "/Groups", group(unique(), ["bulkId:one"])),
    ]);
    expect(statusesOf(results)).toEqual(["201", "201", "201"]);
    const [one, , two] = results;
    expect(memberIds(await resourceOf(one))).toEqual([idOf(two)]);
    expect(memberIds(await resourceOf(two))).toEqual([idOf(one)]);
    for (const result of [one, two]) {
      expect(object((await resourceOf(result)).meta).version).toBe(text(result?.version));
    }
  });

  test("B-18 of three groups, with others in them, and what refers to it", async () => {
    const outside = await createUser(server);
    const name = unique();
    const results = await bulk(server, [
      post("above", "/Groups", group(unique(), ["bulkId:a", "bulkId:b"])),
      post("a", "/Groups", group(unique(), ["bulkId:b", outside.id])),
      post("b", "/Groups", group(unique(), ["bulkId:c", "bulkId:a", `bulkId:${name}`])),
      post("c", "/Groups", group(unique(), ["bulkId:a"])),
      postUser(name),
    ]);
    expect(statusesOf(results)).toEqual(["201", "201", "201", "201", "201"]);
    const [above, a, b, c, made] = results.map(idOf);
    const sorted = async (id = "") => (await membersAt(id)).toSorted();
    const of = (...ids: readonly (string | undefined)[]) => ids.map((id) => id ?? "").toSorted();
    expect(await sorted(above)).toEqual(of(a, b));
    expect(await sorted(a)).toEqual(of(b, outside.id));
    expect(await sorted(b)).toEqual(of(c, a, made));
    expect(await sorted(c)).toEqual(of(a));
  });

  test("B-18 of one: a group in itself, a user who is their own manager", async () => {
    const name = unique();
    const results = await bulk(server, [
      post("self", "/Groups", group(unique(), ["bulkId:self"])),
      postUser(name, managedBy(name)),
    ]);
    expect(statusesOf(results)).toEqual(["201", "201"]);
    expect(await membersAt(idOf(results[0]))).toEqual([idOf(results[0])]);
    expect(managerOf(await resourceOf(results[1]))).toBe(idOf(results[1]));
  });

  test("B-18 E-6 of users who manage each other, and a group in which they are", async () => {
    const [one, two] = [unique(), unique()];
    const results = await bulk(server, [
      postUser(one, { ...managedBy(two), password: "the password of one" }),
      post("team", "/Groups", group(unique(), [`bulkId:${one}`, `bulkId:${two}`])),
      postUser(two, managedBy(one)),
    ]);
    expect(statusesOf(results)).toEqual(["201", "201", "201"]);
    const [first, team, second] = await Promise.all(results.map(resourceOf));
    expect([managerOf(first ?? {}), managerOf(second ?? {})]).toEqual([second?.id, first?.id]);
    expect(memberIds(team ?? {}).toSorted()).toEqual([text(first?.id), text(second?.id)].toSorted());
    const login = { Authorization: `Basic ${btoa(`${one}:the password of one`)}` };
    expect((await server.request("GET", "/scim/v2/Me", undefined, login)).json.id).toBe(first?.id);
  });

  test.each<[string, (name: string) => Body, object]>([
    ["a userName that is in use", (name) => user(name), { ...uniqueness, names: "userName" }],
    ["no userName", () => ({ schemas: user("").schemas }), { ...invalidValue, names: "userName" }],
    ["a member that does not exist", () => group("x", ["nobody"]), { ...invalidValue, names: "nobody" }],
    ["an unknown bulkId", () => group("x", ["bulkId:nobody"]), { ...invalidValue, names: "bulkId:nobody" }],
  ])("B-18 B-20 AM-21 one of whose POSTs has %s leaves nothing, and the others are 409", async (_, bodyOf, error) => {
    const taken = text((await createUser(server)).userName);
    const names = [unique("group"), unique("group")];
    const body = bodyOf(taken);
    const isGroup = body.displayName !== undefined;
    const circle = isGroup
      ? { ...body, members: [...objects(body.members), { value: "bulkId:first" }] }
      : { ...body, ...managedBy("first") };
    const made = unique();
    const results = await bulk(server, [
      post("first", "/Groups", group(names[0] ?? "", ["bulkId:second"])),
      post("second", "/Groups", group(names[1] ?? "", ["bulkId:culprit"])),
      post("culprit", isGroup ? "/Groups" : "/Users", circle),
      postUser(made),
      post("outside", "/Groups", group(unique(), ["bulkId:first"])),
    ]);
    expectFailure(results[2], { status: 0, ...error });
    for (const result of results.slice(0, 2)) expectFailure(result, { status: 409, names: "bulkId:culprit" });
    expectFailure(results[4], { status: 409, names: "bulkId:first" });
    expect(results[3]?.status).toBe("201");
    expect(results.map(({ location }) => location === undefined)).toEqual([true, true, true, false, true]);
    for (const name of names) expect(await countOf(groupsPath, `displayName eq "${name}"`)).toBe(0);
    const managed = `${enterpriseUserUrn}:manager.value sw "bulkId"`;
    expect(await countOf(usersPath, managed)).toBe(0);
  });

  test("B-18 several of whose POSTs are wrong tells each its own error", async () => {
    const results = await bulk(server, [
      post("one", "/Groups", { ...group("x", ["bulkId:two"]), displayName: 7 }),
      post("two", "/Groups", group("x", ["bulkId:three"])),
      post("three", "/Nothings", { members: [{ value: "bulkId:one" }] }),
    ]);
    expect(statusesOf(results)).toEqual(["400", "409", "404"]);
  });

  test("B-18 leaves out members that do not exist where the profile does, and tells that it did", async () => {
    const token = await server.makeToken({
      scopes: ["scim:bulk", "scim:write"],
      profile: "compatible+ignoreUnknownMembers",
    });
    const headers = { Authorization: `Bearer ${token}`, Prefer: "muster-explain" };
    const operations = [
      post("one", "/Groups", group(unique(), ["bulkId:two", "nobody"])),
      post("two", "/Groups", group(unique(), ["bulkId:one"])),
    ];
    const answer = await server.request("POST", bulkPath, bulkBody(operations), headers);
    expect(answer.header("Muster-Tolerated")).toBe("ignoreUnknownMembers");
    const results = objects(answer.json.Operations);
    expect(statusesOf(results)).toEqual(["201", "201"]);
    expect(await membersAt(idOf(results[0]))).toEqual([idOf(results[1])]);
  });

  test("B-13 that fails ends the request when it holds as many errors, and is told whole", async () => {
    const operations = [
      post("one", "/Groups", group("x", ["bulkId:two", "nobody"])),
      post("two", "/Groups", group("x", ["bulkId:one"])),
      postUser(unique()),
    ];
    expect(await statuses(server, operations, { failOnErrors: 1 })).toEqual(["400", "409"]);
  });

  test("B-18 of POSTs that also take one userName is given up: they can not both be", async () => {
    const [name, made] = [unique(), unique()];
    const results = await bulk(server, [
      post("one", "/Users", user(name, managedBy("two"))),
      post("two", "/Users", user(name, managedBy("one"))),
      postUser(made),
    ]);
    expect(statusesOf(results)).toEqual(["409", "409", "201"]);
    expect(await countOf(usersPath, `userName eq "${name}"`)).toBe(0);
  });
});

test("a resource made by itself is what one made in Bulk is", async () => {
  const [alone, together] = [unique(), unique()];
  const body = (userName: string) => user(userName, { name: { givenName: "B" }, emails: [{ value: "b@example.com" }] });
  const made = await create(server, usersPath, body(alone));
  const [result] = await bulk(server, [post("a", "/Users", body(together))]);
  const { id, meta, userName, ...rest } = await resourceOf(result);
  const { id: _, meta: __, userName: ___, ...expected } = made;
  expect(rest).toEqual(expected);
});
