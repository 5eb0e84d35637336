import type { Database } from "bun:sqlite";
import type { IndexedAttribute } from "../../scim/filter/indexed.ts";
import { type Apply, noEffect } from "./applied.ts";
import type { AttributeIndex } from "./attribute-index.ts";
import type { AttributeValueWrites } from "./attribute-value.ts";
import type { ReadAhead } from "./read-ahead.ts";

/** Resources that one change takes into an index: a few milliseconds of writing. */
const builtResourcesMax = 50;
/** Values that one change takes out of an index that goes. */
const droppedValuesMax = 500;

interface Unfinished {
  rid: number;
  resource_type: string;
  path: string;
  target: string;
  state: "building" | "dropping";
  built_rid: number;
  until_rid: number;
}

/** How attribute indexes come, fill and go. */
export function attributeIndexChanges(
  db: Database,
  values: AttributeValueWrites,
  readAhead: ReadAhead,
): {
  setIndexes: Apply<"setIndexes">;
  suspendIndexes: Apply<"suspendIndexes">;
  resumeIndexes: Apply<"resumeIndexes">;
  buildIndexes: Apply<"buildIndexes">;
} {
  const bumpRevision = db.prepare<unknown, [number]>(
    `INSERT INTO attribute_index_revision (tenant_id, revision) VALUES (?, 1)
       ON CONFLICT DO UPDATE SET revision = revision + 1`,
  );
  const changed = (tenantId: number) => {
    bumpRevision.run(tenantId);
    values.indexesChanged();
    return noEffect;
  };
  return {
    setIndexes: setIndexes(db, changed),
    ...pauses(db, changed),
    buildIndexes: buildIndexes(db, values, readAhead, changed),
  };
}

/** The number of the last resource of a type; 0 when there is none. */
const lastRidSql = `coalesce((SELECT max(rid) FROM resource INDEXED BY resource_type
  WHERE tenant_id = $tenantId AND resource_type = $resourceType), 0)`;

function pauses(db: Database, changed: Changed) {
  const ofType = "tenant_id = $tenantId AND resource_type = $resourceType";
  const suspend = db.prepare<unknown, [{ tenantId: number; resourceType: string }]>(
    `UPDATE attribute_index SET state = 'suspended', built_rid = ${lastRidSql} WHERE ${ofType} AND state = 'ready'`,
  );
  const resume = db.prepare<unknown, [{ tenantId: number; resourceType: string }]>(
    `UPDATE attribute_index SET state = 'building', until_rid = ${lastRidSql} WHERE ${ofType} AND state = 'suspended'`,
  );
  const carryOut =
    (statement: typeof suspend) =>
    (tenantId: number, { resourceType }: { readonly resourceType: string }) =>
      statement.run({ tenantId, resourceType }).changes > 0 ? changed(tenantId) : { ...noEffect, changed: false };
  return { suspendIndexes: carryOut(suspend), resumeIndexes: carryOut(resume) };
}

type Changed = (tenantId: number) => typeof noEffect;

function indexOf({ rid, resource_type: resourceType, path, target }: Unfinished): AttributeIndex {
  return { rid, resourceType, path, target: JSON.parse(target), state: "building" };
}

function setIndexes(db: Database, changed: Changed): Apply<"setIndexes"> {
  const all = db.prepare<{ rid: number; path: string; target: string }, [number, string]>(
    `SELECT rid, path, target FROM attribute_index
       WHERE tenant_id = ? AND resource_type = ? AND state <> 'dropping'`,
  );
  const last = db.prepare<{ rid: number }, [number, string]>(
    "SELECT rid FROM resource WHERE tenant_id = ? AND resource_type = ? ORDER BY rid DESC LIMIT 1",
  );
  const insert = db.prepare<unknown, [number, string, string, string, string, number]>(
    `INSERT INTO attribute_index (tenant_id, resource_type, path, target, state, built_rid, until_rid)
       VALUES (?, ?, ?, ?, ?, 0, ?)`,
  );
  const drop = db.prepare<unknown, [number]>("UPDATE attribute_index SET state = 'dropping' WHERE rid = ?");
  return (tenantId, { resourceType, indexes }) => {
    const wanted = new Map(indexes.map(({ path, target }: IndexedAttribute) => [path, JSON.stringify(target)]));
    const there = all.all(tenantId, resourceType);
    const gone = there.filter(({ path, target }) => wanted.get(path) !== target);
    for (const { path, target } of there) if (wanted.get(path) === target) wanted.delete(path);
    if (gone.length === 0 && wanted.size === 0) return { ...noEffect, changed: false };
    const until = last.get(tenantId, resourceType)?.rid ?? 0;
    for (const { rid } of gone) drop.run(rid);
    for (const [path, target] of wanted) {
      insert.run(tenantId, resourceType, path, target, until === 0 ? "ready" : "building", until);
    }
    return changed(tenantId);
  };
}

function buildIndexes(
  db: Database,
  values: AttributeValueWrites,
  readAhead: ReadAhead,
  changed: Changed,
): Apply<"buildIndexes"> {
  const unfinished = db.prepare<Unfinished, [number]>(
    `SELECT rid, resource_type, path, target, state, built_rid, until_rid FROM attribute_index
       WHERE tenant_id = ? AND state IN ('building', 'dropping') ORDER BY state, resource_type, built_rid, rid`,
  );
  const drop = dropping(db);
  const advance = advancing(db, changed);
  const resources = db.prepare<{ rid: number; doc: string }, [number, string, number, number]>(
    `SELECT rid, doc FROM resource WHERE tenant_id = ? AND resource_type = ? AND rid > ? AND rid <= ?
       ORDER BY rid LIMIT ${builtResourcesMax}`,
  );

  /** Whether what was read ahead is for these indexes; then some of it is written. */
  function writeAhead(tenantId: number, indexes: readonly Unfinished[]): boolean {
    const [first] = indexes;
    const alike = indexes.filter(
      ({ built_rid, until_rid }) => built_rid === first?.built_rid && until_rid === first.until_rid,
    );
    const rids = alike.map(({ rid }) => rid);
    const written = readAhead.write(tenantId, rids);
    if (written === undefined) return false;
    for (const { rid, indexRid, doc } of written.changed) {
      const index = alike.find((each) => each.rid === indexRid);
      if (index !== undefined) values.add(tenantId, indexOf(index), rid, doc);
    }
    if (written.builtRid !== undefined) advance(tenantId, alike, written.builtRid);
    return true;
  }

  /** Several indexes of a type that are behind alike are filled by one walk through its resources. */
  function build(tenantId: number, indexes: readonly Unfinished[]): void {
    const from = Math.min(...indexes.map(({ built_rid }) => built_rid));
    const until = Math.max(...indexes.map(({ until_rid }) => until_rid));
    const rows = resources.all(tenantId, indexes[0]?.resource_type ?? "", from, until);
    const lastRid = rows.length < builtResourcesMax ? until : (rows.at(-1)?.rid ?? until);
    for (const index of indexes) {
      for (const row of rows) if (row.rid > index.built_rid) values.add(tenantId, indexOf(index), row.rid, row.doc);
    }
    advance(tenantId, indexes, lastRid);
  }

  return (tenantId) => {
    const left = unfinished.all(tenantId);
    const [first] = left;
    if (first === undefined) return { ...noEffect, changed: false };
    if (first.state === "dropping") {
      drop(tenantId, first.rid);
      return noEffect;
    }
    const ofType = left.filter(
      ({ resource_type, state }) => resource_type === first.resource_type && state === first.state,
    );
    if (!writeAhead(tenantId, ofType)) build(tenantId, ofType);
    return noEffect;
  };
}

/** Notes up to which resource indexes are complete, and which of them are ready. */
function advancing(db: Database, changed: Changed) {
  const progress = db.prepare<unknown, [number, number]>("UPDATE attribute_index SET built_rid = ? WHERE rid = ?");
  const ready = db.prepare<unknown, [number]>("UPDATE attribute_index SET state = 'ready' WHERE rid = ?");
  return (tenantId: number, indexes: readonly Unfinished[], builtRid: number): void => {
    for (const { rid, built_rid, until_rid } of indexes) {
      progress.run(Math.max(built_rid, builtRid), rid);
      if (builtRid >= until_rid) ready.run(rid);
    }
    if (indexes.some(({ until_rid }) => builtRid >= until_rid)) changed(tenantId);
  };
}

/** Takes some values out of an index, and with the last of them the index itself. */
function dropping(db: Database) {
  const edge = db.prepare<{ value: string | number; rid: number }, [number, number]>(
    `SELECT value, resource_rid AS rid FROM attribute_value WHERE tenant_id = ? AND index_rid = ?
       ORDER BY value, resource_rid LIMIT 1 OFFSET ${droppedValuesMax}`,
  );
  const removeBefore = db.prepare<unknown, [number, number, string | number, number]>(
    "DELETE FROM attribute_value WHERE tenant_id = ? AND index_rid = ? AND (value, resource_rid) < (?, ?)",
  );
  const removeAll = db.prepare<unknown, [number, number]>(
    "DELETE FROM attribute_value WHERE tenant_id = ? AND index_rid = ?",
  );
  const removeIndex = db.prepare<unknown, [number]>("DELETE FROM attribute_index WHERE rid = ?");
  return (tenantId: number, rid: number): void => {
    const beyond = edge.get(tenantId, rid);
    if (beyond !== null) {
      removeBefore.run(tenantId, rid, beyond.value, beyond.rid);
      return;
    }
    removeAll.run(tenantId, rid);
    removeIndex.run(rid);
  };
}
