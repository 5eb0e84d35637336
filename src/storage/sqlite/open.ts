import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";

/**
 * Who commits. `requests`: short sets that must not wait, and say so on the signal. `import`: long calls that let go
 * of the write lock as soon as a request wants it.
 */
export type CommitLane = "requests" | "import";

/** How long one try of an import for the write lock takes. */
const importLockTryMs = 50;

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
  "trusted_schema = OFF",
] as const;

/** How much of the log a connection leaves. */
interface LogLimits {
  /** Pages before it writes them back as a part of a commit. */
  readonly checkpointPages: number;
  /** Bytes of the file that stay when the log starts anew; cutting off more holds up a commit. */
  readonly fileBytes: number;
}

/** Large batches of random keys dirty the same pages again and again; fewer checkpoints write each of them once. */
export const requestLog: LogLimits = { checkpointPages: 4000, fileBytes: 67_108_864 };
/** While an import is under way. It writes the log back itself, between its commits, when it has so many pages. */
export const importLog = { pages: 20_000, checkpointPages: 100_000, fileBytes: 1_073_741_824 } as const;

export function keepLog(db: Database, { checkpointPages, fileBytes }: LogLimits): void {
  db.run(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  db.run(`PRAGMA journal_size_limit = ${fileBytes}`);
}

const synchronous = { full: "FULL", normal: "NORMAL" } as const satisfies Record<Durability, string>;

/** Opens a database file, made if it is not there, with the settings of this store. */
export function openDatabase(file: string, lane: CommitLane = "requests", durability: Durability = "full"): Database {
  const db = new Database(file, { create: true, readwrite: true, strict: true });
  try {
    for (const pragma of pragmas) db.run(`PRAGMA ${pragma}`);
    db.run(`PRAGMA synchronous = ${synchronous[durability]}`);
    keepLog(db, lane === "import" ? importLog : requestLog);
    if (lane === "import") {
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
