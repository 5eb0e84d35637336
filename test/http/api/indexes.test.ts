import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { userUrn } from "../../../src/scim/urn.ts";
import { until } from "../../e2e/support/binary.ts";
import {
  createUser,
  expectRefusal,
  invalidFilter,
  invalidSyntax,
  invalidValue,
  list,
  notFound,
  usersPath,
} from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, unique } from "../../support/server.ts";
import { badgeSchema, badgeUrn, register, schemasPath, typesPath, userTypeWith } from "../scim/custom.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

async function indexes(): Promise<readonly Body[]> {
  const answer = await server.request("GET", "/api/indexes");
  expect(answer.status, answer.text).toBe(200);
  return objects(answer.json.resources);
}

const indexOf = async (path: string): Promise<Body | undefined> =>
  (await indexes()).find((index) => index.path === path);

const choose = (path: string, indexed: unknown, type = "User") =>
  server.request("PUT", `/api/indexes/${type}/${encodeURIComponent(path)}`, { indexed } as Body);

/** Waits until the worker has built it. */
const ready = (path: string): Promise<true> =>
  until(`the index on ${path}`, async () => ((await indexOf(path))?.state === "ready" ? true : undefined));

async function explain(query: Readonly<Record<string, string>>): Promise<Body> {
  const answer = await server.request("GET", `/api/explain?${new URLSearchParams(query)}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
}

describe("the indexed attributes", () => {
  test("are at first those that the schemas mark, ready at once", async () => {
    const known = await indexes();
    expect(known.map(({ resourceType, path }) => `${resourceType} ${path}`)).toEqual([
      "User emails.value",
      "User name.familyName",
      "User name.givenName",
      "User phoneNumbers.value",
      "User roles.value",
      `User ${department}`,
      `User ${department.replace("department", "employeeNumber")}`,
      `User ${department.replace("department", "manager.value")}`,
    ]);
    for (const index of known) {
      expect(index).toMatchObject({ indexed: true, byDefault: true, state: "ready", progress: 1 });
    }
  });

  test("are no part of discovery, whose schemas are those of the RFC", async () => {
    const { json } = await server.request("GET", `/scim/v2/Schemas/${userUrn}`);
    expect(JSON.stringify(json)).not.toContain("indexed");
  });

  test("are chosen by an administrator, built from what is there, and given up again", async () => {
    const title = unique("title");
    const ids = [];
    for (let count = 0; count < 3; count++) ids.push((await createUser(server, { title })).id);
    expect(await explain({ filter: `title eq "${title}"` })).toMatchObject({ strategy: "documents" });
    const chosen = await choose("TITLE", true);
    expect(chosen.status, chosen.text).toBe(200);
    expect(chosen.json).toMatchObject({ resourceType: "User", path: "title", indexed: true, byDefault: false });
    await ready("title");
    expect(await explain({ filter: `title eq "${title}"` })).toMatchObject({ strategy: "index", candidates: 3 });
    const found = await list(server, usersPath, { filter: `title eq "${title.toUpperCase()}"` });
    expect(found.resources.map(({ id }) => id)).toEqual(ids);
    expect((await choose("title", false)).json).toMatchObject({ indexed: false, state: "none", progress: 0 });
    expect((await list(server, usersPath, { filter: `title eq "${title}"` })).total).toBe(3);
    expect((await indexOf("title"))?.indexed).toBe(false);
  });

  test("that the schemas mark can be given up, and be had again", async () => {
    expect((await choose("name.givenName", false)).json).toMatchObject({ indexed: false, byDefault: true });
    expect(await explain({ filter: 'name.givenName eq "x"' })).toMatchObject({ strategy: "documents" });
    await choose("name.givenName", true);
    await ready("name.givenName");
    expect(await explain({ filter: 'name.givenName eq "x"' })).toMatchObject({ strategy: "index" });
  });

  test("may be those of an administrator's own schema", async () => {
    await register(server, schemasPath, badgeSchema);
    const type = userTypeWith(badgeUrn);
    expect((await server.request("PUT", `${typesPath}/User`, type)).status).toBe(200);
    const attribute = String(objects(badgeSchema.attributes).find((each) => each.type !== "complex")?.name);
    const chosen = await choose(`${badgeUrn}:${attribute}`, true);
    expect(chosen.status, chosen.text).toBe(200);
    await ready(`${badgeUrn}:${attribute}`);
    expect(await explain({ filter: `${badgeUrn}:${attribute} pr` })).toMatchObject({ unindexed: [] });
  });

  test("are no others than those that an index would help with", async () => {
    for (const path of [
      "password",
      "userName",
      "displayName",
      "active",
      "id",
      "meta.created",
      "groups",
      "name",
      "nothing",
    ]) {
      expectRefusal(await choose(path, true), { ...invalidValue, names: path });
    }
    expectRefusal(await choose("title", true, "Nobody"), { ...notFound, names: "Nobody" });
    expectRefusal(await choose("title", "yes"), { ...invalidValue, names: "indexed" });
    expectRefusal(
      await server.request("PUT", "/api/indexes/User/title", "{", { "Content-Type": "application/json" }),
      invalidSyntax,
    );
  });

  test("are chosen by administrators alone", async () => {
    const token = await server.makeToken({ scopes: ["scim:read", "scim:write"] });
    const headers = { Authorization: `Bearer ${token}` };
    expectRefusal(await server.request("GET", "/api/indexes", undefined, headers), { status: 403 });
    expectRefusal(await server.request("PUT", "/api/indexes/User/title", { indexed: true }, headers), { status: 403 });
  });
});

describe("a query is explained", () => {
  test("with the index that has its matches", async () => {
    const { id } = await createUser(server, { emails: [{ value: `${unique()}@example.com` }] });
    const cases = [
      [`id eq "${id}"`, "index on id"],
      ['userName sw "nobody-has-this"', "index on the unique attribute"],
      ['emails[type eq "work" and value eq "x"]', "index on emails.value"],
      ['externalId eq "x" and title eq "y"', "index on external_id"],
    ] as const;
    for (const [filter, uses] of cases) {
      expect(await explain({ filter })).toMatchObject({ resourceType: "User", strategy: "index", uses: [uses] });
    }
  });

  test("with what it has no index for, and what to do about it", async () => {
    const explained = await explain({ filter: 'nickName co "x" or emails.display eq "y"', sortBy: "title" });
    expect(explained).toMatchObject({
      strategy: "documents",
      unindexed: ["emails.display", "nickName"],
      order: "documents",
    });
    const advice = JSON.stringify(explained.advice);
    for (const word of ["/api/indexes/User/nickName", "/api/indexes/User/emails.display", "sort by userName"]) {
      expect(advice).toContain(word);
    }
  });

  test("also without a filter, and of another type", async () => {
    expect(await explain({})).toMatchObject({ strategy: "order", order: "index", documents: 0 });
    expect(await explain({ type: "group", filter: 'displayName eq "x"' })).toMatchObject({
      resourceType: "Group",
      strategy: "index",
    });
  });

  test("only when it is one", async () => {
    const ask = (query: string) => server.request("GET", `/api/explain?${query}`);
    expectRefusal(await ask("filter=nothing"), invalidFilter);
    expectRefusal(await ask("type=Nobody"), { ...notFound, names: "Nobody" });
    expectRefusal(await ask("sortBy=nothing"), { ...invalidValue, names: "nothing" });
    expectRefusal(await ask(`filter=${encodeURIComponent('password eq "x"')}`), { status: 403, scimType: "sensitive" });
  });
});

describe("a server that may look at few documents", () => {
  let strict: TestServer;
  beforeAll(async () => {
    strict = await startServer({ scanRowsMax: "3" });
    for (let count = 0; count < 5; count++) await createUser(strict, { title: "Clerk", active: count > 0 });
  });
  afterAll(() => strict.stop());

  const ask = (query: Readonly<Record<string, string>>) =>
    strict.request("GET", `${usersPath}?${new URLSearchParams(query)}`);

  test("refuses a query that no index narrows, and says which number is too large", async () => {
    expectRefusal(await ask({ filter: 'title eq "Clerk"' }), {
      status: 400,
      scimType: "tooMany",
      names: "5 resources",
    });
    expectRefusal(await ask({ sortBy: "title" }), { status: 400, scimType: "tooMany", names: "5 resources" });
    const explained = await strict.request(
      "GET",
      `/api/explain?${new URLSearchParams({ filter: 'title eq "Clerk"' })}`,
    );
    expect(explained.json).toMatchObject({ refused: true, documents: 5 });
  });

  test("answers those that one does, and plain lists", async () => {
    for (const query of [
      {},
      { filter: 'userName co "user"' },
      { filter: "active eq true" },
      { filter: 'emails.value co "x"' },
    ]) {
      expect((await ask(query)).status).toBe(200);
    }
  });
});
