import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createGroup, createUser, group, groupsPath, list, user, usersPath } from "../../support/scim.ts";
import {
  type Body,
  object,
  objects,
  type RawAnswer,
  rawRequest,
  startServer,
  type TestServer,
  unique,
} from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ baseUrl: "https://links.example.com" });
});
afterAll(() => server.stop());

const seenFrom = (host: string, method: string, path: string, body?: Body): Promise<RawAnswer> => {
  const json = body === undefined ? "" : JSON.stringify(body);
  const about = body === undefined ? [] : ["Content-Type: application/json", `Content-Length: ${json.length}`];
  return rawRequest(server, `${method} ${path} HTTP/1.1`, [`Host: ${host}`, ...about], json);
};

const hosts = ["scim.example.com", "scim.example.com:8443", "192.0.2.7:81", "[2001:db8::7]:8080"];

describe("locations follow the Host header of the request", () => {
  test.each(hosts)("BU-6 C-9 of a user that is read: %s", async (host) => {
    const { id } = await createUser(server);
    const { status, head, body } = await seenFrom(host, "GET", `${usersPath}/${id}`);
    const location = `http://${host}${usersPath}/${id}`;
    expect(status).toBe(200);
    expect(head).toContain(`\r\nLocation: ${location}\r\n`);
    expect(head).toContain(`\r\nContent-Location: ${location}\r\n`);
    expect(object(object(JSON.parse(body)).meta).location).toBe(location);
  });

  test.each(hosts)("BU-6 P-2 of a user and a group that are made: %s", async (host) => {
    const member = await createUser(server);
    for (const [path, sent] of [
      [usersPath, user(unique())],
      [groupsPath, group(unique("group"), [member.id])],
    ] as const) {
      const { status, head, body } = await seenFrom(host, "POST", path, sent);
      const made = object(JSON.parse(body));
      const location = `http://${host}${path}/${made.id}`;
      expect(status).toBe(201);
      expect(head).toContain(`\r\nLocation: ${location}\r\n`);
      expect(object(made.meta).location).toBe(location);
    }
  });

  test("BU-6 of members, groups and list entries", async () => {
    const [host = ""] = hosts;
    const member = await createUser(server);
    const { id } = await createGroup(server, [member.id]);
    const shown = object(JSON.parse((await seenFrom(host, "GET", `${groupsPath}/${id}`)).body));
    expect(objects(shown.members)).toMatchObject([{ $ref: `http://${host}${usersPath}/${member.id}` }]);
    const filter = encodeURIComponent(`id eq "${member.id}"`);
    const page = object(JSON.parse((await seenFrom(host, "GET", `${usersPath}?filter=${filter}`)).body));
    expect(objects(page.Resources)).toMatchObject([
      {
        meta: { location: `http://${host}${usersPath}/${member.id}` },
        groups: [{ $ref: `http://${host}${groupsPath}/${id}` }],
      },
    ]);
  });

  test("D-6 BU-6 of what the server tells of itself", async () => {
    const [host = ""] = hosts;
    const { body } = await seenFrom(host, "GET", "/scim/v2/ResourceTypes");
    const locations = objects(object(JSON.parse(body)).Resources).map(({ meta }) => object(meta).location);
    expect(locations).toEqual([
      `http://${host}/scim/v2/ResourceTypes/User`,
      `http://${host}/scim/v2/ResourceTypes/Group`,
    ]);
  });

  test("and are not kept: the next reader gets its own", async () => {
    const { id } = await createUser(server);
    await seenFrom("first.example.com", "PUT", `${usersPath}/${id}`, user(unique(), { title: "Guide" }));
    const answer = await server.request("GET", `${usersPath}/${id}`);
    expect(answer.text).not.toContain("first.example.com");
    expect(answer.header("Location")).toBe(`${server.url}${usersPath}/${id}`);
  });
});

describe("a filter that asks where a resource is", () => {
  test("F-28 F-43 S-29 finds it by the address that the client sees, with the version in it, another one, or none", async () => {
    const { id: userId } = await createUser(server);
    const { id: groupId } = await createGroup(server, [userId]);
    const [here, there] = [`${server.url}/scim/v2`, `${server.url}/scim`];
    const found = async (path: string, filter: string): Promise<unknown> =>
      (await list(server, path, { filter })).resources.map(({ id }) => id);
    expect(await found(usersPath, `meta.location eq "${here}/Users/${userId}"`)).toEqual([userId]);
    expect(await found("/scim/v2", `meta.location ew "/Groups/${groupId}"`)).toEqual([groupId]);
    for (const base of [here, there, `${there}/v1`]) {
      expect(await found(groupsPath, `members.$ref eq "${base}/Users/${userId}"`)).toEqual([groupId]);
      expect(await found(groupsPath, `members[$ref eq "${base}/Users/${userId}"]`)).toEqual([groupId]);
      expect(await found(usersPath, `groups.$ref eq "${base}/Groups/${groupId}"`)).toEqual([userId]);
    }
    expect(await found(groupsPath, `members.$ref eq "http://elsewhere.example/scim/v2/Users/${userId}"`)).toEqual([]);
  });
});
