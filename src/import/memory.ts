/** What the heap of this thread may grow to before it is cleared: rows at hand are half of it. */
const heapBytesMax = 64_000_000;

/**
 * Gives back what rows that are carried out have left, where it is much. The collector by itself lets several times as
 * much add up, since every row leaves only a little.
 */
export function clearHeap(): void {
  if (process.memoryUsage().heapUsed > heapBytesMax) Bun.gc(true);
}
