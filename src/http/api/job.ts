import { z } from "@hono/zod-openapi";
import { failedFileFormat } from "../../import/failed-file.ts";
import { fullCounts, isSettled, nextState, paceOf, progressOf, troubledRows } from "../../import/job.ts";
import {
  type ImportJob,
  type ImportOptions,
  type ImportRow,
  importModes,
  importStates,
  rowOutcomes,
} from "../../storage/import.ts";

const count = z.int().min(0);
const countsSchema = z.record(z.enum([...rowOutcomes, "total"]), count).openapi("ImportCounts");

/** An import job as the API shows it. */
export const jobSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(importStates),
    dialect: z.string().openapi({ description: "auto until the file is read, as are mode, match and options" }),
    mode: z.enum(["auto", ...importModes]),
    match: z.string(),
    dryRun: z.boolean(),
    options: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])),
    fileName: z.string(),
    fileBytes: count,
    sha256: z.string().nullable(),
    createdBy: z.string(),
    retryOf: z.uuid().nullable().openapi({ description: "the import whose refused rows these are" }),
    created: z.iso.datetime(),
    started: z.iso.datetime().nullable(),
    finished: z.iso.datetime().nullable(),
    message: z.string().nullable().openapi({ description: "how it ended, or what the plan asks, in a sentence" }),
    warnings: z.array(z.string()),
    passwords: count.openapi({ description: "passwords in clear text that are hashed" }),
    plan: countsSchema.nullable().openapi({ description: "what the plan expects; null until the file is read" }),
    counts: countsSchema.openapi({ description: "what came of the rows; they always add up to total" }),
    undone: z
      .object({ undone: count, conflict: count })
      .openapi({ description: "rows that an undo took back, or left" }),
    progress: z
      .object({
        done: count,
        total: count.openapi({ description: "0 until it is known" }),
        perSecond: count.nullable(),
        secondsLeft: count.nullable(),
      })
      .openapi({ description: "rows" }),
    links: z
      .object({
        self: z.string(),
        rows: z.string(),
        events: z.string(),
        report: z.string(),
        reportJson: z.string(),
        failed: z.string(),
        apply: z.string(),
        cancel: z.string(),
        retry: z.string(),
        undo: z.string(),
      })
      .partial({ failed: true, apply: true, cancel: true, retry: true, undo: true })
      .openapi({ description: "what can be had or done now" }),
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
    undo: z.enum(["undone", "conflict"]).nullable(),
  })
  .openapi("ImportRow");

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** What was asked beside dialect, mode and match, but for what is only ours to know. */
function optionsJson({
  asAdministrator: _asAdministrator,
  ...options
}: ImportOptions): Record<string, string | boolean | number> {
  return options;
}

/** Where a job can be looked at, and what can be done with it now. */
function linksOf(job: ImportJob, self: string): z.infer<typeof jobSchema>["links"] {
  const { state, shape, counts } = job;
  const refused = troubledRows(counts) + (fullCounts(job).not_run ?? 0);
  const hasEnded = isSettled(job) && state !== "planned";
  const failed = shape === null ? undefined : `${self}/failed.${failedFileFormat(shape)}`;
  const hasRefused = job.planned !== null && (refused > 0 || troubledRows(job.planned) > 0);
  return {
    self,
    rows: `${self}/rows`,
    events: `${self}/events`,
    report: `${self}/report.csv`,
    reportJson: `${self}/report.json`,
    ...(failed !== undefined && hasRefused && { failed }),
    ...(state === "planned" && job.request.dryRun && { apply: `${self}/apply` }),
    ...(nextState(state, "cancel") !== undefined && { cancel: `${self}/cancel` }),
    ...(hasEnded && shape !== null && refused > 0 && { retry: `${self}/retry` }),
    ...(nextState(state, "undo") !== undefined && { undo: `${self}/undo` }),
  };
}

/** The JSON of a job; `base` is the origin that the client used. */
export function jobJson(job: ImportJob, base: string, now: number): z.infer<typeof jobSchema> {
  const { id, state, planned, total, message, warnings, fileName, fileBytes, createdBy } = job;
  const { dialect, mode, match, dryRun, options } = job.request;
  return {
    id,
    state,
    dialect,
    mode,
    match,
    dryRun,
    options: optionsJson(options),
    fileName,
    fileBytes,
    sha256: job.sha256,
    createdBy,
    retryOf: job.retryOf,
    created: new Date(job.created).toISOString(),
    started: instant(job.started),
    finished: instant(job.finished),
    message,
    warnings: [...warnings],
    passwords: job.passwords,
    plan: planned === null ? null : fullCounts({ counts: planned, total }),
    counts: fullCounts(job),
    undone: job.undone,
    progress: { ...progressOf(job), ...paceOf(job, now) },
    links: linksOf(job, `${base}/api/imports/${id}`),
  };
}

/** The JSON of a row. */
export function rowJson({ problems, ...row }: ImportRow): z.infer<typeof rowSchema> {
  return { ...row, problems: [...problems] };
}
