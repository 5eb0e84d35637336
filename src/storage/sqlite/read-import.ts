import type { Database } from "bun:sqlite";
import { and, asc, desc, eq, inArray, lt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import {
  defaultOptions,
  type ImportJob,
  type ImportRequest,
  type ImportRow,
  type ImportState,
  type KeptRow,
  type PendingReference,
  type RowCounts,
  type RowOutcome,
  type RowProblem,
  troubledOutcomes,
  type UndoableRow,
  type UndoOutcome,
  zeroCounts,
} from "../import.ts";
import type { ImportReads, RowQuery } from "../port.ts";
import { importInput, importJob } from "./schema.ts";
import { type Prepare, statementCache } from "./statements.ts";

type JobRow = typeof importJob.$inferSelect;

interface RowRow {
  row: number;
  line: number;
  outcome: RowOutcome;
  key: string | null;
  problems: string | null;
  undo: UndoOutcome | null;
  resource_id: string | null;
}

/** The last row of a job whose changes are durable. */
export const lastRowSql = `SELECT row FROM import_row
  WHERE tenant_id = ? AND import_rid = ? AND outcome IS NOT NULL ORDER BY row DESC LIMIT 1`;

function counts(stored: Record<string, number>): RowCounts {
  return { ...zeroCounts(), ...stored };
}

function jobOf(row: JobRow): ImportJob {
  const { rid: _rid, dialect, mode, match, dryRun, options, state, ...rest } = row;
  return {
    ...rest,
    state: state as ImportState,
    request: {
      dialect,
      mode: mode as ImportRequest["mode"],
      match,
      dryRun,
      options: { ...defaultOptions, ...options },
    },
    undone: { undone: 0, conflict: 0, ...row.undone },
    planned: row.planned === null ? null : counts(row.planned),
    counts: counts(row.counts),
  };
}

export function importReads(db: Database): ImportReads {
  const orm = drizzle(db);
  const prepare = statementCache(db);
  const find = db.prepare<{ rid: number }, [number, string]>(
    "SELECT rid FROM import_job WHERE tenant_id = ? AND id = ?",
  );
  const piece = db.prepare<{ bytes: Uint8Array }, [number, number, number]>(
    "SELECT bytes FROM import_input WHERE tenant_id = ? AND import_rid = ? AND sequence = ?",
  );
  const last = db.prepare<{ row: number }, [number, number]>(lastRowSql);
  const ridOf = (tenantId: number, id: string): number => find.get(tenantId, id)?.rid ?? 0;

  return {
    async job(tenantId, id) {
      const row = orm
        .select()
        .from(importJob)
        .where(and(eq(importJob.tenantId, tenantId), eq(importJob.id, id)))
        .get();
      return row === undefined ? undefined : jobOf(row);
    },
    async jobs(tenantId, offset, limit) {
      const rows = orm.select().from(importJob).where(eq(importJob.tenantId, tenantId));
      return rows.orderBy(desc(importJob.rid)).limit(limit).offset(offset).all().map(jobOf);
    },
    async jobsInStates(states) {
      const rows = orm
        .select()
        .from(importJob)
        .where(inArray(importJob.state, [...states]));
      return rows.orderBy(asc(importJob.rid)).all().map(jobOf);
    },
    async jobsWithInput() {
      const having = orm.selectDistinct({ rid: importInput.importRid }).from(importInput);
      const rows = orm.select().from(importJob).where(inArray(importJob.rid, having));
      return rows.orderBy(asc(importJob.rid)).all().map(jobOf);
    },
    async *input(tenantId, id) {
      const rid = ridOf(tenantId, id);
      for (let sequence = 0; ; sequence++) {
        const row = piece.get(tenantId, rid, sequence);
        if (row === null) return;
        yield row.bytes;
      }
    },
    async inputPiece(tenantId, id, sequence) {
      return piece.get(tenantId, ridOf(tenantId, id), sequence)?.bytes;
    },
    async rows(query) {
      return rowsOf(prepare, ridOf(query.tenantId, query.importId), query);
    },
    async lastRow(tenantId, id) {
      return last.get(tenantId, ridOf(tenantId, id))?.row ?? 0;
    },
    ...likeReads(orm, ridOf),
    ...keptReads(db, ridOf),
  };
}

type RidOf = (tenantId: number, id: string) => number;

/** How jobs are found that are the same upload, or the same file. */
function likeReads(orm: ReturnType<typeof drizzle>, ridOf: RidOf): Pick<ImportReads, "jobByKey" | "sameFile"> {
  return {
    async jobByKey(tenantId, idempotencyKey) {
      const row = orm
        .select()
        .from(importJob)
        .where(and(eq(importJob.tenantId, tenantId), eq(importJob.idempotencyKey, idempotencyKey)))
        .get();
      return row === undefined ? undefined : jobOf(row);
    },
    async sameFile(tenantId, { id, sha256 }) {
      if (sha256 === null) return undefined;
      const isSame = and(
        eq(importJob.tenantId, tenantId),
        eq(importJob.sha256, sha256),
        lt(importJob.rid, ridOf(tenantId, id)),
      );
      const row = orm.select().from(importJob).where(isSame).orderBy(desc(importJob.rid)).limit(1).get();
      return row === undefined ? undefined : jobOf(row);
    },
  };
}

function parsed(problems: string | null): readonly RowProblem[] {
  return problems === null ? [] : JSON.parse(problems);
}

/** What later steps read of the rows: to give them back, to link them, to undo them. */
function keptReads(
  db: Database,
  ridOf: RidOf,
): Pick<ImportReads, "keptRows" | "pendingReferences" | "undoable" | "groupsMade"> {
  const kept = db.prepare<Stored<KeptRow>, [number, number, number, number]>(
    `SELECT row, coalesce(outcome, planned) AS outcome, raw, problems FROM import_row INDEXED BY import_row_raw
       WHERE tenant_id = ? AND import_rid = ? AND row > ? AND raw IS NOT NULL ORDER BY row LIMIT ?`,
  );
  const pending = db.prepare<Stored<PendingReference>, [number, number, number, number]>(
    `SELECT i.row, r.id AS resourceId, i.outcome, i.reference, i.before, i.problems
       FROM import_row i INDEXED BY import_row_reference JOIN resource r ON r.rid = i.resource_rid
       WHERE i.tenant_id = ? AND i.import_rid = ? AND i.row > ? AND i.reference IS NOT NULL ORDER BY i.row LIMIT ?`,
  );
  const undoable = db.prepare<Stored<UndoableRow>, [number, number, number]>(
    `SELECT i.row, i.outcome, r.id AS resourceId, coalesce(i.version, 1) AS version, i.before, i.problems
       FROM import_row i LEFT JOIN resource r ON r.rid = i.resource_rid
       WHERE i.tenant_id = ? AND i.import_rid = ? AND i.undo IS NULL
         AND i.outcome IN ('created', 'updated', 'deactivated', 'deleted') ORDER BY i.row DESC LIMIT ?`,
  );
  const groups = db.prepare<{ id: string }, [number, number]>(
    "SELECT group_id AS id FROM import_group WHERE tenant_id = ? AND import_rid = ? ORDER BY group_id",
  );
  return {
    async keptRows(tenantId, id, after, limit) {
      return kept.all(tenantId, ridOf(tenantId, id), after, limit).map(withProblems);
    },
    async pendingReferences(tenantId, id, after, limit) {
      return pending.all(tenantId, ridOf(tenantId, id), after, limit).map(withProblems);
    },
    async undoable(tenantId, id, limit) {
      return undoable.all(tenantId, ridOf(tenantId, id), limit).map(withProblems);
    },
    async groupsMade(tenantId, id) {
      return groups.all(tenantId, ridOf(tenantId, id)).map((row) => row.id);
    },
  };
}

/** A row whose problems are still JSON text. */
type Stored<T> = Omit<T, "problems"> & { readonly problems: string | null };

function withProblems<T extends { readonly problems: string | null }>(row: T) {
  return { ...row, problems: parsed(row.problems) };
}

function rowsOf(prepare: Prepare, rid: number, query: RowQuery): readonly ImportRow[] {
  const told = query.problemsOnly || (query.outcome !== undefined && troubledOutcomes.has(query.outcome));
  const rows = prepare<RowRow>(
    `SELECT i.row, i.line, coalesce(i.outcome, i.planned) AS outcome, i.key, i.problems, i.undo, r.id AS resource_id
       FROM import_row i ${told ? "INDEXED BY import_row_problems" : ""} LEFT JOIN resource r ON r.rid = i.resource_rid
       WHERE i.tenant_id = ? AND i.import_rid = ? AND i.row > ? AND (? IS NULL OR coalesce(i.outcome, i.planned) = ?)
         ${told ? "AND i.problems IS NOT NULL" : ""} ${query.problemsOnly ? "AND i.problems <> '[]'" : ""}
       ORDER BY i.row LIMIT ?`,
  ).all(query.tenantId, rid, query.after, query.outcome ?? null, query.outcome ?? null, query.limit);
  return rows.map(({ resource_id, problems, ...row }) => ({
    ...row,
    resourceId: resource_id,
    problems: parsed(problems),
  }));
}
