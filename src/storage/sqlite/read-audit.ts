import type { Database } from "bun:sqlite";
import type { AuditLine, AuditReads } from "../audit.ts";
import { sha256 } from "./audit-hash.ts";
import type { audit } from "./audit-schema.ts";

/** Lines that one page looks at: a rare action of long ago is found over several pages, and holds up nobody. */
const lookedAtMax = 20_000;

type Row = typeof audit.$inferSelect;

const columns = `tenant_id AS tenantId, sequence, at, action, actor_kind AS actorKind, actor_id AS actorId,
  actor_name AS actorName, address, target_type AS targetType, target_id AS targetId, details, before,
  after_hash AS afterHash, hash`;

interface PageValues {
  [name: string]: number | string | null;
}

/** The statements of the trail, prepared once. */
function statementsOf(db: Database) {
  const page = (source: string, target: string) =>
    db.prepare<Row, PageValues>(
      `SELECT ${columns} FROM ${source} WHERE tenant_id = $tenantId AND sequence < $end AND sequence >= $floor ${target}
         AND ($action IS NULL OR action = $action) AND ($targetType IS NULL OR target_type = $targetType)
         AND ($actor IS NULL OR actor_id = $actor OR actor_name = $actor) ORDER BY sequence DESC LIMIT $limit`,
    );
  // The planner would rather walk all lines backwards than look one target up.
  const pages = {
    ofAll: page("audit", "AND $targetId IS NULL"),
    ofTarget: page("audit INDEXED BY audit_target", "AND target_id = $targetId"),
  } as const;
  const head = db.prepare<{ sequence: number; hash: Uint8Array }, [number]>(
    "SELECT sequence, hash FROM audit WHERE tenant_id = ? ORDER BY sequence DESC LIMIT 1",
  );
  const at = db.prepare<{ at: number }, [number, number]>("SELECT at FROM audit WHERE tenant_id = ? AND sequence = ?");
  const laterBefore = db.prepare<{ before: string }, [number, string, number]>(
    `SELECT before FROM audit INDEXED BY audit_target WHERE tenant_id = ? AND target_id = ? AND sequence > ? AND before IS NOT NULL
       ORDER BY sequence LIMIT 1`,
  );
  const current = db.prepare<{ doc: string }, [number, string]>(
    "SELECT doc FROM resource WHERE tenant_id = ? AND id = ?",
  );
  return { pages, head, at, laterBefore, current };
}

/** How the trail is read. */
export function auditReads(db: Database): AuditReads {
  const { pages, head, at, laterBefore, current } = statementsOf(db);

  /** The first line at or after a time: lines are in the order of time, so that it is found by halves. */
  function firstSince(tenantId: number, time: number, last: number): number {
    let [low, high] = [1, last + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((at.get(tenantId, middle)?.at ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The document after a line: what the next line had before it, or what is there now, if it is that. */
  function afterOf(tenantId: number, { sequence, targetId, afterHash }: Row): string | null {
    if (afterHash === null) return null;
    const doc = laterBefore.get(tenantId, targetId, sequence)?.before ?? current.get(tenantId, targetId)?.doc;
    return doc !== undefined && Buffer.compare(sha256(doc), afterHash) === 0 ? doc : null;
  }

  function lineOf(row: Row): AuditLine {
    const { sequence, action, targetType, targetId, details, before, hash, actorKind, address } = row;
    const actor = { kind: actorKind, id: row.actorId, name: row.actorName, address };
    const after = afterOf(row.tenantId, row);
    const target = { targetType, targetId };
    return {
      sequence,
      at: row.at,
      action,
      actor,
      ...target,
      details,
      before,
      after,
      hash: Buffer.from(hash).toString("hex"),
    };
  }

  return {
    async head(tenantId) {
      const row = head.get(tenantId);
      return row === null ? undefined : { sequence: row.sequence, hash: Buffer.from(row.hash).toString("hex") };
    },
    async lines({ tenantId, before, limit, from, to, ...asked }) {
      const last = head.get(tenantId)?.sequence ?? 0;
      const end = Math.min(before ?? last + 1, to === undefined ? last + 1 : firstSince(tenantId, to, last));
      const start = from === undefined ? 1 : firstSince(tenantId, from, last);
      const floor = asked.targetId === undefined ? Math.max(start, end - lookedAtMax) : start;
      const { action = null, actor = null, targetType = null, targetId = null } = asked;
      const which = targetId === null ? pages.ofAll : pages.ofTarget;
      const rows = which.all({ tenantId, end, floor, limit, action, actor, targetType, targetId });
      const lines = rows.map(lineOf);
      const next = rows.length === limit ? rows.at(-1)?.sequence : floor > start ? floor : undefined;
      return next === undefined ? { lines } : { lines, next };
    },
  };
}
