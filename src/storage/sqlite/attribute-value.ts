import type { Database } from "bun:sqlite";
import { type IndexedValue, indexedValues } from "../../scim/filter/indexed.ts";
import { attributesOf } from "../../scim/resource/render.ts";
import type { AttributeIndex, AttributeIndexes } from "./attribute-index.ts";

/** Keeps the values of indexed attributes equal to what the documents say. */
export interface AttributeValueWrites {
  /** A document took the place of another; undefined where there was none, or is none any more. */
  replace(
    tenantId: number,
    resourceType: string,
    rid: number,
    before: string | undefined,
    after: string | undefined,
  ): void;
  /** Adds what one index holds of a document. */
  add(tenantId: number, index: AttributeIndex, rid: number, doc: string): void;
  /** The indexes themselves changed in this transaction. */
  indexesChanged(): void;
  /** How many writes wait; `forget` of it takes back what came later. */
  waiting(): number;
  forget(waiting?: number): void;
  /** Writes what waits; the last thing of a transaction. */
  finish(): void;
}

interface Write extends IndexedValue {
  readonly tenantId: number;
  readonly indexRid: number;
  readonly rid: number;
  readonly isThere: boolean;
}

/** What several documents have in common is read once: the indexes of the transaction's last tenant and type. */
interface Indexed {
  readonly tenantId: number;
  readonly resourceType: string;
  readonly indexes: readonly AttributeIndex[];
}

/**
 * Gathers the values of a transaction and writes them at its end in the order of the index: a page of it that many of
 * them go to is then changed once.
 */
export function attributeValueWrites(db: Database, known: AttributeIndexes): AttributeValueWrites {
  const insert = db.prepare<unknown, [number, number, string | number, number, string]>(
    "INSERT OR IGNORE INTO attribute_value (tenant_id, index_rid, value, resource_rid, label) VALUES (?, ?, ?, ?, ?)",
  );
  const remove = db.prepare<unknown, [number, number, string | number, number, string]>(
    `DELETE FROM attribute_value
       WHERE tenant_id = ? AND index_rid = ? AND value = ? AND resource_rid = ? AND label = ?`,
  );
  let writes: Write[] = [];
  let last: Indexed | undefined;
  let indexesChanged = false;

  function indexesOf(tenantId: number, resourceType: string): readonly AttributeIndex[] {
    if (last?.tenantId !== tenantId || last.resourceType !== resourceType) {
      const indexes = known.of(tenantId).filter((index) => index.resourceType === resourceType);
      last = { tenantId, resourceType, indexes };
    }
    return last.indexes;
  }

  return {
    replace(tenantId, resourceType, rid, before, after) {
      const indexes = indexesOf(tenantId, resourceType);
      const isLeftOut = before === undefined && indexes.every(({ state }) => state === "suspended");
      if (isLeftOut || before === after) return;
      const [old, next] = [before, after].map((doc) => (doc === undefined ? {} : attributesOf({ doc })));
      for (const { rid: indexRid, target, state } of indexes) {
        // Whoever comes while an index is suspended is built into it later; what is in it already stays right.
        if (before === undefined && state === "suspended") continue;
        const [gone, come] = [indexedValues(target, old ?? {}), indexedValues(target, next ?? {})];
        for (const each of gone)
          if (!has(come, each)) writes.push({ tenantId, indexRid, rid, ...each, isThere: false });
        for (const each of come) if (!has(gone, each)) writes.push({ tenantId, indexRid, rid, ...each, isThere: true });
      }
    },
    add(tenantId, { rid: indexRid, target }, rid, doc) {
      for (const each of indexedValues(target, attributesOf({ doc }))) {
        writes.push({ tenantId, indexRid, rid, ...each, isThere: true });
      }
    },
    indexesChanged() {
      last = undefined;
      indexesChanged = true;
    },
    waiting: () => writes.length,
    forget(waiting = 0) {
      writes.length = waiting;
      last = undefined;
      // A number that is taken back comes again, and then means something else.
      if (indexesChanged) known.forget();
    },
    finish() {
      last = undefined;
      indexesChanged = false;
      if (writes.length === 0) return;
      const sorted = writes.length === 1 ? writes : writes.sort(inIndexOrder);
      writes = [];
      for (const { tenantId, indexRid, value, rid, label, isThere } of sorted) {
        (isThere ? insert : remove).run(tenantId, indexRid, value, rid, label);
      }
    },
  };
}

function has(values: readonly IndexedValue[], { value, label }: IndexedValue): boolean {
  return values.some((each) => each.value === value && each.label === label);
}

/**
 * By index and value; equal ones stay in the order in which they came, so that the last word holds. That texts are
 * ordered by their UTF-16 units, and not as SQLite does, only costs a little.
 */
function inIndexOrder(left: Write, right: Write): number {
  if (left.indexRid !== right.indexRid) return left.indexRid - right.indexRid;
  if (left.value < right.value) return -1;
  return left.value > right.value ? 1 : 0;
}
