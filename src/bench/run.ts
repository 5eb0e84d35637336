import { type Bench, type BenchOptions, StuckError } from "./bench.ts";
import type { Target } from "./connection.ts";
import { cleanUp, MadeThings } from "./made.ts";
import { phases } from "./phases.ts";
import type { BenchReport, PhaseReport } from "./report.ts";
import { requestsUnder } from "./requests.ts";
import type { Service } from "./service.ts";

/** Measures a server that speaks SCIM, with users and a group of its own, which are gone afterwards whatever happens. */
export async function runBench(target: Target, service: Service, options: BenchOptions): Promise<BenchReport> {
  const requests = requestsUnder(service.base);
  const made = new MadeThings();
  const found: PhaseReport[] = [];
  const add = (phase: PhaseReport): void => {
    found.push(phase);
    options.onPhase(phase);
  };
  const bench: Bench = { target, service, options, requests, made, add };
  let failure: string | undefined;
  try {
    for (const phase of phases) {
      await phase(bench);
      if (options.signal.aborted) throw new StuckError("it was stopped");
    }
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const left = await cleanUp(target, requests, made, options.connections);
  return { phases: found, failure, left };
}
