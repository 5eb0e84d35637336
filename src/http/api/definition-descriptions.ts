import { configurationSchemas } from "../../scim/schema/configuration.ts";
import type { AttributeDefinition } from "../../scim/schema/schema.ts";
import { resourceTypeUrn, schemaUrn } from "../../scim/urn.ts";
import { attributeSchema, type JsonSchema } from "../openapi/schema.ts";
import type { Description } from "../route.ts";

const tags = ["Schemas"];

function content(description: string, schema: JsonSchema) {
  return { description, content: { "application/json": { schema } } };
}

/** The names that must be there at each place of a definition; `attributes.subAttributes` is what stands in that list. */
type Required = Readonly<Record<string, readonly string[]>>;

interface Kind {
  readonly urn: string;
  /** What a client must say: all else has a default. */
  readonly asked: Required;
  /** What every answer says. */
  readonly told: Required;
}

const characteristics = [
  "name",
  "type",
  "multiValued",
  "description",
  "required",
  "caseExact",
  "mutability",
  "returned",
  "uniqueness",
];

const schemaKind: Kind = {
  urn: schemaUrn,
  asked: { "": ["id", "name", "attributes"], attributes: ["name"], "attributes.subAttributes": ["name"] },
  told: {
    "": ["schemas", "id", "name", "description", "attributes", "meta"],
    attributes: characteristics,
    "attributes.subAttributes": characteristics,
  },
};

const resourceTypeKind: Kind = {
  urn: resourceTypeUrn,
  asked: { "": ["name", "schema"], schemaExtensions: ["schema"] },
  told: {
    "": ["schemas", "id", "name", "endpoint", "description", "schema", "meta"],
    schemaExtensions: ["schema", "required"],
  },
};

/**
 * The JSON Schema of a definition. Discovery shows it to clients that may not change it, so that there everything is
 * readOnly; here it is written, and of its words there are no others.
 */
function definitionSchema({ urn }: Kind, required: Required): JsonSchema {
  const definition = configurationSchemas.find(({ id }) => id === urn);
  if (definition === undefined) throw new Error(`no schema ${urn}`);
  const { properties, ...schema } = objectSchema(definition.attributes, required, "");
  return {
    ...schema,
    properties: {
      schemas: { type: "array", items: { type: "string", const: urn }, description: "The kind of the definition." },
      ...properties,
      meta: {
        type: "object",
        properties: { resourceType: { type: "string" }, location: { type: "string", format: "uri" } },
        description: "Where discovery shows it.",
        readOnly: true,
      },
    },
  };
}

function objectSchema(attributes: readonly AttributeDefinition[], required: Required, place: string) {
  const properties = attributes.map((attribute): [string, JsonSchema] => {
    const { name, multiValued, description, subAttributes, canonicalValues, ...rest } = attribute;
    if (subAttributes === undefined) {
      const simple = attributeSchema({ ...rest, name, multiValued, description, mutability: "readWrite" });
      return [name, canonicalValues === undefined ? simple : { ...simple, enum: canonicalValues }];
    }
    const items = objectSchema(subAttributes, required, place === "" ? name : `${place}.${name}`);
    return [name, { type: "array", items, description }];
  });
  return { type: "object", properties: Object.fromEntries(properties), required: required[place] ?? [] };
}

/** What both kinds are like: listed, made, read, replaced and removed under one path. */
function descriptionsOf(path: string, name: string, plural: string, kind: Kind): readonly Description[] {
  const [asked, schema] = [definitionSchema(kind, kind.asked), definitionSchema(kind, kind.told)];
  const one = `${path}/{id}`;
  const description = kind === schemaKind ? "The URN, in any case." : "The name, in any case.";
  const schemaOfId = { type: "string" as const };
  const parameters = [{ name: "id", in: "path" as const, required: true, description, schema: schemaOfId }];
  const requestBody = { required: true, content: { "application/json": { schema: asked } } };
  const list = { type: "object", required: ["resources"], properties: { resources: { type: "array", items: schema } } };
  const bodyErrors = ["invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType", "uniqueness"] as const;
  const what = name.replace("ResourceType", "resource type").replace("Schema", "schema");
  return [
    {
      method: "get",
      path,
      operationId: `listRegistered${plural}`,
      summary: `The ${what}s of the tenant, the built-in ones among them`,
      tags,
      responses: { 200: content("All of them", list) },
      errors: [],
    },
    {
      method: "post",
      path,
      operationId: `register${name}`,
      summary: `Register a ${what}`,
      tags,
      requestBody,
      responses: { 201: content("Registered, and in use at once", schema) },
      errors: bodyErrors,
    },
    {
      method: "get",
      path: one,
      operationId: `getRegistered${name}`,
      summary: `One ${what}`,
      tags,
      parameters,
      responses: { 200: content(`The ${what}`, schema) },
      errors: ["notFound"],
    },
    {
      method: "put",
      path: one,
      operationId: `replaceRegistered${name}`,
      summary: `Change a ${what}, as far as the resources that use it allow`,
      tags,
      parameters,
      requestBody,
      responses: { 200: content("Changed", schema) },
      errors: ["notFound", "mutability", "conflict", ...bodyErrors],
    },
    {
      method: "delete",
      path: one,
      operationId: `deleteRegistered${name}`,
      summary: `Remove a ${what} that nothing uses`,
      tags,
      parameters,
      responses: { 204: { description: "Removed" } },
      errors: ["notFound", "mutability", "conflict"],
    },
  ];
}

/** The routes of schemas and resource types. */
export const definitionDescriptions: readonly Description[] = [
  ...descriptionsOf("/api/schemas", "Schema", "Schemas", schemaKind),
  ...descriptionsOf("/api/resource-types", "ResourceType", "ResourceTypes", resourceTypeKind),
];
