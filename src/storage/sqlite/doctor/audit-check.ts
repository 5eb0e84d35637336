import type { Database } from "bun:sqlite";
import type { Actor } from "../../audit.ts";
import { firstHash, lineHash, sha256 } from "../audit-hash.ts";
import type { Check } from "./check.ts";

interface Row {
  tenant_id: number;
  sequence: number;
  at: number;
  action: string;
  actor_kind: Actor["kind"];
  actor_id: string;
  actor_name: string;
  address: string;
  target_type: string;
  target_id: string;
  details: string | null;
  before: string | null;
  after_hash: Uint8Array | null;
  hash: Uint8Array;
}

const restoreAdvice =
  "somebody changed the database by other means than this program: compare it with a backup, and with the number and " +
  "hash of the last line that were noted before";

/** Whether each line of the trail follows from the one before it, and none is missing between two. */
const chainCheck: Check = {
  name: "audit trail",
  looksFor: "lines that were changed, left out or put between others",
  needs: "tables",
  *look({ db }) {
    let last: { readonly tenantId: number; readonly sequence: number; readonly hash: Uint8Array } | undefined;
    const rows = db.query<Row, []>("SELECT * FROM audit ORDER BY tenant_id, sequence").iterate();
    for (const row of rows) {
      const { tenant_id: tenantId, sequence } = row;
      const before = last?.tenantId === tenantId ? last : { sequence: 0, hash: firstHash };
      if (sequence !== before.sequence + 1) {
        yield `tenant ${tenantId}: line ${before.sequence + 1} is missing before line ${sequence}`;
      } else if (Buffer.compare(hashOf(before.hash, row), row.hash) !== 0) {
        yield `tenant ${tenantId}: line ${sequence} is not what it was`;
      }
      last = { tenantId, sequence, hash: row.hash };
    }
  },
  note: ({ db }) => headsText(db),
  advice: restoreAdvice,
};

function hashOf(before: Uint8Array, row: Row): Uint8Array {
  const { actor_kind: kind, actor_id: id, actor_name: name, address, after_hash: afterHash } = row;
  const { sequence, at, action, target_type: targetType, target_id: targetId, details } = row;
  const line = { sequence, at, action, targetType, targetId, details, before: row.before, afterHash };
  return lineHash(before, { ...line, actor: { kind, id, name, address } });
}

/** The last line of each tenant: kept elsewhere, it tells whether the end was cut off. */
function headsText(db: Database): string {
  const heads = db
    .query<{ tenant_id: number; sequence: number; hash: string }, []>(
      `SELECT tenant_id, max(sequence) AS sequence, lower(hex(hash)) AS hash FROM audit GROUP BY tenant_id`,
    )
    .all();
  if (heads.length === 0) return "no line yet";
  return heads.map(({ tenant_id, sequence, hash }) => `tenant ${tenant_id}: line ${sequence}, ${hash}`).join("; ");
}

/** Whether documents are those that the trail tells. Those from before there was a trail are none of it. */
const documentCheck: Check = {
  name: "documents of the audit trail",
  looksFor: "resources that were changed or removed without a line in the trail",
  needs: "tables",
  *look({ db }) {
    const told = db.query<{ hash: Uint8Array | null }, [number, string]>(
      `SELECT after_hash AS hash FROM audit INDEXED BY audit_target WHERE tenant_id = ? AND target_id = ?
         AND (after_hash IS NOT NULL OR before IS NOT NULL) ORDER BY sequence DESC LIMIT 1`,
    );
    const there = db.query<{ tenant_id: number; id: string; type: string; doc: string }, []>(
      "SELECT tenant_id, id, resource_type AS type, doc FROM resource ORDER BY rid",
    );
    for (const { tenant_id, id, type, doc } of there.iterate()) {
      const last = told.get(tenant_id, id);
      if (last === null || (last.hash !== null && Buffer.compare(last.hash, sha256(doc)) === 0)) continue;
      yield `tenant ${tenant_id}: ${type} ${id} is not as the trail tells`;
    }
    const gone = db.query<{ tenant_id: number; id: string; type: string }, []>(
      `SELECT tenant_id, target_id AS id, target_type AS type FROM audit AS line WHERE after_hash IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM resource WHERE resource.tenant_id = line.tenant_id AND resource.id = line.target_id)
         AND NOT EXISTS (SELECT 1 FROM audit AS later INDEXED BY audit_target WHERE later.tenant_id = line.tenant_id
           AND later.target_id = line.target_id AND later.sequence > line.sequence AND later.before IS NOT NULL)`,
    );
    for (const { tenant_id, id, type } of gone.iterate()) yield `tenant ${tenant_id}: ${type} ${id} is gone`;
  },
  advice: restoreAdvice,
};

export const auditChecks: readonly Check[] = [chainCheck, documentCheck];
