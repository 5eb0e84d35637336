import { afterAll, beforeAll, expect, test } from "bun:test";
import { filteredMembersMax, pageMembershipsMax } from "../../../src/scim/limits.ts";
import { groupUrn, patchOpUrn, userUrn } from "../../../src/scim/urn.ts";
import type { Change } from "../../../src/storage/change.ts";
import { expectRefusal, groupsPath, list } from "../../support/scim.ts";
import { startServer, type TestServer } from "../../support/server.ts";

let server: TestServer;
const groups = 4;
/** One member too many for a page of all the groups, and fewer for a page of all but one. */
const membersEach = Math.floor(pageMembershipsMax / groups) + 1;
/** One too many for a group that a filter looks into. */
const people = pageMembershipsMax + 1;
/** A group with all of them, made after the others. */
const all = { id: Bun.randomUUIDv7(), displayName: "all" };
let ids: readonly string[];

const at = Date.UTC(2026, 0, 1);
const keys = (unique: string | null, display: string | null) => ({ unique, display, externalId: null, active: null });

async function putGroup(id: string, displayName: string, members: readonly string[]): Promise<void> {
  const doc = JSON.stringify({ schemas: [groupUrn], displayName });
  const content = { resourceType: "Group", id, at, doc, keys: keys(null, displayName) };
  const made = await server.commit({ kind: "createResource", ...content, members });
  expect(made?.applied).toBe(true);
}

beforeAll(async () => {
  server = await startServer();
  ids = Array.from({ length: people }, () => Bun.randomUUIDv7());
  const users = ids.map((id, index): Change => {
    const doc = JSON.stringify({ schemas: [userUrn], userName: `u${index}` });
    return { kind: "createResource", resourceType: "User", id, at, doc, keys: keys(`u${index}`, null) };
  });
  await server.commit(...users);
  const some = ids.slice(0, membersEach);
  for (let index = 0; index < groups; index++) await putGroup(Bun.randomUUIDv7(), `g${index}`, some);
  await putGroup(all.id, all.displayName, ids);
}, 60_000);
afterAll(() => server.stop());

test("Q-9 a page with more members than an answer holds is 400 tooMany, and a smaller one is not", async () => {
  const tooMany = { status: 400, scimType: "tooMany", names: String(pageMembershipsMax) };
  expectRefusal(await server.request("GET", groupsPath), tooMany);
  expectRefusal(
    await server.request("GET", `${groupsPath}?filter=${encodeURIComponent('displayName eq "all"')}`),
    tooMany,
  );
  const page = await list(server, groupsPath, { count: String(groups - 1) });
  expect([page.total, page.itemsPerPage]).toEqual([groups + 1, groups - 1]);
});

test("Q-9 G-11 EN-8 without members the page is not too large", async () => {
  const page = await list(server, groupsPath, { excludedAttributes: "members" });
  expect([page.total, page.itemsPerPage]).toEqual([groups + 1, groups + 1]);
  for (const shown of page.resources) expect(shown).not.toHaveProperty("members");
});

test("Q-9 a filter that would look into more members than that is 400 tooMany, and one for a member's id is not", async () => {
  const tooMany = { status: 400, scimType: "tooMany", names: "members.value" };
  const query = { filter: 'members.display co "u7"', excludedAttributes: "members" };
  expectRefusal(await server.request("GET", `${groupsPath}?${new URLSearchParams(query)}`), tooMany);
  const found = async (filter: string) =>
    (await list(server, groupsPath, { ...query, filter })).resources.map(({ id }) => id);
  expect(await found(`members[value eq "${ids.at(-1)}"]`)).toEqual([all.id]);
  expect(await found(`members.value eq "${ids[0]}"`)).toHaveLength(groups + 1);
});

test("PA-11 a PATCH that would look at more members than that is 400 tooMany, and one that names them is not", async () => {
  const path = `${groupsPath}/${all.id}`;
  const remove = (filter: string) => ({
    schemas: [patchOpUrn],
    Operations: [{ op: "remove", path: `members[${filter}]` }],
  });
  const tooMany = { status: 400, scimType: "tooMany", names: String(filteredMembersMax) };
  expectRefusal(await server.request("PATCH", path, remove('display eq "u7"')), tooMany);
  expect((await server.request("PATCH", path, remove(`value eq "${ids[7]}"`))).status).toBe(204);
  const { json } = await server.request("GET", `/api/groups/${all.id}/members?count=0`);
  expect(json.totalResults).toBe(people - 1);
  expect((await server.request("PATCH", path, remove('display eq "u8"'))).status).toBe(204);
});
