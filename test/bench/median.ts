/** The middle of some figures: one slow round of a noisy machine does not move it. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** `median (least-most)`, rounded. */
export function spread(figures: readonly number[]): string {
  const round = (figure: number): string => Math.round(figure).toLocaleString("en");
  return `${round(median(figures))} (${round(Math.min(...figures))}-${round(Math.max(...figures))})`;
}
