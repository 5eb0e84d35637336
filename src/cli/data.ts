import { existsSync, mkdirSync } from "node:fs";
import { actingAs, attributed, operator } from "../access/actor.ts";
import { type Config, databaseFile } from "../config.ts";
import { NewerDatabaseError } from "../storage/migrations.ts";
import { defaultTenantId, type Store } from "../storage/port.ts";
import { DataDirectoryInUseError, lockDataDirectory } from "../storage/sqlite/lock.ts";
import type { CommitLane } from "../storage/sqlite/open.ts";
import { openSqliteStore, type SqliteStoreOptions } from "../storage/sqlite/store.ts";
import { CliError } from "./io.ts";

/**
 * Works on the database of a data directory, beside a running server too: for short changes.
 *
 * @throws CliError when there is no database or it can not be opened
 */
export async function withStore<T>(config: Config, work: (store: Store) => Promise<T>): Promise<T> {
  const file = databaseFile(config.dataDir);
  if (!existsSync(file)) throw new CliError(`there is no database ${file}; start muster serve first, or name --data`);
  return closing(open({ file, durability: config.durability }), work);
}

/**
 * The number of the tenant that a command is about.
 *
 * @throws CliError when there is none of that domain
 */
export async function tenantIn(store: Store, options: Readonly<Record<string, unknown>>): Promise<number> {
  const { tenant } = options;
  if (typeof tenant !== "string") return defaultTenantId;
  const found = await store.access.tenantOf(tenant.toLowerCase());
  if (found === undefined) throw new CliError(`there is no tenant ${tenant}`);
  return found;
}

/**
 * Works on a data directory that no server runs on: for long changes.
 *
 * @throws CliError that names the address of the server that has it
 */
export async function withLockedStore<T>(
  config: Config,
  lane: CommitLane,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const lock = lockOrExplain(config.dataDir, (url) => `stop it first, or import with --url ${url} and a token`);
  try {
    const file = databaseFile(config.dataDir);
    return await closing(open({ file, lane, durability: config.durability }), work);
  } finally {
    lock.release();
  }
}

/**
 * Takes a data directory for this process.
 *
 * @param advice what to do about a server at that address
 *
 * @throws CliError that names the address of the server that has it
 */
export function lockOrExplain(directory: string, advice: (url: string) => string = () => "stop it first") {
  try {
    return lockDataDirectory(directory);
  } catch (error) {
    if (!(error instanceof DataDirectoryInUseError)) throw error;
    throw new CliError(error.url === undefined ? error.message : `${error.message}; ${advice(error.url)}`);
  }
}

function open(options: SqliteStoreOptions): Store {
  try {
    return openSqliteStore(options);
  } catch (error) {
    if (error instanceof NewerDatabaseError) throw new CliError(error.message);
    throw error;
  }
}

async function closing<T>(store: Store, work: (store: Store) => Promise<T>): Promise<T> {
  try {
    return await actingAs(operator(), () => work(attributed(store)));
  } finally {
    await store.close();
  }
}
