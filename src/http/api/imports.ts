import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { reportCsv } from "../../import/report.ts";
import { importFileBytesMax, readImportRequest, receiveImport, requireKnownFields } from "../../import/upload.ts";
import { ScimError } from "../../scim/error.ts";
import { type ImportJob, rowOutcomes } from "../../storage/import.ts";
import type { Store } from "../../storage/port.ts";
import { requireScope } from "../auth.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import { readUpload } from "../multipart.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { answerJob } from "./answer-job.ts";
import { describeImports } from "./import-descriptions.ts";
import { jobJson, jobSchema, rowJson, rowSchema } from "./job.ts";

/*
 *   POST  /api/imports                    multipart/form-data: take a file in
 *   GET   /api/imports · /api/imports/{id}
 *   GET   /api/imports/{id}/rows · /report.csv
 *   POST  /api/imports/{id}/apply         carry out a dry run
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

async function jobOf(c: Context<AppEnv>, store: Store): Promise<ImportJob> {
  const { tenantId } = requireScope(c, "import:write");
  const id = c.req.param("id") ?? "";
  const job = await store.imports.job(tenantId, id);
  if (job === undefined) throw new ScimError("notFound", `Import ${JSON.stringify(id.slice(0, 100))} does not exist.`);
  return job;
}

/** Bytes of a form beside its file: boundaries, part heads and text fields. */
const formBytesMax = 4_194_304;

/** A body that says it is too large is refused before a gibibyte of it is in the database. */
function refuseAnnouncedLength(c: Context<AppEnv>): void {
  if (Number(c.req.header("Content-Length") ?? 0) <= importFileBytesMax + formBytesMax) return;
  throw new ScimError("tooLarge", `The file is larger than ${importFileBytesMax} bytes.`);
}

/** Mounts the imports of the API. */
export function mountImports(app: App, ports: AppPorts): void {
  const { store } = ports;

  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "import:write");
    const { offset, limit } = c.req.valid("query");
    const jobs = await store.imports.jobs(tenantId, offset, limit);
    return c.json({ imports: jobs.map((job) => jobJson(job, originOf(c.req.url))) }, 200);
  });

  app.openapi(getRoute, async (c) => c.json(jobJson(await jobOf(c, store), originOf(c.req.url)), 200));

  app.openapi(rowsRoute, async (c) => {
    const job = await jobOf(c, store);
    const { outcome, after, limit } = c.req.valid("query");
    const query = { tenantId: job.tenantId, importId: job.id, problemsOnly: false, after, limit };
    const rows = await store.imports.rows({ ...query, ...(outcome !== undefined && { outcome }) });
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return c.json({ rows: rows.map(rowJson), ...(last !== undefined && { next: last.row }) }, 200);
  });

  app.get("/api/imports/:id/report.csv", async (c) => {
    const { tenantId, id } = await jobOf(c, store);
    return new Response(reportCsv(store, tenantId, id), {
      headers: {
        "Content-Type": "text/csv; charset=utf-8; header=present",
        "Content-Disposition": `attachment; filename="import-${id}-report.csv"`,
      },
    });
  });

  mountActions(app, ports);
  describeImports(app);
}

/** The routes that change something. */
function mountActions(app: App, ports: AppPorts): void {
  const { store, now } = ports;

  app.post("/api/imports", async (c) => {
    const { tenantId, name } = requireScope(c, "import:write");
    // What the address says is checked before the file comes in, what the form says when it is there.
    const query = c.req.query();
    requireKnownFields(Object.keys(query));
    readImportRequest(query);
    refuseAnnouncedLength(c);
    const job = await readUpload(c.req.raw, ({ fileName, bytes }, fields) =>
      receiveImport(ports, { tenantId, fileName, createdBy: name }, bytes, () => ({ ...query, ...fields() })),
    );
    ports.wakeImports();
    return answerJob(c, ports, job);
  });

  app.post("/api/imports/:id/apply", async (c) => {
    const { tenantId, id, state } = await jobOf(c, store);
    const change = {
      kind: "advanceImport",
      importId: id,
      from: ["planned"],
      to: "queued",
      dryRun: false,
      started: now(),
    } as const;
    const [result] = await store.commit([{ tenantId, changes: [change] }]);
    if (result?.applied !== true) {
      throw new ScimError("conflict", `The import is ${state}; only one whose plan waits can be applied.`);
    }
    ports.wakeImports();
    return answerJob(c, ports, await jobOf(c, store));
  });
}
