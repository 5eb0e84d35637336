import type { Database } from "bun:sqlite";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../../src/storage/sqlite/open.ts";
import { shuffled } from "../people.ts";
import { copyOf, type Dataset, keptDataset } from "./dataset.ts";
import type { Options } from "./options.ts";
import { type Running, root, settled, startMuster, startProcess, stopAll } from "./process.ts";

/** A server with the users that it serves. */
export interface Side {
  readonly server: Running;
  readonly dataset: Dataset;
  readonly data: string;
}

/** Everything that a run measures. */
export interface World {
  readonly options: Options;
  readonly binary: string;
  /** A directory of the run, which is gone afterwards. */
  readonly directory: string;
  readonly large: Side;
  /** The same with few users. */
  readonly small: Side;
  /** A hono handler that checks a token and answers a fixed 1.1 KB. */
  readonly bare: Running;
  /** A hono handler that writes a user, over a database of its own with as many users. */
  readonly barePost: Running;
  /** The database of that, for statements in this process. */
  readonly rawDb: Database;
  /** A number that no user has had. */
  newNumber(): number;
}

export const smallUsers = 2000;

/** Starts everything over copies of the loaded users, and clears it away in the end. */
export async function inWorld<T>(options: Options, binary: string, run: (world: World) => Promise<T>): Promise<T> {
  const dataset = await keptDataset(options.cache, binary, options.users, options.fresh);
  const few = await keptDataset(options.cache, binary, smallUsers, options.fresh);
  mkdirSync(options.cache, { recursive: true, mode: 0o700 });
  const directory = mkdtempSync(join(options.cache, "run-"));
  const clear = (): void => rmSync(directory, { recursive: true, force: true });
  const interrupted = (): void => {
    void stopAll().then(() => {
      clear();
      process.exit(130);
    });
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    const side = async (of: Dataset, name: string): Promise<Side> => {
      const data = copyOf(of, join(directory, name));
      const server = await startMuster(binary, data);
      await settled(server);
      return { server, dataset: of, data };
    };
    const rawFile = join(copyOf(dataset, join(directory, "raw")), "muster.db");
    let number = options.users;
    const scale = join(root, "test/bench");
    const rawDb = openDatabase(rawFile);
    const world: World = {
      ...{ options, binary, directory, rawDb },
      large: await side(dataset, "large"),
      small: await side(few, "small"),
      bare: await startProcess([process.execPath, join(scale, "bare.ts")]),
      barePost: await startProcess([process.execPath, join(scale, "scale/bare-post.ts"), rawFile]),
      newNumber: () => number++,
    };
    return await run(world);
  } finally {
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
    await stopAll();
    clear();
  }
}

/** Gives the places 0 … count-1 again and again, in an order that is none of the keys'. */
export function wanderer(count: number, start = 0): () => number {
  let next = start;
  return () => shuffled(next++ % count, count);
}
