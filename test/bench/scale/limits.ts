import type { Database } from "bun:sqlite";
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "./dataset.ts";
import { type Contestant, inProcess } from "./measure.ts";
import { personAt, personJson } from "./person.ts";
import { rawInsert } from "./raw-user.ts";

/** The read that GET by id must do, as a prepared statement in this process. */
export function preparedRead(db: Database, dataset: Dataset, place: () => number): Contestant {
  const read = db.prepare<{ id: string }, [string]>(
    `SELECT rid, id, resource_type, version, created, modified, doc FROM resource
       WHERE tenant_id = 1 AND id = ? AND resource_type = 'User'`,
  );
  return inProcess("prepared statement", (seconds) =>
    repeated(seconds, 1, () => {
      const id = dataset.idAt(place());
      if (read.get(id)?.id !== id) throw new Error(`${id} is not there`);
    }),
  );
}

/** As in the import. */
const rowsEach = 10_000;

/** Users with the values of their indexes, many to a transaction. */
export function preparedInserts(db: Database, number: () => number): Contestant {
  const insert = rawInsert(db);
  return inProcess("prepared inserts, 10,000 a transaction", () => {
    // One transaction a round: more would make the database larger than the one that it is compared with.
    const inserted = repeated(0, rowsEach, () => {
      db.run("BEGIN IMMEDIATE");
      for (let row = 0; row < rowsEach; row++) insert(Bun.randomUUIDv7(), personJson(personAt(number(), "made")));
      db.run("COMMIT");
    });
    // Or the next one who writes a single user would have to.
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    return inserted;
  });
}

/** What the disk can take: 4 KiB written and waited for. */
export function fdatasyncs(directory: string): Contestant {
  const page = Buffer.alloc(4096, 1);
  return inProcess("fdatasync", (seconds) => {
    const file = join(directory, "fdatasync");
    const descriptor = openSync(file, "w");
    try {
      return repeated(seconds, 1, () => {
        writeSync(descriptor, page);
        fdatasyncSync(descriptor);
      });
    } finally {
      closeSync(descriptor);
      rmSync(file);
    }
  });
}

function repeated(wanted: number, each: number, work: () => void): { operations: number; seconds: number } {
  const start = performance.now();
  let operations = 0;
  let seconds = 0;
  do {
    work();
    operations += each;
    seconds = (performance.now() - start) / 1000;
  } while (seconds < wanted);
  return { operations, seconds };
}
