import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { errorUrn, listResponseUrn, patchOpUrn, searchRequestUrn } from "../../../src/scim/urn.ts";
import { createUser, group, groupsPath, unknownId, user, usersPath } from "../../support/scim.ts";
import { type Answer, type HeaderValues, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
let path: string;
let taken: string;
beforeAll(async () => {
  server = await startServer();
  const made = await createUser(server, { displayName: "of the errors" });
  path = `${usersPath}/${made.id}`;
  taken = text(made.userName);
});
afterAll(() => server.stop());

const get = (query: Record<string, string>) => server.request("GET", `${usersPath}?${new URLSearchParams(query)}`);
const patch = (operation: Readonly<Record<string, unknown>>, headers: HeaderValues = {}) =>
  server.request("PATCH", path, { schemas: [patchOpUrn], Operations: [operation] }, headers);
const search = (body: Readonly<Record<string, unknown>>) =>
  server.request("POST", `${usersPath}/.search`, { schemas: [searchRequestUrn], ...body });
const auditor = async (): Promise<HeaderValues> => ({
  Authorization: `Bearer ${await server.makeToken({ scopes: ["scim:read"] })}`,
});

/** Status, keyword and a request that ends so; the keyword is absent where the RFC has none. */
type Row = readonly [number, string | undefined, string, () => Promise<Answer>];

const rows: readonly Row[] = [
  [400, "invalidFilter", "a filter of GET", () => get({ filter: "userName is x" })],
  [400, "invalidFilter", "a filter of .search", () => search({ filter: "userName is x" })],
  [400, "invalidFilter", "a filter in a path", () => patch({ op: "remove", path: "emails[type is x]" })],
  [409, "uniqueness", "a userName in use, in POST", () => server.request("POST", usersPath, user(taken))],
  [
    409,
    "uniqueness",
    "a userName in use, in PUT",
    async () => server.request("PUT", `${usersPath}/${(await createUser(server)).id}`, user(taken)),
  ],
  [400, "mutability", "a change of what is read-only", () => patch({ op: "replace", path: "id", value: "x" })],
  [400, "mutability", "the removal of what is required", () => patch({ op: "remove", path: "userName" })],
  [400, "invalidSyntax", "a body that is none, in POST", () => server.request("POST", usersPath, {})],
  [400, "invalidSyntax", "a body that is none, in PUT", () => server.request("PUT", path, {})],
  [400, "invalidSyntax", "a body that is none, in PATCH", () => server.request("PATCH", path, {})],
  [400, "invalidSyntax", "a body that is none, in .search", () => search({ schemas: [listResponseUrn] })],
  [400, "invalidPath", "a path that is none", () => patch({ op: "add", path: "emails[", value: "x" })],
  [400, "noTarget", "nothing to remove", () => patch({ op: "remove" })],
  [400, "invalidValue", "a count that is none", () => get({ count: "many" })],
  [400, "invalidValue", "a value of another type, in POST", () => server.request("POST", groupsPath, group(""))],
  [400, "invalidValue", "a value of another type, in PATCH", () => patch({ op: "add", path: "active", value: 7 })],
  [403, "sensitive", "a filter on a password", () => get({ filter: "password pr" })],
  [401, undefined, "no credentials", () => server.request("GET", usersPath, undefined, { Authorization: null })],
  [
    403,
    undefined,
    "credentials that do not suffice",
    async () => server.request("POST", usersPath, user(unique()), await auditor()),
  ],
  [404, undefined, "an unknown id", () => server.request("GET", `${usersPath}/${unknownId}`)],
  [405, undefined, "a method that is not offered", () => server.request("DELETE", usersPath)],
  [412, undefined, "another version", () => patch({ op: "add", path: "title", value: "x" }, { "If-Match": 'W/"99"' })],
  [415, undefined, "another media type", () => server.request("POST", usersPath, "x", { "Content-Type": "text/csv" })],
];

describe("an error", () => {
  test.each(rows)("ER-1 ER-2 ER-4 ER-5 ER-6 AM-35 of %d %s: %s", async (status, scimType, _, send) => {
    const answer = await send();
    expect([answer.status, answer.header("Content-Type")]).toEqual([status, "application/scim+json"]);
    const { detail, ...rest } = answer.json;
    expect(rest).toEqual({ schemas: [errorUrn], status: String(status), ...(scimType !== undefined && { scimType }) });
    expect(text(detail)).toMatch(/\S/);
    expect(text(detail), "ER-3 nothing of the inside of the server").not.toMatch(/sqlite|select |\.ts\b|at \w+ \(/i);
  });

  test("ER-8 changes nothing: after all of them the user is as it was", async () => {
    const before = (await server.request("GET", path)).text;
    for (const [status, , , send] of rows) expect((await send()).status).toBe(status);
    expect((await server.request("GET", path)).text).toBe(before);
  });
});

describe("success", () => {
  test("ER-5 is 201, 200 and 204, each where the RFC has it", async () => {
    const made = await server.request("POST", usersPath, user(unique()));
    const own = `${usersPath}/${made.json.id}`;
    const read = await server.request("GET", own);
    const put = await server.request("PUT", own, user(unique()));
    const operations = [{ op: "add", path: "title", value: "x" }];
    const patched = await server.request("PATCH", own, { schemas: [patchOpUrn], Operations: operations });
    const found = await search({ count: 0 });
    const known = await server.request("GET", own, undefined, { "If-None-Match": "*" });
    const gone = await server.request("DELETE", own);
    const all = [made, read, put, patched, found, known, gone];
    expect(all.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 304, 204]);
  });

  test("V-12 does not depend on If-None-Match when something is written", async () => {
    const headers = { "If-None-Match": "*" };
    const made = await server.request("POST", usersPath, user(unique()), headers);
    expect(made.status).toBe(201);
    const put = await server.request("PUT", `${usersPath}/${made.json.id}`, user(unique()), headers);
    expect([put.status, put.header("ETag")]).toEqual([200, 'W/"2"']);
  });
});
