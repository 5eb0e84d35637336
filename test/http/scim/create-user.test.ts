import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { enterpriseUserUrn, groupUrn, userUrn } from "../../../src/scim/urn.ts";
import {
  createUser,
  expectRefusal,
  fullUser,
  invalidSyntax,
  invalidValue,
  list,
  notFound,
  type Refusal,
  uniqueness,
  unknownId,
  user,
  usersPath,
} from "../../support/scim.ts";
import { type Body, object, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

interface Accepted {
  readonly sent: Body;
  /** What the answer shows; an attribute set to undefined is not in it. */
  readonly shows?: Body;
  /** What the answer's text does not contain. */
  readonly lacks?: readonly string[];
}

const accepted: Readonly<Record<string, Accepted>> = {
  "P-8 C-6 meta.resourceType follows the endpoint": {
    sent: { meta: { resourceType: "Group" } },
    shows: { meta: expect.objectContaining({ resourceType: "User" }) },
  },
  "P-4 C-2 P-19 the id is the server's, whatever the client sends": {
    sent: { id: unknownId },
    lacks: [unknownId],
  },
  "P-4 C-5 meta from the client is ignored": {
    sent: { meta: { created: "1999-12-31T23:59:59Z", version: 'W/"seven"', location: "https://elsewhere.example" } },
    lacks: ["1999-12-31", "seven", "elsewhere"],
  },
  "P-4 U-7 groups from the client are ignored": {
    sent: { groups: [{ value: unknownId, display: "Administrators" }] },
    shows: { groups: undefined },
    lacks: ["Administrators"],
  },
  "P-5 U-17 a user is active when nobody says": { sent: {}, shows: { active: true } },
  "P-5 a user may be created inactive": { sent: { active: false }, shows: { active: false } },
  "P-6 S-6 null, [] and {} leave an attribute unassigned": {
    sent: { title: null, emails: [], name: {}, addresses: [{}], [enterpriseUserUrn]: { manager: null } },
    shows: { title: undefined, emails: undefined, name: undefined, addresses: undefined },
    lacks: [enterpriseUserUrn],
  },
  "P-6 null overrides the default of active": { sent: { active: null }, shows: { active: undefined } },
  "P-12 AM-4 EN-12 a schema of somebody else's is ignored": {
    sent: { schemas: [userUrn, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User"] },
    shows: { schemas: [userUrn] },
  },
  "P-13 S-12 an extension with data is listed in schemas though the client did not": {
    sent: { [enterpriseUserUrn]: { department: "Tours" } },
    shows: { schemas: [userUrn, enterpriseUserUrn], [enterpriseUserUrn]: { department: "Tours" } },
  },
  "S-12 an extension without data is not listed in schemas though the client did": {
    sent: { schemas: [enterpriseUserUrn, userUrn] },
    shows: { schemas: [userUrn] },
  },
  "S-5 S-8 the order of schemas and a URN given twice change nothing": {
    sent: { schemas: [enterpriseUserUrn, userUrn, userUrn], [enterpriseUserUrn]: { division: "Park" } },
    shows: { schemas: [userUrn, enterpriseUserUrn] },
  },
  "P-18 AM-8 core attributes under the core URN are merged": {
    sent: { [userUrn]: { title: "Guide" } },
    shows: { title: "Guide", [userUrn]: undefined },
  },
  "S-1 attribute names of any case come out as the schema writes them": {
    sent: { TITLE: "Guide", NAME: { GIVENNAME: "Barbara" }, [enterpriseUserUrn.toUpperCase()]: { DIVISION: "Park" } },
    shows: { title: "Guide", name: { givenName: "Barbara" }, [enterpriseUserUrn]: { division: "Park" } },
    lacks: ["TITLE", "GIVENNAME", "DIVISION"],
  },
  "S-21 U-10 U-11 AM-28 values are kept as they were sent": {
    sent: {
      emails: [{ value: "Babs@EXAMPLE.com", type: "WORK" }],
      phoneNumbers: [{ value: "06784 / 4411" }],
      photos: [{ value: "not a url" }],
    },
    shows: {
      emails: [{ value: "Babs@EXAMPLE.com", type: "WORK" }],
      phoneNumbers: [{ value: "06784 / 4411" }],
      photos: [{ value: "not a url" }],
    },
  },
  "S-24 a type that is no canonical value is accepted": {
    sent: { emails: [{ value: "a@example.com", type: "pigeon" }] },
    shows: { emails: [{ value: "a@example.com", type: "pigeon" }] },
  },
  "U-9 U-15 an address may be primary and in a country by its name": {
    sent: { addresses: [{ country: "Germany", primary: true }] },
    shows: { addresses: [{ country: "Germany", primary: true }] },
  },
  "the same value with two types is two values": {
    sent: {
      emails: [
        { value: "a@example.com", type: "work" },
        { value: "a@example.com", type: "home" },
      ],
    },
    shows: {
      emails: [
        { value: "a@example.com", type: "work" },
        { value: "a@example.com", type: "home" },
      ],
    },
  },
  "DT-2 AM-26 booleans in strings are understood and come out as booleans": {
    sent: { active: "False", emails: [{ value: "a@example.com", primary: "True" }] },
    shows: { active: false, emails: [{ value: "a@example.com", primary: true }] },
  },
  "DT-12 one value where a list belongs is a list of one": {
    sent: { emails: { value: "a@example.com" } },
    shows: { emails: [{ value: "a@example.com" }] },
  },
  "DT-12 a list of one manager is the manager": {
    sent: { [enterpriseUserUrn]: { manager: [{ value: "26118915" }] } },
    shows: { [enterpriseUserUrn]: { manager: { value: "26118915" } } },
  },
  "DT-1 text of every script and plane is kept": {
    sent: { displayName: "Ünïcode ﷽ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧 \u2028" },
    shows: { displayName: "Ünïcode ﷽ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧 \u2028" },
  },
  "S-31 AM-5 attributes that no schema has are left out": {
    sent: { favouriteColour: "mauve", name: { petName: "Bunny" }, "urn:example:Thing": { a: 1 } },
    shows: { favouriteColour: undefined, name: undefined, "urn:example:Thing": undefined },
    lacks: ["mauve", "Bunny"],
  },
  "E-1 attributes of the extension do not count at the top": {
    sent: { department: "Tours" },
    shows: { department: undefined },
    lacks: ["Tours"],
  },
  "E-2 manager.displayName from the client is ignored": {
    sent: { [enterpriseUserUrn]: { manager: { value: "26118915", displayName: "John Smith" } } },
    shows: { [enterpriseUserUrn]: { manager: { value: "26118915" } } },
    lacks: ["John Smith"],
  },
  "U-4 S-16 S-18 a password is accepted and never shown": {
    sent: { password: "t1meMa$heen" },
    shows: { password: undefined },
    lacks: ["t1meMa$heen", "password", "argon2"],
  },
};

describe("a user is created", () => {
  test.each(Object.entries(accepted))("%s", async (_, { sent, shows = {}, lacks = [] }) => {
    const userName = unique();
    const answer = await server.request("POST", usersPath, user(userName, sent));
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json.userName).toBe(userName);
    for (const [name, value] of Object.entries(shows)) expect(answer.json[name], name).toEqual(value);
    for (const piece of lacks) expect(answer.text).not.toContain(piece);
    const again = await server.request("GET", `${usersPath}/${answer.json.id}`);
    expect(again.json, "what the creation answered is what is kept").toEqual(answer.json);
  });

  test("P-1 P-2 H-17 H-18 with 201, and Location, Content-Location and meta.location are its URI", async () => {
    const answer = await server.request("POST", usersPath, user(unique()));
    expect(answer.status).toBe(201);
    const location = `${server.url}${usersPath}/${answer.json.id}`;
    expect(answer.header("Location")).toBe(location);
    expect(answer.header("Content-Location")).toBe(location);
    expect(object(answer.json.meta).location).toBe(location);
  });

  test("P-3 S-32 the body is the whole new resource, every attribute of both schemas", async () => {
    const sent = fullUser(unique());
    const answer = await server.request("POST", usersPath, { ...sent, password: "Pa55word of Babs" });
    expect(answer.status, answer.text).toBe(201);
    const { id, meta, ...shown } = answer.json;
    expect(shown).toEqual(sent);
    expect(text(id)).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.keys(object(meta)).sort()).toEqual([
      "created",
      "lastModified",
      "location",
      "resourceType",
      "version",
    ]);
  });

  test("P-15 C-10 V-2 V-10 the ETag is weak and equal to meta.version", async () => {
    const answer = await server.request("POST", usersPath, user(unique()));
    expect(answer.header("ETag")).toMatch(/^W\/"[^"]+"$/);
    expect(object(answer.json.meta).version).toBe(answer.header("ETag"));
  });

  test("C-7 created and lastModified are the same instant", async () => {
    const { meta } = await createUser(server);
    const { created, lastModified } = object(meta);
    expect(lastModified).toBe(created);
    expect(text(created)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test("C-4 two users may have the same externalId", async () => {
    const externalId = unique("external");
    await createUser(server, { externalId });
    await createUser(server, { externalId });
    expect((await list(server, usersPath, { filter: `externalId eq "${externalId}"` })).total).toBe(2);
  });

  test("C-1 C-3 no two ids are the same and none contains bulkId", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => createUser(server)));
    const ids = new Set(made.map(({ id }) => id));
    expect(ids.size).toBe(20);
    for (const id of ids) expect(id.toLowerCase()).not.toContain("bulkid");
  });
});

/** Bodies that are refused for what they are, each with a userName of its own. */
const refused: Readonly<Record<string, readonly [Body, Refusal]>> = {
  "U-1 P-9 a userName that is null": [{ userName: null }, { ...invalidValue, names: "userName" }],
  "U-1 P-9 a userName that is empty": [{ userName: "" }, { ...invalidValue, names: "userName" }],
  "U-1 P-9 a userName of blanks": [{ userName: " \t" }, { ...invalidValue, names: "userName" }],
  "DT-11 a userName that is a number": [{ userName: 42 }, { ...invalidValue, names: "userName" }],
  "DT-11 a userName that is an object": [{ userName: { value: "x" } }, { ...invalidValue, names: "userName" }],
  "DT-11 a name that is a string": [{ name: "Barbara" }, { ...invalidValue, names: "name" }],
  "DT-11 a sub-attribute of another type": [{ name: { givenName: 1 } }, { ...invalidValue, names: "name.givenName" }],
  "DT-11 active that is a number": [{ active: 1 }, { ...invalidValue, names: "active" }],
  "DT-11 active that is no boolean in a string": [{ active: "yes" }, { ...invalidValue, names: "active" }],
  "DT-11 a mail address that is a number": [{ emails: [{ value: 1 }] }, { ...invalidValue, names: "emails.value" }],
  "DT-11 an extension that is a string": [
    { [enterpriseUserUrn]: "Tours" },
    { ...invalidValue, names: enterpriseUserUrn },
  ],
  "DT-11 an extension's attribute of another type": [
    { [enterpriseUserUrn]: { department: false } },
    { ...invalidValue, names: `${enterpriseUserUrn}:department` },
  ],
  "DT-6 U-13 a certificate that is no base64": [
    { x509Certificates: [{ value: "***" }] },
    { ...invalidValue, names: "x509Certificates.value" },
  ],
  "DT-12 two values where one belongs": [{ title: ["a", "b"] }, { ...invalidValue, names: "title" }],
  "P-11 AM-4 no schemas": [{ schemas: undefined }, { ...invalidSyntax, names: userUrn }],
  "P-11 S-8 empty schemas": [{ schemas: [] }, { ...invalidSyntax, names: userUrn }],
  "P-11 schemas that are null": [{ schemas: null }, { ...invalidSyntax, names: userUrn }],
  "P-12 S-9 schemas without the type's own": [{ schemas: [enterpriseUserUrn] }, { ...invalidValue, names: userUrn }],
  "P-12 S-9 the schema of another type": [{ schemas: [groupUrn] }, { ...invalidValue, names: userUrn }],
  "P-14 S-25 AM-40 two primary values": [
    {
      emails: [
        { value: "a@example.com", primary: true },
        { value: "b@example.com", primary: true },
      ],
    },
    { ...invalidValue, names: "emails" },
  ],
  "P-17 names that differ in case alone": [
    { title: "a", Title: "b" },
    { ...invalidSyntax, names: "title" },
  ],
  "P-17 names of sub-attributes that differ in case alone": [
    { name: { givenName: "a", GivenName: "b" } },
    { ...invalidSyntax, names: "name.givenName" },
  ],
  "P-17 an extension twice, under its URN in two cases": [
    { [enterpriseUserUrn]: { division: "a" }, [enterpriseUserUrn.toUpperCase()]: { division: "b" } },
    { ...invalidSyntax, names: enterpriseUserUrn },
  ],
};

describe("a user is refused", () => {
  test.each(Object.entries(refused))("%s", async (_, [sent, refusal]) => {
    const externalId = unique("external");
    const answer = await server.request("POST", usersPath, user(unique(), { externalId, ...sent }));
    expectRefusal(answer, refusal);
    const { total } = await list(server, usersPath, { filter: `externalId eq "${externalId}"` });
    expect(total, "ER-8 a refused request changes nothing").toBe(0);
  });

  test("P-7 U-2 S-23 a userName in use, in any case, is 409 uniqueness", async () => {
    const userName = unique("BJensen");
    await createUser(server, { userName });
    for (const taken of [userName, userName.toUpperCase(), userName.toLowerCase()]) {
      expectRefusal(await server.request("POST", usersPath, user(taken)), { ...uniqueness, names: taken });
    }
    expect((await list(server, usersPath, { filter: `userName eq "${userName}"` })).total).toBe(1);
  });

  test.each([
    ["composed and decomposed", "zoë", "zoe\u0308"],
    ["wide and narrow letters", "babs", "ｂａｂｓ"],
    ["capital and small letters beyond ASCII", "ÖZGÜR", "özgür"],
    ["the two small sigmas", "ΝΊΚΟΣ", "νίκος"],
  ])("U-3 F-41 two userNames that differ in %s alone clash", async (_, first, second) => {
    const suffix = unique("");
    await createUser(server, { userName: first + suffix });
    expectRefusal(await server.request("POST", usersPath, user(second + suffix)), uniqueness);
  });

  test("P-9 U-1 AM-34 a body without a userName is 400 invalidValue that names it", async () => {
    const answer = await server.request("POST", usersPath, { schemas: [userUrn] });
    expectRefusal(answer, { ...invalidValue, names: "userName" });
  });

  test.each(["[]", "[{}]", '"text"', "42", "null", "", " ", "{", '{"userName":}', "{'userName':'x'}", "\xff\xfe"])(
    "P-10 the body %p is 400 invalidSyntax",
    async (body) => {
      const bytes = Buffer.from(body, "latin1");
      const headers = { "Content-Type": "application/scim+json" };
      expectRefusal(await server.request("POST", usersPath, bytes, headers), invalidSyntax);
    },
  );

  test("P-16 POST to a resource is 405", async () => {
    const { id } = await createUser(server);
    const answer = await server.request("POST", `${usersPath}/${id}`, user(unique()));
    expectRefusal(answer, { status: 405 });
    expect(answer.header("Allow")).toBe("GET, PUT, PATCH, DELETE");
  });

  test("ER-7 POST to an endpoint that does not exist is 404", async () => {
    expectRefusal(await server.request("POST", "/scim/v2/Gadgets", user(unique())), notFound);
  });

  test("ER-3 S-30 the detail tells of all problems, the first one first", async () => {
    const answer = await server.request("POST", usersPath, user(unique(), { active: 1, title: 2, name: 3 }));
    expectRefusal(answer, { ...invalidValue, names: "and 2 more" });
    for (const name of ["active", "title", "name"]) expect(answer.json.detail).toContain(name);
  });
});

describe("a token with the strict profile", () => {
  const strictly: Readonly<Record<string, readonly [Body, Refusal]>> = {
    "S-31 refuses an attribute that no schema has": [
      { favouriteColour: "mauve" },
      { ...invalidSyntax, names: "favouriteColour" },
    ],
    "P-12 refuses a schema that the type does not have": [
      { schemas: [userUrn, "urn:example:Thing"] },
      { ...invalidValue, names: "schemas" },
    ],
    "DT-2 refuses a boolean in a string": [{ active: "true" }, { ...invalidValue, names: "active" }],
    "DT-12 refuses one value where a list belongs": [
      { emails: { value: "a@example.com" } },
      { ...invalidValue, names: "emails" },
    ],
    "DT-12 refuses a list of one where one value belongs": [{ title: ["a"] }, { ...invalidValue, names: "title" }],
  };
  let authorization: string;
  beforeAll(async () => {
    authorization = `Bearer ${await server.makeToken({ scopes: ["scim:read", "scim:write"], profile: "strict" })}`;
  });

  test.each(Object.entries(strictly))("%s", async (_, [sent, refusal]) => {
    const headers = { Authorization: authorization };
    expectRefusal(await server.request("POST", usersPath, user(unique(), sent), headers), refusal);
  });

  test("takes a correct user as every token does", async () => {
    const headers = { Authorization: authorization };
    expect((await server.request("POST", usersPath, fullUser(unique()), headers)).status).toBe(201);
  });
});
