import { type Latency, latencyOf, shown } from "./figures.ts";
import type { LoadResult } from "./load.ts";
import { textTable } from "./table.ts";

/** What one kind of operation came to. */
export type PhaseReport =
  | { readonly name: string; readonly kind: "refused"; readonly reason: string }
  | ({
      readonly name: string;
      readonly kind: "measured";
      /** Operations that were answered: of a Bulk request each one counts. */
      readonly operations: number;
      readonly perSecond: number;
      readonly wrong: number;
      readonly firstWrong: string | null;
      readonly unanswered: number;
    } & Latency);

/** Everything that a run found. */
export interface BenchReport {
  readonly phases: readonly PhaseReport[];
  /** Why the run ended before its end; undefined when it did not. */
  readonly failure: string | undefined;
  /** Resources that were made and could not be deleted again. */
  readonly left: number;
}

/** What several runs of one phase came to together. */
export function phaseReport(name: string, results: readonly LoadResult[], operationsEach = 1): PhaseReport {
  const sum = (pick: (result: LoadResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  const operations = sum(({ answers }) => answers) * operationsEach;
  return {
    name,
    kind: "measured",
    operations,
    perSecond: operations / sum(({ seconds }) => seconds),
    ...latencyOf(results.flatMap(({ times }) => [...times.values()].flat())),
    wrong: sum(({ wrong }) => wrong),
    firstWrong: results.find(({ firstWrong }) => firstWrong !== undefined)?.firstWrong ?? null,
    unanswered: sum(({ unanswered }) => unanswered),
  };
}

export function wrongIn({ phases }: BenchReport): number {
  return phases.reduce((sum, phase) => sum + (phase.kind === "measured" ? phase.wrong + phase.unanswered : 0), 0);
}

/** The report as lines of text: a table, and what was refused or wrong below it. */
export function reportLines({ phases }: BenchReport): string[] {
  if (phases.length === 0) return [];
  const header = ["", "per second", "median ms", "p99 ms", "max ms", "operations", "wrong"];
  const rows = phases.map((phase) =>
    phase.kind === "refused"
      ? [phase.name, "n/a"]
      : [
          phase.name,
          ...[phase.perSecond, phase.medianMs, phase.p99Ms, phase.maxMs].map(shown),
          String(phase.operations),
          String(phase.wrong + phase.unanswered),
        ],
  );
  const notes = phases.flatMap((phase) => {
    if (phase.kind === "refused") return [`${phase.name}: n/a, ${phase.reason}`];
    const first = phase.firstWrong ?? (phase.unanswered > 0 ? "no answer in time" : undefined);
    return first === undefined ? [] : [`${phase.name}: ${phase.wrong + phase.unanswered} wrong, the first: ${first}`];
  });
  return [...textTable(header, rows), ...(notes.length > 0 ? ["", ...notes] : [])];
}
