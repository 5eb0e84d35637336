import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "../../../src/bench/connection.ts";
import { median } from "../../../src/bench/figures.ts";
import type { Spread } from "./measure.ts";
import { startMuster } from "./process.ts";
import type { World } from "./world.ts";

const starts = 9;

/** Milliseconds from the start of the process to its first answer. */
export interface StartFigures {
  /** Over the users of the run. */
  readonly full: Spread;
  /** Over a directory without users. */
  readonly empty: Spread;
}

/** Starts the binary again and again; the server of the run must have ended. */
export async function measureStarts({ binary, large, directory }: World): Promise<StartFigures> {
  const empty = join(directory, "empty");
  mkdirSync(empty);
  await startToAnswer(binary, empty);
  const times: Record<"full" | "empty", number[]> = { full: [], empty: [] };
  for (let start = 0; start < starts; start++) {
    times.full.push(await startToAnswer(binary, large.data));
    times.empty.push(await startToAnswer(binary, empty));
  }
  return { full: spreadOf(times.full), empty: spreadOf(times.empty) };
}

async function startToAnswer(binary: string, data: string): Promise<number> {
  const begun = performance.now();
  const server = await startMuster(binary, data);
  const connection = new Connection(server);
  try {
    const { status } = await connection.ask({ method: "GET", path: "/healthz" });
    if (status !== 200) throw new Error(`/healthz answered ${status}`);
    return performance.now() - begun;
  } finally {
    connection.close();
    await server.stop();
  }
}

export function spreadOf(figures: readonly number[]): Spread {
  return { middle: median(figures), least: Math.min(...figures), most: Math.max(...figures) };
}
