import type { Database } from "bun:sqlite";
import {
  type Change,
  type ChangeKind,
  type ChangeSet,
  type Effect,
  isRefusal,
  type Refusal,
  type SetResult,
} from "../change.ts";
import type { Apply, Tally } from "./applied.ts";
import { accessChanges, credentialChanges } from "./apply-access.ts";
import { attributeIndexChanges } from "./apply-attribute-index.ts";
import { definitionChanges } from "./apply-definition.ts";
import { importChanges } from "./apply-import.ts";
import { resourceChanges } from "./apply-resource.ts";
import { attributeIndexes } from "./attribute-index.ts";
import { type AttributeValueWrites, attributeValueWrites } from "./attribute-value.ts";
import type { ReadAhead } from "./read-ahead.ts";
import { type Counted, resourceCounts } from "./resource-count.ts";
import { rowResults } from "./row-result.ts";

/** Applies change sets inside an open transaction. */
export interface Applier {
  /** Applies one set whole, or refuses it and leaves the transaction as it was before the set. */
  apply(set: ChangeSet): SetResult;
  /** Writes what added up over the transaction; the last thing before COMMIT. */
  finish(): void;
  /** Forgets what added up: the transaction was rolled back. */
  forget(): void;
  /** After COMMIT: true when the log holds secrets that were overwritten, and should be emptied. */
  takeOverwrote(): boolean;
}

export function createApplier(db: Database, readAhead: ReadAhead): Applier {
  let counted: Counted[] = [];
  let touchedRid: number | null = null;
  let overwrote = false;
  const tally: Tally = {
    count: (tenantId, resourceType, by) => void counted.push({ tenantId, resourceType, by }),
    touched: (rid) => {
      touchedRid = rid;
    },
    overwrote: () => {
      overwrote = true;
    },
  };
  const values = attributeValueWrites(db, attributeIndexes(db));
  const applyChange = changeTable(db, tally, values, readAhead);
  const rows = rowResults(db);
  const counts = resourceCounts(db);

  function applyChanges({ tenantId, changes }: ChangeSet): SetResult {
    // A change refuses before it writes, so only a set of several needs a way back.
    const savepoint = changes.length > 1;
    if (savepoint) db.run("SAVEPOINT one_set");
    const effects: Effect[] = [];
    for (const [at, change] of changes.entries()) {
      const result = applyChange(tenantId, change);
      if (!isRefusal(result)) {
        effects.push(result);
        continue;
      }
      if (savepoint) db.run("ROLLBACK TO one_set; RELEASE one_set");
      return { applied: false, refusal: result, ...(savepoint && { at }) };
    }
    if (savepoint) db.run("RELEASE one_set");
    return { applied: true, effects };
  }

  return {
    apply(set) {
      counted = [];
      touchedRid = null;
      const refusal = set.result && rows.refusal(set.tenantId, set.result);
      if (refusal !== undefined) return { applied: false, refusal };
      const waiting = values.waiting();
      const result = applyChanges(set);
      if (result.applied) counts.add(counted);
      else values.forget(waiting);
      if (set.result !== undefined) rows.write(set.tenantId, set.result, result, result.applied ? touchedRid : null);
      return result;
    },
    finish() {
      values.finish();
      counts.finish();
      rows.finish();
    },
    forget() {
      values.forget();
      readAhead.forget();
      counts.forget();
      rows.forget();
      overwrote = false;
    },
    takeOverwrote() {
      const taken = overwrote;
      overwrote = false;
      return taken;
    },
  };
}

/** Every kind of change with the function that carries it out. */
function changeTable(
  db: Database,
  tally: Tally,
  values: AttributeValueWrites,
  readAhead: ReadAhead,
): (tenantId: number, change: Change) => Effect | Refusal {
  const table: { [K in ChangeKind]: Apply<K> } = {
    ...resourceChanges(db, values),
    ...attributeIndexChanges(db, values, readAhead),
    ...importChanges(db),
    ...credentialChanges(db),
    ...accessChanges(db),
    ...definitionChanges(db),
  };
  return <K extends ChangeKind>(tenantId: number, change: Extract<Change, { kind: K }>) => {
    const kind: K = change.kind;
    return table[kind](tenantId, change, tally);
  };
}
