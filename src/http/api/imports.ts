import { createRoute, z } from "@hono/zod-openapi";
import { rowOutcomes } from "../../storage/import.ts";
import { requireScope } from "../auth.ts";
import { type AppPorts, originOf } from "../context.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { mountImportActions } from "./import-actions.ts";
import { describeImports } from "./import-descriptions.ts";
import { mountImportEvents } from "./import-events.ts";
import { jobOf } from "./import-job.ts";
import { mountImportReports } from "./import-reports.ts";
import { jobJson, jobSchema, rowJson, rowSchema } from "./job.ts";

/*
 *   POST  /api/imports                    multipart/form-data: take a file in
 *   GET   /api/imports · /api/imports/{id}
 *   GET   /api/imports/{id}/rows · /report.csv · /report.json · /failed.csv · /failed.ndjson
 *   GET   /api/imports/{id}/events        progress, as server-sent events
 *   POST  /api/imports/{id}/apply         carry out a dry run
 *   POST  /api/imports/{id}/cancel · /retry · /undo
 */

/** Rows in one page. */
const rowsMax = 1000;

const tags = ["Imports"];
const idParams = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" } }) });
const jobResponse = { description: "The job", content: { "application/json": { schema: jobSchema } } };

const listRoute = createRoute({
  method: "get",
  path: "/api/imports",
  operationId: "listImports",
  summary: "The tenant's imports, newest first",
  tags,
  security,
  request: {
    query: z.object({
      offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
  },
  responses: {
    200: {
      description: "A page of jobs",
      content: { "application/json": { schema: z.object({ imports: z.array(jobSchema) }) } },
    },
    ...errorResponses(["invalidValue", "unauthorized", "forbidden", "internal", "unavailable"]),
  },
});

const getRoute = createRoute({
  method: "get",
  path: "/api/imports/{id}",
  operationId: "getImport",
  summary: "One import",
  tags,
  security,
  request: { params: idParams },
  responses: {
    200: jobResponse,
    ...errorResponses(["notFound", "unauthorized", "forbidden", "internal", "unavailable"]),
  },
});

const rowsRoute = createRoute({
  method: "get",
  path: "/api/imports/{id}/rows",
  operationId: "listImportRows",
  summary: "What came of the rows",
  tags,
  security,
  request: {
    params: idParams,
    query: z.object({
      outcome: z.enum(rowOutcomes).optional(),
      after: z.coerce.number().int().min(0).default(0).openapi({ description: "the last row of the page before" }),
      limit: z.coerce.number().int().min(1).max(rowsMax).default(100),
    }),
  },
  responses: {
    200: {
      description: "A page of rows; `next` is the `after` of the next page, absent on the last",
      content: {
        "application/json": { schema: z.object({ rows: z.array(rowSchema), next: z.int().optional() }) },
      },
    },
    ...errorResponses(["notFound", "invalidValue", "unauthorized", "forbidden", "internal", "unavailable"]),
  },
});

/** Mounts the imports of the API. */
export function mountImports(app: App, ports: AppPorts): void {
  const { store } = ports;

  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "import:write");
    const { offset, limit } = c.req.valid("query");
    const jobs = await store.imports.jobs(tenantId, offset, limit);
    const base = originOf(c.req.url);
    return c.json({ imports: jobs.map((job) => jobJson(job, base, ports.now())) }, 200);
  });

  app.openapi(getRoute, async (c) => c.json(jobJson(await jobOf(c, store), originOf(c.req.url), ports.now()), 200));

  app.openapi(rowsRoute, async (c) => {
    const job = await jobOf(c, store);
    const { outcome, after, limit } = c.req.valid("query");
    const query = { tenantId: job.tenantId, importId: job.id, problemsOnly: false, after, limit };
    const rows = await store.imports.rows({ ...query, ...(outcome !== undefined && { outcome }) });
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return c.json({ rows: rows.map(rowJson), ...(last !== undefined && { next: last.row }) }, 200);
  });

  mountImportReports(app, ports);
  mountImportEvents(app, ports);
  mountImportActions(app, ports);
  describeImports(app);
}
