import { z } from "@hono/zod-openapi";
import { fullCounts, isSettled, settledRows } from "../../import/job.ts";
import { type ImportJob, type ImportRow, importStates, rowOutcomes } from "../../storage/import.ts";

const count = z.int().min(0);
const countsSchema = z.record(z.enum([...rowOutcomes, "total"]), count).openapi("ImportCounts");

/** An import job as the API shows it. */
export const jobSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(importStates),
    dialect: z.string().openapi({ description: "auto until the file is read" }),
    mode: z.enum(["create"]),
    match: z.string(),
    dryRun: z.boolean(),
    fileName: z.string(),
    fileBytes: count,
    createdBy: z.string(),
    created: z.iso.datetime(),
    started: z.iso.datetime().nullable(),
    finished: z.iso.datetime().nullable(),
    message: z.string().nullable().openapi({ description: "how it ended, in a sentence" }),
    warnings: z.array(z.string()),
    plan: countsSchema.nullable().openapi({ description: "what the plan expects; null until the file is read" }),
    counts: countsSchema.openapi({ description: "what came of the rows; they always add up to total" }),
    progress: z.object({ done: count, total: count }).openapi({ description: "rows" }),
    links: z.object({ self: z.string(), rows: z.string(), report: z.string(), apply: z.string().optional() }),
  })
  .openapi("ImportJob");

const problemSchema = z
  .object({ code: z.string(), column: z.string().optional(), value: z.string().optional(), message: z.string() })
  .openapi("RowProblem");

/** A row of an import as the API shows it. */
export const rowSchema = z
  .object({
    row: count.openapi({ description: "place in the file; 1 is the header" }),
    line: count.openapi({ description: "line on which the row starts" }),
    outcome: z.enum(rowOutcomes),
    key: z.string().nullable(),
    resourceId: z.uuid().nullable(),
    problems: z.array(problemSchema),
  })
  .openapi("ImportRow");

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** The JSON of a job; `base` is the origin that the client used. */
export function jobJson(job: ImportJob, base: string): z.infer<typeof jobSchema> {
  const { id, state, request, planned, total, message, warnings, fileName, fileBytes, createdBy } = job;
  const self = `${base}/api/imports/${id}`;
  const waits = state === "planned" && request.dryRun;
  const links = { self, rows: `${self}/rows`, report: `${self}/report.csv` };
  return {
    id,
    state,
    ...request,
    fileName,
    fileBytes,
    createdBy,
    created: new Date(job.created).toISOString(),
    started: instant(job.started),
    finished: instant(job.finished),
    message,
    warnings: [...warnings],
    plan: planned === null ? null : fullCounts({ counts: planned, total }),
    counts: fullCounts(job),
    progress: { done: isSettled(job) && !waits ? total : settledRows(job.counts), total },
    links: waits ? { ...links, apply: `${self}/apply` } : links,
  };
}

/** The JSON of a row. */
export function rowJson({ problems, ...row }: ImportRow): z.infer<typeof rowSchema> {
  return { ...row, problems: [...problems] };
}
