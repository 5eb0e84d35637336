import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { searchRequestUrn, userUrn } from "../../../src/scim/urn.ts";
import { expectRefusal, usersPath } from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const endpoints = ["ServiceProviderConfig", "ResourceTypes", "ResourceTypes/User", "Schemas", `Schemas/${userUrn}`];
const writes = ["POST", "PUT", "PATCH", "DELETE"];

describe("discovery can not be changed", () => {
  test.each(endpoints.flatMap((endpoint) => writes.map((method) => [method, endpoint] as const)))(
    "D-23 D-4 %s %s is 405 and changes nothing",
    async (method, endpoint) => {
      const path = `/scim/v2/${endpoint}`;
      const before = await server.request("GET", path);
      const body = method === "DELETE" ? undefined : before.json;
      const answer = await server.request(method, path, body);
      expectRefusal(answer, { status: 405 });
      expect(answer.header("Allow")).toStartWith("GET");
      expect(answer.header("Allow")).not.toContain(method);
      expect((await server.request("GET", path)).text).toBe(before.text);
    },
  );

  test.each(["ServiceProviderConfig", "ResourceTypes", "Schemas"])("X-8 %s has no search", async (endpoint) => {
    const body = { schemas: [searchRequestUrn], filter: "id pr" };
    const { status, json } = await server.request("POST", `/scim/v2/${endpoint}/.search`, body);
    expect([404, 405]).toContain(status);
    expect(json.status).toBe(String(status));
  });

  test("D-4 ServiceProviderConfig has no id", async () => {
    const { json } = await server.request("GET", "/scim/v2/ServiceProviderConfig");
    expect(Object.keys(json)).not.toContain("id");
  });
});

/** A value that an attribute of a schema takes. */
function sample(attribute: Body): unknown {
  const one = (): unknown => {
    switch (attribute.type) {
      case "complex":
        return Object.fromEntries(objects(attribute.subAttributes).map((sub) => [text(sub.name), sample(sub)]));
      case "boolean":
        return true;
      case "binary":
        return "QUJD";
      case "reference":
        return "https://example.com/1";
      default:
        return unique();
    }
  };
  return attribute.multiValued === true ? [one()] : one();
}

describe("a schema is what the server does", () => {
  test("D-26 S-13 S-16 every attribute of users is taken and shown as its schema says", async () => {
    const { json: schema } = await server.request("GET", `/scim/v2/Schemas/${userUrn}`);
    const attributes = objects(schema.attributes);
    const sent = Object.fromEntries(attributes.map((attribute) => [text(attribute.name), sample(attribute)]));
    const { status, json: made } = await server.request("POST", usersPath, { schemas: [userUrn], ...sent });
    expect(status).toBe(201);
    const shown = attributes.filter(({ mutability, returned }) => mutability !== "readOnly" && returned !== "never");
    expect(shown.length).toBeGreaterThan(15);
    for (const { name } of shown) expect(made[text(name)], text(name)).toEqual(sent[text(name)]);
    const hidden = attributes.filter((attribute) => !shown.includes(attribute)).map(({ name }) => text(name));
    expect(hidden.sort()).toEqual(["groups", "password"]);
    for (const name of hidden) expect(made).not.toHaveProperty(name);
  });

  test("D-26 what a schema requires is required, and nothing else is", async () => {
    const { json: schema } = await server.request("GET", `/scim/v2/Schemas/${userUrn}`);
    const required = objects(schema.attributes).filter((attribute) => attribute.required === true);
    const least = Object.fromEntries(required.map((attribute) => [text(attribute.name), sample(attribute)]));
    expect((await server.request("POST", usersPath, { schemas: [userUrn], ...least })).status).toBe(201);
    for (const { name } of required) {
      const lacking = Object.fromEntries(Object.entries(least).filter(([key]) => key !== name));
      const answer = await server.request("POST", usersPath, { schemas: [userUrn], ...lacking });
      expectRefusal(answer, { status: 400, scimType: "invalidValue", names: text(name) });
    }
  });
});
