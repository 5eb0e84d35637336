import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  createGroup,
  createUser,
  expectRefusal,
  groupsPath,
  notFound,
  unknownId,
  usersPath,
} from "../../support/scim.ts";
import { rawRequest, startServer, type TestServer } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("a resource is read", () => {
  test("R-1 R-4 R-6 H-18 AM-9 with 200, what its creation answered, and the same headers", async () => {
    const made = await createUser(server, { title: "Guide", password: "a password that was set" });
    const answer = await server.request("GET", `${usersPath}/${made.id}`);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(made);
    const location = `${server.url}${usersPath}/${made.id}`;
    expect(answer.header("Location")).toBe(location);
    expect(answer.header("Content-Location")).toBe(location);
    expect(answer.header("ETag")).toBe('W/"1"');
  });

  test("R-7 S-18 without any attribute that is never returned", async () => {
    const { id } = await createUser(server, { password: "another password that was set" });
    const { json } = await server.request("GET", `${usersPath}/${id}`);
    expect(Object.keys(json)).toEqual(["id", "schemas", "userName", "active", "meta"]);
  });

  test("R-9 HEAD gives the headers of GET and no body", async () => {
    const { id } = await createUser(server);
    const got = await server.request("GET", `${usersPath}/${id}`);
    const head = await server.request("HEAD", `${usersPath}/${id}`);
    expect(head.status).toBe(200);
    expect(head.text).toBe("");
    for (const name of ["ETag", "Location", "Content-Location", "Content-Type"]) {
      expect(head.header(name)).toBe(got.header(name));
    }
  });

  test("BU-9 a trailing slash changes nothing", async () => {
    const made = await createUser(server);
    const answer = await server.request("GET", `${usersPath}/${made.id}/`);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(made);
  });

  test("BU-11 parameters that nobody knows change nothing", async () => {
    const made = await createUser(server);
    const answer = await server.request("GET", `${usersPath}/${made.id}?colour=mauve&_=1`);
    expect(answer.json).toEqual(made);
  });

  test("BU-5 a percent-encoded id is decoded", async () => {
    const made = await createUser(server);
    const encoded = made.id.replaceAll("-", "%2D");
    const answer = await rawRequest(server, `GET ${usersPath}/${encoded} HTTP/1.1`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual(made);
  });
});

describe("what is not there is 404 with an error", () => {
  test("R-2 an id that nobody has", async () => {
    expectRefusal(await server.request("GET", `${usersPath}/${unknownId}`), { ...notFound, names: unknownId });
  });

  test("R-2 DL-2 an id that was deleted", async () => {
    const { id } = await createUser(server);
    await server.request("DELETE", `${usersPath}/${id}`);
    expectRefusal(await server.request("GET", `${usersPath}/${id}`), notFound);
  });

  test("R-2 an id of another type", async () => {
    const user = await createUser(server);
    const group = await createGroup(server);
    expectRefusal(await server.request("GET", `${groupsPath}/${user.id}`), notFound);
    expectRefusal(await server.request("GET", `${usersPath}/${group.id}`), notFound);
  });

  test("R-3 an id in another case", async () => {
    const { id } = await createUser(server);
    expectRefusal(await server.request("GET", `${usersPath}/${id.toUpperCase()}`), notFound);
  });

  test("the administrator made on first start is in no list and under no id", async () => {
    const accounts = await server.withStore((store) => store.access.accounts(1));
    const administrator = accounts.find(({ roles }) => roles.includes("administrator"));
    expect(administrator?.userName).toBe("admin");
    expectRefusal(await server.request("GET", `${usersPath}/${administrator?.userId}`), notFound);
    const filter = new URLSearchParams({ filter: 'userName eq "admin"' });
    expect((await server.request("GET", `${usersPath}?${filter}`)).json.totalResults).toBe(0);
  });

  test.each(["/", "/scim/v2/Gadgets", "/scim/v2/Gadgets/1", `/scim/v2/Users/${unknownId}/emails`, "/nowhere"])(
    "BU-10 ER-7 the path %s, as a SCIM error and no page",
    async (path) => {
      const answer = await server.request("GET", path);
      // The root leads people to the documentation.
      if (path === "/") expect([answer.status, answer.header("Location")]).toEqual([302, "/docs"]);
      else expectRefusal(answer, notFound);
    },
  );
});
