import { type Answer, ProtocolError } from "./answer.ts";
import { Connection, LostError, type Request, type Target, UnreachableError } from "./connection.ts";

/** Says what is wrong with an answer; nothing when it is right. */
export type Check = (answer: Answer) => string | undefined;

/** A request, and how its answer is known to be right. */
export interface Ask extends Request {
  readonly check: Check;
  /** What it is counted under, when a script asks several kinds of things. */
  readonly kind?: string;
}

/**
 * What is asked next, filled in for this one request; undefined when that connection has nothing more to ask.
 *
 * @param connection counts from 0
 */
export type Script = (connection: number) => Ask | undefined;

/** How hard, and for how long, something is asked. */
export interface Load {
  readonly connections: number;
  /** No more is asked after so many seconds; as long as the script has something when not said. */
  readonly seconds?: number;
  /** How long an answer that is still missing at the end is waited for. */
  readonly graceSeconds?: number;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/** What came of it. */
export interface LoadResult {
  /** Requests that were answered. */
  readonly answers: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Milliseconds of each answer, by the kind of the request. */
  readonly times: ReadonlyMap<string, readonly number[]>;
  /** Answers that were not right, and connections that broke. */
  readonly wrong: number;
  readonly firstWrong: string | undefined;
  /** Requests that had no answer when it was given up. */
  readonly unanswered: number;
}

const graceSecondsDefault = 30;
/** Connections that break one after the other: the server is gone. */
const lostMax = 5;

/**
 * A closed loop: each connection sends its next request when its answer is whole and was checked.
 *
 * @throws UnreachableError when the server can not be reached, or goes away
 */
export async function runLoad(target: Target, load: Load, script: Script): Promise<LoadResult> {
  const connections = Array.from({ length: load.connections }, () => new Connection(target));
  const tally = new Tally();
  const run: Run = { load, script, tally, endMs: Number.POSITIVE_INFINITY, isOver: false };
  const stop = (): void => {
    run.endMs = 0;
  };
  load.signal?.addEventListener("abort", stop);
  let timer: Timer | undefined;
  try {
    await Promise.all(connections.map((connection) => connection.open()));
    tally.start();
    if (load.seconds !== undefined) {
      run.endMs = performance.now() + load.seconds * 1000;
      const limitMs = (load.seconds + (load.graceSeconds ?? graceSecondsDefault)) * 1000;
      timer = setTimeout(() => giveUp(run, connections), limitMs);
    }
    if (load.signal?.aborted === true) stop();
    await Promise.all(connections.map((connection, index) => loop(connection, index, run)));
    return tally.result();
  } finally {
    clearTimeout(timer);
    load.signal?.removeEventListener("abort", stop);
    run.isOver = true;
    for (const connection of connections) connection.close();
  }
}

interface Run {
  readonly load: Load;
  readonly script: Script;
  readonly tally: Tally;
  /** No more is asked from then on. */
  endMs: number;
  isOver: boolean;
}

function giveUp(run: Run, connections: readonly Connection[]): void {
  run.isOver = true;
  run.endMs = 0;
  for (const connection of connections) connection.close();
}

async function loop(connection: Connection, index: number, run: Run): Promise<void> {
  let lost = 0;
  while (performance.now() < run.endMs) {
    const ask = run.script(index);
    if (ask === undefined) return;
    const start = performance.now();
    try {
      const answer = await connection.ask(ask);
      run.tally.answered(ask.kind ?? "", performance.now() - start);
      run.tally.judged(ask.check(answer));
      lost = 0;
    } catch (error) {
      if (run.isOver) {
        run.tally.unanswered++;
        return;
      }
      if (!(error instanceof LostError || error instanceof ProtocolError)) throw error;
      run.tally.judged(error.message);
      if (++lost >= lostMax) throw new UnreachableError(error.message);
    }
  }
}

class Tally {
  unanswered = 0;
  #wrong = 0;
  #firstWrong: string | undefined;
  #answers = 0;
  readonly #times = new Map<string, number[]>();
  #startMs = 0;
  #lastMs = 0;

  start(): void {
    this.#startMs = performance.now();
    this.#lastMs = this.#startMs;
  }

  answered(kind: string, ms: number): void {
    this.#answers++;
    this.#lastMs = performance.now();
    const times = this.#times.get(kind);
    if (times === undefined) this.#times.set(kind, [ms]);
    else times.push(ms);
  }

  judged(wrong: string | undefined): void {
    if (wrong === undefined) return;
    this.#wrong++;
    this.#firstWrong ??= wrong;
  }

  result(): LoadResult {
    return {
      answers: this.#answers,
      seconds: (this.#lastMs - this.#startMs) / 1000,
      times: this.#times,
      wrong: this.#wrong,
      firstWrong: this.#firstWrong,
      unanswered: this.unanswered,
    };
  }
}
