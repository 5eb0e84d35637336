import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { create, createUser, expectRefusal, user, usersPath } from "../support/scim.ts";
import { admin, basic, startServer, type TestServer, unique } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const get = (authorization: string | null) =>
  server.request("GET", usersPath, undefined, { Authorization: authorization });

describe("who may come in", () => {
  test("AU-7 the administrator by name and password, in any case of the name", async () => {
    for (const name of [admin.userName, admin.userName.toUpperCase()]) {
      expect((await get(basic(name, admin.password))).status).toBe(200);
    }
  });

  test("AU-7 the administrator's token", async () => {
    expect((await get(`Bearer ${server.token}`)).status).toBe(200);
    expect((await get(`bearer ${server.token}`)).status).toBe(200);
  });

  test("a token that was made beside the running server, at once", async () => {
    const token = await server.makeToken({ scopes: ["scim:read"] });
    expect((await get(`Bearer ${token}`)).status).toBe(200);
  });

  test("AU-4 AU-5 a user of the directory, as far as the roles go", async () => {
    const userName = unique();
    const { id } = await create(server, usersPath, user(userName, { password: "the password of an auditor" }));
    const headers = { Authorization: basic(userName, "the password of an auditor") };
    expectRefusal(await server.request("GET", usersPath, undefined, headers), { status: 403, names: "scim:read" });
    await server.commit({ kind: "setRoles", userId: id, roles: ["auditor"] });
    expect((await server.request("GET", usersPath, undefined, headers)).status).toBe(200);
    const refusal = await server.request("POST", usersPath, user(unique()), headers);
    expectRefusal(refusal, { status: 403, names: "scim:write" });
  });
});

describe("who may not", () => {
  const wrong: readonly (readonly [string, (() => string) | null])[] = [
    ["nobody", null],
    ["a wrong password", () => basic(admin.userName, "wrong")],
    ["an unknown user", () => basic(unique(), admin.password)],
    ["a wrong token", () => "Bearer mst_wrong"],
    ["a token as a password", () => basic(admin.userName, server.token)],
    ["the password as a token", () => `Bearer ${admin.password}`],
    ["an unknown scheme", () => `Digest ${server.token}`],
    ["a scheme alone", () => "Bearer"],
  ];

  test.each(wrong)("AU-1 AU-2 AU-3 %s: 401 with both schemes and an error", async (_, authorization) => {
    const answer = await get(authorization === null ? null : authorization());
    expectRefusal(answer, { status: 401 });
    expect(answer.header("WWW-Authenticate")).toMatch(/Bearer realm="muster".*Basic realm="muster"/);
  });

  test("AU-8 a token that expired", async () => {
    const token = await server.makeToken({ scopes: ["scim:read"], expiresAt: Date.now() - 1 });
    expectRefusal(await get(`Bearer ${token}`), { status: 401 });
  });

  test("the answer for an unknown user is that for a wrong password", async () => {
    const known = await get(basic(admin.userName, "wrong"));
    const unknown = await get(basic(unique(), "wrong"));
    expect([unknown.status, unknown.text]).toEqual([known.status, known.text]);
  });

  test("a user who was deactivated over SCIM, at once", async () => {
    const userName = unique();
    const { id } = await create(server, usersPath, user(userName, { password: "the password of the leaver" }));
    await server.commit({ kind: "setRoles", userId: id, roles: ["auditor"] });
    const authorization = basic(userName, "the password of the leaver");
    expect((await get(authorization)).status).toBe(200);
    await server.request("PUT", `${usersPath}/${id}`, user(userName, { active: false }));
    expect((await get(authorization)).status).toBe(401);
  });
});

describe("without credentials", () => {
  test.each(["/scim/v2/Nothing", "/scim/v2/Users/1/2/3", "/api/nothing", "/scim/v2", "/api"])(
    "AU-1 %s is 401, not 404: what is there is nobody's business",
    async (path) => {
      expectRefusal(await server.request("GET", path, undefined, { Authorization: null }), { status: 401 });
    },
  );

  test("AU-1 a body is not even read: a wrong one is 401", async () => {
    const headers = { Authorization: null, "Content-Type": "text/plain" };
    expectRefusal(await server.request("POST", usersPath, "{", headers), { status: 401 });
  });

  test("AM-30 what the server tells of itself is protected too", async () => {
    const answer = await server.request("GET", "/scim/v2/ServiceProviderConfig", undefined, { Authorization: null });
    expectRefusal(answer, { status: 401 });
  });
});

test("U-4 no secret that a test sent is in the log", async () => {
  await createUser(server, { password: "a password that must not be logged" });
  expect(server.log.join("\n")).not.toContain("a password that must not be logged");
});
