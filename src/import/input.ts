import type { Change } from "../storage/change.ts";
import type { Store } from "../storage/port.ts";
import { finalStates } from "./job.ts";

/** Commits a change that does its work a part at a time, until nothing is left to do. */
async function repeat(store: Store, tenantId: number, change: Change): Promise<void> {
  for (let more = true; more; ) {
    const [result] = await store.commit([{ tenantId, changes: [change] }]);
    more = result?.applied === true && result.effects[0]?.changed === true;
  }
}

/** Overwrites and removes the input of a job: it may hold passwords. */
export function dropInput(store: Store, tenantId: number, importId: string): Promise<void> {
  return repeat(store, tenantId, { kind: "dropInput", importId });
}

/** Forgets what an earlier plan of a job wrote. */
export function clearPlan(store: Store, tenantId: number, importId: string): Promise<void> {
  return repeat(store, tenantId, { kind: "clearPlan", importId });
}

/** Drops what a crash kept from being dropped: the input of jobs that have ended. */
export async function dropEndedInputs(store: Store): Promise<void> {
  for (const { tenantId, id, state } of await store.imports.jobsWithInput()) {
    if (finalStates.has(state)) await dropInput(store, tenantId, id);
  }
}
