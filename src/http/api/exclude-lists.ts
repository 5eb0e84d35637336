import { createRoute, z } from "@hono/zod-openapi";
import {
  type ExcludableAttribute,
  excludableAttribute,
  excludableAttributes,
  readExcludeList,
} from "../../import/exclude-list.ts";
import { ScimError } from "../../scim/error.ts";
import type { Store } from "../../storage/port.ts";
import { requireScope } from "../auth.ts";
import { readJsonBody } from "../body.ts";
import type { AppPorts } from "../context.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { describe } from "../route.ts";

/*
 *   GET               /api/exclude-lists             values that imports refuse: of mail, firstName and lastName
 *   GET, PUT, DELETE  /api/exclude-lists/{id}
 */

const tags = ["Exclude lists"];
const idParams = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" } }) });
const listSchema = z
  .object({ attribute: z.enum(excludableAttributes), values: z.array(z.string()) })
  .openapi("ExcludeList");
const listResponse = { description: "The list", content: { "application/json": { schema: listSchema } } };
const always = ["unauthorized", "forbidden", "internal", "unavailable"] as const;

const listRoute = createRoute({
  method: "get",
  path: "/api/exclude-lists",
  operationId: "listExcludeLists",
  summary: "The values that imports refuse",
  tags,
  security,
  responses: {
    200: {
      description: "A list for each attribute that may have one",
      content: { "application/json": { schema: z.object({ excludeLists: z.array(listSchema) }) } },
    },
    ...errorResponses(always),
  },
});

const getRoute = createRoute({
  method: "get",
  path: "/api/exclude-lists/{id}",
  operationId: "getExcludeList",
  summary: "The values of one attribute that imports refuse",
  tags,
  security,
  request: { params: idParams },
  responses: { 200: listResponse, ...errorResponses(["notFound", ...always]) },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/api/exclude-lists/{id}",
  operationId: "deleteExcludeList",
  summary: "Refuse no value of an attribute any more",
  tags,
  security,
  request: { params: idParams },
  responses: { 204: { description: "It is empty" }, ...errorResponses(["notFound", ...always]) },
});

/** @throws ScimError notFound for an attribute that has no list */
function attributeNamed(name: string): ExcludableAttribute {
  const attribute = excludableAttribute(name);
  if (attribute !== undefined) return attribute;
  const known = excludableAttributes.join(", ");
  throw new ScimError(
    "notFound",
    `There is no exclude list for ${JSON.stringify(name.slice(0, 64))}, only for ${known}.`,
  );
}

async function valuesOf(store: Store, tenantId: number, attribute: ExcludableAttribute): Promise<string[]> {
  const records = await store.definitions.all(tenantId);
  const record = records.find(({ definition, key }) => definition === "excludeList" && key === attribute);
  return record === undefined ? [] : [...readExcludeList(JSON.parse(record.doc))];
}

/** Mounts the lists of values that imports refuse. */
export function mountExcludeLists(app: App, { store }: AppPorts): void {
  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "import:write");
    const lists = await Promise.all(
      excludableAttributes.map(async (attribute) => ({
        attribute,
        values: await valuesOf(store, tenantId, attribute),
      })),
    );
    return c.json({ excludeLists: lists }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "import:write");
    const attribute = attributeNamed(c.req.valid("param").id);
    return c.json({ attribute, values: await valuesOf(store, tenantId, attribute) }, 200);
  });

  app.put("/api/exclude-lists/:id", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const attribute = attributeNamed(c.req.param("id"));
    const values = [...readExcludeList(await readJsonBody(c))];
    const doc = JSON.stringify({ values });
    await store.commit([
      { tenantId, changes: [{ kind: "putDefinition", definition: "excludeList", key: attribute, doc }] },
    ]);
    return c.json({ attribute, values });
  });

  app.openapi(deleteRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const attribute = attributeNamed(c.req.valid("param").id);
    await store.commit([
      { tenantId, changes: [{ kind: "deleteDefinition", definition: "excludeList", key: attribute }] },
    ]);
    return c.body(null, 204);
  });

  const values = { type: "array" as const, items: { type: "string" as const } };
  describe(app, {
    method: "put",
    path: "/api/exclude-lists/{id}",
    operationId: "putExcludeList",
    summary: "Say which values of an attribute imports refuse, in any case",
    tags,
    parameters: [
      { name: "id", in: "path", required: true, schema: { type: "string", enum: [...excludableAttributes] } },
    ],
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: { type: "object", required: ["values"], properties: { values } } },
      },
    },
    responses: { 200: listResponse },
    errors: ["notFound", "invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType"],
  });
}
