import type { Context } from "hono";
import { failedFile, failedFileFormat } from "../../import/failed-file.ts";
import { reportCsv, reportJson, wso2Summary } from "../../import/report.ts";
import { ScimError } from "../../scim/error.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { originOf } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { jobOf } from "./import-job.ts";
import { jobJson, rowJson } from "./job.ts";

const mediaTypes = {
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson",
  json: "application/json",
} as const;

/** A file to be saved, written as it goes out. */
function download(name: string, format: keyof typeof mediaTypes, text: AsyncIterable<string>): Response {
  return new Response(text, {
    headers: {
      "Content-Type": mediaTypes[format],
      "Content-Disposition": `attachment; filename="${name}.${format}"`,
    },
  });
}

/** Mounts what is to be downloaded of an import. */
export function mountImportReports(app: App, { store, now }: AppPorts): void {
  app.get("/api/imports/:id/report.csv", async (c) => {
    const job = await jobOf(c, store);
    return download(`import-${job.id}-report`, "csv", reportCsv(store, job.tenantId, job.id));
  });

  app.get("/api/imports/:id/report.json", async (c) => {
    const job = await jobOf(c, store);
    if (c.req.query("format") === "wso2") return c.json(wso2Summary(job));
    const shown = jobJson(job, originOf(c.req.url), now());
    return download(`import-${job.id}-report`, "json", reportJson(store, job, shown, rowJson));
  });

  const failed = (format: "csv" | "ndjson") => async (c: Context<AppEnv>) => {
    const job = await jobOf(c, store);
    const { shape, id } = job;
    if (shape === null) throw new ScimError("conflict", `The import is ${job.state}; its file was not read.`);
    const own = failedFileFormat(shape);
    if (own !== format) throw new ScimError("notFound", `The refused rows of this import are at failed.${own}.`);
    return download(`import-${id}-failed`, format, failedFile(store, job, shape));
  };
  app.get("/api/imports/:id/failed.csv", failed("csv"));
  app.get("/api/imports/:id/failed.ndjson", failed("ndjson"));
}
