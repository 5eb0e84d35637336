import { describe, expect, test } from "bun:test";
import { readResourceTypeDefinition, readSchemaDefinition } from "../../../src/scim/schema/read-definition.ts";
import { attribute } from "../../../src/scim/schema/schema.ts";
import { enterpriseUserUrn, resourceTypeUrn, schemaUrn, userUrn } from "../../../src/scim/urn.ts";
import { outcome } from "./outcome.ts";

const badge = { id: "urn:example:Badge", name: "Badge", attributes: [{ name: "number" }] };
const withAttributes = (...attributes: readonly unknown[]) => ({ ...badge, attributes });
const withOne = (characteristics: object) => withAttributes({ name: "a", ...characteristics });
const withSub = (characteristics: object) =>
  withAttributes({ name: "a", type: "complex", subAttributes: [{ name: "b", ...characteristics }] });
const many = (length: number, prefix = "a") => Array.from({ length }, (_, index) => ({ name: `${prefix}${index}` }));

describe("readSchemaDefinition reads", () => {
  test("D-16 the least there may be, with the defaults of RFC 7643 §2.2", () => {
    expect(readSchemaDefinition(badge)).toEqual({
      id: "urn:example:Badge",
      name: "Badge",
      description: "",
      attributes: [attribute("number", "")],
    });
  });

  test("every characteristic", () => {
    const input = withAttributes(
      {
        name: "serial-No_1$",
        type: "string",
        multiValued: false,
        description: "The number on it.",
        required: true,
        caseExact: true,
        mutability: "immutable",
        returned: "always",
        uniqueness: "server",
        canonicalValues: ["A", "B"],
      },
      {
        name: "doors",
        type: "complex",
        multiValued: true,
        returned: "request",
        subAttributes: [{ name: "$ref", type: "reference", referenceTypes: ["Door"] }, { name: "value" }],
      },
    );
    expect(readSchemaDefinition(input).attributes).toEqual([
      attribute("serial-No_1$", "The number on it.", {
        required: true,
        caseExact: true,
        mutability: "immutable",
        returned: "always",
        uniqueness: "server",
        canonicalValues: ["A", "B"],
      }),
      attribute("doors", "", {
        type: "complex",
        multiValued: true,
        returned: "request",
        subAttributes: [attribute("$ref", "", { type: "reference", referenceTypes: ["Door"] }), attribute("value", "")],
      }),
    ]);
  });

  test("DT-6 DT-7 references and binaries as case-exact, and a reference without types as one to any URI", () => {
    const input = withAttributes(
      { name: "r", type: "reference", caseExact: false },
      { name: "b", type: "binary", caseExact: false },
    );
    expect(readSchemaDefinition(input).attributes).toEqual([
      attribute("r", "", { type: "reference", referenceTypes: ["uri"] }),
      attribute("b", "", { type: "binary" }),
    ]);
  });

  test.each([
    ["schemas and meta, which say nothing", { ...badge, schemas: [schemaUrn.toUpperCase()], meta: { version: 1 } }],
    ["null for what is not said", { ...badge, description: null, schemas: null, meta: null }],
    ["empty lists for what is not said", withOne({ canonicalValues: [], referenceTypes: [], subAttributes: [] })],
    ["a name of 64 characters", withAttributes({ name: "n".repeat(64) })],
    ["200 attributes", withAttributes(...many(200))],
    ["100 sub-attributes", withAttributes({ name: "a", type: "complex", subAttributes: many(100) })],
    ["an unique reference", withOne({ type: "reference", uniqueness: "global" })],
    ["a name of the common attributes inside a complex one", withSub({ name: "id" })],
    ["primary as a boolean", withSub({ name: "primary", type: "boolean" })],
    ["primary at the top, where it marks nothing", withAttributes({ name: "primary" })],
    ["what is read-only and not required", withOne({ mutability: "readOnly" })],
    ["a name with blanks", { ...badge, name: "Badge of the house 2.0" }],
    ["a URN of 255 characters", { ...badge, id: `urn:example:${"b".repeat(243)}` }],
    ["a URN with a version", { ...badge, id: "urn:example:hr:2.0:Badge" }],
  ])("%s", (_, input) => {
    expect(outcome(() => readSchemaDefinition(input))).toBe("read");
  });

  test("a frozen value, that shares nothing with what was sent", () => {
    const values = ["A"];
    const input = withAttributes({
      name: "a",
      type: "complex",
      subAttributes: [{ name: "b", canonicalValues: values }],
    });
    const definition = readSchemaDefinition(input);
    const [complex] = definition.attributes;
    const [sub] = complex?.subAttributes ?? [];
    for (const part of [
      definition,
      definition.attributes,
      complex,
      complex?.subAttributes,
      sub,
      sub?.canonicalValues,
    ]) {
      expect(part).toBeDefined();
      expect(Object.isFrozen(part)).toBeTrue();
    }
    values.push("B");
    expect(sub?.canonicalValues).toEqual(["A"]);
  });
});

describe("readSchemaDefinition refuses", () => {
  const idForm = "must be a URN, such as urn:example:Badge, of letters, digits and - . _ ~ ! $ * ; = @ :";
  const nameForm = "must be a letter and then up to 63 letters, digits, $, - or _";
  const characteristics =
    "name, type, multiValued, description, required, caseExact, mutability, returned, uniqueness, canonicalValues, " +
    "referenceTypes, subAttributes";
  const simple = "string, boolean, decimal, integer, dateTime, reference, binary";
  const secret = "the only secret that is kept is the password of users";
  const urns = [
    "",
    "Badge",
    "urn:Badge",
    "urn:x:Badge",
    "urn:-x:Badge",
    "urn:example:",
    "http://example.com/Badge",
    "urn:example:a b",
    "urn:example:a\n",
    "urn:example:a[b]",
    "urn:example:a(b)",
    'urn:example:"a"',
    "urn:example:a,b",
    "urn:example:a/b",
    "urn:example:a?b",
    "urn:example:a#b",
    "urn:example:%41",
    "urn:example:ä",
    "URN:example:a",
  ];
  test.each(urns)("D-16 the id %p", (id) => {
    expect(outcome(() => readSchemaDefinition({ ...badge, id }))).toBe(`invalidValue: id ${idForm}, not "${id}".`);
  });

  test.each(["urn:example:a:", "urn:example:2.0", "urn:example:hr:1", "urn:example:a.b.c", "urn:example:_a"])(
    "PA-16 the id %p, which could be no path",
    (id) => {
      expect(outcome(() => readSchemaDefinition({ ...badge, id }))).toContain(
        "invalidValue: id must have a name after",
      );
    },
  );

  test.each([
    [userUrn, "urn:ietf:params:scim:schemas:core:"],
    ["urn:IETF:Params:SCIM:schemas:Core:2.0:x", "urn:ietf:params:scim:schemas:core:"],
    ["urn:ietf:params:scim:api:messages:2.0:PatchOp", "urn:ietf:params:scim:api:"],
  ])("the id %s of SCIM itself", (id, reserved) => {
    const refused = `invalidValue: id may not begin with ${reserved}, which is reserved.`;
    expect(outcome(() => readSchemaDefinition({ ...badge, id }))).toBe(refused);
    const entra = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User";
    expect(readSchemaDefinition({ ...badge, id: entra }).id).toBe(entra);
  });

  const rows: readonly (readonly [string, unknown, string])[] = [
    ["an array", [], "invalidSyntax: The definition must be an object, not array."],
    ["null", null, "invalidSyntax: The definition must be an object, not null."],
    [
      "a misspelt field",
      { ...badge, atributes: [] },
      'invalidSyntax: The definition may not have "atributes"; what it may have is schemas, id, name, description, attributes, meta.',
    ],
    ["an id that is no text", { ...badge, id: 7 }, "invalidSyntax: id must be a string, not number."],
    ["no id", { ...badge, id: undefined }, `invalidValue: id is required: ${idForm.slice("must be ".length)}.`],
    ["a long id", { ...badge, id: `urn:example:${"b".repeat(244)}` }, "tooLarge: id is longer than 255 characters."],
    ["schemas of another kind", { ...badge, schemas: [userUrn] }, `invalidValue: schemas must name ${schemaUrn}.`],
    [
      "schemas that are a text",
      { ...badge, schemas: schemaUrn },
      "invalidSyntax: schemas must be an array, not string.",
    ],
    [
      "a name that begins with a digit",
      { ...badge, name: "1st" },
      'invalidValue: name must be a letter and then up to 63 letters, digits, blanks, _, . or -, not "1st".',
    ],
    [
      "a long description",
      { ...badge, description: "d".repeat(1001) },
      "tooLarge: description is longer than 1000 characters.",
    ],
    ["NUL", { ...badge, description: "\0" }, "invalidValue: description contains the character NUL."],
    [
      "half a surrogate pair",
      withOne({ description: "\ud800" }),
      "invalidValue: attributes[0].description contains half of a surrogate pair.",
    ],
    ["no attributes", withAttributes(), "invalidValue: attributes is required, with at least one element."],
    [
      "201 attributes",
      withAttributes(...many(201)),
      "tooLarge: attributes has 201 elements; at most 200 are accepted.",
    ],
    ["an attribute that is a text", withAttributes("a"), "invalidSyntax: attributes[0] must be an object, not string."],
    [
      "a misspelt characteristic",
      withOne({ multivalued: true }),
      `invalidSyntax: attributes[0] may not have "multivalued"; what it may have is ${characteristics}.`,
    ],
    ["$ref at the top", withAttributes({ name: "$ref" }), `invalidValue: attributes[0].name ${nameForm}, not "$ref".`],
    [
      "another $ inside",
      withSub({ name: "$value" }),
      `invalidValue: attributes[0].subAttributes[0].name ${nameForm}, or $ref, not "$value".`,
    ],
    [
      "a name twice, in another case",
      withAttributes({ name: "number" }, { name: "b" }, { name: "NUMBER" }),
      "invalidValue: attributes[2].name is NUMBER, which another has; case makes no difference.",
    ],
    [
      "a name twice inside",
      withAttributes({ name: "a", type: "complex", subAttributes: [{ name: "b" }, { name: "B" }] }),
      "invalidValue: attributes[0].subAttributes[1].name is B, which another has; case makes no difference.",
    ],
    [
      "an unknown type",
      withOne({ type: "int" }),
      `invalidValue: attributes[0].type must be one of ${simple}, complex, not "int".`,
    ],
    [
      "a type in another case",
      withSub({ type: "String" }),
      `invalidValue: attributes[0].subAttributes[0].type must be one of ${simple}, not "String".`,
    ],
    [
      "S-4 complex inside complex",
      withSub({ type: "complex", subAttributes: [{ name: "c" }] }),
      `invalidValue: attributes[0].subAttributes[0].type must be one of ${simple}, not "complex".`,
    ],
    [
      "S-4 complex with nothing inside",
      withOne({ type: "complex", subAttributes: [] }),
      "invalidValue: attributes[0].subAttributes is required, with at least one element.",
    ],
    [
      "S-4 something inside what is not complex",
      withOne({ subAttributes: [{ name: "b" }] }),
      "invalidValue: attributes[0].subAttributes may not be given for the type string, only for complex.",
    ],
    [
      "reference types of a text",
      withOne({ referenceTypes: ["User"] }),
      "invalidValue: attributes[0].referenceTypes may not be given for the type string, only for reference.",
    ],
    [
      "a flag as a text",
      withOne({ required: "true" }),
      "invalidSyntax: attributes[0].required must be true or false, not string.",
    ],
    [
      "an unknown mutability",
      withOne({ mutability: "readwrite" }),
      'invalidValue: attributes[0].mutability must be one of readOnly, readWrite, immutable, writeOnly, not "readwrite".',
    ],
    [
      "canonical values that are no texts",
      withOne({ canonicalValues: ["a", 1] }),
      "invalidSyntax: attributes[0].canonicalValues[1] must be a string, not number.",
    ],
    [
      "an empty canonical value",
      withOne({ canonicalValues: [""] }),
      "invalidValue: attributes[0].canonicalValues[0] is empty.",
    ],
    [
      "a long canonical value",
      withOne({ canonicalValues: ["v".repeat(257)] }),
      "tooLarge: attributes[0].canonicalValues[0] is longer than 256 characters.",
    ],
    [
      "many canonical values",
      withOne({ canonicalValues: Array(201).fill("v") }),
      "tooLarge: attributes[0].canonicalValues has 201 elements; at most 200 are accepted.",
    ],
    [
      "what is write-only",
      withOne({ mutability: "writeOnly", returned: "never" }),
      `invalidValue: attributes[0].mutability may not be writeOnly: ${secret}.`,
    ],
    [
      "what is never returned",
      withSub({ returned: "never" }),
      `invalidValue: attributes[0].subAttributes[0].returned may not be never: ${secret}.`,
    ],
    [
      "what is required and read-only",
      withOne({ required: true, mutability: "readOnly" }),
      "invalidValue: attributes[0].required may not be true where mutability is readOnly: no client could give the value.",
    ],
    [
      "a unique sub-attribute",
      withSub({ uniqueness: "server" }),
      "invalidValue: attributes[0].subAttributes[0].uniqueness must be none for a sub-attribute.",
    ],
    [
      "two unique attributes",
      withAttributes({ name: "a", uniqueness: "server" }, { name: "b" }, { name: "c", uniqueness: "global" }),
      "invalidValue: attributes[2].uniqueness must be none: one attribute of a schema may be unique.",
    ],
    [
      "primary as a text",
      withSub({ name: "primary" }),
      "invalidValue: attributes[0].subAttributes[0].type must be boolean for a sub-attribute named primary, which marks one of the values.",
    ],
  ];
  test.each(rows)("%s", (_, input, refused) => {
    expect(outcome(() => readSchemaDefinition(input))).toBe(refused);
  });

  test.each([
    { multiValued: true },
    { type: "integer" },
    { type: "binary" },
    { type: "complex", subAttributes: [{ name: "b" }] },
  ])("a unique attribute with %p", (characteristics) => {
    const refused = outcome(() => readSchemaDefinition(withOne({ uniqueness: "server", ...characteristics })));
    expect(refused).toContain("attributes[0].uniqueness must be none for what is multi-valued or has another type");
  });

  const inherited = ["constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "CONSTRUCTOR"];
  test.each([...inherited, "schemas", "id", "externalId", "meta", "ID"])("an attribute named %s", (name) => {
    const refused = `invalidValue: attributes[0].name may not be ${name}: it is reserved.`;
    expect(outcome(() => readSchemaDefinition(withAttributes({ name })))).toBe(refused);
  });

  test.each(inherited)("a sub-attribute named %s", (name) => {
    expect(outcome(() => readSchemaDefinition(withSub({ name })))).toContain("it is reserved");
  });

  test("what is named as every object's prototype is", () => {
    const field: unknown = JSON.parse('{"__proto__":{"id":"urn:example:Badge"},"name":"Badge"}');
    expect(outcome(() => readSchemaDefinition(field))).toContain('may not have "__proto__"');
    expect(outcome(() => readSchemaDefinition(withAttributes({ name: "__proto__" })))).toContain(nameForm);
  });
});

const access = { name: "Badge", schema: badge.id };

describe("readResourceTypeDefinition reads", () => {
  test("D-11 the least there may be", () => {
    expect(readResourceTypeDefinition(access)).toEqual({
      name: "Badge",
      endpoint: "/Badges",
      description: "",
      schema: badge.id,
      schemaExtensions: [],
    });
  });

  test("D-11 all there may be", () => {
    const input = {
      schemas: [resourceTypeUrn],
      id: "Badge",
      name: "Badge",
      endpoint: "/Id-Cards_2",
      description: "What opens doors.",
      schema: badge.id,
      schemaExtensions: [{ schema: "urn:example:Lost", required: true }, { schema: enterpriseUserUrn }],
      meta: { resourceType: "ResourceType" },
    };
    const definition = readResourceTypeDefinition(input);
    expect(definition).toEqual({
      name: "Badge",
      endpoint: "/Id-Cards_2",
      description: "What opens doors.",
      schema: badge.id,
      schemaExtensions: [
        { schema: "urn:example:Lost", required: true },
        { schema: enterpriseUserUrn, required: false },
      ],
    });
    const parts = [definition, definition.schemaExtensions, ...definition.schemaExtensions];
    expect(parts.map(Object.isFrozen)).toEqual([true, true, true, true]);
  });
});

describe("readResourceTypeDefinition refuses", () => {
  const nameForm = "a letter and then up to 63 letters, digits, _ or -";
  const fields = "schemas, id, name, endpoint, description, schema, schemaExtensions, meta";
  const extended = (...schemas: readonly string[]) => ({
    ...access,
    schemaExtensions: schemas.map((schema) => ({ schema })),
  });
  const rows: readonly (readonly [string, unknown, string])[] = [
    ["a text", "Badge", "invalidSyntax: The definition must be an object, not string."],
    [
      "a misspelt field",
      { ...access, endPoint: "/Badges" },
      `invalidSyntax: The definition may not have "endPoint"; what it may have is ${fields}.`,
    ],
    ["no name", { schema: badge.id }, `invalidValue: name is required: ${nameForm}.`],
    ["a name with a blank", { ...access, name: "My Badge" }, `invalidValue: name must be ${nameForm}, not "My Badge".`],
    ["an id that is not the name", { ...access, id: "badge" }, "invalidValue: id must be the name."],
    [
      "an endpoint of two segments",
      { ...access, endpoint: "/a/b" },
      `invalidValue: endpoint must be / and then ${nameForm}.`,
    ],
    [
      "an endpoint without a slash",
      { ...access, endpoint: "Badges" },
      `invalidValue: endpoint must be / and then ${nameForm}.`,
    ],
    [
      "a schema that is no URN",
      { ...access, schema: "Badge" },
      'invalidValue: schema must be a URN, such as urn:example:Badge, of letters, digits and - . _ ~ ! $ * ; = @ :, not "Badge".',
    ],
    [
      "schemas of another kind",
      { ...access, schemas: [schemaUrn] },
      `invalidValue: schemas must name ${resourceTypeUrn}.`,
    ],
    [
      "the base schema as an extension",
      extended(badge.id.toUpperCase().replace("URN", "urn")),
      "invalidValue: schemaExtensions[0].schema is the base schema.",
    ],
    [
      "an extension twice",
      extended("urn:example:Lost", "urn:example:LOST"),
      "invalidValue: schemaExtensions[1].schema is the schema of another extension.",
    ],
    [
      "21 extensions",
      extended(...Array.from({ length: 21 }, (_, index) => `urn:example:E${index}`)),
      "tooLarge: schemaExtensions has 21 elements; at most 20 are accepted.",
    ],
    [
      "a misspelt field of an extension",
      { ...access, schemaExtensions: [{ schema: "urn:example:Lost", require: true }] },
      'invalidSyntax: schemaExtensions[0] may not have "require"; what it may have is schema, required.',
    ],
    [
      "an extension that is a text",
      { ...access, schemaExtensions: ["urn:example:Lost"] },
      "invalidSyntax: schemaExtensions[0] must be an object, not string.",
    ],
  ];
  test.each(rows)("%s", (_, input, refused) => {
    expect(outcome(() => readResourceTypeDefinition(input))).toBe(refused);
  });

  const served = ["api", "ui", "docs", "oauth", "activate", "services", "healthz", "readyz", "metrics", "wso2"];
  const own = ["Me", "Bulk", "Schemas", "ResourceTypes", "ServiceProviderConfig", "ServiceProviderConfigs"];
  const segments = [...served, ...own, "jans-scim", "v1", "v2", "scim", "scimV3", "SCIM2", "API", "me"];
  test.each(segments)("the endpoint /%s", (segment) => {
    const refused = `invalidValue: endpoint may not be /${segment}: it is reserved.`;
    expect(outcome(() => readResourceTypeDefinition({ ...access, endpoint: `/${segment}` }))).toBe(refused);
  });

  test.each(["BuiltInUser", "Schema", "ResourceType", "ServiceProviderConfig", "schema"])("the name %s", (name) => {
    const refused = `invalidValue: name may not be ${name}: it is reserved.`;
    expect(outcome(() => readResourceTypeDefinition({ ...access, name, endpoint: "/X" }))).toBe(refused);
  });

  test("a name of which the endpoint would be reserved", () => {
    expect(outcome(() => readResourceTypeDefinition({ ...access, name: "scimThing" }))).toContain("/scimThings");
    expect(outcome(() => readResourceTypeDefinition({ ...access, name: "Doc" }))).toContain("/Docs");
  });
});
