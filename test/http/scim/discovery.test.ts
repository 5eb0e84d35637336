import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  enterpriseUserUrn,
  groupUrn,
  sapUserUrn,
  schemaUrn,
  serviceProviderConfigUrn,
  userUrn,
} from "../../../src/scim/urn.ts";
import { createUser, expectRefusal, list, notFound, pageOf, usersPath } from "../../support/scim.ts";
import { type Body, object, objects, startServer, type TestServer, text } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ bulkMaxOperations: "77", bulkMaxPayloadSize: "99999" });
});
afterAll(() => server.stop());

const endpoints = ["ServiceProviderConfig", "ResourceTypes", "ResourceTypes/User", "Schemas", `Schemas/${userUrn}`];

describe("ServiceProviderConfig", () => {
  test("D-1 D-2 D-3 D-5 F-1 O-1 V-1 PA-1 is one object that tells each feature as it is", async () => {
    const { json } = await server.request("GET", "/scim/v2/ServiceProviderConfig");
    const { authenticationSchemes, ...config } = json;
    expect(config).toEqual({
      schemas: [serviceProviderConfigUrn],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 77, maxPayloadSize: 99_999 },
      filter: { supported: true, maxResults: 1000 },
      changePassword: { supported: true },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: "index",
        defaultPageSize: 100,
        maxPageSize: 1000,
        cursorTimeout: 86_400,
      },
      meta: { resourceType: "ServiceProviderConfig", location: `${server.url}/scim/v2/ServiceProviderConfig` },
    });
    expect(objects(authenticationSchemes).map(({ type }) => type)).toEqual(["oauthbearertoken", "httpbasic"]);
    for (const scheme of objects(authenticationSchemes)) {
      expect(text(scheme.name).length * text(scheme.description).length).toBeGreaterThan(0);
    }
  });

  test("D-5 PG-6 filter.maxResults is the most that a page holds", async () => {
    const { json } = await server.request("GET", "/scim/v2/ServiceProviderConfig");
    const { maxResults } = object(json.filter);
    await createUser(server);
    const page = await list(server, usersPath, { count: String(Number(maxResults) + 1) });
    expect(page.resources.length).toBeLessThanOrEqual(Number(maxResults));
  });
});

describe("ResourceTypes", () => {
  test("BU-7 D-7 D-9 D-11 D-24 lists User with its extensions and Group", async () => {
    const page = pageOf(await server.request("GET", "/scim/v2/ResourceTypes"));
    expect([page.total, page.startIndex, page.itemsPerPage]).toEqual([2, 1, 2]);
    expect(page.resources).toMatchObject([
      {
        id: "User",
        name: "User",
        endpoint: "/Users",
        schema: userUrn,
        schemaExtensions: [
          { schema: enterpriseUserUrn, required: false },
          { schema: sapUserUrn, required: false },
        ],
      },
      { id: "Group", name: "Group", endpoint: "/Groups", schema: groupUrn },
    ]);
  });

  test("D-8 D-10 gives one by its name, and its schemas are there", async () => {
    const { json } = await server.request("GET", "/scim/v2/ResourceTypes/User");
    const extensions = objects(json.schemaExtensions).map(({ schema }) => schema);
    for (const urn of [json.schema, ...extensions]) {
      expect((await server.request("GET", `/scim/v2/Schemas/${urn}`)).json.id).toBe(urn);
    }
  });
});

describe("Schemas", () => {
  test("D-12 D-17 D-18 lists every schema of a resource, and none of a message", async () => {
    const page = pageOf(await server.request("GET", "/scim/v2/Schemas"));
    const shown = page.resources.map(({ id, schemas, meta }) => [id, schemas, object(meta).resourceType]);
    for (const urn of [userUrn, enterpriseUserUrn, groupUrn]) {
      expect(shown).toContainEqual([urn, [schemaUrn], "Schema"]);
    }
    expect(page.resources.filter(({ id }) => text(id).includes("messages"))).toEqual([]);
  });

  test("D-19 D-25 lists the schemas of discovery itself, and each is true to what is served", async () => {
    const page = pageOf(await server.request("GET", "/scim/v2/Schemas"));
    const { json: config } = await server.request("GET", "/scim/v2/ServiceProviderConfig");
    const { json: type } = await server.request("GET", "/scim/v2/ResourceTypes/User");
    const { json: schema } = await server.request("GET", `/scim/v2/Schemas/${userUrn}`);
    for (const served of [config, type, schema]) {
      const [urn] = served.schemas as readonly string[];
      const described = page.resources.find(({ id }) => id === urn);
      const names = objects(described?.attributes).map(({ name }) => name);
      const common = ["schemas", "id", "meta"];
      for (const name of Object.keys(served))
        expect([urn, name, [...names, ...common].includes(name)]).toEqual([urn, name, true]);
      expect(names.length).toBeGreaterThan(3);
    }
    const attributes = objects(page.resources.find(({ id }) => id === serviceProviderConfigUrn)?.attributes);
    expect(attributes.map(({ name }) => name)).toContain("etag");
    const schemes = attributes.find(({ name }) => name === "authenticationSchemes");
    const subs = objects(schemes?.subAttributes).map(({ name }) => name);
    for (const name of ["type", "primary"]) expect(subs).toContain(name);
  });

  test("D-13 gives one by its URN in any case", async () => {
    const { json } = await server.request("GET", `/scim/v2/Schemas/${userUrn.toUpperCase()}`);
    expect(json.id).toBe(userUrn);
  });

  test("D-14 D-15 D-16 says every characteristic of every attribute in the words of the RFC", async () => {
    const page = pageOf(await server.request("GET", "/scim/v2/Schemas"));
    const words: Readonly<Record<string, RegExp>> = {
      name: /^[$A-Za-z][$A-Za-z0-9_-]*$/,
      type: /^(string|boolean|decimal|integer|dateTime|binary|reference|complex)$/,
      multiValued: /^(true|false)$/,
      description: /./,
      required: /^(true|false)$/,
      caseExact: /^(true|false)$/,
      mutability: /^(readOnly|readWrite|immutable|writeOnly)$/,
      returned: /^(always|never|default|request)$/,
      uniqueness: /^(none|server|global)$/,
    };
    const check = (attribute: Body): void => {
      for (const [name, pattern] of Object.entries(words)) expect(String(attribute[name])).toMatch(pattern);
      expect(Array.isArray(attribute.referenceTypes)).toBe(attribute.type === "reference");
      expect(attribute.subAttributes !== undefined).toBe(attribute.type === "complex");
      for (const sub of objects(attribute.subAttributes ?? [])) check(sub);
    };
    for (const { attributes } of page.resources) for (const attribute of objects(attributes)) check(attribute);
  });
});

describe("every discovery endpoint", () => {
  test.each(endpoints)("D-20 D-22 %s ignores what asks for a page, an order or attributes", async (endpoint) => {
    const plain = await server.request("GET", `/scim/v2/${endpoint}`);
    const query = "startIndex=2&count=1&sortBy=id&attributes=id&excludedAttributes=name";
    const asked = await server.request("GET", `/scim/v2/${endpoint}?${query}`);
    expect([asked.status, asked.text]).toEqual([200, plain.text]);
  });

  test.each(endpoints)("D-21 AM-31 %s refuses a filter with 403", async (endpoint) => {
    expectRefusal(await server.request("GET", `/scim/v2/${endpoint}?filter=name+pr`), { status: 403 });
  });

  test.each(["ResourceTypes/Gadget", "ResourceTypes/user", "Schemas/urn:example:Thing", "ServiceProviderConfig/1"])(
    "D-8 D-13 %s is 404",
    async (path) => {
      expectRefusal(await server.request("GET", `/scim/v2/${path}`), notFound);
    },
  );
});
