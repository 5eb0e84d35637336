import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { enterpriseUserUrn, patchOpUrn, userUrn } from "../../../src/scim/urn.ts";
import {
  expectRefusal,
  invalidSyntax,
  invalidValue,
  notFound,
  uniqueness,
  unknownId,
  user,
} from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const create = (body: Body) => server.request("POST", "/Users", body);
const both = { schemas: [userUrn, enterpriseUserUrn] };

describe("an attribute at the top of a body", () => {
  test("is that of a schema that the body lists", async () => {
    const answer = await create({ ...both, userName: unique(), department: "Department", Division: "North" });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json[enterpriseUserUrn]).toEqual({ division: "North", department: "Department" });
    const filter = encodeURIComponent('department eq "Department"');
    expect((await server.request("GET", `/Users?filter=${filter}`)).json.totalResults).toBe(1);
  });

  test("loses to the same one in the extension itself", async () => {
    const answer = await create({
      ...both,
      userName: unique(),
      department: "top",
      [enterpriseUserUrn]: { department: "in" },
    });
    expect(answer.json[enterpriseUserUrn]).toEqual({ department: "in" });
  });

  test("of no listed schema is refused", async () => {
    for (const body of [
      { ...user(unique()), department: "Department" },
      { ...both, userName: unique(), colour: "red" },
    ]) {
      expectRefusal(await create(body), { ...invalidSyntax, names: "is not recognized by the SCIM schema" });
    }
  });

  test("is that of an extension that an administrator registered", async () => {
    const json = { "Content-Type": "application/json" };
    const urn = `urn:example:${unique("badge")}:2.0:User`;
    const schema = { id: urn, name: "Badge", description: "", attributes: [{ name: "badge", type: "string" }] };
    expect((await server.request("POST", "/api/schemas", JSON.stringify(schema), json)).status).toBe(201);
    const type = await server.request("GET", "/api/resource-types/User");
    const extensions = [...objects(type.json.schemaExtensions), { schema: urn, required: false }];
    const changed = JSON.stringify({ ...type.json, schemaExtensions: extensions });
    expect((await server.request("PUT", "/api/resource-types/User", changed, json)).status).toBe(200);
    const answer = await create({ schemas: [userUrn, urn], userName: unique(), badge: "7" });
    expect(answer.json[urn]).toEqual({ badge: "7" });
  });
});

describe("the root of the server", () => {
  test("has every endpoint of SCIM, and its locations", async () => {
    const made = await create(user(unique()));
    expect(made.header("Location")).toBe(`${server.url}/Users/${made.json.id}`);
    const group = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: unique() };
    expect((await server.request("POST", "/Groups", group)).status).toBe(201);
    for (const path of [
      "/Users",
      "/Groups",
      "/Schemas",
      "/ResourceTypes",
      "/ServiceProviderConfig",
      `/Schemas/${userUrn}`,
    ]) {
      expect((await server.request("GET", path)).status, path).toBe(200);
    }
    const types = await server.request("GET", "/ResourceTypes/User");
    expect(types.json.meta).toMatchObject({ location: `${server.url}/ResourceTypes/User` });
    const operations = [{ op: "replace", path: "department", value: "Sales" }];
    const patched = await server.request("PATCH", `/Users/${made.json.id}`, {
      schemas: [patchOpUrn],
      Operations: operations,
    });
    expect(patched.json[enterpriseUserUrn]).toEqual({ department: "Sales" });
    const bulk = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [
        { method: "DELETE", path: `/Users/${made.json.id}` },
        { method: "POST", path: `${server.url}/Users`, bulkId: "a", data: user(unique()) },
      ],
    };
    const results = objects((await server.request("POST", "/Bulk", bulk)).json.Operations);
    expect(results.map(({ status }) => status)).toEqual(["204", "201"]);
    expect(text(results[1]?.location)).toStartWith(`${server.url}/Users/`);
  });

  test("keeps its own addresses, and tells nothing of the rest to who shows no credentials", async () => {
    expect((await server.request("GET", "/docs")).header("Content-Type")).toContain("text/html");
    expect((await server.request("POST", "/healthz")).status).toBe(405);
    expectRefusal(await server.request("GET", "/favicon.ico", undefined, { Authorization: null }), notFound);
    expectRefusal(await server.request("GET", "/Badges", undefined, { Authorization: null }), notFound);
    expectRefusal(await server.request("GET", "/Badges"), notFound);
    expectRefusal(await server.request("GET", "/Users", undefined, { Authorization: null }), { status: 401 });
  });

  test("has the types that a tenant made", async () => {
    const json = { "Content-Type": "application/json" };
    const urn = `urn:example:${unique("thing")}:2.0:Thing`;
    const schema = { id: urn, name: "Thing", description: "", attributes: [{ name: "size", type: "string" }] };
    await server.request("POST", "/api/schemas", JSON.stringify(schema), json);
    const type = { name: "Thing", endpoint: "/Things", schema: urn };
    expect((await server.request("POST", "/api/resource-types", JSON.stringify(type), json)).status).toBe(201);
    const made = await server.request("POST", "/Things", { schemas: [urn], size: "large" });
    expect([made.status, made.header("Location")]).toEqual([201, `${server.url}/Things/${made.json.id}`]);
    expect((await server.request("GET", `/Things/${made.json.id}`)).json.size).toBe("large");
  });
});

test("a refusal is said in SimpleIdServer's words", async () => {
  const name = unique();
  await create(user(name));
  expectRefusal(await create(user(name)), { ...uniqueness, names: "attribute userName must be unique" });
  expectRefusal(await server.request("GET", `/Users/${unknownId}`), {
    ...notFound,
    names: `resource ${unknownId} not found`,
  });
  expectRefusal(await create({ schemas: [userUrn] }), {
    ...invalidValue,
    names: "required attributes userName are missing",
  });
});
