import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { enterpriseUserUrn, userUrn } from "../../../src/scim/urn.ts";
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
import { type Body, basic, object, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const put = (id: string, body: Body) => server.request("PUT", `${usersPath}/${id}`, body);

interface Replaced {
  readonly before: Body;
  readonly sent: Body;
  /** What is there afterwards, beside schemas, userName, id and meta. */
  readonly after: Body;
}

const replaced: Readonly<Record<string, Replaced>> = {
  "S-14 RP-4 a value that is given replaces the old one": {
    before: { title: "Guide", name: { givenName: "Babs", familyName: "Jensen" } },
    sent: { title: "Driver", name: { givenName: "Barbara" } },
    after: { title: "Driver", name: { givenName: "Barbara" }, active: true },
  },
  "RP-5 a value that is left out is cleared": {
    before: { title: "Guide", emails: [{ value: "a@example.com" }], externalId: "701984" },
    sent: {},
    after: { active: true },
  },
  "RP-11 null and [] clear": {
    before: { title: "Guide", emails: [{ value: "a@example.com" }] },
    sent: { title: null, emails: [] },
    after: { active: true },
  },
  "RP-7 RP-14 C-2 C-5 what only the server sets is ignored": {
    before: {},
    sent: { id: unknownId, meta: { version: 'W/"99"', created: "1999-01-01T00:00:00Z" }, groups: [{ value: "x" }] },
    after: { active: true },
  },
  "RP-15 an extension that is left out is cleared and not in schemas": {
    before: { [enterpriseUserUrn]: { department: "Tours" } },
    sent: {},
    after: { active: true, schemas: [userUrn] },
  },
  "RP-15 an extension that is given is replaced whole": {
    before: { [enterpriseUserUrn]: { department: "Tours", division: "Park" } },
    sent: { [enterpriseUserUrn]: { division: "Studio" } },
    after: {
      active: true,
      schemas: [userUrn, enterpriseUserUrn],
      [enterpriseUserUrn]: { division: "Studio" },
    },
  },
  "RP-5 an inactive user stays inactive when active is left out": {
    before: { active: false },
    sent: { title: "Guide" },
    after: { title: "Guide", active: false },
  },
  "RP-4 a user is deactivated": { before: {}, sent: { active: false }, after: { active: false } },
  "S-31 an attribute that no schema has is left out": {
    before: {},
    sent: { favouriteColour: "mauve" },
    after: { active: true },
  },
};

describe("a user is replaced", () => {
  test.each(Object.entries(replaced))("%s", async (_, { before, sent, after }) => {
    const userName = unique();
    const made = await createUser(server, { ...before, userName });
    const answer = await put(made.id, user(userName, sent));
    expect(answer.status, answer.text).toBe(200);
    const { meta, ...shown } = answer.json;
    expect(shown).toEqual({ schemas: [userUrn], id: made.id, userName, ...after });
    expect(object(meta).created).toBe(object(made.meta).created);
    expect((await server.request("GET", `${usersPath}/${made.id}`)).json).toEqual(answer.json);
  });

  test("RP-1 RP-3 H-18 AM-9 with 200, the whole resource and its URI", async () => {
    const { id } = await createUser(server);
    const sent = fullUser(unique());
    const answer = await put(id, sent);
    expect(answer.status).toBe(200);
    const { meta, ...shown } = answer.json;
    expect(shown).toEqual({ id, ...sent });
    const location = `${server.url}${usersPath}/${id}`;
    expect([answer.header("Location"), answer.header("Content-Location")]).toEqual([location, location]);
    expect(object(meta).location).toBe(location);
  });

  test("RP-18 what GET answered can be put back as it is, and changes nothing", async () => {
    const { id } = await createUser(server, fullUser(unique()));
    const got = await server.request("GET", `${usersPath}/${id}`);
    const answer = await put(id, got.json);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(got.json);
    expect(answer.header("ETag")).toBe(got.header("ETag"));
  });

  test("RP-16 C-8 V-3 what changes nothing moves neither version nor lastModified, what changes something moves both", async () => {
    const userName = unique();
    const made = await createUser(server, { userName, title: "Guide" });
    const same = await put(made.id, user(userName, { title: "Guide" }));
    expect(same.json.meta).toEqual(made.meta);
    const other = await put(made.id, user(userName, { title: "Driver" }));
    const { version, lastModified } = object(other.json.meta);
    expect(version).toBe('W/"2"');
    expect(other.header("ETag")).toBe('W/"2"');
    expect(Date.parse(text(lastModified))).toBeGreaterThanOrEqual(Date.parse(text(object(made.meta).lastModified)));
  });

  test("U-2 a user may be given its own userName in another case, and another userName", async () => {
    const userName = unique("user");
    const { id } = await createUser(server, { userName });
    expect((await put(id, user(userName.toUpperCase()))).json.userName).toBe(userName.toUpperCase());
    const other = unique();
    expect((await put(id, user(other))).json.userName).toBe(other);
    expect((await list(server, usersPath, { filter: `userName eq "${userName}"` })).total).toBe(0);
    await createUser(server, { userName });
  });

  test("RP-6 AM-38 a password that is left out stays, one that is given replaces the old one", async () => {
    const userName = unique();
    const { id } = await createUser(server, { userName, password: "the first password" });
    await server.commit({ kind: "setRoles", userId: id, roles: ["auditor"] });
    const status = async (password: string) =>
      (await server.request("GET", usersPath, undefined, { Authorization: basic(userName, password) })).status;
    expect(await status("the first password")).toBe(200);
    await put(id, user(userName, { title: "Guide" }));
    expect(await status("the first password")).toBe(200);
    const answer = await put(id, user(userName, { password: "the second password" }));
    expect(answer.json.password).toBeUndefined();
    expect(await status("the first password")).toBe(401);
    expect(await status("the second password")).toBe(200);
  });
});

const refused: Readonly<Record<string, readonly [Body, Refusal]>> = {
  "RP-10 U-1 a missing userName": [{ userName: undefined }, { ...invalidValue, names: "userName" }],
  "RP-10 U-1 an empty userName": [{ userName: "" }, { ...invalidValue, names: "userName" }],
  "DT-11 a value of another type": [{ active: {} }, { ...invalidValue, names: "active" }],
  "P-11 missing schemas": [{ schemas: undefined }, { ...invalidSyntax, names: "schemas" }],
  "P-17 a name twice": [
    { title: "a", TITLE: "b" },
    { ...invalidSyntax, names: "title" },
  ],
};

describe("a replacement is refused", () => {
  test.each(Object.entries(refused))("%s, and nothing is changed", async (_, [sent, refusal]) => {
    const userName = unique();
    const made = await createUser(server, { userName });
    expectRefusal(await put(made.id, user(userName, { title: "new", ...sent })), refusal);
    expect((await server.request("GET", `${usersPath}/${made.id}`)).json).toEqual(made);
  });

  test("RP-12 AM-6 a userName in use, in any case, is 409 uniqueness", async () => {
    const taken = unique("Taken");
    await createUser(server, { userName: taken });
    const made = await createUser(server);
    expectRefusal(await put(made.id, user(taken.toUpperCase())), { ...uniqueness, names: "userName" });
    expect((await server.request("GET", `${usersPath}/${made.id}`)).json).toEqual(made);
  });

  test("RP-2 on an id that nobody has: 404, and nobody is made", async () => {
    const userName = unique();
    expectRefusal(await put(unknownId, user(userName)), notFound);
    expect((await list(server, usersPath, { filter: `userName eq "${userName}"` })).total).toBe(0);
  });

  test("RP-17 on the collection: 405", async () => {
    const answer = await server.request("PUT", usersPath, user(unique()));
    expectRefusal(answer, { status: 405 });
    expect(answer.header("Allow")).toBe("GET, POST");
  });
});
