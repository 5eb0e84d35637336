import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { searchRequestUrn } from "../../../src/scim/urn.ts";
import {
  create,
  createUser,
  expectRefusal,
  invalidFilter,
  invalidValue,
  list,
  pageOf,
  usersPath,
} from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";
import { badge, badgeUrn, register, schemasPath, sender, startWithBadge, typesPath } from "./custom.ts";

let server: TestServer;

/** Users by a letter, each with a badge or none; all have the title of this test. */
const badges: Readonly<Record<string, Body | undefined>> = {
  a: {
    badgeNumber: "Alpha",
    code: "X1",
    level: 1,
    weight: 1.5,
    valid: true,
    issued: "2026-01-01T00:00:00Z",
    policy: "https://example.com/A",
    chip: "AAAA",
    tags: ["night", "rain"],
    floors: [1, 5],
    desk: { building: "North", floor: 3 },
    doors: [
      { value: "gate", type: "front", until: "2030-01-01T00:00:00Z", weight: 9 },
      { value: "hatch", type: "back", weight: 1 },
    ],
    photo: "a face",
  },
  b: {
    badgeNumber: "beta",
    code: "x1",
    level: 10,
    weight: -2,
    valid: false,
    // The same instant as that of a.
    issued: "2026-01-01T01:00:00+01:00",
    policy: "https://example.com/a",
    chip: "aaaa",
    tags: ["Day"],
    floors: [2],
    desk: { building: "south" },
    doors: [
      { value: "gate", type: "back", until: "2020-01-01T00:00:00Z", weight: 2 },
      { value: "hatch", type: "front", weight: 3, primary: true },
    ],
  },
  c: { level: 2, weight: 0, issued: "2027-06-30T12:00:00.5Z", desk: { floor: -1 } },
  d: undefined,
};
const title = unique("title");
const names = new Map<string, string>();

beforeAll(async () => {
  server = await startWithBadge();
  for (const [letter, values] of Object.entries(badges)) {
    const made = await createUser(server, { title, ...(values !== undefined && badge(values)) });
    names.set(made.id, letter);
  }
});
afterAll(() => server.stop());

const lettersOf = (resources: readonly Body[]): string => resources.map(({ id }) => names.get(text(id))).join("");

/** The letters of the users that a filter finds: by GET, and, the same, by POST. */
async function found(filter: string): Promise<string> {
  const whole = `title eq "${title}" and (${filter})`;
  const got = lettersOf((await list(server, usersPath, { filter: whole })).resources);
  const body = { schemas: [searchRequestUrn], filter: whole };
  const searched = pageOf(await server.request("POST", `${usersPath}/.search`, body));
  expect(lettersOf(searched.resources)).toBe(got);
  return [...got].toSorted().join("");
}

describe("a filter on an attribute of an administrator's own", () => {
  const finds: readonly (readonly [string, string])[] = [
    ['F-6 B:badgeNumber eq "ALPHA"', "a"],
    ['F-7 B:badgeNumber ne "alpha"', "bcd"],
    ['F-8 B:badgeNumber co "ET"', "b"],
    ['F-8 B:badgeNumber sw "al"', "a"],
    ['F-8 B:badgeNumber ew "a"', "ab"],
    ['F-10 B:badgeNumber gt "alpha"', "b"],
    ["F-9 B:badgeNumber pr", "ab"],
    ["F-31 B:badgeNumber eq null", "cd"],
    ['S-21 B:code eq "x1"', "b"],
    ['S-21 B:code co "X"', "a"],
    ["F-15 B:level eq 10", "b"],
    ["F-15 B:level eq 1.0e1", "b"],
    ["F-10 B:level gt 1", "bc"],
    ["F-10 B:level le 2", "ac"],
    ["F-15 B:weight eq 1.50", "a"],
    ["F-10 B:weight lt 0", "b"],
    ["F-9 B:weight pr", "abc"],
    ["B:valid eq true", "a"],
    ["B:valid eq false", "b"],
    ["F-9 B:valid pr", "ab"],
    ["F-7 B:valid ne true", "bcd"],
    ['F-13 B:issued eq "2025-12-31T19:00:00-05:00"', "ab"],
    ['F-13 B:issued gt "2027-06-30T12:00:00Z"', "c"],
    ['F-13 B:issued le "2026-01-01T00:00:00"', "ab"],
    ['DT-7 B:policy eq "https://example.com/a"', "b"],
    ['DT-7 B:policy sw "https://example.com/"', "ab"],
    ['DT-6 B:chip eq "aaaa"', "b"],
    ['DT-6 B:chip ne "AAAA"', "bcd"],
    ['F-17 B:tags eq "RAIN"', "a"],
    ['F-17 B:tags co "a"', "ab"],
    ["F-17 B:floors gt 4", "a"],
    ["F-17 B:floors eq 2", "b"],
    ['B:desk.building eq "SOUTH"', "b"],
    ["B:desk.floor lt 0", "c"],
    ["F-9 B:desk pr", "abc"],
    ["F-22 B:desk[floor ge 3]", "a"],
    ['F-19 B:doors eq "hatch"', "ab"],
    ['F-18 B:doors.value eq "gate" and B:doors.type eq "front"', "ab"],
    ['F-18 F-20 B:doors[value eq "gate" and type eq "front"]', "a"],
    ['F-21 B:doors[not (type eq "back") and weight lt 5]', "b"],
    ['F-21 B:doors[until gt "2025-01-01T00:00:00Z"]', "a"],
    ['F-23 B:doors[type eq "back"].value eq "gate"', "b"],
    ["F-24 B:doors[primary eq true]", "b"],
    ['F-37 B:photo eq "A FACE"', "a"],
    ['F-27 schemas eq "B"', "abc"],
    ['F-3 not (B:level gt 1) and title pr or B:tags eq "day"', "abd"],
  ];

  test.each(finds)("%s", async (written, expected) => {
    const filter = written.replace(/^(?:[A-Z]+-\d+ )+/, "");
    expect(await found(filter.replaceAll("B:", `${badgeUrn}:`).replace('"B"', `"${badgeUrn}"`))).toBe(expected);
    // By bare names, since no other schema has them (E-5), and by a URN in another case (F-26).
    if (!filter.includes("schemas")) {
      expect(await found(filter.replaceAll("B:", ""))).toBe(expected);
      expect(await found(filter.replaceAll("B:", `${badgeUrn.toUpperCase()}:`))).toBe(expected);
    }
  });

  test.each([
    ["F-34 of a name that nothing has", "B:colour pr", "colour"],
    ["F-44 of a part of a simple attribute", "B:level.x pr", "level"],
    ["F-16 of another type", 'B:level eq "ten"', "level"],
    ["F-14 of a time that is none", 'B:issued gt "tomorrow"', "issued"],
    ["F-11 of an order that booleans have not", "B:valid gt false", "valid"],
    ["F-11 of an order that binaries have not", 'B:chip gt "AAAA"', "chip"],
    ["F-12 of a part of a number", 'B:level co "1"', "level"],
    ["F-21 of what stands outside the brackets", 'B:doors[title eq "x"]', "title"],
  ])("%s is refused", async (_, filter, names) => {
    const query = new URLSearchParams({ filter: filter.replaceAll("B:", `${badgeUrn}:`) });
    expectRefusal(await server.request("GET", `${usersPath}?${query}`), { ...invalidFilter, names });
  });

  test("Q-7 over all types what a type lacks has no value", async () => {
    expect(lettersOf((await list(server, "/scim/v2", { filter: `${badgeUrn}:level ge 2` })).resources)).toBe("bc");
    expect((await list(server, "/scim/v2", { filter: "badgeNumber pr" })).total).toBe(2);
  });
});

describe("a list that is sorted by it", () => {
  const orders: readonly (readonly [string, string, string])[] = [
    ["O-5 O-6 O-12 B:badgeNumber", "abcd", "cdba"],
    ["O-6 B:code", "abcd", "cdba"],
    ["O-7 B:level", "acbd", "dbca"],
    ["O-7 B:weight", "bcad", "dacb"],
    ["O-7 B:issued", "abcd", "dcab"],
    ["B:valid", "bacd", "cdab"],
    ["O-4 B:desk.floor", "cabd", "bdac"],
    ["O-3 B:doors", "abcd", "cdba"],
    ["O-3 B:doors.weight", "bacd", "cdab"],
    ["O-3 B:tags", "bacd", "cdab"],
    ["O-3 B:floors", "abcd", "cdba"],
  ];

  test.each(orders)("%s", async (written, ascending, descending) => {
    const name = written.replace(/^(?:O-\d+ )+/, "");
    const filter = `title eq "${title}"`;
    for (const sortBy of [name.replace("B:", `${badgeUrn}:`), name.replace("B:", "")]) {
      for (const [sortOrder, expected] of [
        ["ascending", ascending],
        ["descending", descending],
      ] as const) {
        const whole = lettersOf((await list(server, usersPath, { filter, sortBy, sortOrder })).resources);
        expect(whole, sortOrder).toBe(expected);
        expect(await walk({ filter, sortBy, sortOrder }), sortOrder).toBe(expected);
      }
    }
  });

  /** The letters of all pages of one, by cursor. */
  async function walk(query: Record<string, string>): Promise<string> {
    let letters = "";
    for (let cursor: unknown = ""; typeof cursor === "string"; ) {
      const answer = await server.request(
        "GET",
        `${usersPath}?${new URLSearchParams({ ...query, count: "1", cursor })}`,
      );
      expect(answer.status, answer.text).toBe(200);
      letters += lettersOf(objects(answer.json.Resources));
      cursor = answer.json.nextCursor;
    }
    return letters;
  }

  test("O-9 is refused for a name that nothing has, and for a complex value without its part", async () => {
    for (const sortBy of [`${badgeUrn}:colour`, `${badgeUrn}:desk`]) {
      const query = new URLSearchParams({ sortBy });
      expectRefusal(await server.request("GET", `${usersPath}?${query}`), invalidValue);
    }
  });
});

test("F-34 a client whose profile forgives it asks for what nothing has, and finds nobody", async () => {
  const send = await sender(server, "compatible+unknownFilterAttributeIsAbsent");
  const query = new URLSearchParams({ filter: `${badgeUrn}:colour eq "red"` });
  expect(pageOf(await send("GET", `${usersPath}?${query}`)).total).toBe(0);
});

describe("attributes whose names mean something else at a user", () => {
  const urn = "urn:example:schemas:Oddity";
  const path = "/scim/v2/Oddities";
  let other: TestServer;
  beforeAll(async () => {
    other = await startServer();
    const sub = (name: string) => ({ name, type: "complex", multiValued: true, subAttributes: [{ name: "value" }] });
    const attributes = [
      { name: "displayName", caseExact: true },
      { name: "active" },
      sub("members"),
      sub("groups"),
      { name: "userName", type: "integer" },
    ];
    await register(other, schemasPath, { id: urn, name: "Oddity", attributes });
    await register(other, typesPath, { name: "Oddity", endpoint: "/Oddities", schema: urn });
    const one = {
      schemas: [urn],
      displayName: "One",
      active: "yes",
      members: [{ value: "x" }],
      groups: [{ value: "g" }],
    };
    await create(other, path, { ...one, userName: 10 });
    await create(other, path, { schemas: [urn], displayName: "one", userName: 9 });
    await create(other, path, { schemas: [urn], displayName: "Zero" });
  });
  afterAll(() => other.stop());

  test.each([
    ['S-21 displayName eq "One"', ["One"]],
    ['S-21 displayName eq "one"', ["one"]],
    ['active eq "YES"', ["One"]],
    ["active pr", ["One"]],
    ['members.value eq "x"', ["One"]],
    ['groups eq "g"', ["One"]],
    ["userName lt 10", ["one"]],
  ])("mean what their schema says: %s", async (written, expected) => {
    const filter = written.replace(/^S-21 /, "");
    const { resources } = await list(other, path, { filter });
    expect(resources.map(({ displayName }) => displayName)).toEqual(expected);
  });

  test("O-6 are sorted as their schema says", async () => {
    const { resources } = await list(other, path, { sortBy: "displayName" });
    expect(resources.map(({ displayName }) => displayName)).toEqual(["One", "Zero", "one"]);
  });

  test("P-5 have no default of a user's", async () => {
    const { resources, total } = await list(other, path, { filter: 'displayName co "Zero"' });
    expect(total).toBe(1);
    expect(resources[0]).not.toHaveProperty("active");
    expect(resources[0]).not.toHaveProperty("members");
  });
});
