import type { BoundFilter } from "../../scim/filter/bound.ts";
import { evaluate } from "../../scim/filter/evaluate.ts";
import { mentionsOf, wholeResource } from "../document.ts";
import type { SqlValue } from "../filter-sql.ts";
import type { Join, JoinedRecord, ResourcePage } from "../port.ts";
import { type ResourceRow, recordOf, resourceColumns } from "./row.ts";
import type { Prepare } from "./statements.ts";

/** Candidates between two looks at the other requests: about three milliseconds of parsing and evaluating. */
const scanRowsPerTurn = 500;

interface Scan {
  readonly tenantId: number;
  readonly resourceType: string;
  /** The part of the filter that SQL answers, starting with AND; may be empty. */
  readonly condition: string;
  readonly params: readonly SqlValue[];
  /** The rest, evaluated on each candidate. */
  readonly residual: BoundFilter;
  readonly join: Join | undefined;
  readonly offset: number;
  readonly limit: number;
}

/**
 * Answers a filter that no column can: walks the candidates in order of creation, evaluates each, and lets other
 * requests run in between. Keeps no more than the page.
 */
export async function scanMatches(prepare: Prepare, scan: Scan): Promise<ResourcePage> {
  const { tenantId, resourceType, condition, params, residual, offset, limit } = scan;
  const mentioned = mentionsOf(residual);
  const join = mentioned ?? scan.join;
  const candidates = prepare<ResourceRow>(
    `SELECT ${resourceColumns(join)} FROM resource r
       WHERE tenant_id = ? AND resource_type = ? AND rid > ? ${condition} ORDER BY rid LIMIT ${scanRowsPerTurn}`,
  );
  const resources: JoinedRecord[] = [];
  let total = 0;
  for (let after = 0; ; ) {
    const rows = candidates.all(tenantId, resourceType, after, ...params);
    for (const row of rows) {
      const record = recordOf(row);
      if (!evaluate(residual, wholeResource(record, join))) continue;
      if (total >= offset && resources.length < limit) resources.push(record);
      total++;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < scanRowsPerTurn) return { total, resources };
    after = last.rid;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
