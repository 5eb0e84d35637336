import { configurationSchemas } from "../../scim/schema/configuration.ts";
import { resourceTypeUrn, schemaUrn } from "../../scim/urn.ts";
import { attributesSchema, type JsonSchema } from "../openapi/schema.ts";
import type { Description } from "../route.ts";

const tags = ["Schemas"];

function content(description: string, schema: JsonSchema) {
  return { description, content: { "application/json": { schema } } };
}

/** What both kinds are like: listed, made, read, replaced and removed under one path. */
function descriptionsOf(path: string, name: string, plural: string, urn: string): readonly Description[] {
  const definition = configurationSchemas.find(({ id }) => id === urn);
  if (definition === undefined) throw new Error(`no schema ${urn}`);
  const schema = attributesSchema(definition.attributes);
  const one = `${path}/{id}`;
  const parameters = [{ name: "id", in: "path" as const, required: true, schema: { type: "string" as const } }];
  const requestBody = { required: true, content: { "application/json": { schema } } };
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
  ...descriptionsOf("/api/schemas", "Schema", "Schemas", schemaUrn),
  ...descriptionsOf("/api/resource-types", "ResourceType", "ResourceTypes", resourceTypeUrn),
];
