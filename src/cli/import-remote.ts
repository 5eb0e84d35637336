import { basename } from "node:path";
import { z } from "zod";
import type { UploadFields } from "../import/request.ts";
import { importStates, rowOutcomes } from "../storage/import.ts";
import { type ImportClient, phaseOf } from "./import-client.ts";
import { CliError, type Io } from "./io.ts";
import type { ReportedJob } from "./job-report.ts";
import { progressMeter } from "./progress.ts";
import { call, download, type Remote, UnreachableError } from "./remote.ts";

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
  fileName: z.string(),
  created: z.string(),
  counts,
  plan: counts.nullable(),
  undone: z.object({ undone: z.number(), conflict: z.number() }),
  progress: z.object({ done: z.number(), total: z.number() }),
  links: z.object({ failed: z.string().exactOptional() }),
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
      undo: z.enum(["undone", "conflict"]).nullable(),
    }),
  ),
});
const listShape = z.object({ imports: z.array(jobShape) });

/** Imports in a running server. */
export function remoteImports(io: Io, remote: Remote, pace = remotePace): ImportClient {
  const ask = patient(io, remote, pace);
  const job = (id: string) => ask(`/api/imports/${encodeURIComponent(id)}`, jobShape);
  return {
    upload: async (file, fields) => (await call(remote, "/api/imports", jobShape, upload(file, fields))).id,
    async act(id, action) {
      return (await call(remote, `/api/imports/${encodeURIComponent(id)}/${action}`, jobShape, { method: "POST" })).id;
    },
    watch: (id) =>
      watch(io, job, id, pace.lookMs).catch((error: unknown) => {
        if (!(error instanceof CliError)) throw error;
        throw new CliError(`${error.message}; the import ${id} may go on`, unknownEndCode);
      }),
    job,
    jobs: async () => (await ask("/api/imports", listShape)).imports,
    async rows(id, outcome, limit) {
      const path = `/api/imports/${encodeURIComponent(id)}/rows?outcome=${outcome}&limit=${limit}`;
      return (await ask(path, rowsShape)).rows;
    },
    async *download(id, what) {
      const { links } = await job(id);
      if (what === "failed" && links.failed === undefined) throw new CliError("the import has no refused rows");
      const path = what === "failed" ? new URL(links.failed ?? "").pathname : `/api/imports/${id}/${what}`;
      yield* download(remote, path);
    },
    reportPlace: (id) => `${remote.url}/api/imports/${id}/report.csv`,
  };
}

type Ask = <T>(path: string, shape: z.ZodType<T>) => Promise<T>;
type ShownJob = z.infer<typeof jobShape>;

/** Waits for a job's end. */
async function watch(io: Io, look: (id: string) => Promise<ShownJob>, id: string, lookMs: number): Promise<ShownJob> {
  const meter = progressMeter(io, Date.now);
  let job = await look(id);
  while (isUnderWay(job)) {
    meter.show(phaseOf(job.state, job.progress));
    await Bun.sleep(lookMs);
    job = await look(id);
  }
  if (job.state !== "failed") meter.end(phaseOf(job.state, job.progress));
  return job;
}

const underWay: ReadonlySet<string> = new Set(["received", "parsing", "queued", "running", "undoing"]);

function isUnderWay({ state, dryRun }: ReportedJob): boolean {
  if (state === "planned") return !dryRun;
  return underWay.has(state);
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
