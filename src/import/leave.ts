import type { ChangeSet } from "../storage/change.ts";
import type { ImportJob } from "../storage/import.ts";
import type { RunPorts } from "./ports.ts";
import { keptCells, openTableJob } from "./table-job.ts";

/** Rows in one call of commit. */
const leftRowsPerCommit = 5000;

/**
 * Keeps the rows that are not carried out, because the job was cancelled or stopped, so that they can be downloaded and
 * tried again when the file is gone.
 *
 * @returns `end`, or `interrupted` when it was asked to stop before
 */
export async function leaveRows<End extends "stopped" | "cancelled">(
  ports: RunPorts,
  job: ImportJob,
  end: End,
): Promise<End | "interrupted"> {
  const { store } = ports;
  const { tenantId, id: importId } = job;
  const after = await store.imports.lastRow(tenantId, importId);
  const { batches, mapper } = await openTableJob(ports, job);
  let sets: ChangeSet[] = [];
  for await (const rows of batches) {
    if (ports.stopRequested()) return "interrupted";
    for (const table of rows) {
      if (table.row <= after) continue;
      const { row, line, key } = mapper.map(table);
      const raw = keptCells({ job, mapper }, table);
      sets.push({ tenantId, changes: [], result: { kind: "left", importId, row, line, key, raw } });
    }
    if (sets.length < leftRowsPerCommit) continue;
    await store.commit(sets);
    sets = [];
  }
  await store.commit(sets);
  return end;
}
