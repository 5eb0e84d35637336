import { loadTypes } from "../directory/catalog.ts";
import { userTypeOf } from "../scim/resource/type.ts";
import type { Change } from "../storage/change.ts";
import type { ImportJob, ImportState } from "../storage/import.ts";
import { applyJob } from "./apply-job.ts";
import { dialects } from "./dialect/detect.ts";
import { FileError } from "./dialect/dialect.ts";
import { clearPlan, dropEndedInputs, dropInput } from "./input.ts";
import { finalState, isSettled, legalFrom, summary, unfinishedStates } from "./job.ts";
import { planJob } from "./plan-job.ts";
import type { ImportPorts } from "./ports.ts";
import { TableError } from "./source/table.ts";

/**
 * Brings a job as far as it goes by itself: reads and plans it, then, unless it is a dry run, applies it. Called again
 * after a crash, it goes on where the job was. Ends early when `stopRequested`.
 *
 * @throws ScimError when the store can not answer; the job stays where it is
 */
export async function runImport(given: ImportPorts, tenantId: number, importId: string): Promise<ImportJob> {
  const ports = { ...given, compiled: userTypeOf(await loadTypes(given.store, tenantId)) };
  const { store, now } = ports;
  const current = async (): Promise<ImportJob> => {
    const job = await store.imports.job(tenantId, importId);
    if (job === undefined) throw new Error(`no import ${importId}`);
    return job;
  };
  const advance = (to: ImportState, more: Partial<Extract<Change, { kind: "advanceImport" }>> = {}): Change => ({
    kind: "advanceImport",
    importId,
    from: legalFrom[to],
    to,
    ...more,
  });
  const commit = (...changes: Change[]) => store.commit([{ tenantId, changes }]);

  let job = await current();
  if (job.state === "received" || job.state === "parsing") {
    await commit(advance("parsing", { started: job.started ?? now() }));
    try {
      if (!(await planJob(ports, job))) return current();
    } catch (error) {
      if (!(error instanceof TableError || error instanceof FileError)) throw error;
      const message = `${error.message}; nothing was imported`;
      await clearPlan(store, tenantId, importId);
      await commit(advance("failed", { message, finished: now() }));
      await dropInput(store, tenantId, importId);
      return current();
    }
    job = await current();
  }
  if (job.state === "planned" && !job.request.dryRun) {
    await commit(advance("queued"));
    job = await current();
  }
  if (job.state === "queued" || job.state === "running") {
    await commit(advance("running"));
    if (!(await applyJob(ports, job))) return current();
    job = await current();
    const dialect = dialects.find(({ id }) => id === job.request.dialect);
    const message = dialect?.message?.(job) ?? summary(job.counts);
    await commit(advance(finalState(job.counts), { message, finished: now() }));
    await dropInput(store, tenantId, importId);
  }
  return current();
}

/**
 * Runs every job that waits, oldest first, until none is left or the process is to stop.
 *
 * @param onFailure told when the store could not answer; that job is tried again with the next call
 */
export async function runWaitingImports(
  ports: ImportPorts,
  onFailure: (job: ImportJob, error: unknown) => void,
): Promise<void> {
  const failed = new Set<string>();
  await dropEndedInputs(ports.store);
  for (;;) {
    const waiting = await ports.store.imports.jobsInStates(unfinishedStates);
    const job = waiting.find((candidate) => isReady(candidate) && !failed.has(candidate.id));
    if (job === undefined || ports.stopRequested()) return;
    try {
      await runImport(ports, job.tenantId, job.id);
    } catch (error) {
      failed.add(job.id);
      onFailure(job, error);
    }
  }
}

/** Not while its file is still coming in, nor when a plan is all that was asked for. */
function isReady(job: ImportJob): boolean {
  return job.fileBytes > 0 && !isSettled(job);
}
