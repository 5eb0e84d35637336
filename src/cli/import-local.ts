import { basename } from "node:path";
import type { Config } from "../config.ts";
import { buildSomeIndexes } from "../directory/index-choices.ts";
import { fullCounts, settledRows } from "../import/job.ts";
import { type ImportPorts, importPorts } from "../import/ports.ts";
import { runImport } from "../import/runner.ts";
import { readImportRequest, receiveImport, type UploadFields } from "../import/upload.ts";
import { ScimError } from "../scim/error.ts";
import type { ImportJob } from "../storage/import.ts";
import { defaultTenantId, type Store } from "../storage/port.ts";
import { withLockedStore } from "./data.ts";
import { CliError, type Io } from "./io.ts";
import { type ReportedJob, reportJob, troubledRows } from "./job-report.ts";
import { progressMeter } from "./progress.ts";

/** How often the progress is looked up. */
const lookMs = 200;

/** Imports a file straight into the data directory; no server may run on it. */
export async function importLocally(io: Io, config: Config, file: string, fields: UploadFields): Promise<void> {
  await withLockedStore(config, "import", async (store) => {
    const ports = importPorts(store, () => false);
    const bytes = Bun.file(file).stream();
    const upload = { tenantId: defaultTenantId, fileName: basename(file), createdBy: "muster import" };
    const received = await receiveImport(ports, upload, bytes, () => fields).catch((error: unknown) => {
      throw error instanceof ScimError ? new CliError(error.detail) : error;
    });
    const done = await runShown(io, ports, received);
    await buildShown(io, store);
    const query = { tenantId: defaultTenantId, importId: done.id, problemsOnly: false, after: 0 };
    const rows = await troubledRows((outcome, limit) => store.imports.rows({ ...query, outcome, limit }));
    reportJob(io, reported(done), rows, `GET /api/imports/${done.id}/report.csv of muster serve`);
  });
}

async function runShown(io: Io, ports: ImportPorts, job: ImportJob): Promise<ImportJob> {
  const meter = progressMeter(io, Date.now);
  const look = async (): Promise<void> => {
    const current = await ports.store.imports.job(job.tenantId, job.id);
    if (current !== undefined) meter.show(progressOf(current.state, settledRows(current.counts), current.total));
  };
  const timer = setInterval(() => void look().catch(() => undefined), lookMs);
  try {
    const done = await runImport(ports, job.tenantId, job.id);
    if (done.state !== "failed") meter.end(progressOf(done.state, settledRows(done.counts), done.total));
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

/** The progress of a job in that state. */
export function progressOf(state: ImportJob["state"], done: number, total: number) {
  return state === "received" || state === "parsing" || state === "planned"
    ? { what: "reading", done: total, total: 0 }
    : { what: "importing", done, total };
}

function reported(job: ImportJob): ReportedJob {
  const { id, state, message, warnings, planned, total, request } = job;
  const plan = planned === null ? null : fullCounts({ counts: planned, total });
  return { id, state, message, warnings, dryRun: request.dryRun, counts: fullCounts(job), plan };
}

/** Says what is wrong with the arguments before a file is read. */
export function checkFields(fields: UploadFields): void {
  try {
    readImportRequest(fields);
  } catch (error) {
    throw error instanceof ScimError ? new CliError(error.detail) : error;
  }
}
