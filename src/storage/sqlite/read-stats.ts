import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import type { ImportState, SettledOutcome } from "../import.ts";
import type { StoreStats } from "../stats.ts";

/** Bytes of a file; 0 when it is not there. */
export function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Counts what the database holds, from what is added up already: no table that grows with people is read. */
export function readStats(db: Database, file: string): StoreStats {
  const counted = <K extends string>(sql: string): ReadonlyMap<K, number> =>
    new Map(
      db
        .query<{ name: K; count: number }, []>(sql)
        .all()
        .map(({ name, count }) => [name, count]),
    );
  return {
    databaseBytes: bytesOf(file),
    logBytes: bytesOf(`${file}-wal`),
    resources: counted("SELECT resource_type AS name, sum(count) AS count FROM resource_count GROUP BY resource_type"),
    importJobs: counted<ImportState>("SELECT state AS name, count(*) AS count FROM import_job GROUP BY state"),
    importRows: counted<SettledOutcome>(
      "SELECT e.key AS name, sum(e.value) AS count FROM import_job, json_each(import_job.counts) AS e GROUP BY e.key",
    ),
  };
}
