import { buildSomeIndexes } from "./directory/index-choices.ts";
import { importPorts } from "./import/ports.ts";
import { runWaitingImports } from "./import/runner.ts";
import type { FromWorker, ToWorker } from "./import/worker-message.ts";
import { commitTally } from "./storage/commit-tally.ts";
import type { Store } from "./storage/port.ts";
import { openSqliteStore } from "./storage/sqlite/store.ts";
import { writeSignal } from "./storage/write-signal.ts";

/*
 * The import worker: a thread with a connection of its own, so that imports run off the request loop. It takes up
 * whatever job waits when it is woken, builds indexes when none does, and ends when it is told to, after the chunk in
 * hand.
 */

/** How long a job rests after the store could not answer. */
const retryMs = 5000;

declare const self: Worker;

function post(message: FromWorker): void {
  self.postMessage(message);
}

let stopping = false;
let running: Promise<void> | undefined;
let again = false;
let start: Extract<ToWorker, { kind: "start" }> | undefined;

async function run({ file, durability, signal, tally }: Extract<ToWorker, { kind: "start" }>): Promise<void> {
  const shared = { signal: writeSignal(signal), tally: commitTally(tally) };
  const store = openSqliteStore({ file, lane: "import", durability, ...shared });
  try {
    const ports = importPorts(store, () => stopping);
    let isBuilding = false;
    do {
      again = false;
      await runWaitingImports(ports, (job, error) => {
        post({ kind: "failure", importId: job.id, error: Bun.inspect(error) });
        setTimeout(wake, retryMs);
      });
      isBuilding = await buildSomeIndexes(store, await busyTenants(store), () => stopping);
      // What arrived meanwhile is heard of between two turns of the loop.
      await new Promise((resolve) => setImmediate(resolve));
    } while ((again || isBuilding) && !stopping);
  } finally {
    await store.close();
  }
}

/** Which tenants have an import that is carried out, or waits for the store to answer. */
async function busyTenants(store: Store): Promise<(tenantId: number) => boolean> {
  const jobs = await store.imports.jobsInStates(["running"]);
  const busy = new Set(jobs.map(({ tenantId }) => tenantId));
  return (tenantId) => busy.has(tenantId);
}

/** Runs once at a time; a wake while it runs makes it look again. */
function wake(): void {
  if (start === undefined || stopping) return;
  if (running !== undefined) {
    again = true;
    return;
  }
  running = run(start)
    .catch((error: unknown) => {
      post({ kind: "failure", importId: undefined, error: Bun.inspect(error) });
      setTimeout(wake, retryMs);
    })
    .finally(() => {
      running = undefined;
      if (again) wake();
    });
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "stop") {
    stopping = true;
    await running;
    post({ kind: "stopped" });
    return;
  }
  if (data.kind === "start") start = data;
  wake();
};
