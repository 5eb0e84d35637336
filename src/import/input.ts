import type { Store } from "../storage/port.ts";
import { finalStates } from "./job.ts";

/** Overwrites and removes the input of a job, a part at a time: it may hold passwords. */
export async function dropInput(store: Store, tenantId: number, importId: string): Promise<void> {
  for (let more = true; more; ) {
    const [result] = await store.commit([{ tenantId, changes: [{ kind: "dropInput", importId }] }]);
    more = result?.applied === true && result.effects[0]?.changed === true;
  }
}

/** Drops what a crash kept from being dropped: the input of jobs that have ended. */
export async function dropEndedInputs(store: Store): Promise<void> {
  for (const { tenantId, id, state } of await store.imports.jobsWithInput()) {
    if (finalStates.has(state)) await dropInput(store, tenantId, id);
  }
}
