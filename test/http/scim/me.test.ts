import { afterAll, beforeAll, expect, test } from "bun:test";
import { userUrn } from "../../../src/scim/urn.ts";
import { create, expectRefusal, notFound, usersPath } from "../../support/scim.ts";
import { admin, startServer, type TestServer, unique } from "../../support/server.ts";

const mePath = "/scim/v2/Me";
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const basic = (userName: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${userName}:${password}`).toString("base64")}`,
});

test("ME-2 ME-3 ME-6 a user sees themselves, without any scope, and where they really are", async () => {
  const userName = unique();
  const password = "a password of their own";
  const made = await create(server, usersPath, { schemas: [userUrn], userName, password });
  const answer = await server.request("GET", mePath, undefined, basic(userName, password));
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual(made);
  expect(answer.header("Location")).toBe(`${server.url}${usersPath}/${made.id}`);
  expect(answer.header("ETag")).toBe('W/"1"');
});

test("AU-1 a wrong password is 401", async () => {
  const userName = unique();
  await create(server, usersPath, { schemas: [userUrn], userName, password: "right" });
  expectRefusal(await server.request("GET", mePath, undefined, basic(userName, "wrong")), { status: 401 });
});

test("ME-5 who is no user of the directory is 404: a token, the built-in administrator", async () => {
  expectRefusal(await server.request("GET", mePath), notFound);
  expectRefusal(await server.request("GET", mePath, undefined, basic(admin.userName, admin.password)), notFound);
});
