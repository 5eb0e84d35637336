/**
 * A flag shared between threads that says that a request wants to write. SQLite has one writer and bun:sqlite waits
 * for it synchronously, so an import that held the lock for a whole chunk would stop every request; it looks at this
 * flag instead and lets go at once.
 */
export interface WriteSignal {
  /** The memory to hand to another thread. */
  readonly buffer: SharedArrayBuffer;
  raise(): void;
  lower(): void;
  isRaised(): boolean;
  /** Blocks this thread until nobody wants to write, or `timeoutMs` have passed: a crashed thread lowers nothing. */
  waitUntilLowered(timeoutMs: number): void;
}

export function writeSignal(buffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)): WriteSignal {
  const waiting = new Int32Array(buffer);
  return {
    buffer,
    raise: () => void Atomics.add(waiting, 0, 1),
    lower: () => {
      Atomics.sub(waiting, 0, 1);
      Atomics.notify(waiting, 0);
    },
    isRaised: () => Atomics.load(waiting, 0) > 0,
    waitUntilLowered: (timeoutMs) => {
      const until = performance.now() + timeoutMs;
      for (;;) {
        const seen = Atomics.load(waiting, 0);
        const left = until - performance.now();
        if (seen <= 0 || left <= 0) return;
        Atomics.wait(waiting, 0, seen, left);
      }
    },
  };
}
