import { basename } from "node:path";
import { buildSomeIndexes } from "../directory/index-choices.ts";
import { applyPlan, cancelImport, retryImport, undoImport } from "../import/actions.ts";
import { failedFile } from "../import/failed-file.ts";
import { fullCounts, progressOf } from "../import/job.ts";
import { type ImportPorts, importPorts } from "../import/ports.ts";
import { reportCsv, reportJson } from "../import/report.ts";
import { runImport } from "../import/runner.ts";
import { receiveImport } from "../import/upload.ts";
import { ScimError } from "../scim/error.ts";
import type { ImportJob } from "../storage/import.ts";
import type { Store } from "../storage/port.ts";
import { type ImportAction, type ImportClient, type ImportDownload, phaseOf } from "./import-client.ts";
import { CliError, type Io } from "./io.ts";
import type { ReportedJob } from "./job-report.ts";
import { progressMeter } from "./progress.ts";

/** How often the progress is looked up. */
const lookMs = 200;
/** Jobs that a list shows. */
const listedMax = 50;

/** Whoever may read the data directory may do anything. */
const by = { createdBy: "muster import", asAdministrator: true } as const;

/** Imports straight in the data directory; no server may run on it. */
export function localImports(io: Io, store: Store, tenantId: number): ImportClient {
  const ports = importPorts(store, () => false);
  const find = async (id: string): Promise<ImportJob> => {
    const job = await store.imports.job(tenantId, id);
    if (job === undefined) throw new CliError(`there is no import ${id}`);
    return job;
  };
  return {
    async upload(file, fields) {
      const upload = { tenantId, fileName: basename(file), ...by };
      const bytes = Bun.file(file).stream();
      return (await inWords(receiveImport(ports, upload, bytes, () => fields))).job.id;
    },
    async act(id, action) {
      return inWords(actions[action](ports, await find(id)));
    },
    async watch(id) {
      const job = await runShown(io, ports, await find(id));
      await buildShown(io, store);
      return reported(job);
    },
    job: async (id) => reported(await find(id)),
    jobs: async () => (await store.imports.jobs(tenantId, 0, listedMax)).map(reported),
    rows(id, outcome, limit) {
      return store.imports.rows({ tenantId, importId: id, problemsOnly: false, after: 0, outcome, limit });
    },
    async *download(id, what) {
      yield* downloads[what](store, await find(id));
    },
    reportPlace: (id) => `muster imports report ${id}`,
  };
}

/** What the engine refuses, as a command says it. */
async function inWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof ScimError ? new CliError(error.detail) : error;
  }
}

const actions: Readonly<Record<ImportAction, (ports: ImportPorts, job: ImportJob) => Promise<string>>> = {
  async apply(ports, job) {
    await applyPlan(ports, job);
    return job.id;
  },
  async cancel(ports, job) {
    await cancelImport(ports, job);
    return job.id;
  },
  async undo(ports, job) {
    await undoImport(ports, job);
    return job.id;
  },
  retry: async (ports, job) => (await retryImport(ports, job, { ...by, fields: {} })).job.id,
};

const downloads: Readonly<Record<ImportDownload, (store: Store, job: ImportJob) => AsyncIterable<string>>> = {
  "report.csv": (store, job) => reportCsv(store, job.tenantId, job.id),
  "report.json": (store, job) => reportJson(store, job, reported(job), (row) => row),
  failed(store, job) {
    if (job.shape === null) throw new CliError(`the import is ${job.state}; its file was not read`);
    return failedFile(store, job, job.shape);
  },
};

async function runShown(io: Io, ports: ImportPorts, job: ImportJob): Promise<ImportJob> {
  const meter = progressMeter(io, Date.now);
  const look = async (): Promise<void> => {
    const current = await ports.store.imports.job(job.tenantId, job.id);
    if (current !== undefined) meter.show(phaseOf(current.state, progressOf(current)));
  };
  const timer = setInterval(() => void look().catch(() => undefined), lookMs);
  try {
    const done = await runImport(ports, job.tenantId, job.id);
    if (done.state !== "failed") meter.end(phaseOf(done.state, progressOf(done)));
    return done;
  } finally {
    clearInterval(timer);
  }
}

/** Builds what a large import left for its end. */
async function buildShown(io: Io, store: Store): Promise<void> {
  if ((await store.indexes.unfinished()).length > 0) io.err("indexing the attributes that filters ask for");
  while (await buildSomeIndexes(store, () => false));
}

function reported(job: ImportJob): ReportedJob {
  const { id, state, message, warnings, planned, total, request, fileName, created, undone } = job;
  const plan = planned === null ? null : fullCounts({ counts: planned, total });
  const at = new Date(created).toISOString();
  const { dryRun } = request;
  return { id, state, message, warnings, dryRun, counts: fullCounts(job), plan, fileName, created: at, undone };
}
