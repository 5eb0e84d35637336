import type { Buckets, HistogramFigures } from "../storage/commit-tally.ts";

/** One of the histograms of a name. */
export interface HistogramSeries {
  /** Of closed sets: nothing in them needs escaping. */
  readonly labels: Readonly<Record<string, string>>;
  readonly figures: HistogramFigures;
}

/**
 * A histogram in the text format of Prometheus. Its own are filled observation by observation, which costs what a
 * tenth of a request does; these were counted already.
 */
export function histogramText(
  name: string,
  help: string,
  buckets: Buckets,
  series: readonly HistogramSeries[],
): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const { labels, figures } of series) {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const of = (...more: readonly string[]): string => `{${[...more, ...pairs].join(",")}}`;
    let count = 0;
    for (const [index, inBucket] of figures.counts.entries()) {
      count += inBucket;
      lines.push(`${name}_bucket${of(`le="${buckets[index] ?? "+Inf"}"`)} ${count}`);
    }
    lines.push(`${name}_sum${of()} ${figures.sum}`, `${name}_count${of()} ${count}`);
  }
  return `${lines.join("\n")}\n`;
}
