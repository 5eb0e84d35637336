import type { Database } from "bun:sqlite";
import type { AppliedRow, LeftRow, LinkedRow, Refusal, RowResult, SetResult, Told, UndoneRow } from "../change.ts";
import { type SettledOutcome, troubledOutcomes, type UndoCounts, zeroCounts } from "../import.ts";
import { lastRowSql } from "./read-import.ts";

/** A job some of whose rows are written in this transaction. */
interface OpenJob {
  readonly tenantId: number;
  readonly importId: string;
  readonly rid: number;
  readonly counts: Record<SettledOutcome, number>;
  readonly undone: Record<keyof UndoCounts, number>;
  /** The last row with an outcome. */
  last: number;
}

interface KnownRow {
  outcome: SettledOutcome | "not_run" | null;
  reference: string | null;
  before: string | null;
  undo: string | null;
}

/** Writes what comes of import rows and keeps each job's counts equal to them. */
export function rowResults(db: Database) {
  const open = openJobs(db);
  const writes = { ...appliedWrites(db), ...laterWrites(db) };
  const find = db.prepare<KnownRow, [number, number, number]>(
    "SELECT outcome, reference, before, undo FROM import_row WHERE tenant_id = ? AND import_rid = ? AND row = ?",
  );
  const rowOf = ({ tenantId, rid }: OpenJob, row: number) => find.get(tenantId, rid, row);

  /** Whether a row is where the result takes it on from. */
  const isOpen: {
    readonly [K in RowResult["kind"]]: (job: OpenJob, result: Extract<RowResult, { kind: K }>) => boolean;
  } = {
    applied: (job, { row, again }) => (again === true ? rowOf(job, row)?.outcome === "conflict" : row > job.last),
    left: (job, { row }) => row > job.last,
    linked: (job, { row }) => typeof rowOf(job, row)?.reference === "string",
    undone: (job, { row }) => {
      const known = rowOf(job, row);
      return known !== null && known.outcome !== null && known.undo === null;
    },
  };
  const check = <K extends RowResult["kind"]>(job: OpenJob, result: Extract<RowResult, { kind: K }>): boolean => {
    const kind: K = result.kind;
    return isOpen[kind](job, result);
  };

  return {
    /** Why a row may not be written: its import is not there, or it has been carried out. */
    refusal(tenantId: number, result: RowResult): Refusal | undefined {
      const job = open.of(tenantId, result.importId);
      if (job === undefined) return { kind: "notFound", id: result.importId };
      return check(job, result) ? undefined : { kind: "exists" };
    },
    write(tenantId: number, result: RowResult, applied: SetResult, resourceRid: number | null): void {
      const job = open.of(tenantId, result.importId);
      if (job === undefined) return;
      switch (result.kind) {
        case "applied":
          writes.applied(job, result, applied, resourceRid);
          break;
        case "left":
          writes.left(job, result);
          break;
        case "linked": {
          const known = rowOf(job, result.row);
          if (applied.applied && known !== null) writes.linked(job, result, applied, known);
          break;
        }
        case "undone":
          writes.undone(job, result, applied);
          break;
      }
    },
    finish: () => open.finish(),
    forget: () => open.forget(),
  };
}

/** The jobs of a transaction, whose counts are written once at its end. */
function openJobs(db: Database) {
  const findJob = db.prepare<{ rid: number; counts: string; undone: string }, [number, string]>(
    "SELECT rid, counts, undone FROM import_job WHERE tenant_id = ? AND id = ?",
  );
  const findLast = db.prepare<{ row: number }, [number, number]>(lastRowSql);
  const updateCounts = db.prepare("UPDATE import_job SET counts = ?, undone = ? WHERE rid = ?");
  const open: OpenJob[] = [];
  return {
    /** One job in nearly every transaction, so the last one is looked at first. */
    of(tenantId: number, importId: string): OpenJob | undefined {
      const known = open.findLast((job) => job.importId === importId && job.tenantId === tenantId);
      if (known !== undefined) return known;
      const row = findJob.get(tenantId, importId);
      if (row === null) return undefined;
      const { rid } = row;
      const found = {
        tenantId,
        importId,
        rid,
        counts: { ...zeroCounts(), ...JSON.parse(row.counts) },
        undone: { undone: 0, conflict: 0, ...JSON.parse(row.undone) },
        last: findLast.get(tenantId, rid)?.row ?? 0,
      };
      open.push(found);
      return found;
    },
    finish(): void {
      for (const { rid, counts, undone } of open) {
        updateCounts.run(JSON.stringify(counts), JSON.stringify(undone), rid);
      }
      open.length = 0;
    },
    forget: () => void open.splice(0),
  };
}

function appliedWrites(db: Database) {
  const insert = db.prepare(
    `INSERT INTO import_row (tenant_id, import_rid, row, line, outcome, resource_rid, key, problems)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       outcome = excluded.outcome, resource_rid = excluded.resource_rid, key = excluded.key, problems = excluded.problems,
       raw = NULL, before = NULL, version = NULL, reference = NULL`,
  );
  const add = db.prepare(
    `UPDATE import_row SET raw = ?, before = ?, version = ?, reference = ?
       WHERE tenant_id = ? AND import_rid = ? AND row = ?`,
  );
  return {
    applied(job: OpenJob, result: AppliedRow, applied: SetResult, resourceRid: number | null): void {
      const { tenantId, rid, counts } = job;
      const { row, line, again } = result;
      const told: Told = applied.applied
        ? { outcome: result.applied, problems: result.problems }
        : result.refused[applied.refusal.kind];
      const { outcome } = told;
      const isTroubled = troubledOutcomes.has(outcome);
      const isTold = told.problems.length > 0 || isTroubled;
      const key = isTold ? result.key : null;
      const problems = isTold ? JSON.stringify(told.problems) : null;
      insert.run(tenantId, rid, row, line, outcome, resourceRid, key, problems);
      const version = applied.applied && outcome !== "unchanged" ? versionOf(applied) : 1;
      const raw = isTroubled ? (result.raw?.() ?? null) : null;
      const before = applied.applied ? (result.before ?? null) : null;
      const reference = applied.applied ? (result.reference ?? null) : null;
      if (raw !== null || before !== null || version !== 1 || reference !== null) {
        add.run(raw, before, version === 1 ? null : version, reference, tenantId, rid, row);
      }
      if (again === true) counts.conflict--;
      counts[outcome]++;
      job.last = Math.max(job.last, row);
    },
    left(job: OpenJob, { row, line, key, raw }: LeftRow): void {
      const { tenantId, rid } = job;
      insert.run(tenantId, rid, row, line, "not_run", null, key, null);
      add.run(raw, null, null, null, tenantId, rid, row);
      job.last = row;
    },
  };
}

/** The version in which a set leaves the resource that its row is about, which is the first that it changes. */
function versionOf({ effects }: Extract<SetResult, { applied: true }>): number {
  return effects.find(({ version }) => version > 0)?.version ?? 1;
}

function laterWrites(db: Database) {
  const link = db.prepare(
    `UPDATE import_row SET reference = NULL, outcome = ?, problems = ?, before = coalesce(before, ?),
       version = coalesce(?, version) WHERE tenant_id = ? AND import_rid = ? AND row = ?`,
  );
  const undo = db.prepare(
    "UPDATE import_row SET undo = ?, problems = ? WHERE tenant_id = ? AND import_rid = ? AND row = ?",
  );
  const text = (problems: readonly unknown[]): string | null =>
    problems.length === 0 ? null : JSON.stringify(problems);
  return {
    linked(
      { tenantId, rid, counts }: OpenJob,
      { row, problems, before }: LinkedRow,
      applied: Extract<SetResult, { applied: true }>,
      known: KnownRow,
    ): void {
      const hasChanged = applied.effects.some(({ changed, version }) => changed && version > 0);
      const becomesUpdated = hasChanged && known.outcome === "unchanged";
      const outcome = becomesUpdated ? "updated" : known.outcome;
      const version = hasChanged ? versionOf(applied) : null;
      link.run(outcome, text(problems), hasChanged ? (before ?? null) : null, version, tenantId, rid, row);
      if (!becomesUpdated) return;
      counts.unchanged--;
      counts.updated++;
    },
    undone(
      { tenantId, rid, undone }: OpenJob,
      { row, undo: wanted, problems, refused }: UndoneRow,
      applied: SetResult,
    ) {
      const outcome = applied.applied ? wanted : "conflict";
      undo.run(outcome, text(applied.applied ? problems : refused), tenantId, rid, row);
      undone[outcome]++;
    },
  };
}
