import type { Database } from "bun:sqlite";
import type { Refusal, RowResult, SetResult, Told } from "../change.ts";
import { type SettledOutcome, troubledOutcomes, zeroCounts } from "../import.ts";
import { lastRowSql } from "./read-import.ts";

/** A job some of whose rows are written in this transaction. */
interface OpenJob {
  readonly tenantId: number;
  readonly importId: string;
  readonly rid: number;
  readonly counts: Record<SettledOutcome, number>;
  /** The last row with an outcome. */
  last: number;
}

/** Writes the outcomes of import rows and keeps each job's counts equal to them. */
export function rowResults(db: Database) {
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
  const open: OpenJob[] = [];

  /** One job in nearly every transaction, so the last one is looked at first. */
  function jobOf(tenantId: number, importId: string): OpenJob | undefined {
    const known = open.findLast((job) => job.importId === importId && job.tenantId === tenantId);
    if (known !== undefined) return known;
    const row = findJob.get(tenantId, importId);
    if (row === null) return undefined;
    const { rid } = row;
    const last = findLast.get(tenantId, rid)?.row ?? 0;
    const found = { tenantId, importId, rid, counts: { ...zeroCounts(), ...JSON.parse(row.counts) }, last };
    open.push(found);
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
      const isTold = told.problems.length > 0 || troubledOutcomes.has(outcome);
      const key = isTold ? result.key : null;
      const problems = isTold ? JSON.stringify(told.problems) : null;
      insert.run(tenantId, job.rid, result.row, result.line, outcome, resourceRid, key, problems);
      job.counts[outcome]++;
      job.last = result.row;
    },
    finish(): void {
      for (const { rid, counts } of open) updateCounts.run(JSON.stringify(counts), rid);
      open.length = 0;
    },
    forget: () => void open.splice(0),
  };
}
