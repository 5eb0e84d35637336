import { core1Urn } from "../../scim1/urn.ts";
import { scim1Mount } from "../mounts.ts";
import type { JsonSchema } from "../openapi/schema.ts";
import type { Description } from "../route.ts";

const { path: base, described } = scim1Mount;

const text = { type: "string" } as const;
const schemas: JsonSchema = { type: "array", items: text, examples: [[core1Urn]] };
const name: JsonSchema = { type: "object", properties: { familyName: text, givenName: text } };
const values: JsonSchema = { type: "array", items: { type: "object", properties: { value: text, type: text } } };
const meta: JsonSchema = {
  type: "object",
  properties: { created: text, lastModified: text, location: { type: "string", format: "uri" } },
};

/** What users and groups of 1.1 are known by; the rest of them is that of SCIM 2.0. */
const resources = {
  User: {
    type: "object",
    properties: { id: text, schemas, userName: text, password: text, name, emails: values, meta },
  },
  Group: {
    type: "object",
    properties: {
      id: text,
      schemas,
      displayName: text,
      members: {
        type: "array",
        items: { type: "object", properties: { value: text, display: text, operation: text } },
      },
      meta,
    },
  },
} as const satisfies Record<string, JsonSchema>;
type Noun = keyof typeof resources;

const json = (schema: JsonSchema) => ({ "application/json": { schema } });
const body = (schema: JsonSchema) => ({ required: true, content: json(schema) });
const found = (description: string, schema: JsonSchema) => ({ 200: { description, content: json(schema) } });
const query = (parameter: string, description: string) => {
  return { name: parameter, in: "query" as const, schema: { type: "string" as const }, description };
};
const attributes = query("attributes", "names, parted by commas: show these as well as who it is");
const filter = query(
  "filter",
  'one attribute and eq: `userName Eq "kim"`, `displayNameEqengineer`, `displayName Eq *a*`',
);
const id = { name: "id", in: "path" as const, required: true, schema: { type: "string" as const } };

const bodyErrors = ["invalidSyntax", "invalidValue", "notAcceptable", "uniqueness", "tooLarge"] as const;

function listOf(schema: JsonSchema): JsonSchema {
  const properties = {
    schemas,
    totalResults: { type: "integer" },
    Resources: { type: "array", items: schema },
  } as const;
  return { type: "object", properties };
}

type Told = Omit<Description, "operationId" | "tags" | "errorForm" | "path">;

/** A route of this way in. */
function told(path: string, operation: string, tag: string, rest: Told): Description {
  const operationId = described.prefix + operation;
  return { path: base + path, operationId, tags: [described.tag + tag], errorForm: "Errors1", ...rest };
}

function resourceDescriptions(noun: Noun): readonly Description[] {
  const [collection, one, schema] = [`/${noun}s`, `/${noun}s/{id}`, resources[noun]];
  return [
    told(collection, `List${noun}s`, noun, {
      method: "get",
      summary: `List ${noun}s`,
      parameters: [filter, attributes],
      responses: found("All that match", listOf(schema)),
      errors: ["notFound", "invalidFilter", "invalidValue", "notAcceptable"],
    }),
    told(collection, `Create${noun}`, noun, {
      method: "post",
      summary: `Create a ${noun}`,
      requestBody: body(schema),
      responses: { 201: { description: "Created", content: json(schema) } },
      errors: bodyErrors,
    }),
    ...changeDescriptions(one, noun, noun, [id]),
    told(one, `Delete${noun}`, noun, {
      method: "delete",
      summary: `Delete a ${noun}`,
      parameters: [id],
      responses: { 200: { description: "Deleted" } },
      errors: ["notFound", "notAcceptable"],
    }),
  ];
}

function changeDescriptions(
  path: string,
  noun: Noun,
  named: string,
  parameters: readonly (typeof id)[],
): readonly Description[] {
  const schema = resources[noun];
  const errors = ["notFound", "conflict", "mutability", "invalidPath", "invalidFilter", ...bodyErrors] as const;
  return [
    told(path, `Get${named}`, noun, {
      method: "get",
      summary: `Read a ${noun}`,
      parameters: [...parameters, attributes],
      responses: found(noun, schema),
      errors: ["notFound", "notAcceptable"],
    }),
    told(path, `Replace${named}`, noun, {
      method: "put",
      summary: `Replace a ${noun}`,
      parameters: [...parameters],
      requestBody: body(schema),
      responses: found("Replaced", schema),
      errors,
    }),
    told(path, `Patch${named}`, noun, {
      method: "patch",
      summary: `Merge into a ${noun}, without what meta.attributes names`,
      parameters: [...parameters],
      requestBody: body(schema),
      responses: found("Changed", schema),
      errors,
    }),
  ];
}

const operations: JsonSchema = {
  type: "object",
  properties: {
    schemas,
    failOnErrors: { type: "integer" },
    Operations: {
      type: "array",
      items: {
        type: "object",
        properties: { method: text, path: text, bulkId: text, data: { type: "object" } },
      },
    },
  },
};

const results: JsonSchema = {
  type: "object",
  properties: {
    schemas,
    Operations: {
      type: "array",
      items: {
        type: "object",
        properties: {
          status: { type: "object", properties: { code: text, description: text } },
          location: text,
          method: text,
          bulkId: text,
        },
      },
    },
  },
};

function discovery(path: string, operation: string, summary: string): Description {
  const isOne = path.endsWith("{id}");
  return told(path, operation, "Discovery", {
    method: "get",
    summary,
    ...(isOne && { parameters: [id] }),
    responses: found(summary, { type: "object" }),
    errors: isOne ? ["notFound", "notAcceptable"] : ["notAcceptable"],
  });
}

/** The routes of SCIM 1.1. */
export const scim1Descriptions: readonly Description[] = [
  ...resourceDescriptions("User"),
  ...changeDescriptions("/Users/me", "User", "Me", []),
  ...resourceDescriptions("Group"),
  told("/Bulk", "Bulk", "Bulk", {
    method: "post",
    summary: "Many operations in one request",
    requestBody: body(operations),
    responses: found("What came of each operation", results),
    errors: ["invalidSyntax", "invalidValue", "notAcceptable", "tooLarge"],
  }),
  discovery("/Schemas", "ListSchemas", "What users and groups are made of"),
  discovery("/Schemas/{id}", "GetSchema", "What a user or a group is made of"),
  discovery("/ServiceProviderConfigs", "GetServiceProviderConfigs", "What this server supports"),
];
