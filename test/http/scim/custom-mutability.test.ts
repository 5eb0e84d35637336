import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { userUrn } from "../../../src/scim/urn.ts";
import { createUser, expectRefusal, user, usersPath } from "../../support/scim.ts";
import { type Body, type TestServer, text, unique } from "../../support/server.ts";
import { badge, badgeUrn, patch, type Send, sender, startWithBadge } from "./custom.ts";

let server: TestServer;
let senders: Readonly<Record<string, Send>>;
beforeAll(async () => {
  server = await startWithBadge();
  senders = { compatible: await sender(server, "compatible"), strict: await sender(server, "strict") };
});
afterAll(() => server.stop());

const mutability = { status: 400, scimType: "mutability" } as const;

describe.each(["compatible", "strict"])("what is immutable, for a client that is %s", (profile) => {
  const send: Send = (...request) => (senders[profile] ?? expect.unreachable())(...request);

  async function made(values: Body): Promise<string> {
    const answer = await send("POST", usersPath, user(unique(), { schemas: [userUrn, badgeUrn], ...badge(values) }));
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json[badgeUrn]).toEqual(values);
    return `${usersPath}/${text(answer.json.id)}`;
  }

  const badgeAt = async (path: string): Promise<unknown> => (await send("GET", path)).json[badgeUrn];

  test("S-15 RP-8 is set by POST, and PUT of another value is refused and changes nothing", async () => {
    const path = await made({ badgeNumber: "7", desk: { key: "k1" }, serial: "s1" });
    const before = (await send("GET", path)).text;
    for (const [values, names] of [
      [{ badgeNumber: "8", serial: "s2" }, `${badgeUrn}:serial`],
      [{ serial: "s1", desk: { key: "k2" } }, `${badgeUrn}:desk.key`],
      [{ serial: "S1" }, `${badgeUrn}:serial`],
    ] as const) {
      expectRefusal(await send("PUT", path, user(unique(), badge(values))), { ...mutability, names });
      expect((await send("GET", path)).text).toBe(before);
    }
  });

  test("S-15 RP-8 PUT of the same value is taken, and of what GET gave", async () => {
    const path = await made({ badgeNumber: "7", desk: { floor: 1, key: "k1" }, serial: "s1" });
    const shown = (await send("GET", path)).json;
    expect((await send("PUT", path, shown)).json).toEqual(shown);
    const next = { desk: { key: "k1", floor: 2 }, serial: "s1", badgeNumber: "8" };
    const answer = await send("PUT", path, { ...shown, [badgeUrn]: next });
    expect(answer.json[badgeUrn]).toEqual(next);
  });

  test("RP-9 stays when PUT leaves it out, and with it the extension that holds it", async () => {
    const path = await made({ badgeNumber: "7", desk: { floor: 1, key: "k1" }, serial: "s1" });
    const { userName } = (await send("GET", path)).json;
    const kept = { desk: { key: "k1" }, serial: "s1" };
    for (const left of [{}, badge({}), { [badgeUrn]: null }, badge({ serial: null, desk: null })]) {
      const answer = await send("PUT", path, user(text(userName), left));
      expect(answer.status, answer.text).toBe(200);
      expect(answer.json).toMatchObject({ schemas: [userUrn, badgeUrn], [badgeUrn]: kept });
    }
    const answer = await send("PUT", path, user(text(userName), badge({ badgeNumber: "9", desk: { floor: 3 } })));
    expect(answer.json[badgeUrn]).toEqual({ badgeNumber: "9", desk: { floor: 3, key: "k1" }, serial: "s1" });
    expect(await badgeAt(path)).toEqual({ badgeNumber: "9", desk: { floor: 3, key: "k1" }, serial: "s1" });
  });

  test("RP-16 a PUT that leaves it out and changes nothing else moves no version", async () => {
    const path = await made({ badgeNumber: "7", desk: { floor: 1, key: "k1" }, serial: "s1" });
    const before = (await send("GET", path)).json;
    const rest = badge({ badgeNumber: "7", desk: { floor: 1 } });
    const answer = await send("PUT", path, { ...before, ...rest });
    expect(answer.json).toEqual(before);
  });

  test("S-15 its first value is set by PUT", async () => {
    const path = await made({ badgeNumber: "7" });
    const answer = await send("PUT", path, user(unique(), badge({ serial: "s1", desk: { key: "k1" } })));
    expect(answer.json[badgeUrn]).toEqual({ desk: { key: "k1" }, serial: "s1" });
    expectRefusal(await send("PUT", path, user(unique(), badge({ serial: "s2" }))), mutability);
  });

  test("PA-A22 PA-A23 PA-A24 PA-P19 PA-P20 its first value is set by PATCH, the same again, and no other", async () => {
    const path = await made({ badgeNumber: "7" });
    const change = (op: string, name: string, value: unknown) =>
      send("PATCH", path, patch({ op, path: `${badgeUrn}:${name}`, value }));
    expect((await change("add", "serial", "s1")).status).toBe(200);
    expect((await change("replace", "desk.key", "k1")).status).toBe(200);
    const set = { badgeNumber: "7", desk: { key: "k1" }, serial: "s1" };
    for (const op of ["add", "replace"]) {
      expect((await change(op, "serial", "s1")).json[badgeUrn]).toEqual(set);
      expectRefusal(await change(op, "serial", "s2"), { ...mutability, names: "serial" });
      expectRefusal(await change(op, "desk.key", "k2"), { ...mutability, names: "desk.key" });
      expectRefusal(await change(op, "desk", { key: "k2" }), { ...mutability, names: "desk.key" });
    }
    expect(await badgeAt(path)).toEqual(set);
  });

  test.each([
    ["PA-R13 itself", { op: "remove", path: `${badgeUrn}:serial` }],
    ["PA-R13 a part", { op: "remove", path: `${badgeUrn}:desk.key` }],
    ["PA-R13 what holds it", { op: "remove", path: `${badgeUrn}:desk` }],
    ["PA-R13 the extension", { op: "remove", path: badgeUrn }],
    ["PA-R13 the extension's URN", { op: "replace", path: "schemas", value: [userUrn] }],
    ["PA-P14 itself, by null", { op: "replace", path: `${badgeUrn}:serial`, value: null }],
    ["PA-P14 what holds it, by null", { op: "replace", path: `${badgeUrn}:desk`, value: null }],
  ])("can not be taken away by PATCH: %s", async (_, operation) => {
    const values = { badgeNumber: "7", desk: { floor: 1, key: "k1" }, serial: "s1" };
    const path = await made(values);
    expectRefusal(await send("PATCH", path, patch(operation)), mutability);
    expect(await badgeAt(path)).toEqual(values);
  });

  test("PA-R13 a part of what else is free can not be taken away with it", async () => {
    const path = await made({ desk: { floor: 1, key: "k1" } });
    for (const target of [`${badgeUrn}:desk`, badgeUrn]) {
      expectRefusal(await send("PATCH", path, patch({ op: "remove", path: target })), {
        ...mutability,
        names: "desk.key",
      });
    }
    const answer = await send("PATCH", path, patch({ op: "remove", path: `${badgeUrn}:desk.floor` }));
    expect(answer.json[badgeUrn]).toEqual({ desk: { key: "k1" } });
  });
});

test("S-15 of many PUTs at once with first values one is taken, and no other overwrites it", async () => {
  const { id, userName } = await createUser(server);
  const path = `${usersPath}/${id}`;
  const serials = Array.from({ length: 12 }, (_, index) => `s${index}`);
  const answers = await Promise.all(
    serials.map((serial) => server.request("PUT", path, user(text(userName), badge({ serial })))),
  );
  const taken = answers.filter(({ status }) => status === 200);
  expect(taken).toHaveLength(1);
  for (const answer of answers) if (answer.status !== 200) expectRefusal(answer, mutability);
  expect((await server.request("GET", path)).json[badgeUrn]).toEqual(taken[0]?.json[badgeUrn]);
});
