import { Database } from "bun:sqlite";
import { join } from "node:path";

/** Another process holds the data directory. */
export class DataDirectoryInUseError extends Error {
  /** Where the holder listens; undefined when it does not (yet). */
  readonly url: string | undefined;

  constructor(directory: string, holder: string | undefined) {
    super(
      holder?.startsWith("http") === true
        ? `the data directory ${directory} is in use by the server at ${holder}`
        : `the data directory ${directory} is in use by another muster process`,
    );
    this.name = "DataDirectoryInUseError";
    this.url = holder?.startsWith("http") === true ? holder : undefined;
  }
}

export interface DataDirectoryLock {
  /** Tells those who find the directory locked where its server listens. */
  announce(url: string): void;
  release(): void;
}

/**
 * Takes the data directory for this process. The lock is the write lock of a small SQLite file: the kernel drops it
 * when the process ends, however it ends, and whoever finds it taken can still read who holds it.
 *
 * @throws DataDirectoryInUseError
 */
export function lockDataDirectory(directory: string): DataDirectoryLock {
  const db = new Database(join(directory, "muster.lock"), { create: true, readwrite: true });
  const read = (): string | undefined => {
    try {
      return db.query<{ holder: string }, []>("SELECT holder FROM lock").get()?.holder;
    } catch {
      return undefined;
    }
  };
  const hold = (holder: string): void => {
    db.run("BEGIN IMMEDIATE");
    db.run("CREATE TABLE IF NOT EXISTS lock (holder TEXT NOT NULL)");
    db.run("DELETE FROM lock");
    db.run("INSERT INTO lock VALUES (?)", [holder]);
    db.run("COMMIT");
    db.run("BEGIN IMMEDIATE");
  };
  try {
    db.run("PRAGMA busy_timeout = 200");
    hold(`process ${process.pid}`);
  } catch (cause) {
    const error = new DataDirectoryInUseError(directory, read());
    error.cause = cause;
    db.close();
    throw error;
  }
  return {
    announce: (url) => {
      db.run("COMMIT");
      hold(url);
    },
    release: () => {
      db.run("DELETE FROM lock");
      db.run("COMMIT");
      db.close();
    },
  };
}
