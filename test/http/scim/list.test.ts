import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { enterpriseUserUrn, groupUrn, userUrn } from "../../../src/scim/urn.ts";
import {
  create,
  createGroup,
  createUser,
  expectRefusal,
  fullUser,
  groupsPath,
  invalidFilter,
  invalidValue,
  list,
  type Page,
  user,
  usersPath,
} from "../../support/scim.ts";
import { startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const names = ({ resources }: Page): readonly unknown[] => resources.map(({ userName }) => userName);

describe("a list", () => {
  test("Q-5 Q-3 PG-4 without a match is 200 with totalResults 0 and empty Resources", async () => {
    const page = await list(server, usersPath, { filter: `userName eq "${unique()}"` });
    expect(page).toEqual({ total: 0, startIndex: 1, itemsPerPage: 0, resources: [] });
  });

  test("Q-1 Q-2 Q-4 PG-10 AM-36 has the four members of a ListResponse, its numbers as integers", async () => {
    const title = unique("title");
    await createUser(server, { title });
    const answer = await server.request("GET", `${usersPath}?filter=${encodeURIComponent(`title eq "${title}"`)}`);
    expect(answer.text).toStartWith(
      '{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"startIndex":1,"itemsPerPage":1,',
    );
  });

  test("Q-12 S-10 holds whole resources, as GET of each shows them, and no password", async () => {
    const sent = { ...fullUser(unique()), password: "the password of a listed user" };
    const made = await create(server, usersPath, sent);
    const group = await createGroup(server, [made.id]);
    const users = await list(server, usersPath, { filter: `id eq "${made.id}"` });
    const groups = await list(server, groupsPath, { filter: `id eq "${group.id}"` });
    expect(users.resources).toEqual([(await server.request("GET", `${usersPath}/${made.id}`)).json]);
    expect(groups.resources).toEqual([group]);
  });

  test("Q-12 of users has only users, of groups only groups", async () => {
    const shared = unique("shared");
    await createUser(server, { displayName: shared });
    await createGroup(server, [], shared);
    const filter = `displayName eq "${shared}"`;
    const users = await list(server, usersPath, { filter });
    const groups = await list(server, groupsPath, { filter });
    expect(users.resources.map(({ schemas }) => schemas)).toEqual([[userUrn]]);
    expect(groups.resources.map(({ schemas }) => schemas)).toEqual([[groupUrn]]);
  });

  test("BU-9 BU-11 takes a trailing slash and parameters that nobody knows", async () => {
    const answer = await server.request("GET", `${usersPath}/?count=1&colour=mauve`);
    expect(answer.status).toBe(200);
  });

  test("U-16 shows inactive users", async () => {
    const { id } = await createUser(server, { active: false });
    expect((await list(server, usersPath, { filter: `id eq "${id}" and active eq false` })).total).toBe(1);
  });
});

describe("pages of five users", () => {
  const title = unique("paged");
  const filter = `title eq "${title}"`;
  const all: string[] = [];
  beforeAll(async () => {
    for (let index = 0; index < 5; index++) {
      const made = await createUser(server, { title });
      all.push(text(made.userName));
    }
  });

  interface Expected {
    readonly query: Readonly<Record<string, string>>;
    readonly startIndex: number;
    readonly from: number;
    readonly to: number;
  }

  const pages: Readonly<Record<string, Expected>> = {
    "PG-5 without parameters: all, since they are less than a page": { query: {}, startIndex: 1, from: 0, to: 5 },
    "PG-2 count is a ceiling": { query: { count: "2" }, startIndex: 1, from: 0, to: 2 },
    "PG-1 startIndex counts from 1": { query: { startIndex: "2", count: "2" }, startIndex: 2, from: 1, to: 3 },
    "PG-7 PG-14 itemsPerPage of the short last page": {
      query: { startIndex: "5", count: "2" },
      startIndex: 5,
      from: 4,
      to: 5,
    },
    "PG-1 startIndex 0 means 1": { query: { startIndex: "0", count: "1" }, startIndex: 1, from: 0, to: 1 },
    "PG-1 a startIndex below 0 means 1": { query: { startIndex: "-3", count: "1" }, startIndex: 1, from: 0, to: 1 },
    "PG-4 count 0 asks for the total alone": { query: { count: "0" }, startIndex: 1, from: 0, to: 0 },
    "PG-3 a count below 0 means 0": { query: { count: "-1" }, startIndex: 1, from: 0, to: 0 },
    "PG-6 a count above the most is cut": { query: { count: "999999" }, startIndex: 1, from: 0, to: 5 },
    "PG-8 a startIndex beyond the end is an empty page": { query: { startIndex: "6" }, startIndex: 6, from: 0, to: 0 },
    "PG-8 a startIndex far beyond the end is an empty page": {
      query: { startIndex: "999999999999999" },
      startIndex: 999_999_999_999_999,
      from: 0,
      to: 0,
    },
    "empty parameters are as good as none": { query: { startIndex: "", count: "" }, startIndex: 1, from: 0, to: 5 },
  };

  test.each(Object.entries(pages))("%s", async (_, { query, startIndex, from, to }) => {
    const page = await list(server, usersPath, { filter, ...query });
    expect({ ...page, resources: names(page) }).toEqual({
      total: 5,
      startIndex,
      itemsPerPage: to - from,
      resources: all.slice(from, to),
    });
  });

  test("PG-11 PG-13 page after page gives each user once, in one order, while others are added", async () => {
    const seen: unknown[] = [];
    for (let startIndex = 1; startIndex <= 5; startIndex++) {
      await createUser(server);
      seen.push(...names(await list(server, usersPath, { filter, startIndex: String(startIndex), count: "1" })));
    }
    expect(seen).toEqual(all);
  });

  test.each(["one", "1.5", "1e3", "0x1", "1;2", "9".repeat(16), "١"])(
    "PG-9 a startIndex or count of %p is 400 invalidValue",
    async (value) => {
      for (const name of ["startIndex", "count"]) {
        const answer = await server.request("GET", `${usersPath}?${new URLSearchParams({ [name]: value })}`);
        expectRefusal(answer, { ...invalidValue, names: name });
      }
    },
  );
});

describe("filters", () => {
  // Everybody of this block, and nobody else, is in this department.
  const place = unique("place");
  const people = {
    babs: {
      externalId: "HR-701984",
      displayName: "Babs (the) Jensen",
      name: { givenName: "Barbara", familyName: "Jensen" },
      title: "Tour Guide",
      emails: [
        { value: "bjensen@example.com", type: "work", primary: true },
        { value: "babs@jensen.example", type: "home" },
      ],
      [enterpriseUserUrn]: { department: place, employeeNumber: "701984", manager: { value: "26118915" } },
    },
    zoe: {
      externalId: "hr-701984",
      displayName: 'Zoë "100%" O\'Hara_',
      name: { familyName: "O'Hara" },
      active: false,
      emails: [{ value: "bjensen@example.com", type: "home" }],
      [enterpriseUserUrn]: { department: place },
    },
    bare: { [enterpriseUserUrn]: { department: place } },
  } as const;
  const made = new Map<unknown, string>();
  beforeAll(async () => {
    for (const [name, more] of Object.entries(people)) {
      const { userName } = await create(server, usersPath, user(unique(name), more));
      made.set(userName, name);
    }
  });

  const found = async (filter: string): Promise<readonly unknown[]> => {
    const within = `${enterpriseUserUrn}:department eq "${place}" and (${filter})`;
    const page = await list(server, usersPath, { filter: within });
    return names(page).map((name) => made.get(name));
  };

  const matches: readonly (readonly [string, string, readonly string[]])[] = [
    ["F-6 S-21 eq without regard to case", 'title eq "tour guide"', ["babs"]],
    ["F-28 C-4 externalId with regard to case", 'externalId eq "HR-701984"', ["babs"]],
    ["F-2 names and operators of any case", 'TITLE EQ "Tour Guide" AND NOT (active eq false)', ["babs"]],
    ["F-7 AM-11 ne of an absent attribute", 'title ne "Tour Guide"', ["zoe", "bare"]],
    ["F-8 co, sw and ew", 'title co "ur g" and title sw "tou" and title ew "ide"', ["babs"]],
    ["F-9 pr", "title pr", ["babs"]],
    ["F-9 F-35 pr of a value that is false, and of a default", "active pr", ["babs", "zoe", "bare"]],
    ["F-31 eq null", "title eq null", ["zoe", "bare"]],
    ["F-3 and before or", 'title pr or active eq false and title eq "x"', ["babs"]],
    ["F-3 parentheses", '(title pr or active eq false) and not (title eq "x")', ["babs", "zoe"]],
    ["F-5 not without a blank", "not(title pr)", ["zoe", "bare"]],
    ["F-17 AM-42 any value of a list", 'emails co "jensen.example"', ["babs"]],
    ["F-18 two conditions on two values", 'emails.type eq "home" and emails.value co "bjensen"', ["babs", "zoe"]],
    ["F-18 F-20 F-21 two conditions on one value", 'emails[type eq "home" and value co "bjensen"]', ["zoe"]],
    ["F-23 EN-7 a sub-attribute after brackets", 'emails[type eq "work"].value eq "bjensen@example.com"', ["babs"]],
    ["F-22 brackets on a single value", 'name[givenName eq "barbara"]', ["babs"]],
    ["F-25 E-4 a qualified core name", `${userUrn}:name.familyName sw "Jen"`, ["babs"]],
    ["F-25 E-4 a qualified extension name", `${enterpriseUserUrn}:manager.value eq "26118915"`, ["babs"]],
    ["F-26 a URN of another case", `${enterpriseUserUrn.toUpperCase()}:EMPLOYEENUMBER eq "701984"`, ["babs"]],
    ["E-5 an extension's name without its URN", 'employeeNumber eq "701984"', ["babs"]],
    ["F-27 schemas", `schemas eq "${enterpriseUserUrn}"`, ["babs", "zoe", "bare"]],
    ["F-28 meta.resourceType", 'meta.resourceType eq "User"', ["babs", "zoe", "bare"]],
    ["F-28 meta.created", 'meta.created gt "2020-01-01T00:00:00Z"', ["babs", "zoe", "bare"]],
    ["F-10 lexicographic order", 'name.familyName gt "K"', ["zoe"]],
    ["F-29 escapes and brackets in quotes", 'displayName co "\\u0028the) J"', ["babs"]],
    ["F-29 quotes in quotes", 'displayName co "\\"100%\\""', ["zoe"]],
    ["F-40 a percent sign is a character", 'displayName co "1%0"', []],
    ["F-40 an underscore is a character", 'displayName ew "hara_"', ["zoe"]],
    ["F-40 an apostrophe is a character", `name.familyName eq "O'Hara"`, ["zoe"]],
    ["F-40 SQL is text", `title eq "x' OR '1'='1"`, []],
    ["F-41 letters beyond ASCII in any case", 'displayName sw "ZOË"', ["zoe"]],
    ["DT-2 F-16 a boolean in a string", 'active eq "False"', ["zoe"]],
  ];

  test.each(matches)("%s: %s", async (_, filter, expected) => {
    expect(await found(filter)).toEqual([...expected]);
  });

  test("F-28 V-2 meta.version and id pick one user", async () => {
    const one = await createUser(server);
    const page = await list(server, usersPath, { filter: `id eq "${one.id}" and meta.version eq "W/\\"1\\""` });
    expect(page.total).toBe(1);
  });

  test("BU-5 a plus in a query is a blank, and %2B is a plus", async () => {
    const { userName } = await createUser(server, { userName: unique("a+b") });
    const value = encodeURIComponent(text(userName));
    const answer = await server.request("GET", `${usersPath}?filter=userName+eq+%22${value}%22`);
    expect(answer.json.totalResults).toBe(1);
  });

  test("F-19 AM-42 groups are found by their members", async () => {
    const member = await createUser(server);
    const group = await createGroup(server, [member.id]);
    for (const filter of [`members eq "${member.id}"`, `members[value eq "${member.id}"]`]) {
      const page = await list(server, groupsPath, { filter });
      expect(page.resources.map(({ id }) => id)).toEqual([group.id]);
    }
  });

  test("U-8 users are found by their groups", async () => {
    const member = await createUser(server);
    const group = await createGroup(server, [member.id]);
    const page = await list(server, usersPath, { filter: `groups.value eq "${group.id}"` });
    expect(page.resources.map(({ id }) => id)).toEqual([member.id]);
  });

  const wrong: readonly (readonly [string, string])[] = [
    ["F-33 empty", ""],
    ["F-33 a missing value", "userName eq"],
    ["F-33 text behind it", 'userName eq "a" userName'],
    ["F-33 an open parenthesis", '(userName eq "a"'],
    ["F-33 an open string", 'userName eq "a'],
    ["F-32 an unknown operator", 'userName like "a"'],
    ["F-34 AM-24 an unknown attribute", 'favouriteColour eq "mauve"'],
    ["F-44 a sub-attribute of a simple attribute", 'userName.first eq "a"'],
    ["F-44 three levels", 'name.givenName.first eq "a"'],
    ["F-11 an order of booleans", "active gt true"],
    ["F-12 a part of a date", 'meta.created co "2020"'],
    ["F-14 a date that is none", 'meta.created gt "yesterday"'],
    ["F-30 AM-25 a word without quotes", "userName eq bjensen"],
    ["F-30 AM-25 apostrophes", "userName eq 'bjensen'"],
    ["F-16 a number for a text", "userName eq 42"],
  ];

  test.each(wrong)("%s is 400 invalidFilter: %s", async (_, filter) => {
    const answer = await server.request("GET", `${usersPath}?${new URLSearchParams({ filter })}`);
    expectRefusal(answer, invalidFilter);
  });

  test.each(['password eq "x"', "password pr", 'password sw "$argon2"', "not (password pr)"])(
    "U-6 Q-10 F-36 AU-12 %s is 403 sensitive",
    async (filter) => {
      await createUser(server, { password: "a password to be guessed" });
      const answer = await server.request("GET", `${usersPath}?${new URLSearchParams({ filter })}`);
      expectRefusal(answer, { status: 403, scimType: "sensitive", names: "password" });
    },
  );
});
