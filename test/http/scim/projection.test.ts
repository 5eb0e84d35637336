import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { enterpriseUserUrn, userUrn } from "../../../src/scim/urn.ts";
import {
  create,
  createGroup,
  expectRefusal,
  fullUser,
  groupsPath,
  invalidValue,
  usersPath,
} from "../../support/scim.ts";
import { type Body, startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
let id: string;
beforeAll(async () => {
  server = await startServer();
  id = (await create(server, usersPath, { ...fullUser(unique()), title: "Boss" })).id;
});
afterAll(() => server.stop());

async function shown(query: string): Promise<Body> {
  return (await server.request("GET", `${usersPath}/${id}?${query}`)).json;
}
const keys = async (query: string): Promise<readonly string[]> => Object.keys(await shown(query)).sort();

describe("attributes", () => {
  const always = ["id", "schemas"];
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      "A-3 A-14 A-15 A-18 S-17 S-19 C-11 R-5 AM-41 shows what is named and what is always shown",
      "attributes=userName",
      ["userName"],
    ],
    ["A-10 is read in any case and with a URN", `attributes=${userUrn}:USERNAME`, ["userName"]],
    ["A-11 shows a whole extension by its URN", `attributes=${enterpriseUserUrn}`, [enterpriseUserUrn]],
    ["A-13 ignores unknown names", "attributes=nope,title", ["title"]],
    ["A-16 is absent when empty", "attributes=&excludedAttributes=emails,name", []],
    ["A-2 A-19 parts names at commas and trims blanks", "attributes=%20title%20,%20userName", ["title", "userName"]],
    ["A-20 ignores a filter in brackets", 'attributes=emails[type eq "work"]', ["emails"]],
    ["A-6 never shows what is never returned", "attributes=password,title", ["title"]],
  ];
  test.each(rows)("%s", async (_, query, names) => {
    const found = await keys(query);
    expect(found).toEqual(expect.arrayContaining([...always, ...names]));
    if (!query.includes("excluded")) expect(found).toHaveLength(always.length + names.length);
  });

  test("A-8 A-9 picks sub-attributes, of every value of a multi-valued attribute", async () => {
    const { name, emails } = await shown("attributes=name.givenName,emails.value");
    expect(Object.keys(name ?? {})).toEqual(["givenName"]);
    expect(emails).toBeArray();
    for (const email of emails as Body[]) expect(Object.keys(email)).toEqual(["value"]);
  });
});

describe("excludedAttributes", () => {
  test("A-4 A-5 S-17 S-19 hides what is named, but not what is always shown", async () => {
    const all = await keys("");
    const left = await keys("excludedAttributes=id,schemas,userName,emails,meta");
    expect(left).toEqual(all.filter((name) => !["userName", "emails", "meta"].includes(name)));
  });

  test("A-8 hides one sub-attribute and leaves the others", async () => {
    const whole = (await shown("")).name as Body;
    const { name } = await shown("excludedAttributes=name.familyName");
    const { familyName, ...rest } = whole;
    expect(familyName).toBeString();
    expect(name).toEqual(rest);
  });

  test("G-11 members leaves the members of a group out", async () => {
    const group = await createGroup(server, [id]);
    expect(group.members).toBeArrayOfSize(1);
    const { json } = await server.request("GET", `${groupsPath}/${group.id}?excludedAttributes=members`);
    const { members, ...rest } = group;
    expect(members).toBeArray();
    expect(json).toEqual(rest);
  });
});

test("A-12 AM-10 both together are 400 invalidValue, and nothing is done", async () => {
  const userName = unique();
  const body = { schemas: [userUrn], userName };
  const path = `${usersPath}?attributes=userName&excludedAttributes=name`;
  expectRefusal(await server.request("POST", path, body), invalidValue);
  const { json } = await server.request("GET", `${usersPath}?filter=userName eq "${userName}"`);
  expect(json.totalResults).toBe(0);
});

test("A-1 P-3 they shape the answers of POST, PUT and lists", async () => {
  const userName = unique();
  const body = { schemas: [userUrn], userName, title: "Clerk" };
  const made = await server.request("POST", `${usersPath}?attributes=title`, body);
  expect(Object.keys(made.json).sort()).toEqual(["id", "schemas", "title"]);
  const put = await server.request("PUT", `${usersPath}/${made.json.id}?attributes=userName`, body);
  expect(Object.keys(put.json).sort()).toEqual(["id", "schemas", "userName"]);
  const list = await server.request("GET", `${usersPath}?attributes=title&filter=userName eq "${userName}"`);
  expect((list.json.Resources as Body[]).map((user) => Object.keys(user).sort())).toEqual([["id", "schemas", "title"]]);
});
