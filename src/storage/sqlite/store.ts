import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Store } from "../port.ts";
import { type WriteSignal, writeSignal } from "../write-signal.ts";
import { type CommitLane, createCommitter } from "./commit.ts";
import { migrateDatabase } from "./migrate.ts";
import { openDatabase } from "./open.ts";
import { accessReads } from "./read-access.ts";
import { importReads } from "./read-import.ts";
import { resourceReads } from "./read-resource.ts";

export interface SqliteStoreOptions {
  readonly file: string;
  /** `requests` when not said. */
  readonly lane?: CommitLane;
  /** Shared with the other threads that write to the same file. */
  readonly signal?: WriteSignal;
}

/**
 * Opens the store on a SQLite file, made and migrated as needed.
 *
 * @throws NewerDatabaseError when a newer version wrote the file.
 */
export function openSqliteStore({ file, lane = "requests", signal = writeSignal() }: SqliteStoreOptions): Store {
  mkdirSync(dirname(file), { recursive: true });
  const db = openDatabase(file, lane);
  try {
    migrateDatabase(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
  const committer = createCommitter(db, lane, signal);
  return {
    commit: (sets) => committer.commit(sets),
    resources: resourceReads(db),
    access: accessReads(db),
    imports: importReads(db),
    async check() {
      db.query("SELECT 1 FROM resource LIMIT 1").get();
    },
    async close() {
      await committer.drained();
      db.close();
    },
  };
}
