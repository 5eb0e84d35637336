import type { Database } from "bun:sqlite";
import { and, asc, desc, eq, inArray } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import {
  type ImportJob,
  type ImportRow,
  type ImportState,
  type RowCounts,
  type RowOutcome,
  troubledOutcomes,
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
  resource_id: string | null;
}

/** The last row of a job whose changes are durable. */
export const lastRowSql = `SELECT row FROM import_row
  WHERE tenant_id = ? AND import_rid = ? AND outcome IS NOT NULL ORDER BY row DESC LIMIT 1`;

function counts(stored: Record<string, number>): RowCounts {
  return { ...zeroCounts(), ...stored };
}

function jobOf(row: JobRow): ImportJob {
  const { rid: _rid, dialect, mode: _mode, match, dryRun, state, ...rest } = row;
  return {
    ...rest,
    state: state as ImportState,
    request: { dialect, mode: "create", match, dryRun },
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
  };
}

function rowsOf(prepare: Prepare, rid: number, query: RowQuery): readonly ImportRow[] {
  const told = query.problemsOnly || (query.outcome !== undefined && troubledOutcomes.has(query.outcome));
  const rows = prepare<RowRow>(
    `SELECT i.row, i.line, coalesce(i.outcome, i.planned) AS outcome, i.key, i.problems, r.id AS resource_id
       FROM import_row i ${told ? "INDEXED BY import_row_problems" : ""} LEFT JOIN resource r ON r.rid = i.resource_rid
       WHERE i.tenant_id = ? AND i.import_rid = ? AND i.row > ? AND (? IS NULL OR coalesce(i.outcome, i.planned) = ?)
         ${told ? "AND i.problems IS NOT NULL" : ""} ${query.problemsOnly ? "AND i.problems <> '[]'" : ""}
       ORDER BY i.row LIMIT ?`,
  ).all(query.tenantId, rid, query.after, query.outcome ?? null, query.outcome ?? null, query.limit);
  return rows.map(({ resource_id, problems, ...row }) => ({
    ...row,
    resourceId: resource_id,
    problems: problems === null ? [] : JSON.parse(problems),
  }));
}
