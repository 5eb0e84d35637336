import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { searchRequestUrn, userUrn } from "../../../src/scim/urn.ts";
import {
  create,
  expectRefusal,
  invalidFilter,
  invalidSyntax,
  invalidValue,
  type Refusal,
  usersPath,
} from "../../support/scim.ts";
import { type Body, startServer, type TestServer } from "../../support/server.ts";

let server: TestServer;

/** Five users, made in this order. */
const people: readonly Body[] = [
  { userName: "delta", displayName: "Émile", name: { familyName: "b" }, emails: [{ value: "z@x.org" }], active: false },
  { userName: "Alpha", displayName: "zoe", name: { familyName: "B" }, emails: [{ value: "y@x.org" }] },
  { userName: "charlie", emails: [{ value: "a@x.org" }, { value: "w@x.org", primary: true }] },
  { userName: "Bravo", displayName: "Anton", name: { familyName: "a" } },
  { userName: "echo", displayName: "anton", name: { familyName: "C" }, emails: [{ value: "x@x.org" }] },
];

beforeAll(async () => {
  server = await startServer();
  for (const person of people) await create(server, usersPath, { schemas: [userUrn], ...person });
});
afterAll(() => server.stop());

async function names(query: string): Promise<readonly unknown[]> {
  const { json, status } = await server.request("GET", `${usersPath}?${query}`);
  expect(status).toBe(200);
  return (json.Resources as Body[]).map(({ userName }) => userName);
}

describe("a sorted list", () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      "O-2 O-6 by a unique attribute, without regard to case",
      "sortBy=userName",
      ["Alpha", "Bravo", "charlie", "delta", "echo"],
    ],
    ["O-2 descending", "sortBy=userName&sortOrder=descending", ["echo", "delta", "charlie", "Bravo", "Alpha"]],
    [
      "O-5 O-11 without a value last, equal ones as they were made",
      "sortBy=displayName",
      ["Bravo", "echo", "Alpha", "delta", "charlie"],
    ],
    [
      "O-5 without a value first when descending",
      "sortBy=displayName&sortOrder=descending",
      ["charlie", "delta", "Alpha", "Bravo", "echo"],
    ],
    ["O-4 by a sub-attribute", "sortBy=name.familyName", ["Bravo", "delta", "Alpha", "echo", "charlie"]],
    [
      "O-3 O-4 by the primary of several values, else the first",
      "sortBy=emails",
      ["charlie", "echo", "Alpha", "delta", "Bravo"],
    ],
    ["O-12 by a name with a URN", `sortBy=${userUrn}:userName`, ["Alpha", "Bravo", "charlie", "delta", "echo"]],
    ["O-7 by time", "sortBy=meta.created", ["delta", "Alpha", "charlie", "Bravo", "echo"]],
    ["O-8 a sortOrder alone changes nothing", "sortOrder=descending", ["delta", "Alpha", "charlie", "Bravo", "echo"]],
    ["PG-12 with a filter and a page", "sortBy=emails&filter=emails pr&startIndex=2&count=2", ["echo", "Alpha"]],
    [
      "PG-12 with a filter over a column and a page",
      "sortBy=userName&filter=active eq true&startIndex=2&count=2",
      ["Bravo", "charlie"],
    ],
  ];
  test.each(rows)("%s", async (_, query, expected) => {
    expect(await names(query)).toEqual([...expected]);
  });

  test.each(["sortBy=nope", "sortBy=name", "sortBy=userName&sortOrder=sideways", "sortBy=a.b.c"])(
    "O-9 %s is 400 invalidValue",
    async (query) => {
      expectRefusal(await server.request("GET", `${usersPath}?${query}`), invalidValue);
    },
  );

  test("Q-10 a password can not be sorted by: 403 sensitive", async () => {
    const answer = await server.request("GET", `${usersPath}?sortBy=password`);
    expect([answer.status, answer.json.scimType]).toEqual([403, "sensitive"]);
  });
});

describe(".search", () => {
  const search = (body: Body) =>
    server.request("POST", `${usersPath}/.search`, { schemas: [searchRequestUrn], ...body });

  test("X-1 X-3 X-4 A-2 F-42 answers as GET does, with 200", async () => {
    const asked = { filter: "emails pr", sortBy: "emails", startIndex: 2, count: 2, attributes: ["userName"] };
    const found = await search(asked);
    const query = "filter=emails pr&sortBy=emails&startIndex=2&count=2&attributes=userName";
    expect(found.status).toBe(200);
    expect(found.json).toEqual((await server.request("GET", `${usersPath}?${query}`)).json);
    expect(found.json.Resources).toBeArrayOfSize(2);
  });

  test("X-3 every member may be left out, or be null", async () => {
    expect((await search({})).json.totalResults).toBe(people.length);
    expect((await search({ filter: null, count: null, attributes: null })).json.totalResults).toBe(people.length);
  });

  test("X-7 is a read", async () => {
    const token = await server.makeToken({ scopes: ["scim:read"] });
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await server.request("POST", `${usersPath}/.search`, { schemas: [searchRequestUrn] }, headers);
    expect(answer.status).toBe(200);
  });

  test("X-9 names may come as one string", async () => {
    const { json } = await search({ attributes: "userName,title", count: 1 });
    expect((json.Resources as Body[]).map((user) => Object.keys(user).sort())).toEqual([["id", "schemas", "userName"]]);
  });

  const wrong: readonly (readonly [string, Body, Refusal])[] = [
    ["another schema", { schemas: [userUrn] }, invalidSyntax],
    ["a filter that is no text", { filter: 1 }, invalidSyntax],
    ["names that are none", { attributes: [1] }, invalidSyntax],
    ["a count that is no number", { count: true }, invalidSyntax],
    ["a count that is no whole number", { count: 1.5 }, invalidValue],
    ["a filter that does not parse", { filter: "userName eq" }, invalidFilter],
  ];
  test.each(wrong)("X-5 refuses %s", async (_, body, refusal) => {
    expectRefusal(await search(body), refusal);
  });
});
