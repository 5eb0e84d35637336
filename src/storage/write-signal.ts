/**
 * What the threads that write to one SQLite file tell each other. There is one write lock, and bun:sqlite waits for it
 * synchronously, in naps that get longer: an import that held it for a whole chunk would stop every request. So a
 * request says that it wants to write, an import lets go at once and says so, and until then requests that only read
 * are answered. And an import says that it has waited, so that an unbroken stream of requests leaves it a gap.
 */
export interface WriteSignal {
  /** The memory to hand to another thread. */
  readonly buffer: SharedArrayBuffer;
  /** A request wants to write, until it lowers the flag again. */
  raise(): void;
  lower(): void;
  isRaised(): boolean;
  /** Blocks this thread until no request wants to write, or `timeoutMs` have passed: a crashed thread lowers nothing. */
  waitUntilLowered(timeoutMs: number): void;
  /** How often requests have written: who finds the lock taken can tell whether it was they. */
  turns(): number;
  /** An import waits for the lock, or has got it. */
  setImportWaits(waits: boolean): void;
  importWaits(): boolean;
  /** An import has the lock; when it has let go, whoever waits is told. */
  setImportHolds(holds: boolean): void;
  /** Resolves when the import that has the lock lets go, or after `timeoutMs`; undefined when none has it. */
  untilImportLetsGo(timeoutMs: number): Promise<unknown> | undefined;
  /** An import has written at that time, in milliseconds. */
  importWrote(at: number): void;
  /** Whether an import has written within so many seconds before `at`. */
  importWroteWithin(seconds: number, at: number): boolean;
}

const raised = 0;
const turns = 1;
const importWaits = 2;
const importHolds = 3;
/** In seconds, which fit into a cell. */
const importWroteAt = 4;
const cells = 5;

/** A signal over new memory, or over that of another thread. */
export function writeSignal(buffer = new SharedArrayBuffer(cells * Int32Array.BYTES_PER_ELEMENT)): WriteSignal {
  const memory = new Int32Array(buffer);
  return {
    buffer,
    raise: () => void Atomics.add(memory, raised, 1),
    lower: () => {
      Atomics.add(memory, turns, 1);
      Atomics.sub(memory, raised, 1);
      Atomics.notify(memory, raised);
    },
    isRaised: () => Atomics.load(memory, raised) > 0,
    waitUntilLowered: (timeoutMs) => {
      const until = performance.now() + timeoutMs;
      for (;;) {
        const seen = Atomics.load(memory, raised);
        const left = until - performance.now();
        if (seen <= 0 || left <= 0) return;
        Atomics.wait(memory, raised, seen, left);
      }
    },
    turns: () => Atomics.load(memory, turns),
    setImportWaits: (waits) => void Atomics.store(memory, importWaits, waits ? 1 : 0),
    importWaits: () => Atomics.load(memory, importWaits) === 1,
    setImportHolds: (holds) => {
      Atomics.store(memory, importHolds, holds ? 1 : 0);
      if (!holds) Atomics.notify(memory, importHolds);
    },
    untilImportLetsGo: (timeoutMs) => {
      if (Atomics.load(memory, importHolds) === 0) return undefined;
      const waited = Atomics.waitAsync(memory, importHolds, 1, timeoutMs);
      return waited.async ? waited.value : Promise.resolve();
    },
    importWrote: (at) => void Atomics.store(memory, importWroteAt, Math.floor(at / 1000)),
    importWroteWithin: (seconds, at) => at / 1000 - Atomics.load(memory, importWroteAt) < seconds + 1,
  };
}
