import { afterAll, beforeEach, expect, test } from "bun:test";
import { createUser, list, usersPath } from "../../support/scim.ts";
import { startServer, type TestServer, text } from "../../support/server.ts";

let server: TestServer;
let ids: string[];
beforeEach(async () => {
  await server?.stop();
  server = await startServer();
  ids = [];
  for (const userName of ["a", "c", "e", "g", "i", "k"]) ids.push((await createUser(server, { userName })).id);
});
afterAll(() => server.stop());

async function page(startIndex: number, more: Readonly<Record<string, string>> = {}) {
  const found = await list(server, usersPath, { startIndex: String(startIndex), count: "2", ...more });
  return { total: found.total, ids: found.resources.map(({ id }) => text(id)) };
}

const remove = (id: string | undefined) => server.request("DELETE", `${usersPath}/${id}`);
const idsAt = (...places: readonly number[]): readonly string[] => places.map((place) => ids[place] ?? "");

test("who goes on by index misses nobody though somebody before is removed", async () => {
  expect((await page(1)).ids).toEqual([...idsAt(0, 1)]);
  await remove(ids[0]);
  expect(await page(3)).toEqual({ total: 5, ids: [...idsAt(2, 3)] });
  await remove(ids[1]);
  await remove(ids[2]);
  expect(await page(5)).toEqual({ total: 3, ids: [...idsAt(4, 5)] });
});

test("who goes on by index meets nobody twice though somebody comes before", async () => {
  const sorted = { sortBy: "userName" };
  expect((await page(1, sorted)).ids).toEqual([...idsAt(0, 1)]);
  const early = await createUser(server, { userName: "b" });
  expect(await page(3, sorted)).toEqual({ total: 7, ids: [...idsAt(2, 3)] });
  expect((await page(1, sorted)).ids).toEqual([text(ids[0]), early.id]);
});

test("who jumps is led where the index says", async () => {
  expect((await page(5)).ids).toEqual([...idsAt(4, 5)]);
  expect((await page(2)).ids).toEqual([...idsAt(1, 2)]);
  await remove(ids[0]);
  expect((await page(1)).ids).toEqual([...idsAt(1, 2)]);
  expect((await page(2)).ids).toEqual([...idsAt(2, 3)]);
});

test("a walk is one's own: of another token, another filter and another order are others", async () => {
  await page(1);
  await remove(ids[0]);
  const token = await server.makeToken({ scopes: ["scim:read"] });
  const headers = { Authorization: `Bearer ${token}` };
  const other = await server.request("GET", `${usersPath}?startIndex=3&count=2`, undefined, headers);
  expect(other.text).toContain(ids[3] ?? "");
  expect(other.text).not.toContain(ids[2] ?? "");
  expect((await page(3, { filter: "userName pr" })).ids).toEqual([...idsAt(3, 4)]);
});
