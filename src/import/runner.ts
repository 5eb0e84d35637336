import { actingAs } from "../access/actor.ts";
import { loadTypes } from "../directory/catalog.ts";
import { userTypeOf } from "../scim/resource/type.ts";
import type { ImportProgress } from "../storage/change.ts";
import type { ImportJob } from "../storage/import.ts";
import { type ApplyEnd, applyJob } from "./apply-job.ts";
import { findDialect } from "./dialect/detect.ts";
import { FileError } from "./dialect/dialect.ts";
import { clearPlan, dropEndedInputs, dropInput } from "./input.ts";
import {
  advance,
  finalEvent,
  isSettled,
  type JobEvent,
  progressOf,
  rowsText,
  summary,
  unfinishedStates,
} from "./job.ts";
import { linkJob } from "./link.ts";
import { isCancelled, planJob } from "./plan-job.ts";
import type { ImportPorts, RunPorts } from "./ports.ts";
import { TableError } from "./source/table.ts";
import { undoJob } from "./undo-job.ts";

/** One job in the hands of the runner. */
interface Running {
  readonly ports: RunPorts;
  readonly current: () => Promise<ImportJob>;
  readonly move: (event: JobEvent, more?: ImportProgress) => Promise<void>;
  readonly dropInput: () => Promise<void>;
}

/**
 * Brings a job as far as it goes by itself: reads and plans it, then, unless it is a dry run, applies it; or takes it
 * back. Called again after a crash, it goes on where the job was. Ends early when `stopRequested`.
 *
 * @throws ScimError when the store can not answer; the job stays where it is
 */
export async function runImport(given: ImportPorts, tenantId: number, importId: string): Promise<ImportJob> {
  const ports = { ...given, compiled: userTypeOf(await loadTypes(given.store, tenantId)) };
  const running = runningJob(ports, tenantId, importId);
  const job = await running.current();
  const actor = { kind: "import", id: importId, name: job.createdBy, address: "" } as const;
  return actingAs(actor, () => advanceFar(running, job));
}

async function advanceFar(running: Running, job: ImportJob): Promise<ImportJob> {
  if (job.state === "undoing") return undo(running, job);
  if (job.isCancelled && job.state !== "running") return endUnrun(running);
  const planned = await plan(running, job);
  return planned.state === "queued" || planned.state === "running" ? apply(running, planned) : planned;
}

function runningJob(ports: RunPorts, tenantId: number, importId: string): Running {
  const { store } = ports;
  return {
    ports,
    async current() {
      const job = await store.imports.job(tenantId, importId);
      if (job === undefined) throw new Error(`no import ${importId}`);
      return job;
    },
    async move(event, more) {
      await store.commit([{ tenantId, changes: [advance(importId, event, more)] }]);
    },
    dropInput: () => dropInput(store, tenantId, importId),
  };
}

/** Ends a job that was cancelled before any of its rows was carried out. */
async function endUnrun({ ports, current, move, dropInput: drop }: Running): Promise<ImportJob> {
  await move("cancel", { message: "cancelled; nothing was imported", finished: ports.now() });
  await drop();
  return current();
}

/** Reads and plans a job that is not planned yet; what is not only a plan waits for its turn then. */
async function plan(running: Running, given: ImportJob): Promise<ImportJob> {
  const { ports, current, move } = running;
  const { store, now } = ports;
  let job = given;
  if (job.state === "received" || job.state === "parsing") {
    await move("read", { started: job.started ?? now(), phase: { since: now(), done: 0 } });
    try {
      const end = await planJob(ports, await current());
      if (end === "interrupted") return current();
      if (end === "cancelled") return endUnrun(running);
    } catch (error) {
      if (!(error instanceof TableError || error instanceof FileError)) throw error;
      await clearPlan(store, job.tenantId, job.id);
      await move("fail", { message: `${error.message}; nothing was imported`, finished: now() });
      await running.dropInput();
      return current();
    }
    job = await current();
  }
  if (job.state === "planned" && !job.request.dryRun) await move("queue");
  return current();
}

async function apply(running: Running, job: ImportJob): Promise<ImportJob> {
  const { ports, current, move } = running;
  if (job.state === "queued" && (await isCancelled(ports, job))) return endUnrun(running);
  await move("run", { phase: { since: ports.now(), done: progressOf(job).done } });
  try {
    const end = await applyJob(ports, await current());
    if (end === "interrupted" || !(await linkJob(ports, job))) return current();
    const done = await current();
    const more = { message: await messageOf(ports, done, end), finished: ports.now() };
    await move(endings[end] ?? finalEvent(done.counts), more);
  } catch (error) {
    if (!(error instanceof TableError || error instanceof FileError)) throw error;
    // Something that the plan relied on is gone: a mapping, an index.
    const left = "the rows without an outcome were not carried out";
    await move("stop", { message: `${error.message}; ${left}`, finished: ports.now() });
  }
  await running.dropInput();
  return current();
}

const endings: Readonly<Partial<Record<ApplyEnd, JobEvent>>> = { stopped: "stop", cancelled: "cancel" };

/** How a job ended, in the words of the system its file came from, or in ours. */
async function messageOf({ store }: RunPorts, job: ImportJob, end: ApplyEnd): Promise<string> {
  const { tenantId, id: importId, counts, request } = job;
  const query = { tenantId, importId, problemsOnly: true, after: 0, limit: 1 } as const;
  const [first] = end === "stopped" ? await store.imports.rows({ ...query, outcome: "failed" }) : [];
  const own = findDialect(request.dialect)?.message?.({ counts, end, ...(first !== undefined && { first }) });
  const left = job.total - progressOf({ ...job, state: "running" }).done;
  const rest = left > 0 ? `; ${rowsText(left)} not run` : "";
  return own ?? `${end === "applied" ? "" : `${end}; `}${summary(counts)}${rest}`;
}

async function undo({ ports, current, move }: Running, job: ImportJob): Promise<ImportJob> {
  if (!(await undoJob(ports, job))) return current();
  const { undone } = await current();
  const conflicts = undone.conflict === 0 ? "" : `; ${rowsText(undone.conflict)} changed since and left as they are`;
  await move("undone", { message: `undone: ${rowsText(undone.undone)}${conflicts}`, finished: ports.now() });
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
