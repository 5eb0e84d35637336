import { afterAll, beforeAll, expect, test } from "bun:test";
import { createGroup, createUser, group, groupsPath, list, user, usersPath } from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, unique } from "../../support/server.ts";

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
