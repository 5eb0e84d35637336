import { basename } from "node:path";
import { z } from "zod";
import type { UploadFields } from "../import/upload.ts";
import { importStates, rowOutcomes } from "../storage/import.ts";
import { progressOf } from "./import-local.ts";
import { CliError, type Io } from "./io.ts";
import { type ReportedJob, reportJob, shownRowsMax } from "./job-report.ts";
import { progressMeter } from "./progress.ts";

const lookMs = 200;

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
const errorShape = z.object({ detail: z.string() });

/** A running server, as whoever has the token reaches it. */
interface Remote {
  readonly url: string;
  readonly token: string;
}

/** Imports a file into a running server, and waits until the job has ended. */
export async function importRemotely(io: Io, remote: Remote, file: string, fields: UploadFields): Promise<void> {
  const started = await call(remote, "/api/imports", jobShape, upload(file, fields));
  const meter = progressMeter(io, Date.now);
  let job = started;
  while (isUnderWay(job)) {
    meter.show(progressOf(job.state, job.progress.done, job.progress.total));
    await Bun.sleep(lookMs);
    job = await call(remote, `/api/imports/${job.id}`, jobShape);
  }
  if (job.state !== "failed") meter.end(progressOf(job.state, job.progress.done, job.progress.total));
  const rows = await troubledRows(remote, job.id);
  reportJob(io, job, rows, `${remote.url}/api/imports/${job.id}/report.csv`);
}

function isUnderWay({ state, dryRun }: ReportedJob): boolean {
  if (state === "planned") return !dryRun;
  return state === "received" || state === "parsing" || state === "queued" || state === "running";
}

async function troubledRows(remote: Remote, id: string) {
  const pages = ["failed", "duplicate", "conflict"].map((outcome) =>
    call(remote, `/api/imports/${id}/rows?outcome=${outcome}&limit=${shownRowsMax + 1}`, rowsShape),
  );
  return (await Promise.all(pages)).flatMap(({ rows }) => rows).sort((a, b) => a.row - b.row);
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

/**
 * Asks the server, and checks the shape of what it answers.
 *
 * @throws CliError with the server's own words, or that it can not be reached
 */
async function call<T>({ url, token }: Remote, path: string, shape: z.ZodType<T>, init: RequestInit = {}): Promise<T> {
  const headers = { ...init.headers, Authorization: `Bearer ${token}` };
  const response = await fetch(new URL(path, url), { ...init, headers }).catch((error: unknown) => {
    throw new CliError(`${url} can not be reached: ${error instanceof Error ? error.message : String(error)}`);
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const refusal = errorShape.safeParse(body);
    throw new CliError(
      `${url} answered ${response.status}: ${refusal.success ? refusal.data.detail : response.statusText}`,
    );
  }
  const parsed = shape.safeParse(body);
  if (!parsed.success) throw new CliError(`${url}${path} answered something else than a muster server does`);
  return parsed.data;
}
