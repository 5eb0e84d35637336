import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { schemaAttributesMax, schemasMax } from "../../../src/scim/schema/limits.ts";
import { coreRegistry } from "../../../src/scim/schema/registry.ts";
import { enterpriseUserUrn, groupUrn, resourceTypeUrn, schemaUrn, userUrn } from "../../../src/scim/urn.ts";
import {
  createUser,
  expectRefusal,
  invalidSyntax,
  invalidValue,
  notFound,
  type Refusal,
  uniqueness,
} from "../../support/scim.ts";
import { type Body, object, objects, startServer, type TestServer, text } from "../../support/server.ts";
import { openapi } from "../routes.ts";
import { badgeSchema, badgeUrn, register, schemasPath, typesPath, userTypeWith } from "../scim/custom.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const mutability = { status: 400, scimType: "mutability" } as const;
const conflict = { status: 409 } as const;

let made = 0;
/** A schema whose URN no other test uses. */
function schema(more: Body = {}): Body & { readonly id: string; readonly name: string } {
  made++;
  return {
    id: `urn:example:schemas:made:${made}:Thing${made}`,
    name: `Thing${made}`,
    attributes: [{ name: `size${made}` }],
    ...more,
  };
}

const at = (id: string): string => `${schemasPath}/${encodeURIComponent(id)}`;
const discovered = (id: string): string => `/scim/v2/Schemas/${encodeURIComponent(id)}`;

describe("registering a schema", () => {
  test("D-12 D-14 shows it in discovery at once, every characteristic said", async () => {
    expectRefusal(await server.request("GET", discovered(badgeUrn)), notFound);
    const answer = await server.request("POST", schemasPath, badgeSchema);
    expect(answer.status, answer.text).toBe(201);
    const location = new URL(answer.header("Location"));
    expect((await server.request("GET", location.pathname)).json).toEqual(answer.json);
    const shown = (await server.request("GET", discovered(badgeUrn))).json;
    expect(shown).toEqual(answer.json);
    const listed = objects((await server.request("GET", "/scim/v2/Schemas")).json.Resources);
    expect(listed.filter(({ id }) => id === badgeUrn)).toEqual([shown]);
    for (const attribute of objects(shown.attributes)) {
      for (const each of [attribute, ...objects(attribute.subAttributes ?? [])]) {
        expect(Object.keys(each)).toEqual(
          expect.arrayContaining(
            "name type multiValued description required caseExact mutability returned uniqueness".split(" "),
          ),
        );
      }
    }
  });

  test("S-3 gives what is not said its default", async () => {
    const { attributes } = await register(server, schemasPath, schema({ attributes: [{ name: "size" }] }));
    expect(attributes).toEqual([
      {
        name: "size",
        type: "string",
        multiValued: false,
        required: false,
        caseExact: false,
        mutability: "readWrite",
        returned: "default",
        uniqueness: "none",
        description: "",
      },
    ]);
  });

  test("RP-18 takes what GET gave as it is, also as a copy under another URN", async () => {
    const { id } = schema();
    await register(server, schemasPath, schema({ id }));
    const shown = (await server.request("GET", at(id))).json;
    expect((await server.request("PUT", at(id), shown)).json).toEqual(shown);
    await register(server, schemasPath, { ...shown, id: `${id}Copy` });
  });

  test("the built-in ones are listed as the same data", async () => {
    const listed = objects((await server.request("GET", schemasPath)).json.resources);
    const builtIn = coreRegistry.schemas.map(({ id }) => id);
    expect(listed.map(({ id }) => text(id))).toEqual(expect.arrayContaining([...builtIn]));
    for (const id of builtIn) {
      expect((await server.request("GET", at(id))).json).toEqual((await server.request("GET", discovered(id))).json);
    }
  });
});

describe("a schema is refused", () => {
  const refusals: Readonly<Record<string, readonly [Body, Refusal]>> = {
    "without an id": [
      { name: "A", attributes: [{ name: "a" }] },
      { ...invalidValue, names: "id" },
    ],
    "whose id is no URN": [schema({ id: "badge" }), { ...invalidValue, names: "id" }],
    "whose URN ends in no name": [schema({ id: "urn:example:1" }), { ...invalidValue, names: "id" }],
    "without a name": [
      { id: "urn:example:A", attributes: [{ name: "a" }] },
      { ...invalidValue, names: "name" },
    ],
    "without attributes": [schema({ attributes: [] }), { ...invalidValue, names: "attributes" }],
    "with a field that no schema has": [schema({ attribute: [] }), { ...invalidSyntax, names: "attribute" }],
    "with the schemas of another kind": [schema({ schemas: [resourceTypeUrn] }), { ...invalidValue, names: schemaUrn }],
    "S-2 with a name of an attribute that is none": [
      schema({ attributes: [{ name: "a" }, { name: "1st" }] }),
      { ...invalidValue, names: "attributes[1].name" },
    ],
    "C-13 with an attribute that every resource has": [
      schema({ attributes: [{ name: "externalId" }] }),
      { ...invalidValue, names: "attributes[0].name" },
    ],
    "F-5 with a name that a filter reads as its own word": [
      schema({ attributes: [{ name: "a", type: "complex", subAttributes: [{ name: "b" }, { name: "Not" }] }] }),
      { ...invalidValue, names: "attributes[0].subAttributes[1].name" },
    ],
    "with an attribute twice, in two cases": [
      schema({ attributes: [{ name: "size" }, { name: "Size" }] }),
      { ...invalidValue, names: "attributes[1].name" },
    ],
    "D-15 with a type that is none": [
      schema({ attributes: [{ name: "a", type: "text" }] }),
      { ...invalidValue, names: "attributes[0].type" },
    ],
    "S-4 with something complex in something complex": [
      schema({
        attributes: [{ name: "a", type: "complex", subAttributes: [{ name: "b", type: "complex" }] }],
      }),
      { ...invalidValue, names: "attributes[0].subAttributes[0].type" },
    ],
    "S-16 S-18 with a secret": [
      schema({ attributes: [{ name: "pin", returned: "never" }] }),
      { ...invalidValue, names: "attributes[0].returned" },
    ],
    "S-13 with something required that no client can give": [
      schema({ attributes: [{ name: "a", required: true, mutability: "readOnly" }] }),
      { ...invalidValue, names: "attributes[0].required" },
    ],
    "S-22 with a unique value of many": [
      schema({ attributes: [{ name: "a", multiValued: true, uniqueness: "server" }] }),
      { ...invalidValue, names: "attributes[0].uniqueness" },
    ],
    "S-22 with two unique values": [
      schema({
        attributes: [
          { name: "a", uniqueness: "server" },
          { name: "b", uniqueness: "server" },
        ],
      }),
      { ...invalidValue, names: "attributes[1].uniqueness" },
    ],
    "with more attributes than a schema may have": [
      schema({ attributes: Array.from({ length: schemaAttributesMax + 1 }, (_, index) => ({ name: `a${index}` })) }),
      { status: 413, names: "attributes" },
    ],
    "with a URN of SCIM itself": [
      schema({ id: "urn:ietf:params:scim:schemas:core:2.0:Thing" }),
      { ...invalidValue, names: "id" },
    ],
    "with a URN that is built in, in another case": [
      schema({ id: enterpriseUserUrn.toUpperCase().replace("URN:", "urn:") }),
      { ...uniqueness, names: "id" },
    ],
  };
  for (const [title, [body, refusal]] of Object.entries(refusals)) {
    test(title, async () => {
      const before = (await server.request("GET", schemasPath)).text;
      expectRefusal(await server.request("POST", schemasPath, body), refusal);
      expect((await server.request("GET", schemasPath)).text).toBe(before);
    });
  }

  test("whose URN is registered, in any case", async () => {
    const { id } = await register(server, schemasPath, schema());
    expectRefusal(await server.request("POST", schemasPath, schema({ id })), { ...uniqueness, names: text(id) });
    const loud = text(id).replace("schemas", "SCHEMAS");
    expectRefusal(await server.request("POST", schemasPath, schema({ id: loud })), { ...uniqueness, names: loud });
  });

  test("whose URN would be the path of an attribute", async () => {
    await register(server, schemasPath, { id: "urn:example:Outer", name: "Outer", attributes: [{ name: "inner" }] });
    const clash = { id: "urn:example:Outer:Inner", name: "Inner", attributes: [{ name: "a" }] };
    expectRefusal(await server.request("POST", schemasPath, clash), { ...invalidValue, names: clash.id });
  });

  test("P-10 P-17 H-9 for a body that is no object, says a thing twice, or is no JSON", async () => {
    const json = { "Content-Type": "application/json" };
    for (const body of ["[]", '"x"', "null", "{", '{"id":"urn:example:A","id":"urn:example:B"}']) {
      expectRefusal(await server.request("POST", schemasPath, body, json), invalidSyntax);
    }
    const answer = await server.request("POST", schemasPath, "id", { "Content-Type": "text/plain" });
    expectRefusal(answer, { status: 415 });
  });
});

describe("a schema that is built in", () => {
  test.each([userUrn, groupUrn, enterpriseUserUrn, schemaUrn, resourceTypeUrn])(
    "can not change or go: %s",
    async (id) => {
      const body = schema({ id });
      expectRefusal(await server.request("PUT", at(id), body), { ...mutability, names: id });
      expectRefusal(await server.request("PUT", at(id.toUpperCase()), body), { ...mutability, names: id });
      expectRefusal(await server.request("DELETE", at(id)), { ...mutability, names: id });
    },
  );
});

describe("a schema that is there", () => {
  test("is found by its URN in any case, changed and removed", async () => {
    const { id, name, attributes } = schema();
    await register(server, schemasPath, { id, name, attributes });
    const loud = id.replace("example", "EXAMPLE");
    expect((await server.request("GET", at(loud))).json.id).toBe(id);
    const changed = { id, name, attributes: [{ name: "other", type: "integer" }] };
    expect((await server.request("PUT", at(loud), changed)).status).toBe(200);
    expect((await server.request("GET", discovered(id))).json.attributes).toMatchObject([{ name: "other" }]);
    expect((await server.request("DELETE", at(loud))).status).toBe(204);
    for (const path of [at(id), discovered(id)]) expectRefusal(await server.request("GET", path), notFound);
    expectRefusal(await server.request("DELETE", at(id)), { ...notFound, names: id });
    expectRefusal(await server.request("PUT", at(id), changed), { ...notFound, names: id });
  });

  test("keeps its URN to the letter", async () => {
    const { id, name, attributes } = schema();
    await register(server, schemasPath, { id, name, attributes });
    const renamed = { id: id.replace("example", "EXAMPLE"), name, attributes };
    expectRefusal(await server.request("PUT", at(id), renamed), { ...mutability, names: id });
  });

  test("stays while a type names it, and goes when none does", async () => {
    const { id } = await register(server, schemasPath, schema());
    const type = { name: `Typed${made}`, schema: text(id) };
    await register(server, typesPath, type);
    expectRefusal(await server.request("DELETE", at(text(id))), { ...conflict, names: type.name });
    expect((await server.request("DELETE", `${typesPath}/${type.name}`)).status).toBe(204);
    expect((await server.request("DELETE", at(text(id)))).status).toBe(204);
  });
});

describe("a change that would break resources", () => {
  const before = {
    id: "urn:example:schemas:Locker",
    name: "Locker",
    attributes: [
      { name: "number" },
      { name: "size", type: "complex", subAttributes: [{ name: "value", type: "integer" }] },
    ],
  };
  const [number, size] = before.attributes;
  const breaking: Readonly<Record<string, readonly [readonly unknown[], string]>> = {
    "another type": [[{ ...number, type: "integer" }, size], "number can not change its type"],
    "many values": [[{ ...number, multiValued: true }, size], "number can not change its multiValued"],
    "case that counts": [[{ ...number, caseExact: true }, size], "number can not change its caseExact"],
    "values that stay": [[{ ...number, mutability: "immutable" }, size], "number can not change its mutability"],
    "a requirement": [[{ ...number, required: true }, size], "number can not become required"],
    "a new requirement": [[number, size, { name: "extra", required: true }], "extra is new"],
    "an attribute taken away": [[number], "size can not be taken away"],
    "a sub-attribute of another type": [
      [number, { ...size, subAttributes: [{ name: "value" }] }],
      "size.value can not change its type",
    ],
  };

  beforeAll(async () => {
    await register(server, schemasPath, before);
    await register(server, `${typesPath}/User`, userTypeWith(enterpriseUserUrn, before.id), "PUT");
  });

  for (const [title, [attributes, names]] of Object.entries(breaking)) {
    test(`is made while there are none, and is a conflict when there are: ${title}`, async () => {
      const changed = await server.request("PUT", at(before.id), { ...before, attributes });
      expect(changed.status, changed.text).toBe(200);
      await register(server, at(before.id), before, "PUT");
      const { id } = await createUser(server, { [before.id]: { number: "7" } });
      const answer = await server.request("PUT", at(before.id), { ...before, attributes });
      expectRefusal(answer, { ...conflict, names });
      expect(answer.json.detail).toContain("1 resource");
      expect((await server.request("DELETE", `/scim/v2/Users/${id}`)).status).toBe(204);
    });
  }

  test("a change that breaks nothing is made, and counts at once", async () => {
    const { id } = await createUser(server, { [before.id]: { number: "7" } });
    const wider = { ...before, attributes: [...before.attributes, { name: "colour" }] };
    await register(server, at(before.id), wider, "PUT");
    const operations = [{ op: "add", path: `${before.id}:colour`, value: "red" }];
    const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations };
    const patched = await server.request("PATCH", `/scim/v2/Users/${id}`, body);
    expect(patched.json[before.id]).toEqual({ number: "7", colour: "red" });
  });

  test("S-22 an extension can not come to have a unique value", async () => {
    const attributes = [{ ...number, uniqueness: "server" }, size];
    const answer = await server.request("PUT", at(before.id), { ...before, attributes });
    expectRefusal(answer, { ...invalidValue, names: "number" });
  });
});

describe("who may register schemas", () => {
  const requests = [
    ["GET", schemasPath],
    ["POST", schemasPath],
    ["GET", at(userUrn)],
    ["PUT", at(badgeUrn)],
    ["DELETE", at(badgeUrn)],
  ] as const;

  test("AU-4 nobody without the scope admin", async () => {
    const token = await server.makeToken({ scopes: ["scim:read", "scim:write", "scim:bulk", "import:write"] });
    for (const [method, path] of requests) {
      const body = method === "POST" || method === "PUT" ? schema() : undefined;
      const answer = await server.request(method, path, body, { Authorization: `Bearer ${token}` });
      expectRefusal(answer, { status: 403, names: "admin" });
    }
  });

  test("AU-1 nobody without credentials", async () => {
    for (const [method, path] of requests) {
      expectRefusal(await server.request(method, path, undefined, { Authorization: null }), { status: 401 });
    }
  });

  test("H-13 and nothing by other methods", async () => {
    for (const [path, allow] of [
      [schemasPath, "GET, POST"],
      [at(userUrn), "GET, PUT, DELETE"],
    ] as const) {
      const answer = await server.request("PATCH", path, {});
      expectRefusal(answer, { status: 405 });
      expect(answer.header("Allow")).toBe(allow);
    }
  });
});

describe("openapi.json", () => {
  const content = (value: unknown): Body => object(object(object(object(value).content)["application/json"]).schema);
  const operation = (path: string, method: string): Body => object(object(object(openapi.paths)[path])[method]);
  const items = (schema: Body, name: string): Body => object(object(object(schema.properties)[name]).items);

  test("says what must be in a definition, to its innermost place, and that all but meta is written", () => {
    for (const [path, method] of [
      [schemasPath, "post"],
      [`${schemasPath}/{id}`, "put"],
    ] as const) {
      const asked = content(operation(path, method).requestBody);
      expect(asked.required).toEqual(["id", "name", "attributes"]);
      const attribute = items(asked, "attributes");
      const sub = items(attribute, "subAttributes");
      for (const place of [attribute, sub]) {
        expect(place.required).toEqual(["name"]);
        expect(object(place.properties).mutability).toMatchObject({
          enum: ["readOnly", "readWrite", "immutable", "writeOnly"],
        });
      }
      expect(object(attribute.properties).type).toMatchObject({ enum: expect.arrayContaining(["complex", "string"]) });
      expect(Object(object(sub.properties).type).enum).not.toContain("complex");
      expect(sub.properties).not.toHaveProperty("subAttributes");
      const { meta, ...written } = object(asked.properties);
      expect(meta).toMatchObject({ readOnly: true });
      expect(JSON.stringify(written)).not.toContain('readOnly":true');
    }
    const type = content(operation(typesPath, "post").requestBody);
    expect(type.required).toEqual(["name", "schema"]);
    expect(items(type, "schemaExtensions").required).toEqual(["schema"]);
  });

  test("is kept by what is answered, name by name", async () => {
    for (const path of [schemasPath, typesPath]) {
      const one = content(object(operation(`${path}/{id}`, "get").responses)["200"]);
      const listed = content(object(operation(path, "get").responses)["200"]);
      expect(items(listed, "resources")).toEqual(one);
      for (const shown of objects((await server.request("GET", path)).json.resources)) expectDescribed(shown, one);
    }
  });

  /** Every name of an object is described, and every name that must be there is. */
  function expectDescribed(value: Body, schema: Body): void {
    const properties = object(schema.properties);
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(value)));
    expect(Object.keys(value)).toEqual(expect.arrayContaining([...Object(schema.required ?? [])]));
    for (const [name, held] of Object.entries(value)) {
      const described = object(properties[name]);
      const { enum: words, items: element } = described;
      if (Array.isArray(words)) expect(words).toContain(held);
      if (Array.isArray(held) && typeof held[0] === "object") {
        for (const each of objects(held)) expectDescribed(each, object(element));
      }
    }
  }
});

test("many that come at once are all registered, or refused one by one", async () => {
  const several = Array.from({ length: 20 }, () => schema());
  const answers = await Promise.all(several.map((each) => server.request("POST", schemasPath, each)));
  expect(answers.map(({ status }) => status)).toEqual(several.map(() => 201));
  const twins = await Promise.all(
    several.map(() => server.request("POST", schemasPath, { ...several[0], id: "urn:example:Twin" })),
  );
  expect(twins.map(({ status }) => status).toSorted()).toEqual([201, ...several.slice(1).map(() => 409)]);
  const ids = objects((await server.request("GET", schemasPath)).json.resources).map(({ id }) => text(id));
  expect(ids).toEqual(expect.arrayContaining([...several.map(({ id }) => id), "urn:example:Twin"]));
  expect(new Set(ids).size).toBe(ids.length);
});

test("there are as many as a tenant may have, and no more", async () => {
  const full = await startServer();
  try {
    const room = schemasMax - coreRegistry.schemas.length;
    for (let index = 0; index < room; index++) await register(full, schemasPath, schema());
    expectRefusal(await full.request("POST", schemasPath, schema()), { status: 413, names: String(schemasMax) });
    expect(objects((await full.request("GET", "/scim/v2/Schemas")).json.Resources).length).toBeGreaterThan(room);
  } finally {
    await full.stop();
  }
});
