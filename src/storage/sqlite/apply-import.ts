import type { Database } from "bun:sqlite";
import type { Effect, ImportProgress, Refusal } from "../change.ts";
import { type ImportState, zeroCounts } from "../import.ts";
import { type Apply, noEffect } from "./applied.ts";

/** The columns of a job that may be set while it moves on. */
const progressColumns = {
  dialect: "dialect",
  dryRun: "dry_run",
  fileBytes: "file_bytes",
  total: "total",
  planned: "planned",
  message: "message",
  warnings: "warnings",
  started: "started",
  finished: "finished",
} as const satisfies Record<keyof ImportProgress, string>;

const progressNames = Object.keys(progressColumns).filter(
  (name): name is keyof ImportProgress => name in progressColumns,
);

/** Pieces of input overwritten in one change: 16 MiB, a few hundredths of a second. */
const droppedPiecesMax = 16;

/** Rows of a plan forgotten in one change. */
const clearedRowsMax = 20_000;

type WithJob = (
  tenantId: number,
  id: string,
  apply: (rid: number, state: ImportState) => Effect | Refusal,
) => Effect | Refusal;

/** How the changes that concern imports are carried out. */
export function importChanges(db: Database) {
  const find = db.prepare<{ rid: number; state: ImportState }, [number, string]>(
    "SELECT rid, state FROM import_job WHERE tenant_id = ? AND id = ?",
  );
  const withJob: WithJob = (tenantId, id, apply) => {
    const job = find.get(tenantId, id);
    return job === null ? { kind: "notFound", id } : apply(job.rid, job.state);
  };
  return { ...jobChanges(db, withJob), ...inputChanges(db, withJob), ...planChanges(db, withJob) };
}

function jobChanges(
  db: Database,
  withJob: WithJob,
): { createImport: Apply<"createImport">; advanceImport: Apply<"advanceImport"> } {
  const insert = db.prepare(
    `INSERT INTO import_job (tenant_id, id, state, dialect, mode, match, dry_run, file_name, file_bytes, created_by,
       created, total, counts, warnings) VALUES (?, ?, 'received', ?, ?, ?, ?, ?, 0, ?, ?, 0, ?, '[]')
       ON CONFLICT DO NOTHING`,
  );
  return {
    createImport(tenantId, { id, request, fileName, createdBy, at }) {
      const { dialect, mode, match, dryRun } = request;
      const counts = JSON.stringify(zeroCounts());
      const { changes } = insert.run(
        tenantId,
        id,
        dialect,
        mode,
        match,
        Number(dryRun),
        fileName,
        createdBy,
        at,
        counts,
      );
      return changes > 0 ? noEffect : { kind: "exists" };
    },
    advanceImport(tenantId, change) {
      return withJob(tenantId, change.importId, (rid, state) => {
        if (!change.from.includes(state)) return { kind: "state", state };
        const names = progressNames.filter((name) => change[name] !== undefined);
        const assignments = ["state = ?", ...names.map((name) => `${progressColumns[name]} = ?`)];
        const values = names.map((name) => {
          const value = change[name];
          if (typeof value === "boolean") return Number(value);
          return typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value);
        });
        db.query(`UPDATE import_job SET ${assignments.join(", ")} WHERE rid = ?`).run(change.to, ...values, rid);
        return noEffect;
      });
    },
  };
}

function inputChanges(
  db: Database,
  withJob: WithJob,
): { appendInput: Apply<"appendInput">; dropInput: Apply<"dropInput"> } {
  const insert = db.prepare(
    "INSERT INTO import_input (tenant_id, import_rid, sequence, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const clear = db.prepare(
    `DELETE FROM import_input WHERE rid IN
       (SELECT rid FROM import_input WHERE tenant_id = ? AND import_rid = ? ORDER BY sequence LIMIT ${droppedPiecesMax})`,
  );
  return {
    appendInput(tenantId, { importId, sequence, bytes }) {
      return withJob(tenantId, importId, (rid, state) => {
        if (state !== "received") return { kind: "state", state };
        return insert.run(tenantId, rid, sequence, bytes).changes > 0 ? noEffect : { kind: "exists" };
      });
    },
    dropInput(tenantId, { importId }, tally) {
      return withJob(tenantId, importId, (rid) => {
        // The file may hold passwords: its pages are overwritten, not only given back.
        db.run("PRAGMA secure_delete = ON");
        const { changes } = clear.run(tenantId, rid);
        db.run("PRAGMA secure_delete = OFF");
        if (changes > 0) tally.overwrote();
        return { ...noEffect, changed: changes > 0 };
      });
    },
  };
}

function planChanges(db: Database, withJob: WithJob): { clearPlan: Apply<"clearPlan">; planRow: Apply<"planRow"> } {
  const insert = db.prepare(
    `INSERT INTO import_row (tenant_id, import_rid, row, line, planned, key, problems) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET planned = excluded.planned, key = excluded.key, problems = excluded.problems`,
  );
  const clear = db.prepare<unknown, [number, number, number, number]>(
    `DELETE FROM import_row WHERE tenant_id = ? AND import_rid = ? AND outcome IS NULL AND row IN
       (SELECT row FROM import_row WHERE tenant_id = ? AND import_rid = ? AND outcome IS NULL LIMIT ${clearedRowsMax})`,
  );
  return {
    clearPlan(tenantId, { importId }) {
      return withJob(tenantId, importId, (rid) => {
        const { changes } = clear.run(tenantId, rid, tenantId, rid);
        return { ...noEffect, changed: changes > 0 };
      });
    },
    planRow(tenantId, { importId, row, line, outcome, key, problems }) {
      return withJob(tenantId, importId, (rid) => {
        insert.run(tenantId, rid, row, line, outcome, key, problems.length === 0 ? null : JSON.stringify(problems));
        return noEffect;
      });
    },
  };
}
