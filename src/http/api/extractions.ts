import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Asking } from "../../provisioning/provisioner.ts";
import { ScimError } from "../../scim/error.ts";
import type { Store } from "../../storage/port.ts";
import type { ExtractionRecord } from "../../storage/provisioning.ts";
import { requireScope } from "../auth.ts";
import { type AppEnv, type AppPorts, addressOf, originOf } from "../context.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { waitOf } from "../prefer.ts";
import { describe } from "../route.ts";
import { findConnector } from "./connectors.ts";
import { extractionSchema, shownExtraction } from "./extraction-shape.ts";
import { always, idParameter, oneRoute } from "./route-kinds.ts";

/*
 *   POST  /api/provisioning/connectors/{id}/test      what is to be seen of the source, and what the rules make of it
 *   POST  /api/provisioning/connectors/{id}/launch    extract what is new or has changed
 *   GET   /api/provisioning/extractions               the history, newest first
 *   GET   /api/provisioning/extractions/{id}
 *   POST  /api/provisioning/extractions/{id}/approve  import one that was parked
 *   POST  /api/provisioning/import                    import all that was extracted, oldest first
 */

const tags = ["Provisioning"];
const connectors = "/api/provisioning/connectors";
const extractions = "/api/provisioning/extractions";
/** Entries of a preview, and seconds that `Prefer: wait` may ask for. */
const previewEntries = 5;
const waitSecondsMax = 60;

const historyRoute = createRoute({
  method: "get",
  path: extractions,
  operationId: "listExtractions",
  summary: "What was extracted, newest first",
  tags,
  security,
  request: {
    query: z.object({
      connectorId: z.string().optional(),
      offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
  },
  responses: {
    200: {
      description: "A page of the history",
      content: { "application/json": { schema: z.object({ extractions: z.array(extractionSchema) }) } },
    },
    ...errorResponses(["invalidValue", ...always]),
  },
});
const oneExtractionRoute = oneRoute({
  path: `${extractions}/{id}`,
  operationId: "getExtraction",
  summary: "One of them",
  tags,
  description: "The extraction",
  schema: extractionSchema,
});

async function findExtraction(
  { provisioning }: Pick<Store, "provisioning">,
  tenantId: number,
  id: string,
): Promise<ExtractionRecord> {
  const found = await provisioning.extraction(tenantId, id);
  if (found === undefined)
    throw new ScimError("notFound", `There is no extraction ${JSON.stringify(id.slice(0, 64))}.`);
  return found;
}

function askingOf(c: Context<AppEnv>): Asking {
  const { kind, id, name, scopes } = c.get("principal");
  return { name, asAdministrator: scopes.has("admin"), actor: { kind, id, name, address: addressOf(c) } };
}

/** Mounts what is done with connectors, and what came of it. */
export function mountExtractions(app: App, ports: AppPorts): void {
  const { store, provisioner } = ports;

  app.openapi(historyRoute, async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    const { connectorId, ...page } = c.req.valid("query");
    const records = await store.provisioning.extractions({
      tenantId,
      ...page,
      ...(connectorId !== undefined && { connectorId }),
    });
    return c.json({ extractions: await Promise.all(records.map((record) => shownExtraction(store, record))) }, 200);
  });

  app.openapi(oneExtractionRoute, async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    return c.json(await shownExtraction(store, await findExtraction(store, tenantId, c.req.valid("param").id)), 200);
  });

  app.post(`${connectors}/:id/test`, async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    const record = await findConnector(store, tenantId, c.req.param("id"));
    const { total, entries, mapped } = await provisioner.preview(record, previewEntries);
    const samples = entries.map(({ id, version, value }, index) => {
      const { values = {}, groups, problems = [] } = mapped[index] ?? {};
      return { id, version, entry: value, mapped: { ...values, ...(groups !== undefined && { groups }) }, problems };
    });
    return c.json({ total: total ?? null, samples });
  });

  app.post(`${connectors}/:id/launch`, async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    const record = await findConnector(store, tenantId, c.req.param("id"));
    const { id, ended } = await provisioner.launch(record, askingOf(c));
    const wait = waitOf(c);
    if (wait !== undefined) await Promise.race([ended, Bun.sleep(1000 * Math.min(Number(wait), waitSecondsMax))]);
    const extraction = await findExtraction(store, tenantId, id);
    const status = wait !== undefined && extraction.state !== "started" ? 200 : 202;
    return c.json(await shownExtraction(store, extraction), status, {
      Location: `${originOf(c.req.url)}${extractions}/${id}`,
    });
  });

  app.post(`${extractions}/:id/approve`, async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    const extraction = await findExtraction(store, tenantId, c.req.param("id"));
    await provisioner.approve(extraction);
    return c.json(await shownExtraction(store, await findExtraction(store, tenantId, extraction.id)), 202);
  });

  app.post("/api/provisioning/import", async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    const done = await provisioner.importAll(tenantId);
    const told = done.map(async ({ extraction: { id }, outcome }) => {
      return { outcome, extraction: await shownExtraction(store, await findExtraction(store, tenantId, id)) };
    });
    return c.json({ imported: await Promise.all(told) }, 202);
  });
  describeActions(app);
}

const previewSchema = z.object({
  total: z.int().nullable().meta({ description: "how many users the source says it has" }),
  samples: z.array(
    z.object({
      id: z.string(),
      version: z.string(),
      entry: z.unknown(),
      mapped: z.record(z.string(), z.unknown()),
      problems: z.array(z.string()),
    }),
  ),
});
const importedSchema = z.object({
  imported: z.array(
    z.object({
      outcome: z.enum(["queued", "nothing", "parked", "waiting", "gone"]),
      extraction: extractionSchema,
    }),
  ),
});

function describeActions(app: App): void {
  const json = (description: string, schema: z.ZodType) => ({
    description,
    content: { "application/json": { schema } },
  });
  const parameters = [idParameter];
  describe(app, {
    method: "post",
    path: `${connectors}/{id}/test`,
    operationId: "testConnector",
    summary: "Ask the source, and show what the rules make of its first users",
    tags,
    parameters,
    responses: { 200: json("What is to be seen", previewSchema) },
    errors: ["notFound", "conflict"],
  });
  describe(app, {
    method: "post",
    path: `${connectors}/{id}/launch`,
    operationId: "launchConnector",
    summary: "Extract what is new or has changed",
    tags,
    parameters: [
      idParameter,
      { name: "Prefer", in: "header", schema: { type: "string" }, description: "wait=30 waits for the end" },
    ],
    responses: {
      200: json("The extraction, ended", extractionSchema),
      202: json("The extraction, under way", extractionSchema),
    },
    errors: ["notFound", "conflict"],
  });
  describe(app, {
    method: "post",
    path: `${extractions}/{id}/approve`,
    operationId: "approveExtraction",
    summary: "Import an extraction by which many go missing",
    tags,
    parameters,
    responses: { 202: json("The extraction", extractionSchema) },
    errors: ["notFound", "conflict"],
  });
  describe(app, {
    method: "post",
    path: "/api/provisioning/import",
    operationId: "importExtractions",
    summary: "Import all that was extracted, oldest first",
    tags,
    responses: { 202: json("What is done with each extraction", importedSchema) },
    errors: [],
  });
}
