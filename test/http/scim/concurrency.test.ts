import { afterAll, beforeAll, expect, test } from "bun:test";
import { patchOpUrn } from "../../../src/scim/urn.ts";
import { putPeople } from "../../support/people.ts";
import { createGroup, createUser, group, groupsPath, list, user, usersPath } from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const atOnce = 20;
const numbers = Array.from({ length: atOnce }, (_, index) => index);

function counts(statuses: readonly number[]): Readonly<Record<number, number>> {
  const found: Record<number, number> = {};
  for (const status of statuses) found[status] = (found[status] ?? 0) + 1;
  return found;
}

/** PUTs of as many bodies at once; how many got which status. */
async function putAll(
  path: string,
  bodyOf: (index: number) => Body,
  headers: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<number, number>>> {
  const answers = await Promise.all(numbers.map((index) => server.request("PUT", path, bodyOf(index), headers)));
  return counts(answers.map(({ status }) => status));
}

test("20 replacements at once without If-Match all succeed, and each is a version", async () => {
  const userName = unique();
  const { id } = await createUser(server, { userName });
  const path = `${usersPath}/${id}`;
  expect(await putAll(path, (index) => user(userName, { title: `title ${index}` }))).toEqual({ 200: atOnce });
  expect((await server.request("GET", path)).header("ETag")).toBe(`W/"${atOnce + 1}"`);
});

test("V-8 20 replacements at once with If-Match * all succeed: any version will do", async () => {
  const userName = unique();
  const { id } = await createUser(server, { userName });
  const path = `${usersPath}/${id}`;
  const statuses = await putAll(path, (index) => user(userName, { title: `title ${index}` }), { "If-Match": "*" });
  expect(statuses).toEqual({ 200: atOnce });
});

test("V-5 of 20 replacements at once with the same If-Match exactly one wins, and the others are 412", async () => {
  const userName = unique();
  const { id } = await createUser(server, { userName });
  const path = `${usersPath}/${id}`;
  const bodyOf = (index: number) => user(userName, { title: `title ${index}` });
  expect(await putAll(path, bodyOf, { "If-Match": 'W/"1"' })).toEqual({ 200: 1, 412: atOnce - 1 });
  expect((await server.request("GET", path)).header("ETag")).toBe('W/"2"');
});

test("G-8 20 replacements of a group's members at once leave the members of one of them", async () => {
  const members = await Promise.all(numbers.map(() => createUser(server)));
  const { id } = await createGroup(server);
  const path = `${groupsPath}/${id}`;
  const bodyOf = (index: number) => group(`group ${index}`, [members[index]?.id ?? ""]);
  expect(await putAll(path, bodyOf)).toEqual({ 200: atOnce });
  const { json } = await server.request("GET", path);
  const winner = Number(String(json.displayName).slice("group ".length));
  expect(objects(json.members).map(({ value }) => value)).toEqual([members[winner]?.id]);
});

/** As many PATCHes of one member at once as an identity provider sends when a department comes in. */
const patchesAtOnce = 500;

async function patchAll(path: string, ids: readonly string[], operationOf: (id: string) => Body) {
  const answers = await Promise.all(
    ids.map((id) => server.request("PATCH", path, { schemas: [patchOpUrn], Operations: [operationOf(id)] }, minimal)),
  );
  return counts(answers.map(({ status }) => status));
}

const minimal = { Prefer: "return=minimal" };
const addOne = (value: string): Body => ({ op: "add", path: "members", value: [{ value }] });
const removeOne = (value: string): Body => ({ op: "remove", path: `members[value eq "${value}"]` });

async function membersOf(id: string) {
  const { json } = await server.request("GET", `${groupsPath}/${id}`);
  const { totalResults } = (await server.request("GET", `/api/groups/${id}/members?count=0`)).json;
  return { total: totalResults, ids: objects(json.members).map(({ value }) => text(value)) };
}

test("G-7 PA-11 500 PATCHes of one member each at once all land, and so do 500 that take them away", async () => {
  const ids = await putPeople(server, patchesAtOnce);
  const { id } = await createGroup(server);
  const path = `${groupsPath}/${id}`;
  expect(await patchAll(path, ids, addOne)).toEqual({ 204: patchesAtOnce });
  const full = await membersOf(id);
  expect([full.total, [...full.ids].sort()]).toEqual([patchesAtOnce, [...ids].sort()]);
  expect((await server.request("GET", path)).header("ETag")).toBe(`W/"${patchesAtOnce + 1}"`);
  expect(await patchAll(path, ids, removeOne)).toEqual({ 204: patchesAtOnce });
  expect(await membersOf(id)).toEqual({ total: 0, ids: [] });
  expect((await server.request("GET", path)).header("ETag")).toBe(`W/"${2 * patchesAtOnce + 1}"`);
});

test("PATCHes that add, remove and rename at once all land, whatever comes between", async () => {
  const ids = await putPeople(server, 120);
  const [leaving, staying, coming] = [ids.slice(0, 40), ids.slice(40, 80), ids.slice(80)];
  const { id } = await createGroup(server, [...leaving, ...staying]);
  const path = `${groupsPath}/${id}`;
  const renamed = unique("renamed");
  const rename = (externalId: string): Body => ({ op: "replace", value: { displayName: renamed, externalId } });
  const statuses = await Promise.all([
    patchAll(path, coming, addOne),
    patchAll(path, leaving, removeOne),
    patchAll(path, numbers.map(String), rename),
  ]);
  expect(statuses).toEqual([{ 204: 40 }, { 204: 40 }, { 204: atOnce }]);
  const { total, ids: left } = await membersOf(id);
  expect([total, [...left].sort()]).toEqual([80, [...staying, ...coming].sort()]);
  expect((await server.request("GET", path)).json.displayName).toBe(renamed);
});

test("V-5 of 20 replacements of a group at once with the same If-Match one wins whole, and the others are 412", async () => {
  const members = await putPeople(server, atOnce);
  const { id } = await createGroup(server);
  const path = `${groupsPath}/${id}`;
  const bodyOf = (index: number) => group(`group ${index}`, members.slice(0, index + 1));
  expect(await putAll(path, bodyOf, { "If-Match": 'W/"1"' })).toEqual({ 200: 1, 412: atOnce - 1 });
  const { json } = await server.request("GET", path);
  const winner = Number(text(json.displayName).slice("group ".length));
  expect(await membersOf(id)).toEqual({ total: winner + 1, ids: members.slice(0, winner + 1) });
});

test("users that are deleted at once leave their group, and its count", async () => {
  const ids = await putPeople(server, 60);
  const { id } = await createGroup(server, ids);
  const gone = ids.slice(0, 40);
  const answers = await Promise.all(gone.map((each) => server.request("DELETE", `${usersPath}/${each}`)));
  expect(counts(answers.map(({ status }) => status))).toEqual({ 204: gone.length });
  expect(await membersOf(id)).toEqual({ total: 20, ids: ids.slice(40) });
});

test("P-7 of 20 creations at once with one userName exactly one wins, and the others are 409", async () => {
  const userName = unique("Same");
  const bodies = numbers.map((index) => user(index % 2 === 0 ? userName : userName.toUpperCase()));
  const answers = await Promise.all(bodies.map((body) => server.request("POST", usersPath, body)));
  expect(counts(answers.map(({ status }) => status))).toEqual({ 201: 1, 409: atOnce - 1 });
  expect((await list(server, usersPath, { filter: `userName eq "${userName}"` })).total).toBe(1);
});

test("DL-2 of 20 deletions at once exactly one is 204, and the others are 404", async () => {
  const { id } = await createUser(server);
  const answers = await Promise.all(numbers.map(() => server.request("DELETE", `${usersPath}/${id}`)));
  expect(counts(answers.map(({ status }) => status))).toEqual({ 204: 1, 404: atOnce - 1 });
});

test("20 creations at once give 20 users, and each answer is of its own request", async () => {
  const names = numbers.map(() => unique());
  const answers = await Promise.all(names.map((name) => server.request("POST", usersPath, user(name))));
  expect(answers.map(({ status }) => status)).toEqual(numbers.map(() => 201));
  expect(answers.map(({ json }) => json.userName)).toEqual(names);
  expect(new Set(answers.map(({ json }) => json.id)).size).toBe(atOnce);
});
