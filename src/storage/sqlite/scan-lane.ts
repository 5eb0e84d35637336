import { ScimError } from "../../scim/error.ts";
import type { Reader } from "./reader.ts";

/** Scans that run at once; each has a connection, and what it leaves of the processor is for the other requests. */
const scansAtOnceMax = 2;
/** Scans that wait for their turn; who comes later is told to come again. */
const scansWaitingMax = 100;
/** Milliseconds of work between two looks at the other requests. */
const turnMsMax = 3;

/** Lets other requests run where it is time; throws when nobody waits for the answer any more. */
export type Pause = () => Promise<void>;

/** Where work runs that takes longer than a request may hold up the others. */
export interface ScanLane {
  /**
   * Runs `work` against one state of the database, on a connection of its own.
   *
   * @throws ScimError unavailable when too many wait, or the store closes
   */
  run<T>(work: (reader: Reader, pause: Pause) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Ends what runs, and closes the connections. */
  close(): Promise<void>;
}

/** @param open makes a connection that only reads */
export function createScanLane(open: () => Reader): ScanLane {
  const idle: Reader[] = [];
  const waiting: (() => void)[] = [];
  const running = new Set<Promise<unknown>>();
  let busy = 0;
  let closing = false;

  async function turn(): Promise<void> {
    if (busy >= scansAtOnceMax) {
      if (waiting.length >= scansWaitingMax) {
        throw new ScimError("unavailable", "Too many queries without an index run already; try again later.");
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
      return;
    }
    busy++;
  }

  /** Hands the place on to the one that waits longest. */
  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) busy--;
    else next();
  }

  function pauseFor(signal: AbortSignal | undefined): Pause {
    let since = performance.now();
    return async () => {
      if (closing) throw new ScimError("unavailable", "The store is closed.");
      if (signal?.aborted === true) throw new ScimError("unavailable", "Nobody waits for the answer any more.");
      if (performance.now() - since < turnMsMax) return;
      await new Promise((resolve) => setImmediate(resolve));
      since = performance.now();
    };
  }

  async function runOn<T>(work: (reader: Reader, pause: Pause) => Promise<T>, pause: Pause): Promise<T> {
    await pause();
    const reader = idle.pop() ?? open();
    reader.db.run("BEGIN");
    try {
      return await work(reader, pause);
    } finally {
      reader.db.run("COMMIT");
      idle.push(reader);
    }
  }

  return {
    async run(work, signal) {
      await turn();
      const done = runOn(work, pauseFor(signal));
      running.add(done);
      try {
        return await done;
      } finally {
        running.delete(done);
        leave();
      }
    },
    async close() {
      closing = true;
      await Promise.allSettled(running);
      for (const { db } of idle.splice(0)) db.close(true);
    },
  };
}
