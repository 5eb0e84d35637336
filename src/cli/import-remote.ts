import { basename } from "node:path";
import { z } from "zod";
import type { UploadFields } from "../import/upload.ts";
import { importStates, rowOutcomes } from "../storage/import.ts";
import { progressOf } from "./import-local.ts";
import { CliError, type Io } from "./io.ts";
import { type ReportedJob, reportJob, troubledRows } from "./job-report.ts";
import { progressMeter } from "./progress.ts";
import { call, type Remote, UnreachableError } from "./remote.ts";

/** How often a job is looked up, and for how long a server may be away in between: as long as a restart may take. */
const remotePace = { lookMs: 200, awayMsMax: 60_000 };

/** The exit status when a job was accepted and its end is not known. */
const unknownEndCode = 3;

const counts = z.record(z.string(), z.number());
const jobShape = z.object({
  id: z.string(),
  state: z.enum(importStates),
  dryRun: z.boolean(),
  message: z.string().nullable(),
  warnings: z.array(z.string()),
  counts,
  plan: counts.nullable(),
  progress: z.object({ done: z.number(), total: z.number() }),
});
const problem = z.object({
  code: z.string(),
  message: z.string(),
  column: z.string().exactOptional(),
  value: z.string().exactOptional(),
});
const rowsShape = z.object({
  rows: z.array(
    z.object({
      row: z.number(),
      line: z.number(),
      outcome: z.enum(rowOutcomes),
      key: z.string().nullable(),
      resourceId: z.string().nullable(),
      problems: z.array(problem),
    }),
  ),
});

/**
 * Imports a file into a running server, and waits until the job has ended.
 *
 * @throws CliError with the exit status 3 when the job was accepted and its end can not be learnt
 */
export async function importRemotely(
  io: Io,
  remote: Remote,
  file: string,
  fields: UploadFields,
  pace = remotePace,
): Promise<void> {
  const started = await call(remote, "/api/imports", jobShape, upload(file, fields));
  const { job, rows } = await watch(io, started, patient(io, remote, pace), pace.lookMs).catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(`${error.message}; the import ${started.id} may go on`, unknownEndCode);
  });
  reportJob(io, job, rows, `${remote.url}/api/imports/${job.id}/report.csv`);
}

type Ask = <T>(path: string, shape: z.ZodType<T>) => Promise<T>;

/** Waits for a job's end, and reads the rows to show. */
async function watch(io: Io, started: z.infer<typeof jobShape>, ask: Ask, lookMs: number) {
  const meter = progressMeter(io, Date.now);
  let job = started;
  while (isUnderWay(job)) {
    meter.show(progressOf(job.state, job.progress.done, job.progress.total));
    await Bun.sleep(lookMs);
    job = await ask(`/api/imports/${job.id}`, jobShape);
  }
  if (job.state !== "failed") meter.end(progressOf(job.state, job.progress.done, job.progress.total));
  const rows = await troubledRows(async (outcome, limit) => {
    return (await ask(`/api/imports/${job.id}/rows?outcome=${outcome}&limit=${limit}`, rowsShape)).rows;
  });
  return { job, rows };
}

function isUnderWay({ state, dryRun }: ReportedJob): boolean {
  if (state === "planned") return !dryRun;
  return state === "received" || state === "parsing" || state === "queued" || state === "running";
}

/** Asks again while there is no answer, until the server was away for too long. */
function patient(io: Io, remote: Remote, { lookMs, awayMsMax }: typeof remotePace): Ask {
  let isAway = false;
  return async (path, shape) => {
    const end = performance.now() + awayMsMax;
    for (;;) {
      try {
        const answered = await call(remote, path, shape, { signal: AbortSignal.timeout(awayMsMax) });
        isAway = false;
        return answered;
      } catch (error) {
        if (!(error instanceof UnreachableError) || performance.now() >= end) throw error;
        if (!isAway) io.err(`${error.message}; trying again for ${Math.ceil(awayMsMax / 1000)} s`);
        isAway = true;
      }
      await Bun.sleep(lookMs);
    }
  };
}

/** The request that sends a file as it is read, without holding it. */
function upload(file: string, fields: UploadFields): RequestInit {
  const boundary = `muster-${crypto.randomUUID()}`;
  const part = (head: string): string => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`;
  async function* body(): AsyncGenerator<Uint8Array> {
    const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) yield encode(`${part(`name="${name}"`)}${value}\r\n`);
    }
    yield encode(part(`name="file"; filename="${basename(file).replaceAll(/["\r\n]/g, "_")}"`));
    yield* Bun.file(file).stream();
    yield encode(`\r\n--${boundary}--\r\n`);
  }
  const headers = { "Content-Type": `multipart/form-data; boundary=${boundary}` };
  return { method: "POST", headers, body: body() };
}
