import type { Database } from "bun:sqlite";
import { type IndexTarget, indexedValues } from "../../scim/filter/indexed.ts";
import { attributesOf } from "../../scim/resource/render.ts";

/** Fewer resources than these are built as they come. */
const readAheadMin = 5000;
/** Resources that are read ahead at a time: their values take a few hundred megabytes of a temporary file. */
const readAheadMax = 1_000_000;
/** Resources between two looks at what else there is to do. */
const resourcesPerTurn = 1000;
/** What is sorted in memory at a time. */
const sortKiB = 16_384;
/** Values that one change writes. */
const valuesPerStep = 500;

interface Building {
  readonly rid: number;
  readonly resource_type: string;
  readonly target: string;
  readonly built_rid: number;
  readonly until_rid: number;
}

/** What was read ahead: the values of some indexes for the resources up to a number. */
interface Ahead {
  readonly tenantId: number;
  readonly indexRids: readonly number[];
  readonly untilRid: number;
  readonly values: number;
  written: number;
}

/** A resource that was changed since its values were gathered. */
export interface Changed {
  readonly rid: number;
  readonly indexRid: number;
  readonly doc: string;
}

export interface Written {
  /** What the documents say now must be added in the place of what was gathered. */
  readonly changed: readonly Changed[];
  /** The number of the resource up to which the indexes are complete; told once, with the last of it. */
  readonly builtRid: number | undefined;
}

/** Values of indexes in the order in which they are written, in a temporary table of one connection. */
export interface ReadAhead {
  /** Gathers the values of what the tenant has to build next, where it is much; outside of any transaction. */
  gather(tenantId: number, stopRequested?: () => boolean): Promise<void>;
  /** Writes some of what was gathered, inside a transaction; undefined when nothing was gathered for these indexes. */
  write(tenantId: number, indexRids: readonly number[]): Written | undefined;
  /** The transaction was taken back, and what it wrote with it. */
  forget(): void;
}

export function createReadAhead(db: Database): ReadAhead {
  let ahead: Ahead | undefined;

  async function gather(tenantId: number, stopRequested: () => boolean = () => false): Promise<void> {
    if (ahead !== undefined) return;
    const [first, ...others] = buildingOf(db, tenantId);
    if (first === undefined) return;
    const indexes = [first, ...others.filter((other) => isAlike(first, other))];
    if (first.until_rid - first.built_rid < readAheadMin) return;
    for (const table of ["gathered", "ahead"]) db.run(`DROP TABLE IF EXISTS temp.${table}`);
    db.run("CREATE TEMP TABLE gathered (index_rid, value, resource_rid, label, version)");
    const untilRid = await gatherValues(db, tenantId, indexes, stopRequested);
    if (untilRid === undefined) return;
    sortedInto(db, "CREATE TEMP TABLE ahead AS SELECT * FROM gathered ORDER BY index_rid, value, resource_rid, label");
    db.run("DROP TABLE gathered");
    const values = db.query<{ values: number }, []>("SELECT count(*) AS [values] FROM temp.ahead").get()?.values ?? 0;
    ahead = { tenantId, indexRids: indexes.map(({ rid }) => rid), untilRid, values, written: 0 };
  }

  return {
    gather,
    write(tenantId, indexRids) {
      if (ahead === undefined) return undefined;
      if (ahead.tenantId !== tenantId || !isSame(ahead.indexRids, indexRids)) {
        ahead = undefined;
        return undefined;
      }
      const from = ahead.written;
      const upTo = Math.min(from + valuesPerStep, ahead.values);
      const { changes } = writeOf(db).run(tenantId, from, upTo);
      const changed = changes === upTo - from ? [] : changedSince(db).all(from, upTo);
      ahead.written = upTo;
      const isDone = upTo >= ahead.values;
      const { untilRid } = ahead;
      if (isDone) ahead = undefined;
      return { changed, builtRid: isDone ? untilRid : undefined };
    },
    forget() {
      ahead = undefined;
    },
  };
}

/**
 * Sorts take as much memory as the connection may have pages in its cache: this one has less to sort by, and a second
 * thread.
 */
function sortedInto(db: Database, sql: string): void {
  const { cache_size: usual } = db.query<{ cache_size: number }, []>("PRAGMA cache_size").get() ?? {
    cache_size: -2000,
  };
  db.run(`PRAGMA cache_size = -${sortKiB}`);
  db.run("PRAGMA threads = 1");
  try {
    db.run(sql);
  } finally {
    db.run(`PRAGMA cache_size = ${usual}`);
    db.run("PRAGMA threads = 0");
  }
}

function buildingOf(db: Database, tenantId: number): readonly Building[] {
  return db
    .query<Building, [number]>(
      `SELECT rid, resource_type, target, built_rid, until_rid FROM attribute_index
         WHERE tenant_id = ? AND state = 'building' ORDER BY resource_type, built_rid, rid`,
    )
    .all(tenantId);
}

function isAlike(one: Building, other: Building): boolean {
  return (
    other.resource_type === one.resource_type && other.built_rid === one.built_rid && other.until_rid === one.until_rid
  );
}

function isSame(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((rid) => right.includes(rid));
}

/** Values of resources that were changed since they were read are left out. */
function writeOf(db: Database) {
  return db.query<unknown, [number, number, number]>(
    `INSERT OR IGNORE INTO attribute_value (tenant_id, index_rid, value, resource_rid, label)
       SELECT ?, a.index_rid, a.value, a.resource_rid, a.label FROM temp.ahead a
         CROSS JOIN resource r ON r.rid = a.resource_rid AND r.version = a.version
         WHERE a.rowid > ? AND a.rowid <= ?`,
  );
}

function changedSince(db: Database) {
  return db.query<Changed, [number, number]>(
    `SELECT DISTINCT r.rid, a.index_rid AS indexRid, r.doc FROM temp.ahead a
       CROSS JOIN resource r ON r.rid = a.resource_rid AND r.version <> a.version WHERE a.rowid > ? AND a.rowid <= ?`,
  );
}

/** @returns the number of the resource up to which values were gathered; undefined when it was asked to stop before */
async function gatherValues(
  db: Database,
  tenantId: number,
  indexes: readonly Building[],
  stopRequested: () => boolean,
): Promise<number | undefined> {
  const [first] = indexes;
  if (first === undefined) return undefined;
  const targets = indexes.map(({ rid, target }) => ({ rid, target: JSON.parse(target) as IndexTarget }));
  const next = db.query<{ rid: number; doc: string; version: number }, [number, string, number, number]>(
    `SELECT rid, doc, version FROM resource WHERE tenant_id = ? AND resource_type = ? AND rid > ? AND rid <= ?
       ORDER BY rid LIMIT ${resourcesPerTurn}`,
  );
  const insert = db.query<unknown, [number, string | number, number, string, number]>(
    "INSERT INTO temp.gathered (index_rid, value, resource_rid, label, version) VALUES (?, ?, ?, ?, ?)",
  );
  let after = first.built_rid;
  for (let read = 0; read < readAheadMax; read += resourcesPerTurn) {
    const rows = next.all(tenantId, first.resource_type, after, first.until_rid);
    // A transaction that writes to a temporary table alone locks nobody out.
    db.run("BEGIN");
    try {
      for (const { rid, doc, version } of rows) {
        const attributes = attributesOf({ doc });
        for (const { rid: indexRid, target } of targets) {
          for (const { value, label } of indexedValues(target, attributes))
            insert.run(indexRid, value, rid, label, version);
        }
      }
    } finally {
      db.run("COMMIT");
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < resourcesPerTurn) return first.until_rid;
    after = last.rid;
    if (stopRequested()) return undefined;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return after;
}
