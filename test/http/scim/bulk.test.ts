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
  createUser,
  expectRefusal,
  group,
  invalidSyntax,
  invalidValue,
  list,
  notFound,
  uniqueness,
  unknownId,
  user,
  usersPath,
} from "../../support/scim.ts";
import { type Body, object, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const get = async (id: string): Promise<Body> => (await server.request("GET", `${usersPath}/${id}`)).json;
const countOf = async (userName: string): Promise<unknown> =>
  (await list(server, usersPath, { filter: `userName eq "${userName}"` })).total;

describe("the results", () => {
  test("B-1 B-2 B-8 B-9 B-10 B-31 AM-19 stand in the order of the request, each with what it must have", async () => {
    const [changed, patched, gone] = [await createUser(server), await createUser(server), await createUser(server)];
    const name = unique();
    const results = await bulk(server, [
      { ...put(`/Users/${changed.id}`, user(unique())), bulkId: "any" },
      postUser(name),
      patch(`/Users/${patched.id}`, { op: "replace", path: "title", value: "Guide" }),
      remove(`/Users/${gone.id}`),
    ]);
    const [at, at2, at3] = [changed, patched, gone].map(({ id }) => `${server.url}${usersPath}/${id}`);
    const made = results[1];
    expect(results).toEqual([
      { method: "PUT", bulkId: "any", location: at, version: 'W/"2"', status: "200" },
      { method: "POST", bulkId: name, location: made?.location, version: 'W/"1"', status: "201" },
      { method: "PATCH", location: at2, version: 'W/"2"', status: "200" },
      { method: "DELETE", location: at3, status: "204" },
    ]);
    expect(await get(idOf(made))).toMatchObject({ userName: name, meta: { location: made?.location } });
    expect((await get(patched.id)).title).toBe("Guide");
    expect((await server.request("GET", `${usersPath}/${gone.id}`)).status).toBe(404);
  });

  test("B-31 stand in the order of the request though an operation had to wait", async () => {
    const [member, name] = [unique(), unique("group")];
    const results = await bulk(server, [
      post("group", "/Groups", group(name, [`bulkId:${member}`])),
      postUser(unique("between")),
      postUser(member),
    ]);
    expect(results.map(({ bulkId }) => bulkId)).toEqual(["group", expect.stringMatching("between"), member]);
    expect(text(results[0]?.location)).toContain("/Groups/");
  });

  test("B-8 B-9 B-11 B-12 tell errors without a failOnErrors, and everything is tried", async () => {
    const taken = unique();
    await createUser(server, { userName: taken });
    const made = unique();
    const results = await bulk(server, [
      postUser(taken),
      post("nameless", "/Users", { schemas: user("x").schemas }),
      put(`/Users/${unknownId}`, user(unique())),
      patch(`/Users/${unknownId}`, { op: "remove", path: "title" }),
      remove(`/Users/${unknownId}`),
      postUser(made),
    ]);
    const location = `${server.url}${usersPath}/${unknownId}`;
    expect(results.map((result) => result.location)).toEqual([
      undefined,
      undefined,
      location,
      location,
      location,
      results[5]?.location,
    ]);
    expectFailure(results[0], { ...uniqueness, names: taken });
    expectFailure(results[1], { ...invalidValue, names: "userName" });
    for (const result of results.slice(2, 5)) expectFailure(result, { ...notFound, names: unknownId });
    expect([results[5]?.status, await countOf(made)]).toEqual(["201", 1]);
  });

  test("B-8 are 200 on the whole though every operation failed", async () => {
    expect(await statuses(server, [remove(`/Users/${unknownId}`)])).toEqual(["404"]);
  });

  test("B-9 tell where the resource is also of an operation that could not be read", async () => {
    const { id } = await createUser(server);
    const results = await bulk(server, [
      { method: "PUT", path: `/Users/${id}` },
      { method: "POST", path: "/Users" },
    ]);
    expect(results.map(({ location, status }) => [location, status])).toEqual([
      [`${server.url}${usersPath}/${id}`, "400"],
      [undefined, "400"],
    ]);
  });

  test("B-9 have locations that are addresses, whatever an id is", async () => {
    const ids = ["a%20b", "x%2f..%2f..%2fGroups", "x".repeat(5000), "%F0%9F%91%A9", "\ud800", "\0", "'", "__proto__"];
    const results = await bulk(
      server,
      ids.map((id) => remove(`/Users/${id}`)),
    );
    expect(statusesOf(results)).toEqual(ids.map(() => "404"));
    for (const { location } of results) {
      expect(new URL(text(location)).pathname.split("/").slice(0, -1)).toEqual(["", "scim", "v2", "Users"]);
    }
  });

  test("B-22 of what succeeded stay when something else fails", async () => {
    const [first, second] = [unique(), unique()];
    expect(await statuses(server, [postUser(first), remove(`/Users/${unknownId}`), postUser(second)])).toEqual([
      "201",
      "404",
      "201",
    ]);
    expect([await countOf(first), await countOf(second)]).toEqual([1, 1]);
  });

  test("never show a password, nor the end of one", async () => {
    const { id } = await createUser(server);
    const [one, two, three] = ["bulkId:first-secret", "second-secret-%s", "bulkId:third-secret"];
    for (const secret of ["first-secret", two, "third-secret"]) server.keepSecret(secret);
    const login = unique();
    const results = await bulk(server, [
      postUser(login, { password: one }),
      put(`/Users/${id}`, user(unique(), { password: two })),
      patch(`/Users/${id}`, { op: "replace", path: "password", value: three }),
      patch(`/Users/${id}`, { op: "replace", value: { password: three } }),
      post("again", "/Users", user(login, { password: three })),
      patch(`/Users/${id}`, { op: "replace", path: "password", value: { [two]: three } }),
    ]);
    expect(statusesOf(results)).toEqual(["201", "200", "200", "200", "409", "400"]);
    const { Authorization } = { Authorization: `Basic ${btoa(`${login}:${one}`)}` };
    expect((await server.request("GET", "/scim/v2/Me", undefined, { Authorization })).json.userName).toBe(login);
  });
});

describe("the order", () => {
  test("B-21 of operations on one resource is that of the request", async () => {
    const [name, renamed] = [unique(), unique()];
    const path = `/Users/bulkId:${name}`;
    const results = await bulk(server, [
      postUser(name, { title: "first" }),
      put(path, user(renamed, { title: "second" })),
      patch(path, { op: "add", path: "nickName", value: "third" }),
      patch(path, { op: "replace", path: "title", value: "fourth" }),
    ]);
    expect(statusesOf(results)).toEqual(["201", "200", "200", "200"]);
    expect(results.map(({ version }) => version)).toEqual(['W/"1"', 'W/"2"', 'W/"3"', 'W/"4"']);
    expect(await get(idOf(results[0]))).toMatchObject({ userName: renamed, title: "fourth", nickName: "third" });
    expect(await statuses(server, [postUser(name), remove(path), patch(path), postUser(`${name}2`)])).toEqual([
      "201",
      "204",
      "404",
      "201",
    ]);
  });

  test("B-21 of two POSTs with one userName decides who gets it", async () => {
    const name = unique();
    const results = await bulk(server, [
      post("first", "/Users", user(name, { title: "first" })),
      post("second", "/Users", user(name.toUpperCase(), { title: "second" })),
    ]);
    expect(statusesOf(results)).toEqual(["201", "409"]);
    expectFailure(results[1], { ...uniqueness, names: name.toUpperCase() });
    expect((await get(idOf(results[0]))).title).toBe("first");
  });

  test("B-21 of two POSTs with one userName decides also when the first has to wait", async () => {
    const [name, manager] = [unique(), unique()];
    const results = await bulk(server, [
      post("first", "/Users", user(name, { [enterpriseUserUrn]: { manager: { value: `bulkId:${manager}` } } })),
      post("second", "/Users", user(name)),
      postUser(manager),
    ]);
    expect(statusesOf(results)).toEqual(["201", "409", "201"]);
  });

  test("B-21 lets a userName that was freed before be taken, by a POST that something before waits for, too", async () => {
    const [first, second] = [await createUser(server), await createUser(server)];
    const [one, two] = [text(first.userName), text(second.userName)];
    const results = await bulk(server, [
      remove(`/Users/${first.id}`),
      post("group", "/Groups", group(unique(), ["bulkId:one", "bulkId:two"])),
      patch(`/Users/${second.id}`, { op: "replace", path: "userName", value: unique() }),
      post("one", "/Users", user(one)),
      post("two", "/Users", user(two)),
    ]);
    expect(statusesOf(results)).toEqual(["204", "201", "200", "201", "201"]);
  });

  test("B-21 does not let a POST that something waits for take a userName first", async () => {
    const name = unique();
    const { id } = await createUser(server);
    const results = await bulk(server, [
      post("group", "/Groups", group(unique(), ["bulkId:late"])),
      put(`/Users/${id}`, user(name)),
      post("late", "/Users", user(name)),
    ]);
    expect(statusesOf(results)).toEqual(["409", "200", "409"]);
    expect((await get(id)).userName).toBe(name);
  });

  test("B-21 of operations on one resource stays though the first of them has to wait", async () => {
    const { id, userName } = await createUser(server);
    const manager = unique();
    const reference = { manager: { value: `bulkId:${manager}` } };
    const results = await bulk(server, [
      put(`/Users/${id}`, user(text(userName), { title: "first", [enterpriseUserUrn]: reference })),
      patch(`/Users/${id}`, { op: "replace", path: "title", value: "second" }),
      postUser(manager),
    ]);
    expect(statusesOf(results)).toEqual(["200", "200", "201"]);
    expect(results.map(({ version }) => version)).toEqual(['W/"2"', 'W/"3"', 'W/"1"']);
    const { title, [enterpriseUserUrn]: extension } = await get(id);
    expect([title, object(object(extension).manager).value]).toEqual(["second", idOf(results[2])]);
  });
});

describe("failOnErrors", () => {
  const failing = remove(`/Users/${unknownId}`);

  test("B-13 B-14 ends after so many errors, with the results so far and that of the last error", async () => {
    const names = Array.from({ length: 4 }, () => unique());
    const [a, b, c, d] = names.map((name) => postUser(name));
    const results = await bulk(server, [a, failing, b, failing, c, d], { failOnErrors: 2 });
    expect(statusesOf(results)).toEqual(["201", "404", "201", "404"]);
    expect(await Promise.all(names.map(countOf))).toEqual([1, 1, 0, 0]);
  });

  test("B-13 B-5 counts what could not be read, too", async () => {
    const name = unique();
    expect(await statuses(server, [{ method: "GET" }, postUser(name)], { failOnErrors: 1 })).toEqual(["400"]);
    expect(await countOf(name)).toBe(0);
  });

  test("B-13 has no say when there are fewer errors", async () => {
    expect(await statuses(server, [failing, postUser(unique())], { failOnErrors: 2 })).toEqual(["404", "201"]);
  });

  test("B-13 leaves out what was waiting when it ended", async () => {
    const [member, between] = [unique(), unique()];
    const operations = [
      post("group", "/Groups", group(unique(), [`bulkId:${member}`])),
      postUser(between),
      failing,
      postUser(member),
    ];
    const results = await bulk(server, operations, { failOnErrors: 1 });
    expect(results.map(({ method, bulkId, status }) => [method, bulkId, status])).toEqual([
      ["POST", between, "201"],
      ["DELETE", undefined, "404"],
    ]);
  });

  test.each([
    ["B-15 0", 0],
    ["B-15 a negative number", -1],
    ["B-15 a fraction", 0.5],
    ["B-15 text", "1"],
    ["B-15 a list", [1]],
  ])("%s is 400 invalidValue, and nothing is done", async (_, failOnErrors) => {
    const name = unique();
    const answer = await server.request("POST", bulkPath, bulkBody([postUser(name)], { failOnErrors }));
    expectRefusal(answer, { ...invalidValue, names: "failOnErrors" });
    expect(await countOf(name)).toBe(0);
  });
});

describe("a version", () => {
  test.each(["PUT", "PATCH", "DELETE"])("B-7 V-14 that is another is 412 for %s alone", async (method) => {
    const { id, userName } = await createUser(server);
    const data = method === "PUT" ? { data: user(unique()) } : patch("", { op: "add", path: "title", value: "x" });
    const operation = { ...data, method, path: `/Users/${id}` };
    const results = await bulk(server, [{ ...operation, version: 'W/"2"' }, postUser(unique())]);
    expect(statusesOf(results)).toEqual(["412", "201"]);
    expectFailure(results[0], { status: 412, names: 'W/"1"' });
    expect(results[0]?.location).toBe(`${server.url}${usersPath}/${id}`);
    const { userName: now, title } = await get(id);
    expect([now, title]).toEqual([userName, undefined]);
    const [right] = await bulk(server, [{ ...operation, version: 'W/"1"' }]);
    expect(right?.status).toBe(method === "DELETE" ? "204" : "200");
  });

  test("B-7 V-14 may be any, or that of an operation before", async () => {
    const name = unique();
    const path = `/Users/bulkId:${name}`;
    const to = (title: string, version: string) => put(path, user(name, { title }), { version });
    const results = await bulk(server, [postUser(name), to("a", 'W/"1"'), to("b", "*"), to("c", 'W/"2"')]);
    expect(statusesOf(results)).toEqual(["201", "200", "200", "412"]);
  });

  test("B-7 is not looked at where the profile does not", async () => {
    const { id } = await createUser(server);
    const profile = "compatible+ignoreConditions";
    const token = await server.makeToken({ scopes: ["scim:write", "scim:bulk"], profile });
    const headers = { Authorization: `Bearer ${token}` };
    const operation = put(`/Users/${id}`, user(unique()), { version: 'W/"7"' });
    expect(await statuses(server, [operation], {}, headers)).toEqual(["200"]);
  });
});

describe("paths and methods", () => {
  test("B-27 in small letters are understood", async () => {
    const { id } = await createUser(server);
    const operations = [
      { ...postUser(unique()), method: "post" },
      { ...remove(`/Users/${id}`), method: "Delete" },
    ];
    const results = await bulk(server, operations);
    expect(results.map(({ method, status }) => [method, status])).toEqual([
      ["post", "201"],
      ["Delete", "204"],
    ]);
  });

  test("B-4 B-29 with what is before them, without a slash, in other letters", async () => {
    const before = ["/", "", "/v2/", "v2/", "/scim/v2/", `${server.url}/scim/v2/`];
    const results = await bulk(
      server,
      before.map((start, index) => post(`${index}`, `${start}users`, user(unique()))),
    );
    expect(statusesOf(results)).toEqual(before.map(() => "201"));
    const ids = results.map(idOf);
    expect(
      await statuses(
        server,
        before.map((start, index) => remove(`${start}Users/${ids[index]}`)),
      ),
    ).toEqual(before.map(() => "204"));
  });

  test("B-29 of another server are 400", async () => {
    const results = await bulk(server, [post("a", "https://elsewhere.example/scim/v2/Users", user(unique()))]);
    expectFailure(results[0], { ...invalidSyntax, names: "elsewhere" });
  });

  test.each([
    ["B-26 GET", { ...postUser("x"), method: "GET" }, "400"],
    ["B-26 OPTIONS", { ...postUser("x"), method: "OPTIONS" }, "400"],
    ["B-26 POST to Bulk", post("x", "/Bulk", {}), "405"],
    ["B-26 POST to a search", post("x", "/Users/.search", {}), "405"],
    ["B-26 POST to a search over all", post("x", "/.search", {}), "405"],
    ["B-26 POST to Schemas", post("x", "/Schemas", {}), "405"],
    ["B-26 DELETE of a resource type", remove("/ResourceTypes/User"), "405"],
    ["B-26 PUT of Me", put("/Me", user("x")), "405"],
    ["B-26 POST to an unknown endpoint", post("x", "/Nothings", {}), "404"],
    ["B-26 DELETE at an unknown endpoint", remove("/Nothings/1"), "404"],
    ["B-26 POST to a name that every object inherits", post("x", "/constructor", {}), "404"],
    ["B-4 POST to a resource", post("x", `/Users/${unknownId}`, user("x")), "405"],
    ["B-4 DELETE of an endpoint", remove("/Users"), "405"],
    ["B-3 no method", { path: "/Users" }, "400"],
    ["B-3 no path", { method: "POST", bulkId: "x", data: user("x") }, "400"],
    ["B-5 no bulkId", { method: "POST", path: "/Users", data: user("x") }, "400"],
    ["B-6 no data", { method: "POST", path: "/Users", bulkId: "x" }, "400"],
    ["no object", "DELETE /Users", "400"],
  ])("%s fails its operation alone", async (_, operation, status) => {
    expect(await statuses(server, [operation, postUser(unique())])).toEqual([status, "201"]);
    expect(await countOf("x")).toBe(0);
  });

  test("B-5 a bulkId that another POST has fails its operation, and references go to the first", async () => {
    const [name, other] = [unique(), unique()];
    const results = await bulk(server, [
      post("same", "/Users", user(name)),
      post("same", "/Users", user(other)),
      patch("/Users/bulkId:same", { op: "add", path: "title", value: "Guide" }),
    ]);
    expect(statusesOf(results)).toEqual(["201", "400", "200"]);
    expectFailure(results[1], { ...invalidSyntax, names: "same" });
    expect([(await get(idOf(results[0]))).title, await countOf(other)]).toEqual(["Guide", 0]);
  });
});

describe("the body", () => {
  test.each([
    ["B-28 no object", "[]"],
    ["B-28 no JSON", "{"],
    ["B-28 nothing", ""],
    ["B-28 a name twice", '{"schemas":[],"schemas":[]}'],
    ["B-2 B-28 no schemas", JSON.stringify({ ...bulkBody([postUser("x")]), schemas: undefined })],
    [
      "B-2 B-28 the schema of another message",
      JSON.stringify({ ...bulkBody([postUser("x")]), schemas: user("").schemas }),
    ],
    ["B-3 B-28 no Operations", JSON.stringify(bulkBody(undefined))],
    ["B-28 Operations that are no list", JSON.stringify(bulkBody(postUser("x")))],
    ["B-30 no operation", JSON.stringify(bulkBody([]))],
  ])("%s is 400 invalidSyntax", async (_, body) => {
    const answer = await server.request("POST", bulkPath, body, { "Content-Type": "application/scim+json" });
    expectRefusal(answer, invalidSyntax);
    expect(await countOf("x")).toBe(0);
  });

  test("B-28 of another media type is 415", async () => {
    const body = JSON.stringify(bulkBody([postUser("x")]));
    expectRefusal(await server.request("POST", bulkPath, body, { "Content-Type": "text/plain" }), { status: 415 });
  });

  test("B-6 of a PATCH in it is a whole one", async () => {
    const { id } = await createUser(server);
    const bare = { method: "PATCH", path: `/Users/${id}`, data: { op: "add", path: "title", value: "x" } };
    expectFailure((await bulk(server, [bare]))[0], { ...invalidSyntax, names: "PatchOp" });
  });
});
