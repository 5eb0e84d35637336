import { median } from "../../src/bench/figures.ts";

/** `median (least-most)`, rounded. */
export function spread(figures: readonly number[]): string {
  const round = (figure: number): string => Math.round(figure).toLocaleString("en");
  return `${round(median(figures))} (${round(Math.min(...figures))}-${round(Math.max(...figures))})`;
}
