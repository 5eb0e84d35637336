import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { type CommitLane, importLockTryMs } from "./commit.ts";

/**
 * What an acknowledged write survives. `full`: power loss; every commit waits until the disk has it. `normal`: the end
 * of the process, however it ends; power loss may take the last moments, and leaves the file whole.
 */
export type Durability = "full" | "normal";

/** Settings measured on this stack; each line says why. */
const pragmas = [
  // Pages of 8 KiB: a fifth more inserts a second than 4 KiB, and a smaller file. Only before the first table.
  "page_size = 8192",
  "journal_mode = WAL",
  "foreign_keys = ON",
  "busy_timeout = 5000",
  "temp_store = MEMORY",
  "cache_size = -65536",
  // The most Bun's SQLite maps: the largest single gain on a database that is not in the cache.
  "mmap_size = 2147418112",
  // Large batches of random keys dirty many pages; fewer checkpoints write each of them once.
  "wal_autocheckpoint = 4000",
  "journal_size_limit = 67108864",
  "trusted_schema = OFF",
] as const;

/** Pages of log before an import's connection writes them back: random keys dirty the same pages again and again. */
const importCheckpointPages = 20_000;

const synchronous = { full: "FULL", normal: "NORMAL" } as const satisfies Record<Durability, string>;

/** Opens a database file, made if it is not there, with the settings of this store. */
export function openDatabase(file: string, lane: CommitLane = "requests", durability: Durability = "full"): Database {
  const db = new Database(file, { create: true, readwrite: true, strict: true });
  try {
    for (const pragma of pragmas) db.run(`PRAGMA ${pragma}`);
    db.run(`PRAGMA synchronous = ${synchronous[durability]}`);
    if (lane === "import") {
      db.run(`PRAGMA wal_autocheckpoint = ${importCheckpointPages}`);
      db.run(`PRAGMA busy_timeout = ${importLockTryMs}`);
      // What is read ahead for the indexes of a large import is sorted in a file, and not in memory.
      db.run("PRAGMA temp_store = FILE");
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens a database that is there to look at it, beside a running server or without one. Who writes nothing leaves the
 * files as they were.
 */
export function openToRead(file: string): Database {
  // One that can not write at all leaves the log behind that reading makes, where there was none.
  const db = new Database(file, existsSync(`${file}-wal`) ? { readonly: true } : { readwrite: true });
  db.run("PRAGMA busy_timeout = 5000");
  return db;
}

/** Settings of a connection that only reads; what it keeps of the file is mapped, and shared with the others. */
const readerPragmas = [
  "busy_timeout = 5000",
  "temp_store = MEMORY",
  "cache_size = -8192",
  "mmap_size = 2147418112",
] as const;

/** Opens a second connection to a database that is open, to read by. */
export function openReader(file: string): Database {
  const db = new Database(file, { readonly: true, strict: true });
  for (const pragma of readerPragmas) db.run(`PRAGMA ${pragma}`);
  return db;
}

/** How a connection waits for the disk, in SQLite's own numbers: 2 is full, 1 normal. */
export function synchronousOf(db: Database): number {
  return db.query<{ synchronous: number }, []>("PRAGMA synchronous").get()?.synchronous ?? 0;
}
