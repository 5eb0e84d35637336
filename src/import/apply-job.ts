import { heapClearing } from "../storage/heap.ts";
import type { ImportJob, RowProblem } from "../storage/import.ts";
import { Chunk } from "./chunk.ts";
import { commitChunk } from "./commit-chunk.ts";
import { createHashing } from "./hashing.ts";
import { troubledRows } from "./job.ts";
import { leaveRows } from "./leave.ts";
import type { RunPorts } from "./ports.ts";
import type { TableRow } from "./source/table.ts";
import { judgeBatch, openTableJob, type TableJob } from "./table-job.ts";

/** Rows in one call of commit: larger transactions are no faster, and take more memory. */
const applyRowsPerCommit = 10_000;
/** Rows in one call of commit that may change users: between the look at them and the write nobody else should. */
const changingRowsPerCommit = 2000;
/** Rows of a job for which the indexes of attributes may be left behind until its end: a few seconds of work. */
const rowsOfLargeJobMin = 50_000;

/** How the rows of a job came to their end. */
export type ApplyEnd = "applied" | "stopped" | "cancelled" | "interrupted";

/**
 * Carries the rows out, chunk by chunk. Each row's changes and its outcome are one set, so whatever happens, a row
 * has an outcome exactly when its changes are there; the last outcome is the place to go on from.
 */
export async function applyJob(ports: RunPorts, job: ImportJob): Promise<ApplyEnd> {
  const { store } = ports;
  const opened = await openTableJob(ports, job);
  const after = await store.imports.lastRow(job.tenantId, job.id);
  if (await isLarge(ports, opened, after)) {
    await store.commit([{ tenantId: job.tenantId, changes: [{ kind: "suspendIndexes", resourceType: "User" }] }]);
  }
  const before = await mustEnd(ports, opened);
  return before === undefined ? applyRows(ports, opened, after) : leaveRows(ports, job, before);
}

/** Why no further row is to be carried out. */
async function mustEnd({ store }: RunPorts, { job, settings }: TableJob): Promise<"stopped" | "cancelled" | undefined> {
  const current = await store.imports.job(job.tenantId, job.id);
  if (current?.isCancelled === true) return "cancelled";
  const hasTrouble = current !== undefined && troubledRows(current.counts) > 0;
  return settings.onError === "stop" && hasTrouble ? "stopped" : undefined;
}

/** Whether the directory at least doubles: its indexes are then made of all users together, when the job is done. */
async function isLarge({ store, compiled }: RunPorts, { job, judging }: TableJob, after: number): Promise<boolean> {
  // Rows that look users up by an indexed attribute need its index.
  if (after > 0 || job.total < rowsOfLargeJobMin || typeof judging.key.by !== "string") return false;
  const query = { tenantId: job.tenantId, types: [{ type: compiled.type }], start: { offset: 0 }, limit: 0 };
  return job.total >= (await store.resources.list(query)).total;
}

/** What the plan knows of rows that come a second time: which earlier row of the file is about the same person. */
async function plannedDuplicates(
  { store }: RunPorts,
  { tenantId, id: importId }: ImportJob,
  todo: readonly TableRow[],
) {
  const [from, to] = [todo[0]?.row ?? 0, todo.at(-1)?.row ?? 0];
  const query = { tenantId, importId, problemsOnly: true, after: from - 1, limit: to - from + 1 };
  const rows = await store.imports.rows({ ...query, outcome: "duplicate" });
  return new Map<number, readonly RowProblem[]>(rows.map(({ row, problems }) => [row, problems]));
}

async function applyRows(ports: RunPorts, opened: TableJob, after: number): Promise<ApplyEnd> {
  const { job, settings } = opened;
  const hashing = createHashing(ports);
  const rowsMax = settings.mode === "create" ? applyRowsPerCommit : changingRowsPerCommit;
  let chunk = new Chunk(hashing, rowsMax);
  const clearHeap = heapClearing();
  let underWay: Promise<void> = Promise.resolve();
  /** The passwords of the next chunk are hashed while one waits for its own. */
  const hand = async (full: Chunk): Promise<void> => {
    await underWay;
    underWay = commitChunk(ports, opened, full);
    // What it throws is told where it is waited for.
    underWay.catch(() => undefined);
    if (!full.hasPasswords) await underWay;
    clearHeap();
  };
  try {
    for await (const rows of opened.batches) {
      if (ports.stopRequested()) {
        // What is hashed need not be hashed again.
        if (chunk.hasPasswords) await hand(chunk);
        return "interrupted";
      }
      const todo = (rows.at(-1)?.row ?? 0) <= after ? [] : rows.filter(({ row }) => row > after);
      if (todo.length === 0) continue;
      const context = { ports, opened, planned: await plannedDuplicates(ports, job, todo) };
      for (const judged of await judgeBatch(ports, opened, todo)) {
        chunk.add({ context, judged });
        const isTrouble = judged.verdict.kind === "refuse" || context.planned.has(judged.mapped.row);
        const stops = settings.onError === "stop" && isTrouble;
        if (!stops && !chunk.isFull) continue;
        await hand(chunk);
        if (ports.stopRequested()) return "interrupted";
        chunk = new Chunk(hashing, rowsMax);
        if (stops) await underWay;
        const end = await mustEnd(ports, opened);
        if (end === undefined) continue;
        await underWay;
        return leaveRows(ports, job, end);
      }
    }
    await hand(chunk);
  } finally {
    await underWay;
  }
  const end = await mustEnd(ports, opened);
  return end === undefined ? "applied" : leaveRows(ports, job, end);
}
