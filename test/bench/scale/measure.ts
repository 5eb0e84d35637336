import type { Target } from "../../../src/bench/connection.ts";
import { latencyOf, median } from "../../../src/bench/figures.ts";
import { type Ask, type LoadResult, runLoad, type Script } from "../../../src/bench/load.ts";
import { cpuMicros, settled } from "./process.ts";

/** Something that is measured, several times and in turn with others. */
export interface Contestant {
  /** Names the figure. */
  readonly name: string;
  /** One round. */
  run(seconds: number): Promise<Round>;
}

/** One round of one contestant. */
export interface Round {
  readonly connections: number;
  readonly operations: number;
  readonly perSecond: number;
  /** Of the server, for one operation; undefined where there is none. */
  readonly cpuMicros: number | undefined;
  /** Milliseconds, by kind of request. */
  readonly times: ReadonlyMap<string, readonly number[]>;
  /** Requests that were given up. */
  readonly unanswered: number;
}

/** A figure with the least and the most of the rounds. */
export interface Spread {
  readonly middle: number;
  readonly least: number;
  readonly most: number;
}

/** What the rounds of a contestant came to: the median of each figure, and of the longest times the longest. */
export interface Figure {
  readonly name: string;
  readonly connections: number;
  readonly rounds: number;
  readonly operations: number;
  readonly perSecond: Spread;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly cpuMicros: number | null;
  /** By kind of request, where there are several. */
  readonly kinds: Readonly<Record<string, { readonly medianMs: number; readonly p99Ms: number }>>;
  /** The rate of each round, for ratios of what was measured one after the other. */
  readonly rates: readonly number[];
  /** Requests that were given up: the times are the least that it takes. */
  readonly unanswered: number;
}

/** What is asked of a server. */
export interface Question {
  readonly name: string;
  readonly target: Target & { readonly pid: number };
  readonly script: Script;
  readonly connections?: number;
  /** A request that is so many operations. */
  readonly operationsEach?: number;
}

export const connectionsDefault = 16;
/** How long all connections together may wait for one answer each: of what is slow, fewer are asked at a time. */
const waitMsMax = 4_000;
/** What takes longer than that alone is measured in one round. */
const slowMs = 250;

/** How a contestant is measured, by what one request takes. */
type Pace = "usual" | "once" | "never";

/** Makes something to ask a contestant. */
export function contestant(question: Question): Contestant & { warm(): Promise<Pace> } {
  const { name, target, script, operationsEach = 1 } = question;
  let connections = question.connections ?? connectionsDefault;
  return {
    name,
    async warm() {
      let ms = await timeOf(name, target, script(0));
      // The first one may have had to read what the next ones find in memory.
      if (ms !== undefined && ms >= slowMs) ms = await timeOf(name, target, script(0));
      if (ms === undefined) return "never";
      connections = Math.max(1, Math.min(connections, Math.floor(waitMsMax / ms)));
      if (ms >= slowMs) return "once";
      refuseWrong(name, await runLoad(target, { connections, seconds: warmSeconds }, script));
      return "usual";
    },
    async run(seconds) {
      const before = await cpuMicros(target.pid);
      const result = await runLoad(target, { connections, seconds }, script);
      const cpu = (await cpuMicros(target.pid)) - before;
      refuseWrong(name, result);
      if (result.unanswered > 0) await settled(target);
      return { connections, ...roundOf(result, operationsEach, cpu) };
    },
  };
}

const warmSeconds = 0.4;
/** How long a single answer is waited for before anything is measured. */
const patienceSeconds = 10;

/** What a request takes alone, in milliseconds, 0 without one; undefined when it has no answer in time. */
async function timeOf(name: string, target: Question["target"], ask: Ask | undefined): Promise<number | undefined> {
  const load = { connections: 1, seconds: patienceSeconds, graceSeconds: 0 };
  let asked = 0;
  const result = await runLoad(target, load, () => (asked++ === 0 ? ask : undefined));
  refuseWrong(name, result);
  if (result.unanswered === 0) return result.seconds * 1000;
  // The server may go on with what nobody waits for any longer, and the next one would be measured with it.
  await settled(target);
  return undefined;
}

/** One wrong answer ends the run: a figure of a server that errs is worth nothing. */
function refuseWrong(name: string, { wrong, firstWrong }: LoadResult): void {
  if (wrong > 0) throw new Error(`${name}: ${wrong} wrong answers, the first: ${firstWrong}`);
}

function roundOf(result: LoadResult, operationsEach: number, cpu: number): Omit<Round, "connections"> {
  const operations = result.answers * operationsEach;
  const { times, unanswered } = result;
  return { operations, perSecond: operations / result.seconds, cpuMicros: cpu / operations, times, unanswered };
}

/** The round of what had no answer in time: that time is the least that it takes. */
const withoutAnswer: Round = {
  ...{ connections: 1, operations: 0, perSecond: 0, cpuMicros: undefined, unanswered: 1 },
  times: new Map([["", [patienceSeconds * 1000]]]),
};

/** Measures work that is done in this process. */
export function inProcess(
  name: string,
  work: (seconds: number) => { operations: number; seconds: number },
): Contestant {
  return {
    name,
    async run(wanted) {
      const { operations, seconds } = work(wanted);
      const nothing = { cpuMicros: undefined, times: new Map(), unanswered: 0 };
      return { connections: 1, operations, perSecond: operations / seconds, ...nothing };
    },
  };
}

/**
 * The order of a round: another one first each time, and behind another one, since who comes behind a heavy writer finds
 * its checkpoint still to be done.
 */
export function orderOf(count: number, round: number): readonly number[] {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let step = 1;
  for (let left = round; left > 0; left--) {
    do step++;
    while (divisor(step, count) !== 1);
  }
  return Array.from({ length: count }, (_, index) => (round + index * step) % count);
}

/** Every round of all contestants, in turn and in another order each time: noise meets them alike. */
export async function compare(
  contestants: readonly (Contestant & { warm?(): Promise<Pace> })[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<readonly Figure[]> {
  const found = new Map<string, Round[]>();
  const paces = new Map<string, Pace>();
  for (const each of contestants) {
    const pace = (await each.warm?.()) ?? "usual";
    paces.set(each.name, pace);
    found.set(each.name, pace === "never" ? [withoutAnswer] : []);
  }
  for (let round = 0; round < rounds; round++) {
    for (const index of orderOf(contestants.length, round)) {
      const each = contestants[index];
      const pace = paces.get(each?.name ?? "");
      if (each === undefined || pace === "never" || (pace === "once" && round > 0)) continue;
      found.get(each.name)?.push(await each.run(seconds));
    }
  }
  return [...found].map(([name, all]) => figureOf(name, all));
}

export function figureOf(name: string, rounds: readonly Round[]): Figure {
  const rates = rounds.map(({ perSecond }) => perSecond);
  const whole = rounds.map(({ times }) => latencyOf([...times.values()].flat()));
  const kinds = [...new Set(rounds.flatMap(({ times }) => [...times.keys()]))].filter((kind) => kind !== "");
  const cpu = rounds.flatMap(({ cpuMicros: one }) => (one === undefined ? [] : [one]));
  return {
    name,
    connections: rounds[0]?.connections ?? 0,
    rounds: rounds.length,
    operations: rounds.reduce((sum, { operations }) => sum + operations, 0),
    perSecond: { middle: median(rates), least: Math.min(...rates), most: Math.max(...rates) },
    medianMs: median(whole.map(({ medianMs }) => medianMs)),
    p99Ms: median(whole.map(({ p99Ms }) => p99Ms)),
    maxMs: Math.max(...whole.map(({ maxMs }) => maxMs)),
    cpuMicros: cpu.length === 0 ? null : median(cpu),
    kinds: Object.fromEntries(kinds.map((kind) => [kind, kindOf(rounds, kind)])),
    rates,
    unanswered: rounds.reduce((sum, { unanswered }) => sum + unanswered, 0),
  };
}

function kindOf(rounds: readonly Round[], kind: string) {
  const all = rounds.map(({ times }) => latencyOf(times.get(kind) ?? []));
  return { medianMs: median(all.map(({ medianMs }) => medianMs)), p99Ms: median(all.map(({ p99Ms }) => p99Ms)) };
}

/** The rate of one beside that of another, round by round where both have as many. */
export function ratio(one: Figure, other: Figure): number {
  if (one.rates.length !== other.rates.length) return one.perSecond.middle / other.perSecond.middle;
  return median(one.rates.map((rate, round) => rate / (other.rates[round] ?? Number.NaN)));
}
