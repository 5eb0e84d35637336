import { Database } from "bun:sqlite";
import { chmodSync, constants, copyFileSync, existsSync, linkSync, rmSync } from "node:fs";
import { besideName, type Holdings, holdingsOf } from "./backup.ts";
import { type SchemaState, schemaState } from "./migrate.ts";
import { putInPlace } from "./sync.ts";

/** The file can not be restored; the message says why. */
export class BackupError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "BackupError";
  }
}

export interface Restored {
  readonly holdings: Holdings;
  /** Whether it has the tables of an older version, which the next start brings up. */
  readonly isOlder: boolean;
  /** Where the database is kept that was there before; undefined when there was none. */
  readonly kept: string | undefined;
}

/**
 * Puts a backup in the place of a database that nobody has open. The backup is copied and checked first; whatever
 * happens, the database is the old one or the new one.
 *
 * @throws BackupError when the file is damaged, is no database of muster, or is of a newer version; nothing is changed
 */
export function restore(backup: string, file: string): Restored {
  const copy = besideName(file, "restoring");
  try {
    copyDatabase(backup, copy);
    const state = checked(copy, backup);
    const holdings = holdingsOf(copy);
    const kept = existsSync(file) ? keepOld(file) : undefined;
    // A log that is left would be read into the database that takes the name.
    for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true });
    putInPlace(copy, file);
    return { holdings, isOlder: state === "older", kept };
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(copy + suffix, { force: true });
  }
}

/** Copies a database with the log of one that was copied by hand beside it. */
function copyDatabase(from: string, to: string): void {
  for (const suffix of ["", "-wal"]) {
    if (suffix !== "" && !existsSync(from + suffix)) continue;
    copyFileSync(from + suffix, to + suffix, constants.COPYFILE_FICLONE);
    chmodSync(to + suffix, 0o600);
  }
}

/** Reads the whole copy, and its log into it. */
function checked(copy: string, backup: string): SchemaState {
  let db: Database | undefined;
  try {
    db = new Database(copy, { readwrite: true, strict: true });
    const lines = db.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").all();
    const [{ integrity_check: line } = { integrity_check: "nothing was read" }] = lines;
    if (line !== "ok") throw new BackupError(`${backup} is damaged: ${line}`);
    const state = schemaState(db);
    if (state === "foreign") throw new BackupError(`${backup} is no database of muster`);
    if (state === "newer") throw new BackupError(`${backup} was written by a newer muster; restore it with that one`);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    return state;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (code === "SQLITE_NOTADB") throw new BackupError(`${backup} is no database`, { cause });
    if (code.startsWith("SQLITE_CORRUPT")) throw new BackupError(`${backup} is damaged`, { cause });
    throw cause;
  } finally {
    db?.close(true);
  }
}

/** Gives the old database a second name, with all that its log holds. */
function keepOld(file: string): string {
  writeBackLog(file);
  const kept = besideName(file, `before-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}`);
  // One that can not be read is kept with its log.
  for (const suffix of ["", "-wal"]) if (existsSync(file + suffix)) secondName(file + suffix, kept + suffix);
  return kept;
}

/** The last connection that closes a database writes its log back and removes it. */
function writeBackLog(file: string): void {
  try {
    const db = new Database(file, { readwrite: true, strict: true });
    try {
      db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      db.close(true);
    }
  } catch {
    // It is to be replaced, perhaps because of just this.
  }
}

function secondName(path: string, name: string): void {
  try {
    linkSync(path, name);
  } catch {
    // Not every file system has links.
    copyFileSync(path, name, constants.COPYFILE_EXCL);
    chmodSync(name, 0o600);
  }
}
