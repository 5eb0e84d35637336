/** The middle of some figures: one slow round of a noisy machine does not move it. NaN when there are none. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/**
 * The figure below which that share of all lies, by the nearest rank: always one that was measured. NaN when there
 * are none.
 *
 * @param sorted ascending
 * @param share from 0 to 1
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** What some requests took, in milliseconds. */
export interface Latency {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export function latencyOf(times: readonly number[]): Latency {
  const sorted = Float64Array.from(times).sort();
  return { medianMs: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), maxMs: percentile(sorted, 1) };
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A figure as a table shows it: three digits below a hundred, whole above; a dash when there is none. */
export function shown(figure: number): string {
  if (!Number.isFinite(figure)) return "-";
  const digits = Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 10 ? 1 : 2;
  return digits === 0 ? whole.format(figure) : figure.toFixed(digits);
}
