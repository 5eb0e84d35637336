import { ScimError } from "../../scim/error.ts";
import type { BoundFilter } from "../../scim/filter/bound.ts";
import { evaluate } from "../../scim/filter/evaluate.ts";
import type { JsonObject } from "../../scim/json.ts";
import { pageMembershipsMax } from "../../scim/limits.ts";
import { compareKeys, type Sort, type SortKey, sortKey } from "../../scim/sort.ts";
import { mentionsOf, wholeResource } from "../document.ts";
import type { SqlValue } from "../filter-sql.ts";
import type { Join, JoinedRecord, ResourcePage } from "../port.ts";
import { type ResourceRow, recordOf, resourceColumns } from "./row.ts";
import type { Prepare } from "./statements.ts";

/** Candidates between two looks at the other requests: about three milliseconds of parsing and evaluating. */
const scanRowsPerTurn = 500;

const tooManyMembers =
  `The resources of the page have more than ${pageMembershipsMax} members together; ` +
  "leave them out with excludedAttributes=members, or ask for fewer resources.";

interface Scan {
  readonly tenantId: number;
  readonly resourceType: string;
  /** The part of the filter that SQL answers, starting with AND; may be empty. */
  readonly condition: string;
  readonly params: readonly SqlValue[];
  /** The rest, evaluated on each candidate. */
  readonly residual: BoundFilter | undefined;
  readonly sort: Sort | undefined;
  readonly join: Join | undefined;
  readonly offset: number;
  readonly limit: number;
}

/**
 * Answers a filter or an order that no column can: walks the candidates in order of creation, evaluates each, and lets
 * other requests run in between. Keeps no more than the page, and for a sort the key of each match.
 */
export async function scanMatches(prepare: Prepare, scan: Scan): Promise<ResourcePage> {
  const { sort, offset, limit } = scan;
  if (sort !== undefined) return sortedMatches(prepare, scan, sort);
  const page: { readonly rid: number }[] = [];
  let total = 0;
  await walk(prepare, scan, (_, rid) => {
    if (total >= offset && page.length < limit) page.push({ rid });
    total++;
  });
  return { total, resources: recordsOf(prepare, scan.join, page) };
}

async function sortedMatches(prepare: Prepare, scan: Scan, sort: Sort): Promise<ResourcePage> {
  const matches: { readonly rid: number; readonly key: SortKey }[] = [];
  await walk(prepare, scan, (whole, rid) => void matches.push({ rid, key: sortKey(sort, whole) }));
  // The sort is stable, so what is equal stays in the order of creation.
  matches.sort((left, right) => compareKeys(sort, left.key, right.key));
  const page = matches.slice(scan.offset, scan.offset + scan.limit);
  return { total: matches.length, resources: recordsOf(prepare, scan.join, page) };
}

/**
 * The records of these rows, in their order; one that was deleted meanwhile is left out.
 *
 * @throws ScimError tooMany when their memberships together are too many for one answer
 */
export function recordsOf(
  prepare: Prepare,
  join: Join | undefined,
  rows: readonly { readonly rid: number }[],
): readonly JoinedRecord[] {
  if (rows.length === 0) return [];
  const one = prepare<ResourceRow>(`SELECT ${resourceColumns(join)} FROM resource r WHERE r.rid = ?`);
  let memberships = 0;
  return rows.flatMap(({ rid }) => {
    const records = one.all(rid).map(recordOf);
    for (const { joined } of records) memberships += joined.length;
    if (memberships > pageMembershipsMax) throw new ScimError("tooMany", tooManyMembers);
    return records;
  });
}

type Visit = (whole: JsonObject, rid: number) => void;

async function walk(prepare: Prepare, scan: Scan, visit: Visit): Promise<void> {
  const { tenantId, resourceType, condition, params, residual } = scan;
  const join = residual && mentionsOf(residual);
  const candidates = prepare<ResourceRow>(
    `SELECT ${resourceColumns(join)} FROM resource r
       WHERE tenant_id = ? AND resource_type = ? AND rid > ? ${condition} ORDER BY rid LIMIT ${scanRowsPerTurn}`,
  );
  for (let after = 0; ; ) {
    const rows = candidates.all(tenantId, resourceType, after, ...params);
    for (const row of rows) {
      const whole = wholeResource(recordOf(row), join);
      if (residual === undefined || evaluate(residual, whole)) visit(whole, row.rid);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < scanRowsPerTurn) return;
    after = last.rid;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
