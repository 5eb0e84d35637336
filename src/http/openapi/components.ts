import type { OpenAPIHono } from "@hono/zod-openapi";
import { type ErrorKind, errorTable } from "../../scim/error.ts";
import { pageResourcesDefault, pageResourcesMax } from "../../scim/limits.ts";
import type { CompiledType } from "../../scim/resource/type.ts";
import { commonAttributes } from "../../scim/schema/common.ts";
import { errorUrn, listResponseUrn } from "../../scim/urn.ts";
import type { AppEnv } from "../context.ts";
import { scimMediaType } from "../respond.ts";
import { extensionSchema, type JsonSchema, resourceSchema } from "./schema.ts";

export type App = OpenAPIHono<AppEnv>;

const statuses = [...new Set(Object.values(errorTable).map(({ status }) => String(status)))];
const scimTypes = Object.values(errorTable).flatMap(({ scimType }) => (scimType === undefined ? [] : [scimType]));

const errorSchema: JsonSchema = {
  type: "object",
  description: "Why a request was refused (RFC 7644 §3.12).",
  required: ["schemas", "status", "detail"],
  properties: {
    schemas: { type: "array", items: { type: "string", const: errorUrn } },
    status: { type: "string", enum: statuses },
    scimType: { type: "string", enum: scimTypes },
    detail: { type: "string" },
  },
};

const errors1Schema: JsonSchema = {
  type: "object",
  description: "Why a request was refused, as SCIM 1.1 says it: a list of one (draft-scim-api-01 §3.9).",
  required: ["Errors"],
  properties: {
    Errors: {
      type: "array",
      items: {
        type: "object",
        required: ["description", "code"],
        properties: { description: { type: "string" }, code: { type: "string", enum: statuses } },
      },
    },
  },
};

/** A page of resources of one kind (RFC 7644 §3.4.2). */
export function listSchema(component: string): JsonSchema {
  return pageSchema(reference(component));
}

/** A page of resources of any type. */
export const anyListSchema: JsonSchema = pageSchema({ type: "object" });

/** A page of what such a schema describes. */
export function pageSchema(resource: JsonSchema): JsonSchema {
  return {
    type: "object",
    required: ["schemas", "totalResults", "itemsPerPage", "Resources"],
    properties: {
      schemas: { type: "array", items: { type: "string", const: listResponseUrn } },
      totalResults: { type: "integer" },
      startIndex: { type: "integer", description: "only of pages by index" },
      itemsPerPage: { type: "integer" },
      nextCursor: { type: "string", description: "only of pages by cursor; absent on the last one" },
      previousCursor: { type: "string", description: "only of pages by cursor; absent on the first one" },
      Resources: { type: "array", items: resource },
    },
  };
}

export function reference(component: string): JsonSchema {
  return { $ref: `#/components/schemas/${component}` };
}

/** An answer with a body in SCIM's media type. */
export function scimContent(description: string, schema: JsonSchema) {
  return { description, content: { [scimMediaType]: { schema } } };
}

/** The form that refusals have. */
export type ErrorForm = "Error" | "Errors1";

const errorMediaTypes = { Error: scimMediaType, Errors1: "application/json" } as const satisfies Record<
  ErrorForm,
  string
>;

/** The refusals of a route, from the error table: one answer a status, its text the kinds that have it. */
export function errorResponses(kinds: readonly ErrorKind[], form: ErrorForm = "Error") {
  const byStatus = new Map<number, string[]>();
  for (const kind of kinds) {
    const { status, scimType, detail } = errorTable[kind];
    const text = scimType === undefined ? detail : `${scimType}: ${detail}`;
    byStatus.set(status, [...(byStatus.get(status) ?? []), text]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, texts]) => [
      status,
      { description: texts.join(" "), content: { [errorMediaTypes[form]]: { schema: reference(form) } } },
    ]),
  );
}

export const pageParameters = [
  {
    name: "startIndex",
    in: "query" as const,
    schema: { type: "integer" as const, minimum: 1, default: 1 },
    description: "place of the first resource; counts from 1",
  },
  {
    name: "count",
    in: "query" as const,
    schema: { type: "integer" as const, minimum: 0, maximum: pageResourcesMax, default: pageResourcesDefault },
    description: "resources at most; 0 asks for the total alone",
  },
  {
    name: "cursor",
    in: "query" as const,
    schema: { type: "string" as const },
    allowEmptyValue: true,
    description: "pages by cursor: empty for the first, then the nextCursor of the page before",
  },
];

/** Registers what every document needs: security schemes, the error, and the resources derived from their schemas. */
export function registerComponents(app: App, types: Iterable<CompiledType>): void {
  const { openAPIRegistry: registry } = app;
  registry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  registry.registerComponent("securitySchemes", "basic", { type: "http", scheme: "basic" });
  registry.registerComponent("schemas", "Error", errorSchema);
  registry.registerComponent("schemas", "Errors1", errors1Schema);
  for (const { type } of types) {
    registry.registerComponent("schemas", type.name, resourceSchema(type, commonAttributes));
    for (const { schema } of type.extensions)
      registry.registerComponent("schemas", schema.name, extensionSchema(schema));
  }
}

/** Either scheme will do. */
export const security = [{ bearer: [] }, { basic: [] }];
