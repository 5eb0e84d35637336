import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { searchRequestUrn } from "../../../src/scim/urn.ts";
import {
  createGroup,
  createUser,
  expectRefusal,
  invalidFilter,
  invalidValue,
  list,
  pageOf,
} from "../../support/scim.ts";
import { objects, startServer, type TestServer, text } from "../../support/server.ts";

const root = "/scim/v2";
let server: TestServer;
let ann: string;
let bob: string;
let artists: string;
let bakers: string;
beforeAll(async () => {
  server = await startServer();
  ann = (await createUser(server, { userName: "ann", displayName: "Zoe", title: "Guide" })).id;
  artists = (await createGroup(server, [ann], "Artists")).id;
  bob = (await createUser(server, { userName: "bob", displayName: "Mia" })).id;
  bakers = (await createGroup(server, [bob], "Bakers")).id;
});
afterAll(() => server.stop());

const ids = async (query: Record<string, string>): Promise<readonly string[]> =>
  (await list(server, root, query)).resources.map(({ id }) => text(id));

describe("a query of the base address", () => {
  test("Q-6 Q-12 Q-13 goes over all types, in the order of creation, each in its whole form", async () => {
    const page = await list(server, root);
    expect([page.total, page.startIndex, page.itemsPerPage]).toEqual([4, 1, 4]);
    expect(page.resources.map(({ id }) => id)).toEqual([ann, artists, bob, bakers]);
    for (const resource of page.resources) {
      const path = String(resource.schemas).includes("Group") ? "Groups" : "Users";
      expect(resource).toEqual((await server.request("GET", `${root}/${path}/${resource.id}`)).json);
    }
    expect((await list(server, `${root}/`)).total).toBe(4);
  });

  test("Q-8 F-28 meta.resourceType picks a type", async () => {
    expect(await ids({ filter: 'meta.resourceType eq "User"' })).toEqual([ann, bob]);
    expect(await ids({ filter: 'meta.resourceType eq "Group" or userName eq "bob"' })).toEqual([artists, bob, bakers]);
    expect(await ids({ filter: 'not (meta.resourceType eq "User")' })).toEqual([artists, bakers]);
  });

  test("Q-7 AM-24 what a type lacks has no value there: eq and pr are false, ne and eq null are true", async () => {
    expect(await ids({ filter: "userName pr" })).toEqual([ann, bob]);
    expect(await ids({ filter: 'userName ne "ann"' })).toEqual([artists, bob, bakers]);
    expect(await ids({ filter: "userName eq null" })).toEqual([artists, bakers]);
    expect(await ids({ filter: `members.value eq "${bob}"` })).toEqual([bakers]);
    expect(await ids({ filter: `members[value eq "${ann}"] or groups.value eq "${bakers}"` })).toEqual([artists, bob]);
    expect(await ids({ filter: 'title eq "guide" or displayName sw "b"' })).toEqual([ann, bakers]);
    expect(await ids({ filter: 'colour eq "mauve"' })).toEqual([]);
    expect(await ids({ filter: "not (colour pr)" })).toEqual([ann, artists, bob, bakers]);
    expect(await ids({ filter: 'emails[colour eq "mauve"] or name.colour pr' })).toEqual([]);
  });

  test("Q-9 F-33 a filter that is none is refused as everywhere", async () => {
    for (const filter of ["title", 'title eq "', 'active gt true or userName eq "a"']) {
      expectRefusal(await server.request("GET", `${root}?${new URLSearchParams({ filter })}`), invalidFilter);
    }
    const filter = 'password eq "secret"';
    const refused = await server.request("GET", `${root}?${new URLSearchParams({ filter })}`);
    expectRefusal(refused, { status: 403, scimType: "sensitive" });
  });

  test("O-2 PG-12 is sorted and paged over all types, also by what only one has", async () => {
    expect(await ids({ sortBy: "displayName" })).toEqual([artists, bakers, bob, ann]);
    expect(await ids({ sortBy: "displayName", sortOrder: "descending" })).toEqual([ann, bob, bakers, artists]);
    expect(await ids({ sortBy: "userName" })).toEqual([ann, bob, artists, bakers]);
    expect(await ids({ sortBy: "displayName", startIndex: "2", count: "2" })).toEqual([bakers, bob]);
    const refused = await server.request("GET", `${root}?sortBy=colour`);
    expectRefusal(refused, invalidValue);
  });

  test("CU-4 CU-11 is walked by cursor", async () => {
    const seen: string[] = [];
    let cursor: unknown = "";
    while (typeof cursor === "string") {
      const query = new URLSearchParams({ cursor, count: "1", sortBy: "displayName" });
      const { json } = await server.request("GET", `${root}?${query}`);
      seen.push(...objects(json.Resources).map(({ id }) => text(id)));
      cursor = json.nextCursor;
    }
    expect(seen).toEqual([artists, bakers, bob, ann]);
  });

  test("CU-15 X-1 is walked by cursor in .search, too", async () => {
    const search = (cursor: unknown) =>
      server.request("POST", `${root}/.search`, {
        schemas: [searchRequestUrn],
        filter: 'userName sw "b" or displayName sw "a" or displayName eq "zoe"',
        count: 2,
        cursor,
      });
    const first = await search("");
    expect([first.json.totalResults, first.json.startIndex]).toEqual([3, undefined]);
    expect(objects(first.json.Resources).map(({ id }) => id)).toEqual([ann, artists]);
    const second = await search(first.json.nextCursor);
    expect(objects(second.json.Resources).map(({ id }) => id)).toEqual([bob]);
    expect(second.json.nextCursor).toBeUndefined();
    const back = await search(second.json.previousCursor);
    expect(objects(back.json.Resources)).toEqual(objects(first.json.Resources));
  });

  test("A-1 A-3 shows of each what was asked for", async () => {
    const { resources } = await list(server, root, { attributes: "userName,members.value" });
    expect(resources.map((resource) => Object.keys(resource).sort())).toEqual([
      ["id", "schemas", "userName"],
      ["id", "members", "schemas"],
      ["id", "schemas", "userName"],
      ["id", "members", "schemas"],
    ]);
    const without = await list(server, root, { excludedAttributes: "members,groups,meta" });
    for (const resource of without.resources) expect(resource).not.toContainAnyKeys(["members", "groups", "meta"]);
  });

  test("X-1 X-4 F-42 is the same by .search", async () => {
    const body = { schemas: [searchRequestUrn], filter: 'displayName co "a"', sortBy: "displayName", count: 10 };
    const searched = pageOf(await server.request("POST", `${root}/.search`, body));
    const asked = await list(server, root, { filter: body.filter, sortBy: body.sortBy, count: "10" });
    expect(searched).toEqual(asked);
    expect(searched.total).toBe(3);
  });

  test("Q-14 AU-12 never shows the account that is no part of the directory", async () => {
    expect(await ids({ filter: 'userName eq "admin" or displayName eq "admin"' })).toEqual([]);
  });

  test("AU-4 needs the scope to read", async () => {
    const Authorization = `Bearer ${await server.makeToken({ scopes: ["scim:write"] })}`;
    expectRefusal(await server.request("GET", root, undefined, { Authorization }), { status: 403 });
    const search = { schemas: [searchRequestUrn] };
    expectRefusal(await server.request("POST", `${root}/.search`, search, { Authorization }), { status: 403 });
  });
});
