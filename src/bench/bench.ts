import type { Answer } from "./answer.ts";
import { told } from "./check.ts";
import { Connection, type Target } from "./connection.ts";
import { type Ask, type LoadResult, runLoad, type Script } from "./load.ts";
import type { MadeThings } from "./made.ts";
import { type PhaseReport, phaseReport } from "./report.ts";
import type { Requests } from "./requests.ts";
import type { Service } from "./service.ts";

export interface BenchOptions {
  /** Users to make; Bulk makes some more. */
  readonly users: number;
  readonly connections: number;
  /** How long each phase lasts that does not end by itself. */
  readonly seconds: number;
  /** What the names of all that is made begin with. */
  readonly prefix: string;
  readonly signal: AbortSignal;
  /** Told of each phase as it ends. */
  readonly onPhase: (phase: PhaseReport) => void;
}

/** A run under way. */
export interface Bench {
  readonly target: Target;
  readonly service: Service;
  readonly options: BenchOptions;
  readonly requests: Requests;
  readonly made: MadeThings;
  add(phase: PhaseReport): void;
}

/** A server answered in a way that leaves nothing to measure. */
export class StuckError extends Error {}

/** Answers by which a server says that it does not offer something, rather than failing at it. */
const refusals: readonly number[] = [400, 403, 404, 405, 413, 501];
/** How long a single request, and a phase that ends by itself, may take. */
const askSecondsMax = 60;
const phaseSecondsMax = 600;

/** Asks something once, apart from what is measured. */
export async function askOnce(target: Target, ask: Ask): Promise<{ answer: Answer; wrong: string | undefined }> {
  const connection = new Connection(target);
  const timer = setTimeout(() => connection.close(), askSecondsMax * 1000);
  try {
    const answer = await connection.ask(ask);
    return { answer, wrong: ask.check(answer) };
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}

/** What the server says to the first request of a phase: that it does not offer this, or how it is wrong. */
export async function probe(bench: Bench, ask: Ask) {
  const { answer, wrong } = await askOnce(bench.target, ask);
  const isRefused = wrong !== undefined && refusals.includes(answer.status);
  return { refused: isRefused ? `the server ${told(answer)}` : undefined, wrong: isRefused ? undefined : wrong };
}

/** Runs a script until it ends, or so many seconds are over. */
export async function load({ target, options }: Bench, script: Script, seconds = phaseSecondsMax): Promise<LoadResult> {
  return runLoad(target, { connections: options.connections, signal: options.signal, seconds }, script);
}

/** A result with one more wrong answer, if there is one. */
export function withWrong(result: LoadResult, wrong: string | undefined): LoadResult {
  if (wrong === undefined) return result;
  return { ...result, wrong: result.wrong + 1, firstWrong: result.firstWrong ?? wrong };
}

/** The result with the wrong answers to these requests, which are not measured. */
export async function verified(bench: Bench, result: LoadResult, asks: readonly Ask[]): Promise<LoadResult> {
  if (bench.options.signal.aborted || result.unanswered > 0) return result;
  let sum = result;
  for (const ask of asks) sum = withWrong(sum, (await askOnce(bench.target, ask)).wrong);
  return sum;
}

/** What is measured: a script, for how long, and what is looked at afterwards. */
export interface Measurement {
  readonly script: Script;
  /** Until the script ends when not said. */
  readonly seconds?: number;
  readonly operationsEach?: number;
  readonly verify?: () => readonly Ask[];
}

/** Measures something that a server may refuse; its first request is not measured. */
export async function measure(bench: Bench, name: string, measurement: Measurement): Promise<void> {
  const { script, seconds, operationsEach, verify = () => [] } = measurement;
  const first = script(0);
  if (first === undefined) return;
  const { refused, wrong } = await probe(bench, first);
  if (refused !== undefined) {
    bench.add({ name, kind: "refused", reason: refused });
    return;
  }
  const result = withWrong(await load(bench, script, seconds), wrong);
  bench.add(phaseReport(name, [await verified(bench, result, verify())], operationsEach));
}
