import { afterAll, beforeAll, expect, test } from "bun:test";
import { createGroup, createUser, groupsPath, unknownId, usersPath } from "../../support/scim.ts";
import { startServer, type TestServer } from "../../support/server.ts";

let server: TestServer;
const paths = new Map<string, string>();
beforeAll(async () => {
  server = await startServer();
  const { id } = await createUser(server, { displayName: "Zoë \u{1F600}" });
  paths.set("a user", `${usersPath}/${id}`);
  paths.set("a group", `${groupsPath}/${(await createGroup(server, [id])).id}`);
});
afterAll(() => server.stop());

const fixed = {
  "a user": undefined,
  "a group": undefined,
  "a list": usersPath,
  "a list of all types": "/scim/v2",
  discovery: "/scim/v2/Schemas",
  "nobody at all": `${usersPath}/${unknownId}`,
  "a filter that is none": `${usersPath}?filter=x`,
} as const;

test.each(Object.entries(fixed))(
  "R-9 HEAD of %s has the head of its GET, the length too, and no body",
  async (name, path) => {
    const asked = path ?? paths.get(name) ?? "";
    const get = await server.request("GET", asked);
    const head = await server.request("HEAD", asked);
    expect([head.status, head.text]).toEqual([get.status, ""]);
    for (const header of ["Content-Type", "ETag", "Location", "Content-Location"]) {
      expect([header, head.header(header)]).toEqual([header, get.header(header)]);
    }
    expect(head.header("Content-Length")).toBe(String(Buffer.byteLength(get.text)));
  },
);

test("R-9 V-4 HEAD with If-None-Match is 304, too", async () => {
  const answer = await server.request("HEAD", paths.get("a user") ?? "", undefined, { "If-None-Match": 'W/"1"' });
  expect([answer.status, answer.header("ETag"), answer.text]).toEqual([304, 'W/"1"', ""]);
});
