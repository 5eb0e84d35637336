import type { Database } from "bun:sqlite";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { migrate } from "drizzle-orm/bun-sqlite/migrator";
import { migrationsOf, NewerDatabaseError } from "../migrations.ts";

/** The table in which drizzle notes what it has run. */
const journalTable = "__drizzle_migrations";

function appliedTimes(db: Database): readonly number[] {
  const exists = db.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(journalTable);
  if (exists === null) return [];
  return db
    .query<{ created_at: number }, []>(`SELECT created_at FROM ${journalTable}`)
    .all()
    .map((row) => Number(row.created_at));
}

/** What a database is to this version; `foreign` is none that a muster made. */
export type SchemaState = "foreign" | "older" | "current" | "newer";

/** Tells whose tables a database has, without changing it. */
export function schemaState(db: Database): SchemaState {
  const tables = db.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name IN ('resource', 'import_job')");
  const applied = appliedTimes(db);
  if (applied.length === 0 || tables.all().length < 2) return "foreign";
  const { times } = migrationsOf("sqlite");
  if (applied.some((time) => !times.includes(time))) return "newer";
  return applied.length < times.length ? "older" : "current";
}

/**
 * Brings the database to this version's tables.
 *
 * @returns how many migrations ran.
 * @throws NewerDatabaseError when the database has migrations that this version does not know; nothing is changed.
 */
export function migrateDatabase(db: Database, file: string): number {
  const { folder, times } = migrationsOf("sqlite");
  const applied = appliedTimes(db);
  if (applied.some((time) => !times.includes(time))) throw new NewerDatabaseError(file, applied.length, times.length);
  if (applied.length === times.length) return 0;
  migrate(drizzle(db), { migrationsFolder: folder });
  return times.length - applied.length;
}
