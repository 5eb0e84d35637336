import { bulkMethods } from "../../scim/bulk/request.ts";
import type { CompiledType } from "../../scim/resource/type.ts";
import { bulkRequestUrn, bulkResponseUrn, patchOpUrn, searchRequestUrn } from "../../scim/urn.ts";
import type { Mount } from "../mounts.ts";
import { anyListSchema, listSchema, pageParameters, reference, scimContent } from "../openapi/components.ts";
import type { JsonSchema } from "../openapi/schema.ts";
import { scimMediaType } from "../respond.ts";
import type { Description } from "../route.ts";

const idParameter = { name: "id", in: "path" as const, required: true, schema: { type: "string" as const } };
const object = { type: "object" };

function discoveryDescription(path: string, operationId: string, summary: string): Description {
  const single = path.endsWith("{id}");
  return {
    method: "get",
    path: path,
    operationId,
    summary,
    tags: ["Discovery"],
    ...(single && { parameters: [idParameter] }),
    responses: { 200: scimContent(summary, object) },
    errors: single ? ["notFound"] : [],
  };
}

/** The routes of discovery. */
const discoveryDescriptions: readonly Description[] = [
  discoveryDescription("/ServiceProviderConfig", "getServiceProviderConfig", "What this server supports"),
  discoveryDescription("/ResourceTypes", "listResourceTypes", "The resource types"),
  discoveryDescription("/ResourceTypes/{id}", "getResourceType", "One resource type"),
  discoveryDescription("/Schemas", "listSchemas", "The schemas"),
  discoveryDescription("/Schemas/{id}", "getSchema", "One schema, by its URN"),
];

function header(name: string, description: string) {
  return { name, in: "header" as const, schema: { type: "string" as const }, description };
}

function query(name: string, description: string) {
  return { name, in: "query" as const, schema: { type: "string" as const }, description };
}

const ifMatch = header("If-Match", "act only on this version");

const projection = [
  query("attributes", "names, parted by commas: show only these"),
  query("excludedAttributes", "names, parted by commas: show all but these"),
];

const asked = [
  query("filter", 'such as `userName eq "bjensen"`'),
  query("sortBy", "the attribute to order by"),
  query("sortOrder", "ascending or descending"),
  ...pageParameters,
  ...projection,
];

const resourceHeaders = {
  ETag: { schema: { type: "string" as const }, description: "the version" },
  Location: { schema: { type: "string" as const }, description: "the URI of the resource" },
};

const names: JsonSchema = { type: "array", items: { type: "string" } };
const searchSchema: JsonSchema = {
  type: "object",
  required: ["schemas"],
  properties: {
    schemas: { type: "array", items: { type: "string", const: searchRequestUrn } },
    filter: { type: "string" },
    sortBy: { type: "string" },
    sortOrder: { type: "string", enum: ["ascending", "descending"] },
    startIndex: { type: "integer" },
    count: { type: "integer" },
    cursor: { type: "string" },
    attributes: names,
    excludedAttributes: names,
  },
};

const patchSchema: JsonSchema = {
  type: "object",
  required: ["schemas", "Operations"],
  properties: {
    schemas: { type: "array", items: { type: "string", const: patchOpUrn } },
    Operations: {
      type: "array",
      items: {
        type: "object",
        required: ["op"],
        properties: { op: { type: "string", enum: ["add", "remove", "replace"] }, path: { type: "string" }, value: {} },
      },
    },
  },
};

const patchErrors = ["invalidPath", "invalidFilter", "noTarget", "mutability"] as const;
const bodyErrors = ["invalidSyntax", "invalidValue", "uniqueness", "tooLarge", "unsupportedMediaType"] as const;
const listErrors = [
  "invalidFilter",
  "invalidValue",
  "tooMany",
  "sensitive",
  "invalidCursor",
  "expiredCursor",
  "invalidCount",
] as const;

function jsonBody(schema: JsonSchema) {
  return { required: true, content: { [scimMediaType]: { schema }, "application/json": { schema } } };
}

function found(name: string, text: string) {
  return { ...scimContent(text, reference(name)), headers: resourceHeaders };
}

/** The routes of one resource type. */
function resourceDescriptions({ type }: CompiledType): readonly Description[] {
  const { name, endpoint } = type;
  return [...collectionDescriptions(name, endpoint), ...oneDescriptions(name, `${endpoint}/{id}`)];
}

function collectionDescriptions(name: string, path: string): readonly Description[] {
  const tags = [`SCIM ${name}`];
  const page = { 200: scimContent("A page of matches", listSchema(name)) };
  return [
    {
      method: "get",
      path,
      operationId: `list${name}s`,
      summary: `List ${name}s`,
      tags,
      parameters: asked,
      responses: page,
      errors: listErrors,
    },
    {
      method: "post",
      path,
      operationId: `create${name}`,
      summary: `Create a ${name}`,
      tags,
      parameters: projection,
      requestBody: jsonBody(reference(name)),
      responses: { 201: found(name, "Created") },
      errors: bodyErrors,
    },
    {
      method: "post",
      path: `${path}/.search`,
      operationId: `search${name}s`,
      summary: `List ${name}s, asked in the body`,
      tags,
      requestBody: jsonBody(searchSchema),
      responses: page,
      errors: ["invalidSyntax", "tooLarge", "unsupportedMediaType", ...listErrors],
    },
  ];
}

function oneDescriptions(name: string, path: string): readonly Description[] {
  const tags = [`SCIM ${name}`];
  return [
    {
      method: "get",
      path,
      operationId: `get${name}`,
      summary: `Read a ${name}`,
      tags,
      parameters: [idParameter, ...projection, header("If-None-Match", "answer only if the version is another one")],
      responses: { 200: found(name, name), 304: { description: "The version is the one the client has" } },
      errors: ["notFound", "invalidValue"],
    },
    {
      method: "put",
      path,
      operationId: `replace${name}`,
      summary: `Replace a ${name}`,
      tags,
      parameters: [idParameter, ifMatch, ...projection],
      requestBody: jsonBody(reference(name)),
      responses: { 200: found(name, "Replaced") },
      errors: ["notFound", "preconditionFailed", "conflict", ...bodyErrors],
    },
    {
      method: "patch",
      path,
      operationId: `patch${name}`,
      summary: `Change parts of a ${name}`,
      tags,
      parameters: [idParameter, ifMatch, ...projection, header("Prefer", "return=minimal answers 204")],
      requestBody: jsonBody(patchSchema),
      responses: {
        200: found(name, "Changed"),
        204: { description: "Changed; the client wants nothing back, or the group is large" },
      },
      errors: ["notFound", "preconditionFailed", "conflict", ...patchErrors, ...bodyErrors],
    },
    {
      method: "delete",
      path,
      operationId: `delete${name}`,
      summary: `Delete a ${name}`,
      tags,
      parameters: [idParameter, ifMatch],
      responses: { 204: { description: "Deleted" } },
      errors: ["notFound", "preconditionFailed"],
    },
  ];
}

const mePath = "/Me";

/** The routes by which users see and change themselves. */
const meDescriptions: readonly Description[] = [
  {
    method: "get",
    path: mePath,
    operationId: "getMe",
    summary: "The user whose credentials these are",
    tags: ["SCIM User"],
    parameters: [...projection, header("If-None-Match", "answer only if the version is another one")],
    responses: { 200: found("User", "The user"), 304: { description: "The version is the one the client has" } },
    errors: ["notFound", "invalidValue"],
  },
  ...oneDescriptions("User", mePath)
    .filter(({ method }) => method !== "get")
    .map(
      (description): Description => ({
        ...description,
        operationId: description.operationId.replace("User", "Me"),
        summary: `${description.summary}: the one whose credentials these are`,
        parameters: [ifMatch, ...(description.method === "delete" ? [] : projection)],
      }),
    ),
];

const anyPage = { 200: scimContent("A page of matches", anyListSchema) };

/** The routes of queries over all types. */
const rootDescriptions: readonly Description[] = [
  {
    method: "get",
    path: "",
    operationId: "listAll",
    summary: "List resources of all types",
    tags: ["SCIM"],
    parameters: asked,
    responses: anyPage,
    errors: listErrors,
  },
  {
    method: "post",
    path: "/.search",
    operationId: "searchAll",
    summary: "List resources of all types, asked in the body",
    tags: ["SCIM"],
    requestBody: jsonBody(searchSchema),
    responses: anyPage,
    errors: ["invalidSyntax", "tooLarge", "unsupportedMediaType", ...listErrors],
  },
];

const bulkOperation: JsonSchema = {
  type: "object",
  required: ["method", "path"],
  properties: {
    method: { type: "string", enum: bulkMethods },
    path: { type: "string", examples: ["/Users", "/Groups/42"] },
    bulkId: { type: "string", description: "needed for POST; other operations refer to it as bulkId:…" },
    version: { type: "string", description: "act only on this version, as If-Match" },
    data: { type: "object", description: "the body, for POST, PUT and PATCH" },
  },
};

function bulkResult({ dialect: { bulkShape } }: Mount): JsonSchema {
  const isText = typeof bulkShape.status(201) === "string";
  return {
    type: "object",
    required: ["method", "status"],
    properties: {
      method: { type: "string" },
      bulkId: { type: "string" },
      version: { type: "string" },
      location: { type: "string", format: "uri" },
      status: isText
        ? { type: "string", examples: ["201"] }
        : { type: "object", properties: { code: { type: "integer" } } },
      response: isText ? reference("Error") : { type: "string", description: "JSON of the error, as text" },
    },
  };
}

function bulkSchema(urn: string, operation: JsonSchema, more: JsonSchema): JsonSchema {
  return {
    type: "object",
    required: ["schemas", "Operations"],
    properties: {
      schemas: { type: "array", items: { type: "string", const: urn } },
      ...more,
      Operations: { type: "array", items: operation },
    },
  };
}

const failOnErrors = { failOnErrors: { type: "integer", minimum: 1, description: "errors after which to stop" } };

function bulkDescription(mount: Mount): Description {
  return {
    method: "post",
    path: "/Bulk",
    operationId: "bulk",
    summary: "Many operations in one request",
    tags: ["SCIM"],
    requestBody: jsonBody(bulkSchema(bulkRequestUrn, bulkOperation, failOnErrors)),
    responses: {
      200: scimContent("What came of each operation, in order", bulkSchema(bulkResponseUrn, bulkResult(mount), {})),
    },
    errors: ["invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType"],
  };
}

/** Every route of SCIM 2.0, where a way in has it. The root of the server itself is no SCIM endpoint. */
export function scimDescriptions(mount: Mount, types: Iterable<CompiledType>): readonly Description[] {
  const { path, described } = mount;
  const fixed = [...discoveryDescriptions, ...rootDescriptions, ...meDescriptions, bulkDescription(mount)];
  return [...fixed, ...[...types].flatMap(resourceDescriptions)]
    .filter((description) => path + description.path !== "")
    .map((description) => ({
      ...description,
      path: path + description.path,
      operationId: prefixed(described.prefix, description.operationId),
      tags: description.tags.map((tag) => described.tag + tag),
    }));
}

function prefixed(prefix: string, name: string): string {
  return prefix === "" ? name : prefix + name.charAt(0).toUpperCase() + name.slice(1);
}
