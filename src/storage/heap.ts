/** By how much the heap of this thread may grow before it is cleared. */
const grownBytesMax = 40_000_000;

/**
 * Gives back what rows have left that are dealt with, where it is much. The collector by itself lets several times as
 * much add up, since every row leaves only a little.
 *
 * @returns to be called now and then
 */
export function heapClearing(): () => void {
  let before = process.memoryUsage().heapUsed;
  return () => {
    const { heapUsed } = process.memoryUsage();
    if (heapUsed - before > grownBytesMax) {
      Bun.gc(true);
      before = process.memoryUsage().heapUsed;
    } else before = Math.min(before, heapUsed);
  };
}
