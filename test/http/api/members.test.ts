import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { pageResourcesDefault, pageResourcesMax } from "../../../src/scim/limits.ts";
import { listResponseUrn } from "../../../src/scim/urn.ts";
import { putPeople } from "../../support/people.ts";
import {
  createGroup,
  createUser,
  expectRefusal,
  groupsPath,
  invalidValue,
  notFound,
  unknownId,
  usersPath,
} from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const pathOf = (id: string, query: Record<string, string> = {}): string =>
  `/api/groups/${id}/members?${new URLSearchParams(query)}`;

async function page(id: string, query: Record<string, string> = {}): Promise<Body> {
  const answer = await server.request("GET", pathOf(id, query));
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
}

const values = ({ Resources }: Body): readonly string[] => objects(Resources).map(({ value }) => text(value));

/** Everybody on all pages, each of which told the same total. */
async function walk(id: string, query: Record<string, string>) {
  const found: string[] = [];
  const totals = new Set<unknown>();
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const shown: Body = await page(id, { ...query, cursor });
    expect(shown.itemsPerPage).toBe(values(shown).length);
    totals.add(shown.totalResults);
    found.push(...values(shown));
    cursor = shown.nextCursor === undefined ? undefined : text(shown.nextCursor);
  }
  expect(totals.size).toBe(1);
  return { total: [...totals][0], found };
}

describe("the members of a group", () => {
  test("G-4 are shown with type, URI and display, as the group shows them", async () => {
    const displayName = unique("Display of ");
    const user = await createUser(server, { displayName });
    const inner = await createGroup(server);
    const group = await createGroup(server, [user.id, inner.id]);
    expect(await page(group.id)).toEqual({
      schemas: [listResponseUrn],
      totalResults: 2,
      itemsPerPage: 2,
      Resources: [
        { value: user.id, $ref: `${server.url}${usersPath}/${user.id}`, type: "User", display: displayName },
        { value: inner.id, $ref: `${server.url}${groupsPath}/${inner.id}`, type: "Group", display: inner.displayName },
      ],
    });
    expect((await page(group.id)).Resources).toEqual(
      (await server.request("GET", `${groupsPath}/${group.id}`)).json.members,
    );
  });

  test("CU-1 are walked by cursor in pages of any size, each once", async () => {
    const ids = await putPeople(server, 25);
    const group = await createGroup(server, ids);
    for (const count of [1, 10, 25, 26]) {
      expect(await walk(group.id, { count: String(count) })).toEqual({ total: 25, found: [...ids] });
    }
    expect(await page(group.id, { count: "0" })).toMatchObject({ totalResults: 25, itemsPerPage: 0, Resources: [] });
  });

  test("PG-3 are as many on a page as the limits say, whatever is asked for", async () => {
    const ids = await putPeople(server, pageResourcesMax + 1);
    const group = await createGroup(server, ids);
    expect((await page(group.id)).itemsPerPage).toBe(pageResourcesDefault);
    expect((await page(group.id, { count: "9999999" })).itemsPerPage).toBe(pageResourcesMax);
    expect((await page(group.id, { count: "-1" })).itemsPerPage).toBe(0);
  });

  test("stay where they are while others come and go", async () => {
    const ids = await putPeople(server, 6);
    const group = await createGroup(server, ids.slice(1, 5));
    const first = await page(group.id, { count: "2" });
    expect(values(first)).toEqual(ids.slice(1, 3));
    const Operations = [
      { op: "remove", path: `members[value eq "${ids[1]}"]` },
      { op: "remove", path: `members[value eq "${ids[2]}"]` },
      { op: "add", path: "members", value: [{ value: ids[0] }, { value: ids[5] }] },
    ];
    const patch = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations };
    expect((await server.request("PATCH", `${groupsPath}/${group.id}`, patch)).status).toBe(200);
    const second = await page(group.id, { cursor: text(first.nextCursor) });
    expect(values(second)).toEqual(ids.slice(3, 5));
    expect(values(await page(group.id, { cursor: text(second.nextCursor) }))).toEqual(ids.slice(5));
  });

  test("G-3 G-6 are with indirect=true also those of groups in the group, each once, also in a circle", async () => {
    const [a = "", b = "", c = ""] = await putPeople(server, 3);
    const low = await createGroup(server, [a, b]);
    const middle = await createGroup(server, [low.id, b]);
    const top = await createGroup(server, [middle.id, low.id, c]);
    const add = { op: "add", path: "members", value: [{ value: top.id }] };
    const patch = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [add] };
    expect((await server.request("PATCH", `${groupsPath}/${low.id}`, patch)).status).toBe(200);
    for (const count of ["1", "4", "100"]) {
      const { total, found } = await walk(top.id, { indirect: "true", count });
      expect([total, found]).toEqual([6, [a, b, c, low.id, middle.id, top.id]]);
    }
    expect((await walk(top.id, { indirect: "false" })).found).toEqual([c, low.id, middle.id]);
  });
});

describe("the members are refused", () => {
  test("of a group that is not there, is a user, or is another tenant's: the same 404", async () => {
    const user = await createUser(server);
    const id = Bun.randomUUIDv7();
    const keys = { unique: null, display: "foreign", externalId: null, active: null };
    const content = { resourceType: "Group", id, at: 0, doc: '{"schemas":[],"displayName":"foreign"}', keys };
    const changes = [{ kind: "createResource", ...content }] as const;
    await server.withStore((store) => store.commit([{ tenantId: 2, changes }]));
    for (const unknown of [unknownId, user.id, id, "%00", "x".repeat(500)]) {
      for (const indirect of ["false", "true"]) {
        const answer = await server.request("GET", pathOf(unknown, { indirect }));
        expectRefusal(answer, { ...notFound, names: "Group" });
      }
    }
  });

  test("CU-6 with a cursor of another group, of another question, or of nobody's", async () => {
    const ids = await putPeople(server, 3);
    const [one, two] = [await createGroup(server, ids), await createGroup(server, ids)];
    const cursor = text((await page(one.id, { count: "1" })).nextCursor);
    const invalidCursor = { status: 400, scimType: "invalidCursor" };
    expectRefusal(await server.request("GET", pathOf(two.id, { cursor })), invalidCursor);
    expectRefusal(await server.request("GET", pathOf(one.id, { cursor, indirect: "true" })), invalidCursor);
    expectRefusal(await server.request("GET", pathOf(one.id, { cursor: `${cursor}x` })), invalidCursor);
    const listed = await server.request("GET", `${usersPath}?count=1&cursor`);
    const foreign = text(listed.json.nextCursor);
    expectRefusal(await server.request("GET", pathOf(one.id, { cursor: foreign })), invalidCursor);
    const other = { status: 400, scimType: "invalidCount" };
    expectRefusal(await server.request("GET", pathOf(one.id, { cursor, count: "2" })), other);
  });

  test.each([
    ["count", "many"],
    ["count", "1.5"],
    ["indirect", "yes"],
  ])("when %s is %s", async (name, value) => {
    const group = await createGroup(server);
    expectRefusal(await server.request("GET", pathOf(group.id, { [name]: value })), { ...invalidValue, names: name });
  });
});
