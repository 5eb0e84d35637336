import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { resourceTypeResource, schemaResource } from "../../../src/scim/discovery.ts";
import { parseAttributePath } from "../../../src/scim/path.ts";
import { readResourceTypeDefinition, readSchemaDefinition } from "../../../src/scim/schema/read-definition.ts";
import { buildRegistry, coreRegistry } from "../../../src/scim/schema/registry.ts";
import { type AttributeDefinition, attribute, type SchemaDefinition } from "../../../src/scim/schema/schema.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { outcome } from "./outcome.ts";

const base = "https://example.com/scim/v2";
const badge = { id: "urn:example:Badge", name: "Badge", attributes: [{ name: "number" }] };
const access = { name: "Badge", schema: badge.id };

/** Mostly one of these values, now and then any other. */
const mostly = (...values: readonly unknown[]) =>
  fc.oneof({ weight: 40, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: fc.jsonValue() });

/** A definition near to one that is read, so that a random one gets far. */
const characteristics = {
  type: mostly(undefined, "string", "boolean", "integer", "reference", "binary", "complex"),
  multiValued: mostly(undefined, false, true),
  required: mostly(undefined, false, true),
  mutability: mostly(undefined, "readOnly", "readWrite", "immutable", "writeOnly"),
  returned: mostly(undefined, "always", "default", "default", "request", "never"),
  uniqueness: mostly(undefined, undefined, "none", "server"),
  referenceTypes: mostly(undefined, undefined, [], ["User"]),
};
const nearSub = fc.record({ name: mostly("a", "b", "c", "d", "primary", "$ref"), ...characteristics });
const nearAttribute = fc.record({
  name: mostly("a", "b", "c", "d", "e", "f", "id"),
  ...characteristics,
  subAttributes: fc.oneof(fc.constant(undefined), fc.array(nearSub, { maxLength: 2 })),
});
const nearSchema = fc.record({
  id: mostly(badge.id),
  name: mostly("Badge"),
  schemas: mostly(undefined),
  attributes: fc.array(nearAttribute, { minLength: 1, maxLength: 3 }),
});
const nearType = fc.record({
  id: mostly(undefined, "Badge"),
  name: mostly("Badge"),
  endpoint: mostly(undefined, "/Badges", "/Me"),
  schema: mostly(badge.id),
  schemaExtensions: fc.array(fc.record({ schema: mostly("urn:example:A", "urn:example:B"), required: mostly(true) })),
});

describe("whatever is sent", () => {
  test("is near enough to what is read to be read now and then, and refused for many reasons", () => {
    const outcomes = fc
      .sample(nearSchema, { numRuns: 2000, seed: 7 })
      .map((input) => outcome(() => readSchemaDefinition(input)).replaceAll(/\d+|"[^"]*"/g, "…"));
    expect(outcomes).toContain("read");
    expect(new Set(outcomes).size).toBeGreaterThan(30);
  });

  test("is read or refused by a ScimError of one of three kinds", () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      nearSchema,
      nearType.map((object) => ({ ...access, ...object })),
    );
    fc.assert(
      fc.property(anything, (input) => {
        for (const read of [readSchemaDefinition, readResourceTypeDefinition]) {
          expect(outcome(() => read(input))).toMatch(/^(read$|(invalidSyntax|invalidValue|tooLarge): .+\.$)/s);
        }
      }),
      { numRuns: fuzzRuns(2000) },
    );
  });
});

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9$_-]{0,10}$/);
const isFree = (text: string) => {
  const definition = { ...badge, attributes: [{ name: text }] };
  return outcome(() => readSchemaDefinition(definition)) === "read";
};
const description = fc.string({ maxLength: 30 }).filter((text) => text.isWellFormed() && !text.includes("\0"));
const terms = fc
  .array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 })
  .filter((all) => all.every((text) => !text.includes("\0")));

const simple = fc
  .record({
    type: fc.constantFrom("string", "boolean", "decimal", "integer", "dateTime", "binary"),
    multiValued: fc.boolean(),
    caseExact: fc.boolean(),
    mutability: fc.constantFrom("readOnly", "readWrite", "immutable"),
    returned: fc.constantFrom("always", "default", "request"),
  })
  .map((characteristics) => ({
    ...characteristics,
    caseExact: characteristics.caseExact || characteristics.type === "binary",
  }));
const reference = terms.map((referenceTypes) => ({ type: "reference", referenceTypes }) as const);
const canonical = terms.map((canonicalValues) => ({ canonicalValues, required: true }));

const named = (characteristics: fc.Arbitrary<Parameters<typeof attribute>[2]>) =>
  fc.tuple(name.filter(isFree), description, characteristics).map((parts) => attribute(...parts));
const siblings = (characteristics: fc.Arbitrary<Parameters<typeof attribute>[2]>) =>
  fc
    .uniqueArray(named(characteristics), { selector: (one) => one.name.toLowerCase(), minLength: 1, maxLength: 6 })
    .filter((all) => all.every((one) => one.name.toLowerCase() !== "primary"));
const flat = fc.oneof(simple, reference, canonical);
const complex = siblings(flat).map((subAttributes) => ({ type: "complex", subAttributes, multiValued: true }) as const);
const schema = fc
  .tuple(
    siblings(fc.oneof(flat, complex)),
    description,
    fc.stringMatching(/^urn:example:[A-Za-z0-9.:]{0,20}:[A-Z][a-z]*$/),
  )
  .map(([attributes, text, id]) => ({ id, name: "Some schema", description: text, attributes }));

describe("what discovery shows is read back", () => {
  const read = (definition: SchemaDefinition) =>
    readSchemaDefinition(JSON.parse(JSON.stringify(schemaResource(definition, base))));

  /** Which attributes are indexed is no part of a schema that is shown. */
  const unmarked = ({ indexed: _, subAttributes, ...rest }: AttributeDefinition): AttributeDefinition => ({
    ...rest,
    ...(subAttributes !== undefined && { subAttributes: subAttributes.map(unmarked) }),
  });

  test("D-16 for any schema", () => {
    fc.assert(
      fc.property(schema, (definition) => {
        expect(read(definition)).toEqual(definition);
        expect(parseAttributePath(`${definition.id}:a`)?.urn).toBe(definition.id);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  test.each(coreRegistry.schemas)("D-16 for $name under another URN and without the password", (core) => {
    const attributes = core.attributes.filter((each) => each.name !== "password").map(unmarked);
    const definition = { ...core, id: "urn:example:Copy", attributes };
    expect(read(definition)).toEqual(definition);
    expect(read({ ...definition, attributes: core.attributes.filter((each) => each.name !== "password") })).toEqual(
      definition,
    );
  });

  test("D-11 for a resource type", () => {
    const one = readSchemaDefinition(badge);
    const two = { ...one, id: "urn:example:Lost" };
    const schemaExtensions = [{ schema: two.id, required: true }];
    for (const extensions of [schemaExtensions, []]) {
      const definition = { ...readResourceTypeDefinition(access), schemaExtensions: extensions };
      const [type] = buildRegistry([one, two], [definition]).resourceTypes;
      expect(type && readResourceTypeDefinition(resourceTypeResource(type, base))).toEqual(definition);
    }
  });
});
