import { Database } from "bun:sqlite";
import { type CommitLane, importLockTryMs } from "./commit.ts";

/** Settings measured on this stack; each line says why. */
const pragmas = [
  // Pages of 8 KiB: a fifth more inserts a second than 4 KiB, and a smaller file. Only before the first table.
  "page_size = 8192",
  "journal_mode = WAL",
  // An acknowledged write survives power loss; commits that share a transaction make it cheap.
  "synchronous = FULL",
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

/** Opens a database file, made if it is not there, with the settings of this store. */
export function openDatabase(file: string, lane: CommitLane = "requests"): Database {
  const db = new Database(file, { create: true, readwrite: true, strict: true });
  for (const pragma of pragmas) db.run(`PRAGMA ${pragma}`);
  if (lane === "import") {
    db.run(`PRAGMA wal_autocheckpoint = ${importCheckpointPages}`);
    db.run(`PRAGMA busy_timeout = ${importLockTryMs}`);
  }
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
