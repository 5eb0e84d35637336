import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { patchOpUrn } from "../../../src/scim/urn.ts";
import {
  createGroup,
  createUser,
  expectRefusal,
  group,
  groupsPath,
  notFound,
  unknownId,
  user,
  usersPath,
} from "../../support/scim.ts";
import { object, startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** A user at version 2. */
async function changedUser(): Promise<{ readonly path: string; readonly userName: string }> {
  const userName = unique();
  const { id } = await createUser(server, { userName });
  const path = `${usersPath}/${id}`;
  const answer = await server.request("PUT", path, user(userName, { title: "Guide" }));
  expect(answer.header("ETag")).toBe('W/"2"');
  return { path, userName };
}

/** Headers that name version 2, and that do not. */
const matching = ['W/"2"', '"2"', "*", 'W/"1", W/"2"', 'W/"9",W/"2" , W/"3"'];
const differing = ['W/"1"', 'W/"3"', '"22"', 'W/"1", "3"', "2", ""];

describe("If-None-Match", () => {
  test.each(matching)("V-4 V-7 V-8 H-12 GET with %p is 304 with the ETag and no body", async (header) => {
    const { path } = await changedUser();
    const answer = await server.request("GET", path, undefined, { "If-None-Match": header });
    expect([answer.status, answer.text, answer.header("ETag")]).toEqual([304, "", 'W/"2"']);
  });

  test.each(differing)("V-4 GET with %p is 200 with the resource", async (header) => {
    const { path } = await changedUser();
    const answer = await server.request("GET", path, undefined, { "If-None-Match": header });
    expect([answer.status, answer.json.title]).toEqual([200, "Guide"]);
  });

  test("V-9 GET of an id that nobody has is 404 whatever the version", async () => {
    const headers = { "If-None-Match": "*" };
    expectRefusal(await server.request("GET", `${usersPath}/${unknownId}`, undefined, headers), notFound);
  });
});

describe("If-Match", () => {
  test.each(matching)("V-7 V-8 AM-22 PUT with %p is done", async (header) => {
    const { path, userName } = await changedUser();
    const body = user(userName, { title: "Driver" });
    const answer = await server.request("PUT", path, body, { "If-Match": header });
    expect([answer.status, answer.header("ETag"), answer.json.title]).toEqual([200, 'W/"3"', "Driver"]);
  });

  test.each(differing)("V-5 V-6 AM-23 RP-13 PUT with %p is 412 and changes nothing", async (header) => {
    const { path, userName } = await changedUser();
    const before = await server.request("GET", path);
    const body = user(userName, { title: "Driver" });
    expectRefusal(await server.request("PUT", path, body, { "If-Match": header }), { status: 412 });
    expect((await server.request("GET", path)).json).toEqual(before.json);
  });

  test.each(matching)("DL-8 DELETE with %p is done", async (header) => {
    const { path } = await changedUser();
    expect((await server.request("DELETE", path, undefined, { "If-Match": header })).status).toBe(204);
    expectRefusal(await server.request("GET", path), notFound);
  });

  test.each(differing)("DL-8 DELETE with %p is 412 and deletes nothing", async (header) => {
    const { path } = await changedUser();
    expectRefusal(await server.request("DELETE", path, undefined, { "If-Match": header }), { status: 412 });
    expect((await server.request("GET", path)).status).toBe(200);
  });

  test.each(["PUT", "DELETE"])("V-9 %s on an id that nobody has is 404 whatever the version", async (method) => {
    const body = method === "PUT" ? user(unique()) : undefined;
    const answer = await server.request(method, `${usersPath}/${unknownId}`, body, { "If-Match": 'W/"1"' });
    expectRefusal(answer, notFound);
  });
});

const patchTitle = { schemas: [patchOpUrn], Operations: [{ op: "replace", path: "title", value: "Guide" }] };

describe("the version", () => {
  test("V-13 is told by a 304 and by a 412, so that a client need not ask again", async () => {
    const path = `${usersPath}/${(await createUser(server)).id}`;
    const known = await server.request("GET", path, undefined, { "If-None-Match": 'W/"1"' });
    expect([known.status, known.header("ETag")]).toEqual([304, 'W/"1"']);
    const changed = { PUT: user(unique()), PATCH: patchTitle, DELETE: undefined } as const;
    for (const [method, body] of Object.entries(changed)) {
      const answer = await server.request(method, path, body, { "If-Match": 'W/"99"' });
      expect([method, answer.status, answer.header("ETag")]).toEqual([method, 412, 'W/"1"']);
    }
  });

  test("V-2 C-10 is the same in the ETag and in meta.version, of users and groups", async () => {
    const { id: userId } = await createUser(server);
    const { id: groupId } = await createGroup(server, [userId]);
    for (const path of [`${usersPath}/${userId}`, `${groupsPath}/${groupId}`]) {
      const answer = await server.request("GET", path);
      expect(object(answer.json.meta).version).toBe(answer.header("ETag"));
    }
  });

  test("V-3 of a group moves with its members, and not when they stay the same", async () => {
    const first = await createUser(server);
    const second = await createUser(server);
    const displayName = unique("group");
    const { id } = await createGroup(server, [first.id], displayName);
    const put = (...members: string[]) => server.request("PUT", `${groupsPath}/${id}`, group(displayName, members));
    expect((await put(first.id)).header("ETag")).toBe('W/"1"');
    expect((await put(first.id, second.id)).header("ETag")).toBe('W/"2"');
    expect((await put(second.id, first.id)).header("ETag")).toBe('W/"2"');
    expect((await put(second.id)).header("ETag")).toBe('W/"3"');
    expect((await put()).header("ETag")).toBe('W/"4"');
  });

  test("V-3 moves when the password changes", async () => {
    const userName = unique();
    const { id } = await createUser(server, { userName });
    const answer = await server.request("PUT", `${usersPath}/${id}`, user(userName, { password: "a new password" }));
    expect(answer.header("ETag")).toBe('W/"2"');
  });
});
