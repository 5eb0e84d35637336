import type { BoundFilter } from "../../scim/filter/bound.ts";
import { evaluate } from "../../scim/filter/evaluate.ts";
import { mentionsOf, wholeResource } from "../document.ts";
import type { SqlValue } from "../filter-sql.ts";
import type { ResourcePage, ResourceRecord } from "../port.ts";
import type { MembershipReads } from "./read-membership.ts";
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
  readonly offset: number;
  readonly limit: number;
}

/**
 * Answers a filter that no column can: walks the candidates in order of creation, evaluates each, and lets other
 * requests run in between. Keeps no more than the page.
 */
export async function scanMatches(
  prepare: Prepare,
  joins: { groupsOf: MembershipReads; membersOf: MembershipReads },
  scan: Scan,
): Promise<ResourcePage> {
  const mentions = mentionsOf(scan.residual);
  const candidates = prepare<ResourceRow>(
    `SELECT ${resourceColumns} FROM resource
       WHERE tenant_id = ? AND resource_type = ? AND rid > ? ${scan.condition} ORDER BY rid LIMIT ${scanRowsPerTurn}`,
  );
  const matches = (record: ResourceRecord): boolean => {
    const members = mentions.members ? joins.membersOf(scan.tenantId, [record.id]).get(record.id) : undefined;
    const groups = mentions.groups ? joins.groupsOf(scan.tenantId, [record.id]).get(record.id) : undefined;
    return evaluate(scan.residual, wholeResource(record, members ?? [], groups ?? []));
  };
  const resources: ResourceRecord[] = [];
  let total = 0;
  for (let after = 0; ; ) {
    const rows = candidates.all(scan.tenantId, scan.resourceType, after, ...scan.params);
    for (const row of rows) {
      const record = recordOf(row);
      if (!matches(record)) continue;
      if (total >= scan.offset && resources.length < scan.limit) resources.push(record);
      total++;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < scanRowsPerTurn) return { total, resources };
    after = last.rid;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
