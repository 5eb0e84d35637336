import type { Database } from "bun:sqlite";
import type { Change, ChangeKind, ChangeSet, Effect, Refusal, RowResult, SetResult, Told } from "../change.ts";
import { type SettledOutcome, zeroCounts } from "../import.ts";
import { type Apply, isRefusal, type Tally } from "./applied.ts";
import { accessChanges } from "./apply-access.ts";
import { importChanges } from "./apply-import.ts";
import { resourceChanges } from "./apply-resource.ts";
import { lastRowSql } from "./read-import.ts";

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

export function createApplier(db: Database): Applier {
  const resourceCounts = new Map<string, { tenantId: number; resourceType: string; by: number }>();
  let counted: [number, string, 1 | -1][] = [];
  let touchedRid: number | null = null;
  let overwrote = false;
  const tally: Tally = {
    count: (tenantId, resourceType, by) => void counted.push([tenantId, resourceType, by]),
    touched: (rid) => {
      touchedRid = rid;
    },
    overwrote: () => {
      overwrote = true;
    },
  };
  const applyChange = changeTable(db, tally);
  const rows = rowResults(db);
  const writeCount = db.prepare(
    `INSERT INTO resource_count (tenant_id, resource_type, count) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  );

  function applyChanges({ tenantId, changes }: ChangeSet): SetResult {
    // A change refuses before it writes, so only a set of several needs a way back.
    const savepoint = changes.length > 1;
    if (savepoint) db.run("SAVEPOINT one_set");
    const effects: Effect[] = [];
    for (const change of changes) {
      const result = applyChange(tenantId, change);
      if (!isRefusal(result)) {
        effects.push(result);
        continue;
      }
      if (savepoint) db.run("ROLLBACK TO one_set; RELEASE one_set");
      return { applied: false, refusal: result };
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
      const result = applyChanges(set);
      if (result.applied) {
        for (const [tenantId, resourceType, by] of counted) {
          const key = `${tenantId} ${resourceType}`;
          const sum = resourceCounts.get(key);
          if (sum === undefined) resourceCounts.set(key, { tenantId, resourceType, by });
          else sum.by += by;
        }
      }
      if (set.result !== undefined) rows.write(set.tenantId, set.result, result, result.applied ? touchedRid : null);
      return result;
    },
    finish() {
      for (const { tenantId, resourceType, by } of resourceCounts.values()) writeCount.run(tenantId, resourceType, by);
      resourceCounts.clear();
      rows.finish();
    },
    forget() {
      resourceCounts.clear();
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
function changeTable(db: Database, tally: Tally): (tenantId: number, change: Change) => Effect | Refusal {
  const table: { [K in ChangeKind]: Apply<K> } = { ...resourceChanges(db), ...importChanges(db), ...accessChanges(db) };
  return <K extends ChangeKind>(tenantId: number, change: Extract<Change, { kind: K }>) => {
    const kind: K = change.kind;
    return table[kind](tenantId, change, tally);
  };
}

/** A job some of whose rows are written in this transaction. */
interface OpenJob {
  readonly rid: number;
  readonly counts: Record<SettledOutcome, number>;
  /** The last row with an outcome. */
  last: number;
}

/** Outcomes that are always told, with a problem or without, so that the index of problems has them all. */
const toldOutcomes: ReadonlySet<SettledOutcome> = new Set(["duplicate", "failed", "conflict"]);

/** Writes the outcomes of import rows and keeps each job's counts equal to them. */
function rowResults(db: Database) {
  const findJob = db.prepare<{ rid: number; counts: string }, [number, string]>(
    "SELECT rid, counts FROM import_job WHERE tenant_id = ? AND id = ?",
  );
  const findLast = db.prepare<{ row: number }, [number, number]>(lastRowSql);
  const insert = db.prepare(
    `INSERT INTO import_row (tenant_id, import_rid, row, line, outcome, resource_rid, key, problems)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       outcome = excluded.outcome, resource_rid = excluded.resource_rid, key = excluded.key, problems = excluded.problems`,
  );
  const updateCounts = db.prepare("UPDATE import_job SET counts = ? WHERE rid = ?");
  const open = new Map<string, OpenJob>();

  function jobOf(tenantId: number, importId: string): OpenJob | undefined {
    const key = `${tenantId} ${importId}`;
    const known = open.get(key);
    if (known !== undefined) return known;
    const row = findJob.get(tenantId, importId);
    if (row === null) return undefined;
    const { rid } = row;
    const last = findLast.get(tenantId, rid)?.row ?? 0;
    const found = { rid, counts: { ...zeroCounts(), ...JSON.parse(row.counts) }, last };
    open.set(key, found);
    return found;
  }

  return {
    /** Why a row may not be written: its import is not there, or it has been carried out. */
    refusal(tenantId: number, { importId, row }: RowResult): Refusal | undefined {
      const job = jobOf(tenantId, importId);
      if (job === undefined) return { kind: "notFound", id: importId };
      return row <= job.last ? { kind: "exists" } : undefined;
    },
    write(tenantId: number, result: RowResult, applied: SetResult, resourceRid: number | null): void {
      const job = jobOf(tenantId, result.importId);
      if (job === undefined) return;
      const told: Told = applied.applied
        ? { outcome: result.applied, problems: result.problems }
        : result.refused[applied.refusal.kind];
      const { outcome } = told;
      const isTold = told.problems.length > 0 || toldOutcomes.has(outcome);
      const key = isTold ? result.key : null;
      const problems = isTold ? JSON.stringify(told.problems) : null;
      insert.run(tenantId, job.rid, result.row, result.line, outcome, resourceRid, key, problems);
      job.counts[outcome]++;
      job.last = result.row;
    },
    finish(): void {
      for (const { rid, counts } of open.values()) updateCounts.run(JSON.stringify(counts), rid);
      open.clear();
    },
    forget: () => open.clear(),
  };
}
