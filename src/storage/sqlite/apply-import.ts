import type { Database } from "bun:sqlite";
import type { Effect, ImportProgress, Refusal } from "../change.ts";
import { type ImportRequest, type ImportState, zeroCounts } from "../import.ts";
import { type Apply, noEffect } from "./applied.ts";

/** The columns of a job that may be set while it moves on. */
const progressColumns = {
  fileBytes: "file_bytes",
  sha256: "sha256",
  idempotencyKey: "idempotency_key",
  shape: "shape",
  passwords: "passwords",
  isCancelled: "is_cancelled",
  phase: "phase",
  total: "total",
  planned: "planned",
  message: "message",
  warnings: "warnings",
  started: "started",
  finished: "finished",
} as const satisfies Record<Exclude<keyof ImportProgress, "request">, string>;
type ProgressName = keyof typeof progressColumns;

const progressNames = Object.keys(progressColumns).filter((name): name is ProgressName => name in progressColumns);

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
): {
  createImport: Apply<"createImport">;
  deleteImport: Apply<"deleteImport">;
  noteImportGroup: Apply<"noteImportGroup">;
  advanceImport: Apply<"advanceImport">;
} {
  const insert = db.prepare(
    `INSERT INTO import_job (tenant_id, id, state, dialect, mode, match, dry_run, options, file_name, file_bytes,
       created_by, created, retry_of, total, counts, warnings)
       VALUES (?, ?, 'received', ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, 0, ?, '[]') ON CONFLICT DO NOTHING`,
  );
  const remove = db.prepare("DELETE FROM import_job WHERE rid = ?");
  const note = db.prepare(
    "INSERT INTO import_group (tenant_id, import_rid, group_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  return {
    createImport(tenantId, { id, request, fileName, createdBy, retryOf, at }) {
      const counts = JSON.stringify(zeroCounts());
      const asked = requestValues(request);
      const { changes } = insert.run(tenantId, id, ...asked, fileName, createdBy, at, retryOf ?? null, counts);
      return changes > 0 ? noEffect : { kind: "exists" };
    },
    deleteImport(tenantId, { importId }) {
      return withJob(tenantId, importId, (rid, state) => {
        if (state !== "received") return { kind: "state", state };
        remove.run(rid);
        return noEffect;
      });
    },
    noteImportGroup(tenantId, { importId, groupId }) {
      return withJob(tenantId, importId, (rid) => {
        note.run(tenantId, rid, groupId);
        return noEffect;
      });
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
        const asked = change.request === undefined ? [] : requestValues(change.request);
        if (asked.length > 0) assignments.push("dialect = ?", "mode = ?", "match = ?", "dry_run = ?", "options = ?");
        // Two uploads with one idempotency key: the second finds the first by it.
        const { changes } = db
          .query(`UPDATE OR IGNORE import_job SET ${assignments.join(", ")} WHERE rid = ?`)
          .run(change.to, ...values, ...asked, rid);
        return changes > 0 ? noEffect : { kind: "exists" };
      });
    },
  };
}

function requestValues({ dialect, mode, match, dryRun, options }: ImportRequest) {
  return [dialect, mode, match, Number(dryRun), JSON.stringify(options)] as const;
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
    `INSERT INTO import_row (tenant_id, import_rid, row, line, planned, key, problems, raw)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       planned = excluded.planned, key = excluded.key, problems = excluded.problems, raw = excluded.raw`,
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
    planRow(tenantId, { importId, row, line, outcome, key, problems, raw }) {
      return withJob(tenantId, importId, (rid) => {
        const told = problems.length === 0 ? null : JSON.stringify(problems);
        insert.run(tenantId, rid, row, line, outcome, key, told, raw ?? null);
        return noEffect;
      });
    },
  };
}
