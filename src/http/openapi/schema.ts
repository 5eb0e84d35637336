import type { ResourceType } from "../../scim/schema/registry.ts";
import type { AttributeDefinition, AttributeType, SchemaDefinition } from "../../scim/schema/schema.ts";

/** A JSON Schema, as OpenAPI 3.1 uses it. */
export type JsonSchema = { [key: string]: unknown };

const simpleTypes: Readonly<Record<Exclude<AttributeType, "complex">, JsonSchema>> = {
  string: { type: "string" },
  boolean: { type: "boolean" },
  decimal: { type: "number" },
  integer: { type: "integer" },
  dateTime: { type: "string", format: "date-time" },
  reference: { type: "string", format: "uri-reference" },
  binary: { type: "string", contentEncoding: "base64" },
};

/** The JSON Schema of an attribute, from its characteristics. */
export function attributeSchema(attribute: AttributeDefinition): JsonSchema {
  const { type, mutability, multiValued, description } = attribute;
  const access = mutability === "readOnly" ? { readOnly: true } : mutability === "writeOnly" ? { writeOnly: true } : {};
  // Canonical values are suggestions (RFC 7643 §2.3.1): other values are not wrong.
  const examples = attribute.canonicalValues === undefined ? {} : { examples: attribute.canonicalValues };
  const value =
    type === "complex" ? objectSchema(attribute.subAttributes ?? []) : { ...simpleTypes[type], ...examples };
  if (!multiValued) return { ...value, description, ...access };
  return { type: "array", items: value, description, ...access };
}

function objectSchema(attributes: readonly AttributeDefinition[]): JsonSchema {
  const required = attributes.filter((attribute) => attribute.required).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeSchema(attribute)])),
    ...(required.length > 0 && { required }),
  };
}

/** The component of an extension. */
export function extensionSchema(schema: SchemaDefinition): JsonSchema {
  return { ...objectSchema(schema.attributes), description: schema.description };
}

/** The component of a resource type: common attributes, its schema's, and its extensions under their URNs. */
export function resourceSchema(type: ResourceType, common: readonly AttributeDefinition[]): JsonSchema {
  const object = objectSchema([...common, ...type.base.attributes]);
  const extensions = type.extensions.map(({ schema }) => [schema.id, { $ref: `#/components/schemas/${schema.name}` }]);
  const properties = { ...Object(object.properties), ...Object.fromEntries(extensions) };
  return { ...object, properties, description: type.description };
}
