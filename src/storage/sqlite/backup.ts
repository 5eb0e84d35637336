import { closeSync, openSync, rmSync } from "node:fs";
import { openToRead } from "./open.ts";
import { bytesOf } from "./read-stats.ts";
import { putInPlace } from "./sync.ts";

/** What a database holds, for whoever keeps or restores it. */
export interface Holdings {
  readonly bytes: number;
  readonly users: number;
  readonly groups: number;
  /** Imports that go on when it is served. */
  readonly importsUnderWay: number;
}

/**
 * Writes a copy of a database, as it is at one moment, beside whoever reads and writes it. The copy has no free pages
 * and no log. It comes under another name first, so that `path` is never half of a backup.
 *
 * @throws the error of SQLite or of the system; nothing is left behind then
 */
export function backUp(file: string, path: string): Holdings {
  const unfinished = besideName(path, "unfinished");
  // SQLite writes to an empty file, which is made so that nobody else may read it.
  closeSync(openSync(unfinished, "wx", 0o600));
  try {
    const db = openToRead(file);
    try {
      db.run("VACUUM INTO ?", [unfinished]);
    } finally {
      db.close(true);
    }
    const holdings = holdingsOf(unfinished);
    putInPlace(unfinished, path);
    return holdings;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** A name in the same directory that nothing has. */
export function besideName(path: string, what: string): string {
  return `${path}.${what}-${crypto.randomUUID().slice(0, 8)}`;
}

/** Counts what a database of this or an older version holds. */
export function holdingsOf(file: string): Holdings {
  const db = openToRead(file);
  try {
    const counted = db
      .query<{ type: string; count: number }, []>(
        "SELECT resource_type AS type, sum(count) AS count FROM resource_count GROUP BY resource_type",
      )
      .all();
    const imports = db
      .query<{ count: number }, []>(
        `SELECT count(*) AS count FROM import_job
           WHERE state IN ('parsing', 'queued', 'running', 'undoing') OR (state = 'planned' AND dry_run = 0)
             OR (state = 'received' AND file_bytes > 0)`,
      )
      .get();
    const of = (name: string): number => counted.find(({ type }) => type === name)?.count ?? 0;
    return { bytes: bytesOf(file), users: of("User"), groups: of("Group"), importsUnderWay: imports?.count ?? 0 };
  } finally {
    db.close(true);
  }
}
