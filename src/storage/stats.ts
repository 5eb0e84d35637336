import type { ImportState, SettledOutcome } from "./import.ts";

/** What a store holds over all tenants, as numbers for whoever runs it. */
export interface StoreStats {
  /** Bytes of the database. */
  readonly databaseBytes: number;
  /** Bytes of the log of what is not in the database file yet; 0 in a store that has none. */
  readonly logBytes: number;
  /** Resources of each type that has any or had. */
  readonly resources: ReadonlyMap<string, number>;
  readonly importJobs: ReadonlyMap<ImportState, number>;
  /** Import rows of each outcome. */
  readonly importRows: ReadonlyMap<SettledOutcome, number>;
}
