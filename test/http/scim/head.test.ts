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
  "a page by cursor": `${usersPath}?cursor`,
  discovery: "/scim/v2/Schemas",
  "one of discovery": "/scim/v2/ResourceTypes/User",
  "the configuration": "/scim/v2/ServiceProviderConfig",
  "an endpoint that is none": "/scim/v2/Nothing",
  "who is nobody": "/scim/v2/Me",
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
    const told = ({ headers }: typeof get) => [...headers].filter(([header]) => header !== "date");
    expect(told(head)).toEqual(told(get));
    expect(head.header("Content-Length")).toBe(String(Buffer.byteLength(get.text)));
  },
);

test("R-9 AU-1 HEAD without credentials is refused as its GET is", async () => {
  const get = await server.request("GET", usersPath, undefined, { Authorization: null });
  const head = await server.request("HEAD", usersPath, undefined, { Authorization: null });
  expect([head.status, head.text]).toEqual([401, ""]);
  expect(head.header("WWW-Authenticate")).toBe(get.header("WWW-Authenticate"));
});

test("R-9 V-4 HEAD with If-None-Match is 304, too", async () => {
  const answer = await server.request("HEAD", paths.get("a user") ?? "", undefined, { "If-None-Match": 'W/"1"' });
  expect([answer.status, answer.header("ETag"), answer.text]).toEqual([304, 'W/"1"', ""]);
});
