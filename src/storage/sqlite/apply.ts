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
import { type Apply, type Documents, noEffect, type Tally } from "./applied.ts";
import { accessChanges, credentialChanges, issuerChanges } from "./apply-access.ts";
import { applicationChanges, mailChanges } from "./apply-application.ts";
import { attributeIndexChanges } from "./apply-attribute-index.ts";
import { definitionChanges } from "./apply-definition.ts";
import { importChanges } from "./apply-import.ts";
import { provisioningChanges } from "./apply-provisioning.ts";
import { resourceChanges } from "./apply-resource.ts";
import { attributeIndexes } from "./attribute-index.ts";
import { type AttributeValueWrites, attributeValueWrites } from "./attribute-value.ts";
import { auditWrites } from "./audit-lines.ts";
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
  const tally = openTally();
  const values = attributeValueWrites(db, attributeIndexes(db));
  const applyChange = changeTable(db, tally, values, readAhead);
  const rows = rowResults(db);
  const counts = resourceCounts(db);
  const audit = auditWrites(db);

  function applyChanges({ tenantId, changes, by }: ChangeSet): SetResult {
    // A change refuses before it writes, so only a set of several needs a way back.
    const savepoint = changes.length > 1;
    if (savepoint) db.run("SAVEPOINT one_set");
    const effects: Effect[] = [];
    for (const [at, change] of changes.entries()) {
      tally.documents = undefined;
      const result = applyChange(tenantId, change);
      if (!isRefusal(result)) {
        effects.push(result);
        audit.add(tenantId, by, change, result, tally.documents);
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
      tally.counted = [];
      tally.touchedRid = null;
      const refusal = set.result && rows.refusal(set.tenantId, set.result);
      if (refusal !== undefined) return { applied: false, refusal };
      const waiting = { values: values.waiting(), lines: audit.waiting() };
      const result = applyChanges(set);
      if (result.applied) counts.add(tally.counted);
      else {
        values.forget(waiting.values);
        audit.forget(waiting.lines);
      }
      if (set.result !== undefined)
        rows.write(set.tenantId, set.result, result, result.applied ? tally.touchedRid : null);
      return result;
    },
    finish() {
      values.finish();
      counts.finish();
      rows.finish();
      audit.finish();
    },
    forget() {
      values.forget();
      readAhead.forget();
      counts.forget();
      rows.forget();
      audit.forget();
      tally.hasOverwritten = false;
    },
    takeOverwrote() {
      const taken = tally.hasOverwritten;
      tally.hasOverwritten = false;
      return taken;
    },
  };
}

/** What changes add up, and what becomes of it. */
interface OpenTally extends Tally {
  counted: Counted[];
  touchedRid: number | null;
  documents: Documents | undefined;
  hasOverwritten: boolean;
}

function openTally(): OpenTally {
  const tally: OpenTally = {
    counted: [],
    touchedRid: null,
    documents: undefined,
    hasOverwritten: false,
    count: (tenantId, resourceType, by) => void tally.counted.push({ tenantId, resourceType, by }),
    touched: (rid) => {
      tally.touchedRid = rid;
    },
    wrote: (before, after) => {
      tally.documents = { before, after };
    },
    overwrote: () => {
      tally.hasOverwritten = true;
    },
  };
  return tally;
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
    ...applicationChanges(db),
    ...provisioningChanges(db),
    ...mailChanges(db),
    ...issuerChanges(db),
    // Its line is all there is of it.
    noteRefusedLogin: () => noEffect,
  };
  return <K extends ChangeKind>(tenantId: number, change: Extract<Change, { kind: K }>) => {
    const kind: K = change.kind;
    return table[kind](tenantId, change, tally);
  };
}
