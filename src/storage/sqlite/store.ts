import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { ScimError } from "../../scim/error.ts";
import { type CommitTally, commitTally } from "../commit-tally.ts";
import type { Store } from "../port.ts";
import { type WriteSignal, writeSignal } from "../write-signal.ts";
import { attributeIndexReads } from "./attribute-index.ts";
import { createCommitter, storeError } from "./commit.ts";
import { type FindLimits, findLimits } from "./limits.ts";
import { migrateDatabase } from "./migrate.ts";
import { type CommitLane, type Durability, openDatabase, openReader, synchronousOf } from "./open.ts";
import { accessReads } from "./read-access.ts";
import { createReadAhead } from "./read-ahead.ts";
import { applicationReads, mailReads } from "./read-application.ts";
import { auditReads } from "./read-audit.ts";
import { definitionReads } from "./read-definition.ts";
import { importReads } from "./read-import.ts";
import { provisioningReads } from "./read-provisioning.ts";
import { resourceReads } from "./read-resource.ts";
import { readStats } from "./read-stats.ts";
import { readerOf } from "./reader.ts";
import { scanEdges } from "./scan-edges.ts";
import { createScanLane } from "./scan-lane.ts";

export interface SqliteStoreOptions {
  readonly file: string;
  /** `requests` when not said. */
  readonly lane?: CommitLane;
  /** `full` when not said. */
  readonly durability?: Durability;
  /** Shared with the other threads that write to the same file. */
  readonly signal?: WriteSignal;
  /** Documents that a query without an index may look at; any number when not said. */
  readonly scanRowsMax?: number | undefined;
  /** For tests: what takes little is done as if it took long. */
  readonly limits?: FindLimits;
  /** Counts what this store commits. */
  readonly tally?: CommitTally;
}

/**
 * Opens the store on a SQLite file, made and migrated as needed.
 *
 * @throws NewerDatabaseError when a newer version wrote the file.
 */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  const { file, lane = "requests", durability = "full", signal = writeSignal(), tally = commitTally() } = options;
  const { scanRowsMax, limits = findLimits } = options;
  mkdirSync(dirname(file), { recursive: true });
  const db = openDatabase(file, lane, durability);
  try {
    migrateDatabase(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
  tally.opened(synchronousOf(db));
  const readAhead = createReadAhead(db);
  const committer = createCommitter(db, lane, signal, tally, readAhead);
  const edges = scanEdges();
  const scans = createScanLane(() => readerOf(openReader(file), limits, edges));
  let closed = false;
  const failure = (error: unknown): ScimError => {
    tally.failed("read");
    return storeError(error);
  };
  const telling = <R extends object>(reads: R & Reads<R>): R => tellingUnless(() => closed, reads, failure);
  return {
    commit: (sets) => committer.commit(sets),
    resources: telling(resourceReads(db, { reader: readerOf(db, limits, edges), lane: scans, scanRowsMax })),
    access: telling(accessReads(db)),
    definitions: telling(definitionReads(db)),
    indexes: telling(attributeIndexReads(db, (...asked) => readAhead.gather(...asked))),
    imports: telling(importReads(db)),
    applications: telling(applicationReads(db)),
    provisioning: telling(provisioningReads(db)),
    mails: telling(mailReads(db)),
    audit: telling(auditReads(db)),
    ...telling({
      async check() {
        db.query("SELECT 1 FROM resource LIMIT 1").get();
      },
      stats: async () => readStats(db, file),
    }),
    async close() {
      await committer.drained();
      closed = true;
      await scans.close();
      // Statements that are left open would keep the connection, and the log would not be written back.
      db.close(true);
    },
  };
}

type Failure = (error: unknown) => ScimError;
type Read = (...args: never[]) => Promise<unknown> | AsyncIterable<unknown>;
type Reads<R> = { readonly [K in keyof R]: Read };

/**
 * The same reads, whose failures are the errors that the port promises. A closed database would still answer through
 * the statements that were prepared before, so that is looked at here.
 */
function tellingUnless<R extends object>(closed: () => boolean, reads: R & Reads<R>, failure: Failure): R {
  const told = Object.entries<Read>(reads).map(([name, read]) => [
    name,
    (...args: never[]) => {
      const result = closed() ? Promise.reject(new ScimError("unavailable", "The store is closed.")) : read(...args);
      if (!(result instanceof Promise)) return tellEach(result, failure);
      return result.catch((error: unknown) => Promise.reject(failure(error)));
    },
  ]);
  return Object.fromEntries(told);
}

async function* tellEach(pieces: AsyncIterable<unknown>, failure: Failure): AsyncGenerator<unknown> {
  try {
    yield* pieces;
  } catch (error) {
    throw failure(error);
  }
}
