import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createUser, expectRefusal, user, usersPath } from "../../support/scim.ts";
import { startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("a body's Content-Type", () => {
  test.each([
    "application/scim+json",
    "application/scim+json; charset=utf-8",
    "application/scim+json;charset=UTF-8",
    "APPLICATION/SCIM+JSON",
    "Application/Scim+Json ; Charset=Utf-8",
    "application/json",
    "application/json; charset=utf-8",
    "APPLICATION/JSON",
  ])("H-7 H-8 %s is accepted by POST and PUT", async (type) => {
    const headers = { "Content-Type": type };
    const userName = unique();
    const made = await server.request("POST", usersPath, user(userName), headers);
    expect(made.status, made.text).toBe(201);
    const path = `${usersPath}/${made.json.id}`;
    const answer = await server.request("PUT", path, user(userName, { title: "Guide" }), headers);
    expect(answer.status, answer.text).toBe(200);
  });

  test.each([
    "text/plain",
    "text/json",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json-patch+json",
    "application/scim+jsonx",
    "application",
    "*/*",
    "application/scim+json, text/plain",
  ])("H-9 %s is 415", async (type) => {
    const answer = await server.request("POST", usersPath, user(unique()), { "Content-Type": type });
    expectRefusal(answer, { status: 415, names: "application/scim+json" });
  });

  test("H-9 that is missing is 415", async () => {
    const body = JSON.stringify(user(unique()));
    expectRefusal(await server.request("POST", usersPath, body), { status: 415, names: "no Content-Type" });
  });
});

describe("a body in UTF-8", () => {
  const json = { "Content-Type": "application/json" };

  test("H-1 is read, with a byte order mark or without", async () => {
    const displayName = "Ünïcode 👩‍👩‍👧";
    for (const mark of ["", "\ufeff"]) {
      const body = mark + JSON.stringify(user(unique(), { displayName }));
      const answer = await server.request("POST", usersPath, body, json);
      expect([answer.status, answer.json.displayName]).toEqual([201, displayName]);
    }
  });

  test.each([
    ["Latin-1", Buffer.from('{"userName":"\xfcmit"}', "latin1")],
    ["UTF-16", Buffer.from('{"userName":"umit"}', "utf16le")],
    ["UTF-8 that is cut off", Buffer.from('{"userName":"ü"}').subarray(0, 14)],
  ])("H-1 is demanded: %s is 400 invalidSyntax", async (_, bytes) => {
    const answer = await server.request("POST", usersPath, bytes, json);
    expectRefusal(answer, { status: 400, scimType: "invalidSyntax" });
  });
});

describe("the Content-Type of an answer", () => {
  const accepts: readonly (readonly [string, string | null, string])[] = [
    ["H-4 without Accept", null, "application/scim+json"],
    ["H-4", "*/*", "application/scim+json"],
    ["H-4", "application/*", "application/scim+json"],
    ["H-2", "application/scim+json", "application/scim+json"],
    ["H-2", "application/scim+json; charset=utf-8", "application/scim+json"],
    ["H-2", "APPLICATION/SCIM+JSON", "application/scim+json"],
    ["H-2", "application/json, application/scim+json", "application/scim+json"],
    ["H-3 H-5", "application/json", "application/json"],
    ["H-3 H-5", "Application/JSON", "application/json"],
    ["H-3 H-5", "application/json; charset=utf-8, text/plain", "application/json"],
    ["H-6", "text/html", "application/scim+json"],
    ["H-6", "application/xml;q=0.9", "application/scim+json"],
  ];

  test.each(accepts)("%s: Accept %s is answered with %s", async (_, accept, expected) => {
    const { id } = await createUser(server);
    const path = `${usersPath}/${id}`;
    for (const where of [path, usersPath, `${path}x`, "/scim/v2/ServiceProviderConfig"]) {
      const answer = await server.request("GET", where, undefined, { Accept: accept });
      expect(answer.header("Content-Type"), where).toBe(expected);
      expect(Object.keys(answer.json)).toContain("schemas");
    }
  });

  test("H-10 is SCIM's for a body of plain JSON too", async () => {
    const headers = { "Content-Type": "application/json" };
    const answer = await server.request("POST", usersPath, user(unique()), headers);
    expect(answer.header("Content-Type")).toBe("application/scim+json");
  });
});
