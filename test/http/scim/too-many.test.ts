import { afterAll, beforeAll, expect, test } from "bun:test";
import { pageMembershipsMax } from "../../../src/scim/limits.ts";
import { groupUrn, userUrn } from "../../../src/scim/urn.ts";
import type { Change } from "../../../src/storage/change.ts";
import { expectRefusal, groupsPath, list } from "../../support/scim.ts";
import { startServer, type TestServer } from "../../support/server.ts";

let server: TestServer;
const groups = 4;
/** One member too many for a page of all the groups, and fewer for a page of all but one. */
const people = Math.floor(pageMembershipsMax / groups) + 1;

const at = Date.UTC(2026, 0, 1);
const keys = (unique: string | null, display: string | null) => ({ unique, display, externalId: null, active: null });

beforeAll(async () => {
  server = await startServer();
  const ids = Array.from({ length: people }, () => Bun.randomUUIDv7());
  const users = ids.map((id, index): Change => {
    const doc = JSON.stringify({ schemas: [userUrn], userName: `u${index}` });
    return { kind: "createResource", resourceType: "User", id, at, doc, keys: keys(`u${index}`, null) };
  });
  await server.commit(...users);
  for (let index = 0; index < groups; index++) {
    const displayName = `g${index}`;
    const doc = JSON.stringify({ schemas: [groupUrn], displayName });
    const content = { resourceType: "Group", id: Bun.randomUUIDv7(), at, doc, keys: keys(null, displayName) };
    const made = await server.commit({ kind: "createResource", ...content, members: ids });
    expect(made?.applied).toBe(true);
  }
}, 60_000);
afterAll(() => server.stop());

test("Q-9 a page with more members than an answer holds is 400 tooMany, and a smaller one is not", async () => {
  const tooMany = { status: 400, scimType: "tooMany", names: String(pageMembershipsMax) };
  expectRefusal(await server.request("GET", groupsPath), tooMany);
  const page = await list(server, groupsPath, { count: String(groups - 1) });
  expect([page.total, page.itemsPerPage]).toEqual([groups, groups - 1]);
});

test("Q-9 G-11 EN-8 without members the page is not too large", async () => {
  const page = await list(server, groupsPath, { excludedAttributes: "members" });
  expect([page.total, page.itemsPerPage]).toEqual([groups, groups]);
  for (const shown of page.resources) expect(shown).not.toHaveProperty("members");
});
