import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { hashToken, randomToken } from "../../../src/access/token.ts";
import { searchRequestUrn } from "../../../src/scim/urn.ts";
import { defaultTenantId } from "../../../src/storage/port.ts";
import {
  create,
  createGroup,
  createUser,
  expectRefusal,
  groupsPath,
  invalidSyntax,
  invalidValue,
  user,
  usersPath,
} from "../../support/scim.ts";
import {
  type Answer,
  type Body,
  object,
  objects,
  startServer,
  type TestServer,
  text,
  unique,
} from "../../support/server.ts";

let server: TestServer;
const made: string[] = [];
beforeAll(async () => {
  server = await startServer();
  for (const title of ["c", "a", "b", "a", "c", "b", "a"]) made.push((await createUser(server, { title })).id);
});
afterAll(() => server.stop());

const bad = (scimType: string) => ({ status: 400, scimType });

/** Makes many users at once, below the protocol. */
async function addUsers(other: TestServer, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `many-${index}`);
  const changes = names.map((userName) => ({
    kind: "createResource" as const,
    resourceType: "User",
    id: Bun.randomUUIDv7(),
    at: Date.now(),
    doc: JSON.stringify(user(userName)),
    keys: { unique: userName, display: null, externalId: null, active: null },
  }));
  expect((await other.commit(...changes))?.applied).toBe(true);
}

type Query = Readonly<Record<string, string>>;

function get(query: Query, path = usersPath): Promise<Answer> {
  return server.request("GET", `${path}?${new URLSearchParams(query)}`);
}

/** A page by cursor; fails the test when the answer is none. */
async function page(query: Query, path = usersPath) {
  const answer = await get(query, path);
  expect(answer.status, answer.text).toBe(200);
  const { totalResults, itemsPerPage, nextCursor, previousCursor, Resources, ...rest } = answer.json;
  expect(Object.keys(rest)).toEqual(["schemas"]);
  const ids = objects(Resources).map(({ id }) => text(id));
  expect(itemsPerPage).toBe(ids.length);
  const cursor = (value: unknown): string | undefined => (value === undefined ? undefined : text(value));
  return { total: totalResults, ids, next: cursor(nextCursor), previous: cursor(previousCursor) };
}

/** Every id that the pages of a query show, in order, and how many pages there were. */
async function walk(
  query: Query,
  path = usersPath,
): Promise<{ readonly ids: readonly string[]; readonly pages: number }> {
  const ids: string[] = [];
  let pages = 0;
  for (let cursor: string | undefined = ""; cursor !== undefined; pages++) {
    const found: Awaited<ReturnType<typeof page>> = await page({ ...query, cursor }, path);
    ids.push(...found.ids);
    cursor = found.next;
  }
  return { ids, pages };
}

describe("pages by cursor", () => {
  test("CU-1 CU-4 CU-5 CU-8 go from an empty cursor to the last page, which has no nextCursor", async () => {
    const first = await page({ cursor: "", count: "3" });
    expect([first.ids, first.total, first.previous]).toEqual([made.slice(0, 3), 7, undefined]);
    const second = await page({ cursor: first.next ?? "", count: "3" });
    expect(second.ids).toEqual(made.slice(3, 6));
    const third = await page({ cursor: second.next ?? "", count: "3" });
    expect([third.ids, third.next, third.total]).toEqual([made.slice(6), undefined, 7]);
    expect(await walk({ count: "7" })).toEqual({ ids: made, pages: 1 });
  });

  test("CU-1 begin the same with cursor and with cursor=", async () => {
    const [bare, equal] = [await server.request("GET", `${usersPath}?cursor`), await get({ cursor: "" })];
    for (const answer of [bare, equal]) {
      expect(answer.json.startIndex).toBeUndefined();
      expect(objects(answer.json.Resources)).toHaveLength(7);
    }
  });

  test("CU-5 CU-24 lead back to the beginning when all that was before is gone", async () => {
    const four: string[] = [];
    const title = unique("title");
    for (let index = 0; index < 4; index++) four.push((await createUser(server, { title })).id);
    const query = { filter: `title eq "${title}"`, sortBy: "userName", count: "2" };
    const first = await page({ ...query, cursor: "" });
    const second = await page({ ...query, cursor: first.next ?? "" });
    for (const id of first.ids) await server.request("DELETE", `${usersPath}/${id}`);
    const back = await page({ ...query, cursor: second.previous ?? "" });
    expect([back.ids, back.previous, back.total]).toEqual([second.ids, undefined, 2]);
    for (const id of second.ids) await server.request("DELETE", `${usersPath}/${id}`);
  });

  test("CU-24 CU-5 lead back: the previousCursor of page 2 gives page 1, which has none", async () => {
    const first = await page({ cursor: "", count: "2" });
    const second = await page({ cursor: first.next ?? "", count: "2" });
    const third = await page({ cursor: second.next ?? "", count: "2" });
    const back = await page({ cursor: third.previous ?? "", count: "2" });
    expect(back.ids).toEqual(second.ids);
    const start = await page({ cursor: back.previous ?? "", count: "2" });
    expect([start.ids, start.previous]).toEqual([first.ids, undefined]);
    expect((await page({ cursor: start.next ?? "" })).ids).toEqual(second.ids);
  });

  test("CU-3 count is the most of a page: less than 0 means 0, 0 gives the total alone, none the server's own", async () => {
    for (const count of ["0", "-5"]) {
      expect(await page({ cursor: "", count })).toEqual({ total: 7, ids: [], next: undefined, previous: undefined });
    }
    expect((await page({ cursor: "" })).ids).toHaveLength(7);
    const first = await page({ cursor: "", count: "3" });
    expect((await page({ cursor: first.next ?? "" })).ids).toHaveLength(3);
  });

  test("CU-10 AM-32 a count above the most is cut, and stays good for the next pages", async () => {
    const other = await startServer();
    try {
      await addUsers(other, 1001);
      const { json } = await other.request("GET", "/scim/v2/ServiceProviderConfig");
      const most = Number(object(json.pagination).maxPageSize);
      const ask = (cursor: string, count: number) =>
        other.request("GET", `${usersPath}?${new URLSearchParams({ cursor, count: String(count), attributes: "id" })}`);
      const first = await ask("", most + 500);
      expect([first.json.itemsPerPage, first.json.totalResults]).toEqual([most, 1001]);
      const next = text(first.json.nextCursor);
      for (const count of [most + 500, most, most + 1]) expect((await ask(next, count)).json.itemsPerPage).toBe(1);
      expectRefusal(await ask(next, most - 1), { ...bad("invalidCount"), names: String(most) });
    } finally {
      await other.stop();
    }
  });

  test("CU-11 are sorted over all of them, in either order", async () => {
    for (const sortOrder of ["ascending", "descending"]) {
      const whole = await get({ sortBy: "title", sortOrder });
      const ids = objects(whole.json.Resources).map(({ id }) => text(id));
      expect(await walk({ sortBy: "title", sortOrder, count: "2" })).toEqual({ ids, pages: 4 });
    }
  });

  test("CU-4 PG-12 are filtered and projected as pages by index are", async () => {
    const query = { filter: 'title eq "a"', attributes: "title", count: "2", cursor: "" };
    const answer = await get(query);
    expect(answer.json.totalResults).toBe(3);
    for (const resource of objects(answer.json.Resources)) {
      expect(Object.keys(resource).sort()).toEqual(["id", "schemas", "title"]);
    }
    const { cursor: _, ...rest } = query;
    expect((await walk(rest)).ids).toHaveLength(3);
  });

  test("CU-15 X-3 are asked for in the body of a search, too", async () => {
    const search = (more: Body) =>
      server.request("POST", `${usersPath}/.search`, { schemas: [searchRequestUrn], count: 4, ...more });
    const first = await search({ cursor: "" });
    expect(objects(first.json.Resources).map(({ id }) => id)).toEqual(made.slice(0, 4));
    const second = await search({ cursor: first.json.nextCursor });
    expect(objects(second.json.Resources).map(({ id }) => id)).toEqual(made.slice(4));
    // The same query by GET goes on from the same cursor.
    expect((await page({ cursor: text(first.json.nextCursor), count: "4" })).ids).toEqual(made.slice(4));
  });

  test("CU-13 are for who asks: without cursor pages go by index", async () => {
    const { json } = await server.request("GET", usersPath);
    expect([json.startIndex, json.nextCursor]).toEqual([1, undefined]);
    const config = object((await server.request("GET", "/scim/v2/ServiceProviderConfig")).json.pagination);
    expect(config.defaultPaginationMethod).toBe("index");
  });

  test("CU-16 CU-17 D-5 are announced as they are", async () => {
    const { json } = await server.request("GET", "/scim/v2/ServiceProviderConfig");
    expect(json.pagination).toEqual({
      cursor: true,
      index: true,
      defaultPaginationMethod: "index",
      defaultPageSize: 100,
      maxPageSize: 1000,
      cursorTimeout: 86_400,
    });
  });

  test("CU-23 meet everything that stays once, whatever comes and goes", async () => {
    const before: string[] = [];
    for (let index = 0; index < 12; index++) before.push((await createGroup(server)).id);
    const seen: string[] = [];
    const gone = new Set<string>();
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const found: Awaited<ReturnType<typeof page>> = await page({ cursor, count: "3" }, groupsPath);
      seen.push(...found.ids);
      cursor = found.next;
      await createGroup(server);
      for (const id of [seen.at(-1), before.findLast((each) => !seen.includes(each) && !gone.has(each))]) {
        if (id === undefined || gone.has(id)) continue;
        gone.add(id);
        expect((await server.request("DELETE", `${groupsPath}/${id}`)).status).toBe(204);
      }
      if (seen.length > 60) break;
    }
    expect(new Set(seen).size).toBe(seen.length);
    for (const id of before) if (!gone.has(id)) expect(seen).toContain(id);
  });
});

describe("a cursor", () => {
  const first = async (query: Query = {}, path = usersPath): Promise<string> =>
    (await page({ ...query, cursor: "", count: "2" }, path)).next ?? "";

  test("CU-2 is made of characters that an address need not escape", async () => {
    expect(await first()).toMatch(/^[A-Za-z0-9._~-]+$/);
  });

  test("CU-20 CU-9 that is changed, cut or made up is invalidCursor", async () => {
    const cursor = await first();
    const changed = [...cursor].map(
      (letter, at) => cursor.slice(0, at) + (letter === "A" ? "B" : "A") + cursor.slice(at + 1),
    );
    for (const forged of [...changed, cursor.slice(1), `${cursor}A`, "1", "null", "x".repeat(4000)]) {
      expectRefusal(await get({ cursor: forged, count: "2" }), bad("invalidCursor"));
    }
  });

  test("CU-6 of one query is none of another: endpoint, filter, order, attributes", async () => {
    const cursor = await first({ filter: "title pr" });
    expect((await page({ cursor, filter: "title pr", count: "2" })).ids).toEqual(made.slice(2, 4));
    const others: readonly Query[] = [
      {},
      { filter: 'title eq "a"' },
      { filter: "title pr", sortBy: "title" },
      { filter: "title pr", attributes: "title" },
      { filter: "title pr", excludedAttributes: "title" },
    ];
    for (const other of others) expectRefusal(await get({ ...other, cursor, count: "2" }), bad("invalidCursor"));
    const plain = await first();
    expectRefusal(await get({ cursor: plain, count: "2" }, "/scim/v2"), bad("invalidCursor"));
    expectRefusal(await get({ cursor: plain, count: "2" }, groupsPath), bad("invalidCursor"));
    const root = await first({}, "/scim/v2");
    expect((await page({ cursor: root, count: "2" }, "/scim/v2")).ids).toEqual(made.slice(2, 4));
    expectRefusal(await get({ cursor: root, count: "2" }), bad("invalidCursor"));
  });

  test("CU-18 CU-20 SEC-4 of one tenant is none of another's", async () => {
    const token = randomToken();
    server.keepSecret(token);
    const about = { kind: "createToken", id: Bun.randomUUIDv7(), name: "elsewhere", hash: hashToken(token) } as const;
    const change = { ...about, scopes: ["scim:read"], profile: "compatible", at: Date.now(), expiresAt: null };
    const set = { tenantId: defaultTenantId + 1, changes: [change] };
    expect((await server.withStore((store) => store.commit([set])))[0]?.applied).toBe(true);
    const there = { Authorization: `Bearer ${token}` };
    const query = new URLSearchParams({ cursor: await first(), count: "2" });
    const answer = await server.request("GET", `${usersPath}?${query}`, undefined, there);
    expectRefusal(answer, bad("invalidCursor"));
    // What is another's and what nobody ever made are told alike.
    const made = await server.request("GET", `${usersPath}?cursor=made-up&count=2`, undefined, there);
    expect(made.text).toBe(answer.text);
  });

  test("CU-6 CU-9 with another count is invalidCount", async () => {
    expectRefusal(await get({ cursor: await first(), count: "3" }), bad("invalidCount"));
  });

  test("CU-14 beside a startIndex is invalidValue, and so is a count that is no number", async () => {
    expectRefusal(await get({ cursor: "", startIndex: "1" }), { ...invalidValue, names: "cursor" });
    expectRefusal(await get({ cursor: await first(), startIndex: "3", count: "2" }), {
      ...invalidValue,
      names: "cursor",
    });
    expectRefusal(await get({ cursor: "", count: "many" }), { ...invalidValue, names: "count" });
    const body = { schemas: [searchRequestUrn], cursor: "", startIndex: 1 };
    expectRefusal(await server.request("POST", `${usersPath}/.search`, body), { ...invalidValue, names: "cursor" });
    const wrong = { schemas: [searchRequestUrn], cursor: 7 };
    expectRefusal(await server.request("POST", `${usersPath}/.search`, wrong), { ...invalidSyntax, names: "cursor" });
  });

  test("CU-18 CU-19 CU-21 grants nothing: without the scope it is 403 as any page is, and each page asks anew", async () => {
    const cursor = await first();
    const token = await server.makeToken({ scopes: ["scim:write"] });
    const Authorization = `Bearer ${token}`;
    const refused = [];
    for (const query of [{ cursor }, { cursor: "made-up" }, {}]) {
      const answer = await server.request("GET", `${usersPath}?${new URLSearchParams(query)}`, undefined, {
        Authorization,
      });
      refused.push([answer.status, answer.text]);
    }
    expect(new Set(refused.map(String)).size).toBe(1);
    expect(refused[0]?.[0]).toBe(403);
    // Another client of the tenant may go on from it, with its own rights.
    const reader = { Authorization: `Bearer ${await server.makeToken({ scopes: ["scim:read"] })}` };
    const query = new URLSearchParams({ cursor, count: "2" });
    expect((await server.request("GET", `${usersPath}?${query}`, undefined, reader)).status).toBe(200);
  });

  test("CU-22 costs the server nothing: it is kept by its client alone, and others end none", async () => {
    const early = await first();
    await Promise.all(Array.from({ length: 200 }, () => first()));
    expect((await page({ cursor: early, count: "2" })).ids).toEqual(made.slice(2, 4));
  });

  test("outlives a restart of the server", async () => {
    const other = await startServer({}, undefined);
    const { dataDir } = other;
    for (let index = 0; index < 3; index++) await create(other, usersPath, user(unique()));
    const before = await other.request("GET", `${usersPath}?cursor=&count=2`);
    await other.server.stop();
    const again = await startServer({}, dataDir);
    try {
      const Authorization = `Bearer ${other.token}`;
      const path = `${usersPath}?count=2&cursor=${before.json.nextCursor}`;
      const after = await again.request("GET", path, undefined, { Authorization });
      expect(objects(after.json.Resources)).toHaveLength(1);
    } finally {
      await again.stop();
    }
  });
});
