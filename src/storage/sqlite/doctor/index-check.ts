import type { Database } from "bun:sqlite";
import { type IndexedValue, type IndexTarget, indexedValues } from "../../../scim/filter/indexed.ts";
import { attributesOf } from "../../../scim/resource/render.ts";
import type { Check } from "./check.ts";

interface Index {
  readonly rid: number;
  readonly tenant_id: number;
  readonly resource_type: string;
  readonly path: string;
  readonly target: string;
}

/** Values without regard to their order: how many, and the sum of their hashes. */
interface Sum {
  values: number;
  hashes: number;
}

interface Compared extends Index {
  readonly kept: Sum;
  readonly told: Sum;
}

/** Below what a sum of integers stays exact. */
const sumModulus = 2 ** 52;

/**
 * Whether every attribute index holds just what the documents say: a value that is missing would hide somebody from a
 * filter. Looks at one state of the database, and reads every document once for each type.
 */
export const indexCheck: Check = {
  name: "attribute indexes",
  looksFor: "indexes that hold other values than the documents",
  needs: "tables",
  *look({ db }) {
    for (const { tenant_id, resource_type, path, kept, told } of differing(db)) {
      yield `tenant ${tenant_id}, ${resource_type} ${path}: ${kept.values} values kept, ${told.values} in the documents`;
    }
  },
  advice: "stop the server and run muster doctor --repair; the next start builds the index anew",
  repair: ({ db }) => {
    for (const { rid, tenant_id } of differing(db)) {
      db.query("UPDATE attribute_index SET state = 'dropping' WHERE rid = ?").run(rid);
      db.query("UPDATE attribute_index_revision SET revision = revision + 1 WHERE tenant_id = ?").run(tenant_id);
    }
  },
};

function differing(db: Database): readonly Compared[] {
  // Inside a repair there is a transaction already.
  const isOpen = db.inTransaction;
  if (!isOpen) db.run("BEGIN");
  try {
    return compared(db).filter(({ kept, told }) => kept.values !== told.values || kept.hashes !== told.hashes);
  } finally {
    if (!isOpen) db.run("COMMIT");
  }
}

function compared(db: Database): readonly Compared[] {
  const ready = db.query<Index, []>(
    "SELECT rid, tenant_id, resource_type, path, target FROM attribute_index WHERE state = 'ready' ORDER BY rid",
  );
  const all = ready.all().map((index) => ({ ...index, kept: keptOf(db, index), told: { values: 0, hashes: 0 } }));
  const types = Map.groupBy(all, ({ tenant_id, resource_type }) => `${tenant_id} ${resource_type}`);
  for (const indexes of types.values()) addTold(db, indexes);
  return all;
}

function keptOf(db: Database, { rid, tenant_id }: Index): Sum {
  const sum = { values: 0, hashes: 0 };
  const rows = db.query<{ value: string | number; rid: number; label: string }, [number, number]>(
    "SELECT value, resource_rid AS rid, label FROM attribute_value WHERE tenant_id = ? AND index_rid = ?",
  );
  for (const { value, rid: resource, label } of rows.iterate(tenant_id, rid)) add(sum, resource, { value, label });
  return sum;
}

function addTold(db: Database, indexes: readonly Compared[]): void {
  const [first] = indexes;
  if (first === undefined) return;
  const targets = indexes.map(({ target, told }) => ({ target: JSON.parse(target) as IndexTarget, told }));
  const resources = db.query<{ rid: number; doc: string }, [number, string]>(
    "SELECT rid, doc FROM resource WHERE tenant_id = ? AND resource_type = ?",
  );
  for (const { rid, doc } of resources.iterate(first.tenant_id, first.resource_type)) {
    const attributes = attributesOf({ doc });
    for (const { target, told } of targets) {
      const once = new Map(indexedValues(target, attributes).map((each) => [JSON.stringify(each), each]));
      for (const each of once.values()) add(told, rid, each);
    }
  }
}

function add(sum: Sum, rid: number, { value, label }: IndexedValue): void {
  sum.values++;
  sum.hashes = (sum.hashes + Bun.hash.xxHash32(JSON.stringify([rid, value, label]))) % sumModulus;
}
