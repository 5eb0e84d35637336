import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { joinedMembersMax, streamedMembersMax } from "../../../src/scim/limits.ts";
import { groupUrn, patchOpUrn } from "../../../src/scim/urn.ts";
import { putPeople } from "../../support/people.ts";
import { create, expectRefusal, group, groupsPath, list, notFound } from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";

/** More than come with a group, and not a whole number of pieces. */
const many = Math.max(joinedMembersMax, streamedMembersMax) * 2 + 7;

let server: TestServer;
let ids: readonly string[];
/** A group with all of them but the first three. */
let large: Body & { readonly id: string };
let path: string;
beforeAll(async () => {
  server = await startServer();
  ids = await putPeople(server, many + 3);
  large = await create(server, groupsPath, group(unique("large"), ids.slice(3)));
  path = `${groupsPath}/${large.id}`;
});
afterAll(() => server.stop());

const memberIds = ({ members }: Body): readonly unknown[] => objects(members).map(({ value }) => value);
const patchOf = (...Operations: readonly object[]): Body => ({ schemas: [patchOpUrn], Operations });
const add = (value: string | undefined) => patchOf({ op: "add", path: "members", value: [{ value }] });
const remove = (value: string | undefined) => patchOf({ op: "remove", path: `members[value eq "${value}"]` });

/** A list renders each group in one piece. */
async function inOnePiece(query: Record<string, string>): Promise<string> {
  const asked = new URLSearchParams({ ...query, filter: `id eq "${large.id}"` });
  const listed = await server.request("GET", `${groupsPath}?${asked}`);
  expect(listed.json.totalResults).toBe(1);
  return /"Resources":\[(.*)\]\}$/s.exec(listed.text)?.[1] ?? "";
}

describe("a group with more members than are shown at once", () => {
  const shown = {
    everything: {},
    "all but the members": { excludedAttributes: "members" },
    "the ids of the members": { attributes: "members.value" },
    "the members alone": { attributes: "members" },
    "the name alone": { attributes: "displayName" },
    "all but a part of the members": { excludedAttributes: "members.$ref,members.display" },
    "all but meta": { excludedAttributes: "meta,displayName" },
    "what no member has": { attributes: "members.value,externalId" },
  } as const;

  test.each(Object.entries(shown))("is read in the very bytes of one piece: %s", async (_, query) => {
    const answer = await server.request("GET", `${path}?${new URLSearchParams(query)}`);
    expect([answer.status, answer.header("ETag")]).toEqual([200, text((await etag()).value)]);
    expect(answer.text === (await inOnePiece(query)), answer.text.slice(0, 300)).toBe(true);
  });

  const etag = async () => ({ value: (await server.request("HEAD", path)).header("ETag") });

  test("G-4 is shown whole, each member once", async () => {
    expect(memberIds((await server.request("GET", path)).json)).toEqual(ids.slice(3));
  });

  test("R-9 V-4 has the same head for HEAD, and is 304 for who has the version", async () => {
    const get = await server.request("GET", path);
    const head = await server.request("HEAD", path);
    expect([head.status, head.text]).toEqual([200, ""]);
    const told = ({ headers }: typeof get) => [...headers].filter(([name]) => name !== "date");
    expect(told(head)).toEqual(told(get));
    const known = await server.request("GET", path, undefined, { "If-None-Match": get.header("ETag") });
    expect([known.status, known.text]).toEqual([304, ""]);
  });

  test("P-3 is answered whole when it was made or replaced", async () => {
    const body = group(unique("another"), ids);
    const made = await server.request("POST", groupsPath, body);
    expect([made.status, memberIds(made.json)]).toEqual([201, [...ids]]);
    const other = `${groupsPath}/${text(made.json.id)}`;
    expect(made.header("Location")).toBe(server.url + other);
    const put = await server.request("PUT", other, { ...body, displayName: "renamed" });
    expect([put.status, put.json.displayName, put.header("ETag")]).toEqual([200, "renamed", 'W/"2"']);
    expect(memberIds(put.json)).toEqual([...ids]);
    expect(put.text).toBe((await server.request("GET", other)).text);
    expect((await server.request("DELETE", other)).status).toBe(204);
  });

  test("PA-11 is not sent back by a PATCH, which answers 204 with the version", async () => {
    const before = Number(/\d+/.exec((await etag()).value)?.[0]);
    const answers = [
      await server.request("PATCH", path, add(ids[0])),
      await server.request("PATCH", path, remove(ids[0])),
      await server.request("PATCH", path, patchOf({ op: "replace", path: "displayName", value: unique("new") })),
    ];
    for (const [index, answer] of answers.entries()) {
      const version = `W/"${before + index + 1}"`;
      expect([answer.status, answer.text, answer.header("ETag")]).toEqual([204, "", version]);
      expect(answer.header("Location")).toBe(server.url + path);
    }
    const conditional = await server.request("PATCH", path, add(ids[1]), { "If-Match": (await etag()).value });
    expect(conditional.status).toBe(204);
    expect((await server.request("PATCH", path, remove(ids[1]), { "If-Match": 'W/"1"' })).status).toBe(412);
    expect((await server.request("PATCH", path, remove(ids[1]))).status).toBe(204);
  });

  test("PA-11 is shown by a PATCH to who names attributes", async () => {
    const named = await server.request("PATCH", `${path}?attributes=displayName`, add(ids[2]));
    expect([named.status, Object.keys(named.json).sort()]).toEqual([200, ["displayName", "id", "schemas"]]);
    const whole = await server.request("PATCH", `${path}?attributes=members.value`, remove(ids[2]));
    expect([whole.status, memberIds(whole.json)]).toEqual([200, ids.slice(3)]);
  });

  test("members are selected by a filter on something else than their value", async () => {
    const made = await create(server, groupsPath, group(unique("another"), ids));
    const users = patchOf({ op: "remove", path: 'members[type eq "User"]' });
    const answer = await server.request("PATCH", `${groupsPath}/${made.id}`, users);
    expect([answer.status, answer.json.members]).toEqual([200, []]);
  });
});

test("a large group that is deleted while it is read is cut off, and not shown as a smaller one", async () => {
  const made = await create(server, groupsPath, group(unique("short-lived"), ids));
  const headers = { Authorization: `Bearer ${server.token}` };
  const response = await fetch(`${server.url}${groupsPath}/${made.id}`, { headers });
  expect((await server.request("DELETE", `${groupsPath}/${made.id}`)).status).toBe(204);
  const read = await response.text().then(
    (whole) => JSON.parse(whole).members.length,
    () => "cut off",
  );
  // The pieces may all have been on their way.
  expect([many + 3, "cut off"]).toContain(read);
  expectRefusal(await server.request("GET", `${groupsPath}/${made.id}`), notFound);
});

test("lists show large groups, too", async () => {
  const { resources } = await list(server, groupsPath, { filter: `id eq "${large.id}"` });
  expect(resources.map((each) => [each.schemas, memberIds(each)])).toEqual([[[groupUrn], ids.slice(3)]]);
});
