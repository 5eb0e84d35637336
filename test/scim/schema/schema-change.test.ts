import { describe, expect, test } from "bun:test";
import { coreRegistry } from "../../../src/scim/schema/registry.ts";
import { type AttributeDefinition, attribute, type SchemaDefinition } from "../../../src/scim/schema/schema.ts";
import { schemaChangeProblem } from "../../../src/scim/schema/schema-change.ts";

type Characteristics = Partial<AttributeDefinition>;
const number = (characteristics: Characteristics = {}) => attribute("number", "The number.", characteristics);
const door = (characteristics: Characteristics = {}) => attribute("door", "A door.", characteristics);
const doors = (...subAttributes: readonly AttributeDefinition[]) =>
  attribute("doors", "The doors.", { type: "complex", multiValued: true, subAttributes });
const schema = (...attributes: readonly AttributeDefinition[]): SchemaDefinition => ({
  id: "urn:example:Badge",
  name: "Badge",
  description: "A badge.",
  attributes,
});

const before = schema(number(), doors(door()));
const strict = schema(number({ required: true }), doors(door()));

describe("a schema in use may become one", () => {
  test.each([
    ["that is the same", before, before],
    ["of another name and description", before, { ...before, name: "Card", description: "Other." }],
    ["in another order", before, schema(doors(door()), number())],
    ["with one attribute more", before, schema(...before.attributes, attribute("colour", "A colour."))],
    ["with one sub-attribute more", before, schema(number(), doors(door(), attribute("floor", "A floor.")))],
    [
      "with one complex attribute more, in which something is required",
      before,
      schema(
        ...before.attributes,
        attribute("keys", "Keys.", { type: "complex", subAttributes: [door({ required: true })] }),
      ),
    ],
    ["where less is required", strict, before],
    ["with other canonical values", before, schema(number({ canonicalValues: ["1"] }), doors(door()))],
    ["that is shown otherwise", before, schema(number({ returned: "request" }), doors(door({ returned: "always" })))],
    [
      "with other reference types",
      schema(number({ type: "reference", referenceTypes: ["uri"] })),
      schema(number({ type: "reference", referenceTypes: ["User"] })),
    ],
  ])("%s", (_, from, to) => {
    expect(schemaChangeProblem(from, to)).toBeUndefined();
  });

  test.each(coreRegistry.schemas)("$name may stay as it is", (core) => {
    expect(schemaChangeProblem(core, structuredClone(core))).toBeUndefined();
  });
});

describe("a schema in use may not become one", () => {
  const rows: readonly (readonly [string, SchemaDefinition, SchemaDefinition, string])[] = [
    [
      "of another id",
      before,
      { ...before, id: "urn:example:B" },
      "The id can not change from urn:example:Badge to urn:example:B",
    ],
    ["without an attribute", before, schema(number()), "doors can not be taken away or written otherwise"],
    [
      "without a sub-attribute",
      before,
      schema(number(), doors(attribute("floor", "A floor."))),
      "doors.door can not be taken away or written otherwise",
    ],
    [
      "with a name in another case",
      schema(number()),
      schema(attribute("Number", "The number.")),
      "number can not be taken away or written otherwise",
    ],
    [
      "of another type",
      before,
      schema(number({ type: "integer" }), doors(door())),
      "number can not change its type from string to integer",
    ],
    [
      "with another type inside",
      before,
      schema(number(), doors(door({ type: "boolean" }))),
      "doors.door can not change its type from string to boolean",
    ],
    [
      "with several values for one",
      schema(number()),
      schema(number({ multiValued: true })),
      "number can not change its multiValued from false to true",
    ],
    [
      "where case makes a difference",
      schema(number()),
      schema(number({ caseExact: true })),
      "number can not change its caseExact from false to true",
    ],
    [
      "with a unique attribute",
      schema(number()),
      schema(number({ uniqueness: "server" })),
      "number can not change its uniqueness from none to server",
    ],
    [
      "of another mutability",
      schema(number()),
      schema(number({ mutability: "readOnly" })),
      "number can not change its mutability from readWrite to readOnly",
    ],
    ["where more is required", before, strict, "number can not become required"],
    [
      "with a required attribute more",
      schema(number()),
      schema(number(), door({ required: true })),
      "door is new and can not be required: the resources do not have it",
    ],
    [
      "with a required sub-attribute more",
      schema(doors(door())),
      schema(doors(door(), number({ required: true }))),
      "doors.number is new and can not be required: the resources do not have it",
    ],
  ];
  test.each(rows)("%s", (_, from, to, problem) => {
    expect(schemaChangeProblem(from, to)).toBe(problem);
  });
});
