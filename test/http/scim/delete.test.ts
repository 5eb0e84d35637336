import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  createGroup,
  createUser,
  expectRefusal,
  groupsPath,
  list,
  notFound,
  unknownId,
  user,
  usersPath,
} from "../../support/scim.ts";
import { basic, objects, startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("a resource is deleted", () => {
  test("DL-1 H-12 with 204 and no body", async () => {
    const { id } = await createUser(server);
    const answer = await server.request("DELETE", `${usersPath}/${id}`);
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect(answer.headers.get("Content-Type")).toBeNull();
  });

  test.each([["GET"], ["PUT"], ["DELETE"]])("DL-2 AM-37 %s afterwards is 404", async (method) => {
    const userName = unique();
    const { id } = await createUser(server, { userName });
    await server.request("DELETE", `${usersPath}/${id}`);
    const body = method === "PUT" ? user(userName) : undefined;
    expectRefusal(await server.request(method, `${usersPath}/${id}`, body), { ...notFound, names: id });
  });

  test("DL-3 Q-11 it is in no list any more", async () => {
    const userName = unique();
    const { id } = await createUser(server, { userName });
    await server.request("DELETE", `${usersPath}/${id}`);
    for (const filter of [`userName eq "${userName}"`, `id eq "${id}"`]) {
      expect(await list(server, usersPath, { filter })).toMatchObject({ total: 0, resources: [] });
    }
  });

  test("DL-5 DL-6 its userName is free again, and the new user has another id", async () => {
    const userName = unique();
    const first = await createUser(server, { userName });
    await server.request("DELETE", `${usersPath}/${first.id}`);
    const second = await createUser(server, { userName });
    expect(second.id).not.toBe(first.id);
  });

  test("DL-7 DT-9 a deleted user is in no group, and the group has a new version", async () => {
    const leaver = await createUser(server);
    const stayer = await createUser(server);
    const group = await createGroup(server, [leaver.id, stayer.id]);
    await server.request("DELETE", `${usersPath}/${leaver.id}`);
    const after = await server.request("GET", `${groupsPath}/${group.id}`);
    expect(objects(after.json.members).map(({ value }) => value)).toEqual([stayer.id]);
    expect(after.header("ETag")).toBe('W/"2"');
  });

  test("DL-7 a deleted group is in none of its users", async () => {
    const member = await createUser(server);
    const group = await createGroup(server, [member.id]);
    await server.request("DELETE", `${groupsPath}/${group.id}`);
    expect((await server.request("GET", `${usersPath}/${member.id}`)).json.groups).toBeUndefined();
  });

  test("a deleted user can not log in, even under a name that is given again", async () => {
    const userName = unique();
    const { id } = await createUser(server, { userName, password: "the password of the deleted" });
    await server.commit({ kind: "setRoles", userId: id, roles: ["auditor"] });
    const headers = { Authorization: basic(userName, "the password of the deleted") };
    expect((await server.request("GET", usersPath, undefined, headers)).status).toBe(200);
    await server.request("DELETE", `${usersPath}/${id}`);
    expect((await server.request("GET", usersPath, undefined, headers)).status).toBe(401);
    await createUser(server, { userName });
    expect((await server.request("GET", usersPath, undefined, headers)).status).toBe(401);
  });
});

describe("a deletion is refused", () => {
  test("DL-10 an id that nobody has is 404", async () => {
    expectRefusal(await server.request("DELETE", `${usersPath}/${unknownId}`), { ...notFound, names: unknownId });
  });

  test("R-2 an id of another type is 404, and nothing is deleted", async () => {
    const { id } = await createGroup(server);
    expectRefusal(await server.request("DELETE", `${usersPath}/${id}`), notFound);
    expect((await server.request("GET", `${groupsPath}/${id}`)).status).toBe(200);
  });

  test("DL-9 a collection is 405", async () => {
    const answer = await server.request("DELETE", usersPath);
    expectRefusal(answer, { status: 405 });
    expect(answer.header("Allow")).toBe("GET, POST");
  });
});
