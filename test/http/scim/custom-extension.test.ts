import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bulkRequestUrn, enterpriseUserUrn, userUrn } from "../../../src/scim/urn.ts";
import { createUser, expectRefusal, invalidValue, list, user, usersPath } from "../../support/scim.ts";
import { type Body, objects, type TestServer, text, unique } from "../../support/server.ts";
import {
  badge,
  badgeSchema,
  badgeUrn,
  patch,
  register,
  type Send,
  schemasPath,
  sender,
  startWithBadge,
  typesPath,
  userTypeWith,
} from "./custom.ts";

let server: TestServer;
let senders: Readonly<Record<string, Send>>;
beforeAll(async () => {
  server = await startWithBadge();
  senders = { compatible: await sender(server, "compatible"), strict: await sender(server, "strict") };
});
afterAll(() => server.stop());

const invalidPath = { status: 400, scimType: "invalidPath" } as const;
const mutability = { status: 400, scimType: "mutability" } as const;

/** Everything that a client can write of a badge, in the order of its schema. */
const full = {
  badgeNumber: "B-1",
  code: "aB",
  zone: "roof",
  level: 3,
  weight: 1.5,
  valid: false,
  issued: "2026-01-31T10:00:00+01:00",
  policy: "https://example.com/policy",
  chip: "AQIDBA==",
  tags: ["night", "rain"],
  floors: [1, 2, 0],
  desk: { building: "North", floor: -1 },
  doors: [
    { value: "a", type: "front", until: "2030-01-01T00:00:00Z", weight: 2, primary: true },
    { value: "b", type: "window" },
  ],
  holder: "Ms. Jensen",
};

describe.each(["compatible", "strict"])(
  "an extension of an administrator's own, for a client that is %s",
  (profile) => {
    const send: Send = (...request) => (senders[profile] ?? expect.unreachable())(...request);

    async function made(values?: Body, more: Body = {}): Promise<{ readonly id: string; readonly path: string }> {
      const schemas = values === undefined ? [userUrn] : [userUrn, badgeUrn];
      const body = user(unique(), { schemas, ...(values !== undefined && badge(values)), ...more });
      const answer = await send("POST", usersPath, body);
      expect(answer.status, answer.text).toBe(201);
      const id = text(answer.json.id);
      return { id, path: `${usersPath}/${id}` };
    }

    const changed = async (path: string, ...operations: readonly Body[]): Promise<Body> => {
      const answer = await send("PATCH", path, patch(...operations));
      expect(answer.status, answer.text).toBe(200);
      expect((await send("GET", path)).json).toEqual(answer.json);
      return answer.json;
    };

    test("S-10 S-12 S-24 C-6 is made, read, listed and replaced with every type of value", async () => {
      const { id, path } = await made(full);
      const shown = (await send("GET", path)).json;
      expect(shown).toMatchObject({ schemas: [userUrn, badgeUrn], meta: { resourceType: "User" } });
      expect(shown[badgeUrn]).toEqual(full);
      const page = await list(server, usersPath, { filter: `id eq "${id}"` });
      expect(page.resources).toEqual([shown]);
      const other = { badgeNumber: "B-2", desk: { floor: 0 } };
      const replaced = await send("PUT", path, { ...shown, [badgeUrn]: other });
      expect(replaced.json[badgeUrn]).toEqual(other);
      expect(replaced.json.schemas).toEqual([userUrn, badgeUrn]);
    });

    test("S-12 RP-15 schemas names it exactly when there is data", async () => {
      for (const nothing of [null, {}, { tags: [] }, { desk: {} }, { badgeNumber: null }]) {
        const answer = await send(
          "POST",
          usersPath,
          user(unique(), { schemas: [userUrn, badgeUrn], [badgeUrn]: nothing }),
        );
        expect(answer.status, answer.text).toBe(201);
        expect(answer.json.schemas).toEqual([userUrn]);
        expect(answer.json).not.toHaveProperty([badgeUrn]);
      }
      const unnamed = await send("POST", usersPath, user(unique(), badge({ level: 0 })));
      expect(unnamed.json.schemas).toEqual([userUrn, badgeUrn]);
      const path = `${usersPath}/${unnamed.json.id}`;
      const without = await send("PUT", path, user(text(unnamed.json.userName)));
      expect(without.json.schemas).toEqual([userUrn]);
      expect(without.json).not.toHaveProperty([badgeUrn]);
    });

    test("S-1 its names are read in any case, and come back as the schema writes them", async () => {
      const answer = await send(
        "POST",
        usersPath,
        user(unique(), {
          schemas: [badgeUrn.replace("example", "Example"), userUrn],
          [badgeUrn.toUpperCase()]: { BADGENUMBER: "x", Desk: { FLOOR: 1 } },
        }),
      );
      expect(answer.status, answer.text).toBe(201);
      expect(answer.json[badgeUrn]).toEqual({ badgeNumber: "x", desk: { floor: 1 } });
    });

    test("S-13 what is readOnly is ignored in POST and PUT", async () => {
      const { path } = await made({ badgeNumber: "7", printed: "today" });
      expect((await send("GET", path)).json[badgeUrn]).toEqual({ badgeNumber: "7" });
      const answer = await send("PUT", path, user(unique(), badge({ badgeNumber: "7", printed: "today" })));
      expect(answer.json[badgeUrn]).toEqual({ badgeNumber: "7" });
      const operation = { op: "replace", path: `${badgeUrn}:printed`, value: "today" };
      expectRefusal(await send("PATCH", path, patch(operation)), { ...mutability, names: "printed" });
    });

    const wrong: readonly (readonly [string, Body, string])[] = [
      ["string", { badgeNumber: 7 }, "badgeNumber"],
      ["integer", { level: 1.5 }, "level"],
      ["integer in a string", { level: "1" }, "level"],
      ["decimal", { weight: "1.5" }, "weight"],
      ["boolean", { valid: "perhaps" }, "valid"],
      ["dateTime", { issued: "2026-02-30T00:00:00Z" }, "issued"],
      ["reference", { policy: 1 }, "policy"],
      ["binary", { chip: "%%" }, "chip"],
      ["complex", { desk: 7 }, "desk"],
      ["integer in a complex value", { desk: { floor: "x" } }, "desk.floor"],
      ["integer among many", { floors: [1, "2"] }, "floors"],
      ["dateTime in one of many", { doors: [{ value: "a", until: "tomorrow" }] }, "doors.until"],
    ];
    test.each(wrong)(
      "DT-11 S-30 a value that is no %s is refused by its whole name, and nothing is made",
      async (_, values, names) => {
        const userName = unique();
        const answer = await send("POST", usersPath, user(userName, badge(values)));
        expectRefusal(answer, { ...invalidValue, names: `${badgeUrn}:${names}` });
        expect((await list(server, usersPath, { filter: `userName eq "${userName}"` })).total).toBe(0);
      },
    );

    test("S-25 one of its many values is primary at most", async () => {
      const doors = [
        { value: "a", primary: true },
        { value: "b", primary: true },
      ];
      expectRefusal(await send("POST", usersPath, user(unique(), badge({ doors }))), {
        ...invalidValue,
        names: "doors",
      });
    });

    test("S-31 an attribute that its schema lacks is left out, or refused by who is strict", async () => {
      const answer = await send("POST", usersPath, user(unique(), badge({ badgeNumber: "7", colour: "red" })));
      if (profile === "strict")
        expectRefusal(answer, { status: 400, scimType: "invalidSyntax", names: `${badgeUrn}:colour` });
      else expect(answer.json[badgeUrn]).toEqual({ badgeNumber: "7" });
    });

    describe("by PATCH", () => {
      test("PA-16 PA-17 an attribute by its URN puts it into schemas, and by its bare name too", async () => {
        const { path } = await made();
        const first = await changed(path, { op: "add", path: `${badgeUrn}:badgeNumber`, value: "7" });
        expect(first).toMatchObject({ schemas: [userUrn, badgeUrn], [badgeUrn]: { badgeNumber: "7" } });
        const loud = `${badgeUrn.toUpperCase()}:BADGENUMBER`;
        expect((await changed(path, { op: "replace", path: loud, value: "8" }))[badgeUrn]).toEqual({
          badgeNumber: "8",
        });
        expect((await changed(path, { op: "add", path: "level", value: 2 }))[badgeUrn]).toEqual({
          badgeNumber: "8",
          level: 2,
        });
      });

      test("PA-A18 PA-A19 the whole by its bare URN, and as a key", async () => {
        const { path } = await made({ badgeNumber: "7" });
        expect((await changed(path, { op: "add", path: badgeUrn, value: { level: 1 } }))[badgeUrn]).toEqual({
          badgeNumber: "7",
          level: 1,
        });
        expect((await changed(path, { op: "replace", value: { [badgeUrn]: { level: 2 } } }))[badgeUrn]).toEqual({
          badgeNumber: "7",
          level: 2,
        });
      });

      test("PA-18 PA-R17 the whole is removed, or goes with its last value", async () => {
        const { path } = await made(full);
        const without = await changed(path, { op: "remove", path: badgeUrn });
        expect(without.schemas).toEqual([userUrn]);
        expect(without).not.toHaveProperty([badgeUrn]);
        await changed(path, { op: "add", path: badgeUrn, value: { level: 1, tags: ["x"] } });
        await changed(path, { op: "remove", path: `${badgeUrn}:level` });
        const empty = await changed(path, { op: "remove", path: `${badgeUrn}:tags` });
        expect(empty.schemas).toEqual([userUrn]);
      });

      test("PA-A8 PA-P5 PA-R5 a part of a complex value", async () => {
        const { path } = await made();
        const desk = `${badgeUrn}:desk`;
        expect((await changed(path, { op: "add", path: `${desk}.floor`, value: 3 }))[badgeUrn]).toEqual({
          desk: { floor: 3 },
        });
        expect((await changed(path, { op: "replace", path: desk, value: { building: "South" } }))[badgeUrn]).toEqual({
          desk: { building: "South", floor: 3 },
        });
        await changed(path, { op: "remove", path: `${desk}.floor` });
        expect((await changed(path, { op: "remove", path: `${desk}.building` })).schemas).toEqual([userUrn]);
      });

      test("PA-A10 PA-P10 PA-R7 some of many values by a filter", async () => {
        const { path } = await made({
          doors: [
            { value: "a", type: "front" },
            { value: "b", type: "back" },
          ],
        });
        const doors = `${badgeUrn}:doors`;
        const doorsOf = (shown: Body): unknown => Object(shown[badgeUrn]).doors;
        expect(
          doorsOf(await changed(path, { op: "add", path: doors, value: [{ value: "c", weight: 2 }] })),
        ).toHaveLength(3);
        const weighed = await changed(path, { op: "replace", path: `${doors}[type eq "front"].weight`, value: 5 });
        expect(doorsOf(weighed)).toContainEqual({ value: "a", type: "front", weight: 5 });
        const left = await changed(path, { op: "remove", path: `${doors}[weight gt 3 or value eq "c"]` });
        expect(doorsOf(left)).toEqual([{ value: "b", type: "back" }]);
      });

      test("PA-X4 PA-25 what it lacks is no path, and another type is no value", async () => {
        const { path } = await made();
        const at = (name: string, value: unknown) =>
          send("PATCH", path, patch({ op: "add", path: `${badgeUrn}:${name}`, value }));
        expectRefusal(await at("colour", "red"), { ...invalidPath, names: "colour" });
        expectRefusal(await at("desk.colour", "red"), { ...invalidPath, names: "colour" });
        expectRefusal(await at("level", "red"), { ...invalidValue, names: `${badgeUrn}:level` });
        expectRefusal(await at('floors[value eq "1"]', 1), invalidPath);
      });

      test("PA-23 RP-16 what changes nothing moves no version", async () => {
        const { path } = await made(full);
        const before = (await send("GET", path)).json;
        expect(await changed(path, { op: "add", path: badgeUrn, value: full })).toEqual(before);
        expect((await send("PUT", path, before)).json).toEqual(before);
      });
    });

    test("BU-6 B-22 by Bulk, each operation by itself", async () => {
      const [one, two] = [unique(), unique()];
      const answer = await send("POST", "/scim/v2/Bulk", {
        schemas: [bulkRequestUrn],
        Operations: [
          { method: "POST", path: "/Users", bulkId: "a", data: user(one, badge({ level: 4, policy: "bulkId:b" })) },
          { method: "POST", path: "/Users", bulkId: "b", data: user(two, badge({ level: "x" })) },
          { method: "POST", path: "/Users", bulkId: "c", data: user(two, badge({ desk: { building: "bulkId:d" } })) },
          { method: "POST", path: "/Users", bulkId: "d", data: user(unique(), badge({ level: 5 })) },
          {
            method: "PATCH",
            path: "/Users/bulkId:d",
            data: patch({ op: "add", path: `${badgeUrn}:tags`, value: ["z"] }),
          },
        ],
      });
      expect(answer.status, answer.text).toBe(200);
      const results = objects(answer.json.Operations);
      expect(results.map(({ status }) => status)).toEqual(["409", "400", "201", "201", "200"]);
      const last = await server.request("GET", new URL(text(results[3]?.location)).pathname);
      expect(last.json[badgeUrn]).toEqual({ level: 5, tags: ["z"] });
    });

    test("A-8 A-10 A-11 is shown and hidden, whole and by its attributes", async () => {
      const { path } = await made(full, { [enterpriseUserUrn]: { department: "Tours" } });
      const seen = async (query: Record<string, string>): Promise<unknown> =>
        (await send("GET", `${path}?${new URLSearchParams(query)}`)).json[badgeUrn];
      const { holder, ...rest } = full;
      expect(await seen({ attributes: badgeUrn })).toEqual(full);
      expect(await seen({ attributes: `${badgeUrn}:level,${badgeUrn}:DESK.floor` })).toEqual({
        level: 3,
        desk: { floor: -1 },
        holder,
      });
      expect(await seen({ attributes: "level" })).toEqual({ level: 3, holder });
      expect(await seen({ attributes: "doors.value" })).toEqual({ doors: [{ value: "a" }, { value: "b" }], holder });
      const { level, desk, ...others } = rest;
      expect(await seen({ excludedAttributes: `${badgeUrn}:level,desk.floor` })).toEqual({
        ...others,
        desk: { building: desk.building },
        holder,
      });
      expect(level).toBe(3);
    });

    test("S-17 what is returned always is shown whatever is asked for", async () => {
      const { path } = await made(full);
      const { holder } = full;
      for (const query of [
        "attributes=userName",
        `excludedAttributes=${badgeUrn}`,
        `excludedAttributes=${badgeUrn}:holder`,
      ]) {
        expect((await send("GET", `${path}?${query}`)).json[badgeUrn], query).toMatchObject({ holder });
      }
      expect((await send("GET", `${path}?attributes=userName`)).json[badgeUrn]).toEqual({ holder });
      const answer = await send("POST", `${usersPath}?attributes=id`, user(unique(), badge(full)));
      expect(answer.json[badgeUrn]).toEqual({ holder });
    });
  },
);

describe("an extension that is required", () => {
  const urn = "urn:example:schemas:Contract";
  let strict: TestServer;
  beforeAll(async () => {
    strict = await startWithBadge();
    const attributes = [{ name: "begins", type: "dateTime", required: true }, { name: "note" }];
    await register(strict, schemasPath, { id: urn, name: "Contract", attributes });
    await register(
      strict,
      `${typesPath}/User`,
      userTypeWith(enterpriseUserUrn, { schema: urn, required: true }),
      "PUT",
    );
  });
  afterAll(() => strict.stop());

  const begins = "2026-01-01T00:00:00Z";

  test("S-11 P-9 must be there, with what it requires, when a user is made or replaced", async () => {
    const whole = (contract?: Body | null) => user(unique(), { ...(contract !== undefined && { [urn]: contract }) });
    for (const missing of [undefined, null, {}, { note: null }]) {
      expectRefusal(await strict.request("POST", usersPath, whole(missing)), { ...invalidValue, names: urn });
    }
    for (const missing of [{ note: "x" }, { begins: null, note: "x" }, { begins: "" }]) {
      const answer = await strict.request("POST", usersPath, whole(missing));
      expectRefusal(answer, { ...invalidValue, names: `${urn}:begins` });
    }
    const made = await strict.request("POST", usersPath, whole({ begins }));
    expect(made.json).toMatchObject({ schemas: [userUrn, urn], [urn]: { begins } });
    const path = `${usersPath}/${made.json.id}`;
    expectRefusal(await strict.request("PUT", path, whole()), { ...invalidValue, names: urn });
    expectRefusal(await strict.request("PUT", path, whole({ note: "x" })), { ...invalidValue, names: "begins" });
    expect((await strict.request("PUT", path, whole({ begins, note: "x" }))).json[urn]).toEqual({ begins, note: "x" });
  });

  test("PA-R11 PA-R17 PA-P8 can not be taken away by PATCH, nor what it requires", async () => {
    const { id } = await createUser(strict, { [urn]: { begins, note: "x" } });
    const path = `${usersPath}/${id}`;
    for (const operation of [
      { op: "remove", path: urn },
      { op: "remove", path: `${urn}:begins` },
      { op: "replace", path: urn, value: null },
      { op: "remove", path: "schemas", value: [urn] },
    ]) {
      expectRefusal(await strict.request("PATCH", path, patch(operation)), { ...mutability, names: urn });
    }
    const cleared = await strict.request("PATCH", path, patch({ op: "replace", path: `${urn}:begins`, value: null }));
    expectRefusal(cleared, { ...invalidValue, names: `${urn}:begins` });
    const answer = await strict.request("PATCH", path, patch({ op: "remove", path: `${urn}:note` }));
    expect(answer.json[urn]).toEqual({ begins });
  });
});

test("U-16 /Me shows and changes the caller's own", async () => {
  const { id } = await createUser(server, { ...badge({ level: 1 }), password: "a-password-of-the-tests" });
  await server.commit({ kind: "setRoles", userId: id, roles: ["reader"] });
  expect((await server.request("GET", `${usersPath}/${id}`)).json[badgeUrn]).toEqual({ level: 1 });
});

test("a URN may have every character that the form allows, in every place", async () => {
  const odd = "urn:example:a-._~!$*;=@:0:Odd";
  await register(server, schemasPath, { ...badgeSchema, id: odd, name: "Odd" });
  await register(server, `${typesPath}/User`, userTypeWith(enterpriseUserUrn, badgeUrn, odd), "PUT");
  expect((await server.request("GET", `/scim/v2/Schemas/${encodeURIComponent(odd)}`)).json.id).toBe(odd);
  expect((await server.request("GET", `/scim/v2/Schemas/${odd}`)).json.id).toBe(odd);
  const { id } = await createUser(server, { [odd]: { level: 7 } });
  const path = `${usersPath}/${id}`;
  for (const filter of [
    `${odd}:level eq 7`,
    `schemas eq "${odd}"`,
    `not (${odd}:level ne 7)`,
    `${odd}:doors[value pr] or ${odd}:level gt 6`,
  ]) {
    expect(
      (await list(server, usersPath, { filter })).resources.map((found) => found.id),
      filter,
    ).toEqual([id]);
  }
  expect((await list(server, usersPath, { sortBy: `${odd}:level`, filter: `id eq "${id}"` })).total).toBe(1);
  const shown = await server.request("GET", `${path}?${new URLSearchParams({ attributes: `${odd}:level` })}`);
  expect(shown.json[odd]).toEqual({ level: 7 });
  const patched = await server.request("PATCH", path, patch({ op: "add", path: `${odd}:desk.floor`, value: 1 }));
  expect(patched.json[odd]).toEqual({ level: 7, desk: { floor: 1 } });
  // Two extensions have these names now, so that a bare one names neither.
  const query = new URLSearchParams({ filter: "level eq 7" });
  expectRefusal(await server.request("GET", `${usersPath}?${query}`), {
    status: 400,
    scimType: "invalidFilter",
    names: "level",
  });
});
