import { createRoute, z } from "@hono/zod-openapi";
import { explainQuery } from "../../directory/explain.ts";
import { ScimError } from "../../scim/error.ts";
import { isJsonObject } from "../../scim/json.ts";
import { requireScope } from "../auth.ts";
import { readJsonBody } from "../body.ts";
import type { AppPorts } from "../context.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { describe } from "../route.ts";

/*
 *   GET  /api/indexes                          which attributes are indexed
 *   PUT  /api/indexes/{resourceType}/{path}    {"indexed": true | false}
 *   GET  /api/explain?filter=&type=&sortBy=&sortOrder=
 */

const tags = ["Indexes"];
const path = "/api/indexes";

const indexSchema = z
  .object({
    resourceType: z.string(),
    path: z.string().openapi({ example: "emails.value" }),
    indexed: z.boolean(),
    byDefault: z.boolean().openapi({ description: "Whether the schema marks it." }),
    state: z.enum(["none", "building", "ready"]),
    progress: z.number().min(0).max(1),
  })
  .openapi("AttributeIndex");

const explainedSchema = z
  .object({
    resourceType: z.string(),
    strategy: z.enum(["order", "index", "indexes", "documents"]),
    uses: z.array(z.string()).openapi({ description: "The indexes that are looked into." }),
    candidates: z
      .number()
      .int()
      .optional()
      .openapi({ description: "Resources that an index names, where they are few." }),
    documents: z.number().int().openapi({ description: "Documents that have to be read." }),
    unindexed: z.array(z.string()),
    order: z.enum(["index", "sorted", "documents"]),
    refused: z.boolean(),
    advice: z.array(z.string()),
  })
  .openapi("ExplainedQuery");

const explainRoute = createRoute({
  method: "get",
  path: "/api/explain",
  operationId: "explainQuery",
  summary: "How a query is answered: which index finds the matches, and what would make it cheaper",
  tags,
  security,
  request: {
    query: z.object({
      type: z.string().optional().openapi({ description: "A resource type; User when not said.", example: "User" }),
      filter: z.string().optional().openapi({ example: 'emails.value eq "ann@example.com"' }),
      sortBy: z.string().optional(),
      sortOrder: z.string().optional(),
    }),
  },
  responses: {
    200: { description: "How", content: { "application/json": { schema: explainedSchema } } },
    ...errorResponses([
      "invalidFilter",
      "invalidValue",
      "sensitive",
      "notFound",
      "unauthorized",
      "forbidden",
      "internal",
      "unavailable",
    ]),
  },
});

/** Mounts what an administrator says of attribute indexes, and what anybody who reads may ask of a query. */
export function mountIndexes(app: App, { store, catalog, attributeIndexes }: AppPorts): void {
  app.openapi(explainRoute, async (c) => {
    const { tenantId, profile } = requireScope(c, "scim:read");
    const types = await catalog.typesOf(tenantId);
    const explained = await explainQuery(store, tenantId, types, profile, c.req.valid("query"));
    return c.json(
      { ...explained, uses: [...explained.uses], unindexed: [...explained.unindexed], advice: [...explained.advice] },
      200,
    );
  });
  app.get(path, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    return c.json({ resources: await attributeIndexes.list(tenantId) });
  });
  app.put(`${path}/:type/:path`, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const body: unknown = await readJsonBody(c);
    const indexed = isJsonObject(body) ? body.indexed : undefined;
    if (typeof indexed !== "boolean") throw new ScimError("invalidValue", "indexed must be true or false.");
    return c.json(await attributeIndexes.choose(tenantId, c.req.param("type"), c.req.param("path"), indexed));
  });
  const one = { "application/json": { schema: { $ref: "#/components/schemas/AttributeIndex" } } };
  app.openAPIRegistry.register("AttributeIndex", indexSchema);
  describe(app, {
    method: "get",
    path,
    operationId: "listIndexes",
    summary: "Which attributes are indexed, by default or by choice",
    tags,
    responses: {
      200: {
        description: "By type and path",
        content: {
          "application/json": {
            schema: {
              type: "object",
              required: ["resources"],
              properties: { resources: { type: "array", items: { $ref: "#/components/schemas/AttributeIndex" } } },
            },
          },
        },
      },
    },
    errors: [],
  });
  const parameter = (name: string, description: string) =>
    ({ name, in: "path", required: true, description, schema: { type: "string" } }) as const;
  describe(app, {
    method: "put",
    path: `${path}/{resourceType}/{path}`,
    operationId: "chooseIndex",
    summary: "Have an attribute indexed, or not; it is built in the background, and used when it is ready",
    tags,
    parameters: [
      parameter("resourceType", "The name of the type, in any case."),
      parameter("path", "As a filter names it: `title`, `emails`, or with the URN of an extension before it."),
    ],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: { type: "object", required: ["indexed"], properties: { indexed: { type: "boolean" } } },
        },
      },
    },
    responses: { 200: { description: "Chosen", content: one } },
    errors: ["invalidSyntax", "invalidValue", "tooLarge", "notFound", "unsupportedMediaType"],
  });
}
