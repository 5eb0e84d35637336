import { z } from "@hono/zod-openapi";
import { type ImportMapping, mappingSchema, mappingsFrom, readImportMapping } from "../../import/mapping.ts";
import { ScimError } from "../../scim/error.ts";
import { userTypeOf } from "../../scim/resource/type.ts";
import { requireScope } from "../auth.ts";
import { readJsonBody } from "../body.ts";
import { type AppPorts, originOf } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { describe } from "../route.ts";
import { allRoute, endRoute, oneRoute } from "./route-kinds.ts";

/*
 *   GET, POST         /api/import-mappings           which columns of a file go where
 *   GET, PUT, DELETE  /api/import-mappings/{id}
 */

/** Mappings of one tenant. */
const mappingsMax = 200;

const tags = ["Import mappings"];
const shownSchema = z.strictObject(mappingSchema.shape).openapi("ImportMapping");
const mappingResponse = { description: "The mapping", content: { "application/json": { schema: shownSchema } } };

const listRoute = allRoute({
  path: "/api/import-mappings",
  operationId: "listImportMappings",
  summary: "The saved mappings of columns to attributes",
  tags,
  description: "The mappings by name",
  schema: z.object({ mappings: z.array(shownSchema) }),
});

const getRoute = oneRoute({
  path: "/api/import-mappings/{id}",
  operationId: "getImportMapping",
  summary: "One mapping",
  tags,
  description: "The mapping",
  schema: shownSchema,
});

const deleteRoute = endRoute({
  path: "/api/import-mappings/{id}",
  operationId: "deleteImportMapping",
  summary: "Forget a mapping",
  tags,
  description: "It is gone",
});

function notFound(name: string): ScimError {
  return new ScimError("notFound", `Import mapping ${JSON.stringify(name.slice(0, 100))} does not exist.`);
}

/** The members of a body; none of what is no object, which the reader then refuses. */
function objectOf(body: unknown): object {
  return typeof body === "object" && body !== null && !Array.isArray(body) ? body : { columns: body };
}

/** Mounts the mappings by which files of any other table are imported. */
export function mountImportMappings(app: App, { store, catalog }: AppPorts): void {
  const all = async (tenantId: number) => mappingsFrom(await store.definitions.all(tenantId));

  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "import:write");
    return c.json({ mappings: [...(await all(tenantId))] }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "import:write");
    const { id } = c.req.valid("param");
    const mapping = (await all(tenantId)).find(({ name }) => name === id);
    if (mapping === undefined) throw notFound(id);
    return c.json(mapping, 200);
  });

  const read = async (tenantId: number, body: unknown): Promise<ImportMapping> =>
    readImportMapping(body, userTypeOf(await catalog.typesOf(tenantId)).type);
  const save = async (tenantId: number, mapping: ImportMapping): Promise<void> => {
    const doc = JSON.stringify(mapping);
    const change = { kind: "putDefinition", definition: "importMapping", key: mapping.name, doc } as const;
    await store.commit([{ tenantId, changes: [change] }]);
  };

  app.post("/api/import-mappings", async (c) => {
    const { tenantId } = requireScope(c, "import:write");
    const mapping = await read(tenantId, await readJsonBody(c));
    const known = await all(tenantId);
    if (known.some(({ name }) => name === mapping.name)) {
      throw new ScimError("uniqueness", `There is an import mapping ${JSON.stringify(mapping.name)} already.`);
    }
    if (known.length >= mappingsMax) {
      throw new ScimError("tooLarge", `There are ${mappingsMax} import mappings, the most there may be.`);
    }
    await save(tenantId, mapping);
    const location = `${originOf(c.req.url)}/api/import-mappings/${mapping.name}`;
    return c.json(mapping, 201, { Location: location });
  });

  app.put("/api/import-mappings/:id", async (c) => {
    const { tenantId } = requireScope(c, "import:write");
    const name = c.req.param("id");
    const body = await readJsonBody(c);
    if (!(await all(tenantId)).some((each) => each.name === name)) throw notFound(name);
    const mapping = await read(tenantId, { name, ...objectOf(body) });
    if (mapping.name !== name) throw new ScimError("invalidValue", "The name in the body is not that of the address.");
    await save(tenantId, mapping);
    return c.json(mapping);
  });

  app.openapi(deleteRoute, async (c) => {
    const { tenantId } = requireScope(c, "import:write");
    const { id } = c.req.valid("param");
    const change = { kind: "deleteDefinition", definition: "importMapping", key: id } as const;
    const [result] = await store.commit([{ tenantId, changes: [change] }]);
    if (result?.applied !== true) throw notFound(id);
    return c.body(null, 204);
  });

  describeWrites(app);
}

function describeWrites(app: App): void {
  const requestBody = {
    required: true,
    content: { "application/json": { schema: { $ref: "#/components/schemas/ImportMapping" } } },
  };
  describe(app, {
    method: "post",
    path: "/api/import-mappings",
    operationId: "createImportMapping",
    summary: "Save a mapping",
    tags,
    requestBody,
    responses: { 201: mappingResponse },
    errors: ["invalidSyntax", "invalidValue", "uniqueness", "tooLarge", "unsupportedMediaType"],
  });
  describe(app, {
    method: "put",
    path: "/api/import-mappings/{id}",
    operationId: "replaceImportMapping",
    summary: "Put another mapping in the place of one",
    tags,
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    requestBody,
    responses: { 200: mappingResponse },
    errors: ["notFound", "invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType"],
  });
}
