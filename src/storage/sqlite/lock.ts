import { Database } from "bun:sqlite";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Another process holds the data directory. */
export class DataDirectoryInUseError extends Error {
  /** Where the holder listens; undefined when it does not (yet). */
  readonly url: string | undefined;

  constructor(directory: string, url: string | undefined, options?: { cause?: unknown }) {
    const holder = url === undefined ? "another muster process" : `the server at ${url}`;
    super(`the data directory ${directory} is in use by ${holder}`, options);
    this.name = "DataDirectoryInUseError";
    this.url = url;
  }
}

export interface DataDirectoryLock {
  /** Tells those who find the directory locked where its server listens. */
  announce(url: string): void;
  release(): void;
}

/**
 * Takes the data directory for this process. The lock is the write lock of an empty SQLite file, which the kernel
 * drops when the process ends, however it ends; the address of who has it stands in a file beside it.
 *
 * @throws DataDirectoryInUseError
 */
export function lockDataDirectory(directory: string): DataDirectoryLock {
  const address = join(directory, "muster.address");
  const db = new Database(join(directory, "muster.lock"), { create: true, readwrite: true });
  try {
    db.run("PRAGMA busy_timeout = 200");
    // Nothing is ever written, so there is nothing to keep a journal of.
    db.run("PRAGMA journal_mode = MEMORY");
    db.run("BEGIN IMMEDIATE");
  } catch (cause) {
    db.close();
    // Anything else is a fault of the directory: it can not be written to, say.
    if (!(cause instanceof Error && "code" in cause && String(cause.code).startsWith("SQLITE_BUSY"))) throw cause;
    const holder = existsSync(address) ? readFileSync(address, "utf8") : undefined;
    throw new DataDirectoryInUseError(directory, holder, { cause });
  }
  rmSync(address, { force: true });
  return {
    announce: (url) => writeFileSync(address, url),
    release: () => {
      rmSync(address, { force: true });
      db.run("ROLLBACK");
      db.close();
    },
  };
}
