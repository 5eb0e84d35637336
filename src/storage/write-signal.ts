/**
 * What the threads that write to one SQLite file tell each other. There is one write lock, and bun:sqlite waits for it
 * synchronously: an import that held it for a whole chunk would stop every request. So a request says that it wants
 * to write, and an import lets go at once; and an import says that it has waited, so that an unbroken stream of
 * requests leaves it a gap.
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
}

const raised = 0;
const turns = 1;
const importWaits = 2;
const cells = 3;

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
  };
}
