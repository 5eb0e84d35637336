import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createUser, expectRefusal, list, notFound, usersPath } from "../../support/scim.ts";
import { object, objects, startServer, type TestServer, text } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("the address of an endpoint", () => {
  test("BU-1 BU-2 BU-7 is the base with /v2 and what its type says, and every link is such an address", async () => {
    const types = await server.request("GET", "/scim/v2/ResourceTypes");
    const endpoints = objects(types.json.Resources).map(({ name, endpoint }) => [name, endpoint]);
    for (const name of ["User", "Group"]) expect(endpoints).toContainEqual([name, `/${name}s`]);
    const { id } = await createUser(server);
    const page = await list(server, "/scim/v2/Users", { filter: `id eq "${id}"`, count: "1" });
    const { location } = object(page.resources[0]?.meta);
    expect(location).toBe(`${server.url}/scim/v2/Users/${id}`);
    expect((await server.request("GET", new URL(text(location)).pathname)).json.id).toBe(id);
  });

  test.each(["/scim/v1/Users", "/scim/v3/Users", "/scim/v2.1/Users/1", "/scim/v1/Bulk"])(
    "BU-3 %s, of another version, is 400 invalidVers",
    async (path) => {
      const refusal = { status: 400, scimType: "invalidVers", names: "/scim/v2" };
      for (const method of ["GET", "PATCH"]) expectRefusal(await server.request(method, path), refusal);
    },
  );

  test.each(["/scim/v2/users", "/scim/v2/USERS"])("BU-8 %s, in another case, is the same endpoint", async (path) => {
    const { id } = await createUser(server);
    const query = { filter: `id eq "${id}"` };
    expect((await list(server, path, query)).resources).toEqual((await list(server, usersPath, query)).resources);
  });

  test.each(["/scim", "/SCIM/v2/Users", "/scim/V2/Users", "/scim/v2/Nothing", "/scim/v2/Users/1/2"])(
    "BU-10 H-19 %s, which is none, is 404 with an error of SCIM",
    async (path) => {
      const headers = { Accept: "text/html" };
      expectRefusal(await server.request("GET", path, undefined, headers), notFound);
    },
  );
});

describe("an id with more behind it", () => {
  test("R-2 as .scim is another id", async () => {
    const { id } = await createUser(server);
    for (const suffix of [".scim", ".json", "%20", "x"]) {
      expectRefusal(await server.request("GET", `${usersPath}/${id}${suffix}`), notFound);
    }
  });

  test.each(['userName eq "nobody"', "this is no filter", ""])(
    "R-8 as the filter %p is read as without it",
    async (f) => {
      const made = await createUser(server);
      const answer = await server.request("GET", `${usersPath}/${made.id}?${new URLSearchParams({ filter: f })}`);
      expect([answer.status, answer.json]).toEqual([200, made]);
    },
  );
});
