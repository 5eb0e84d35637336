import type { Database } from "bun:sqlite";
import type { MembershipRecord, MembersPage, MembersQuery } from "../port.ts";
import { endColumns } from "./row.ts";
import { snapshot } from "./statements.ts";

/** Rows of memberships read between two looks at the other requests: about three milliseconds. */
const rowsPerTurn = 10_000;
/** Members counted at a time where they can be in several groups. */
const countedAtOnce = 5_000;

interface EndRow {
  rid: number;
  id: string;
  resource_type: string;
  display: string | null;
  direct: number;
}

const kinds: Readonly<Record<number, MembershipRecord["kind"]>> = { 0: "indirect", 1: "direct" };

function membershipOf({ id, resource_type: resourceType, display, direct }: EndRow): MembershipRecord {
  return { resourceType, id, display, kind: kinds[direct] ?? "direct" };
}

function statementsOf(db: Database) {
  return {
    find: db.prepare<{ rid: number; member_count: number }, [number, string]>(
      "SELECT rid, member_count FROM resource WHERE tenant_id = ? AND id = ? AND resource_type = 'Group'",
    ),
    direct: db.prepare<EndRow, [number, number, number, number]>(
      `SELECT m.member_rid AS rid, ${endColumns}, 1 AS direct
         FROM member m CROSS JOIN resource o ON o.rid = m.member_rid
         WHERE m.tenant_id = ? AND m.group_rid = ? AND m.member_rid > ? ORDER BY m.member_rid LIMIT ?`,
    ),
    inside: db.prepare<{ rid: number }, { rid: number; tenantId: number }>(
      `WITH RECURSIVE inside(rid) AS (SELECT $rid
         UNION SELECT n.member_rid FROM inside CROSS JOIN nesting n ON n.tenant_id = $tenantId AND n.group_rid = inside.rid
       ) SELECT rid FROM inside`,
    ),
    rids: db.prepare<{ rid: number }, [number, number, number, number, number]>(
      `SELECT member_rid AS rid FROM member
         WHERE tenant_id = ? AND group_rid = ? AND member_rid > ? AND member_rid < ? ORDER BY member_rid LIMIT ?`,
    ),
    end: db.prepare<EndRow, [number, number, number]>(
      `SELECT o.rid, ${endColumns}, EXISTS (SELECT 1 FROM member m
         WHERE m.tenant_id = ? AND m.group_rid = ? AND m.member_rid = o.rid) AS direct FROM resource o WHERE o.rid = ?`,
    ),
  };
}

type Statements = ReturnType<typeof statementsOf>;

/** Reads the members of groups in pages, by the place of the last one. */
export function memberReads(db: Database): (query: MembersQuery) => Promise<MembersPage | undefined> {
  const statements = statementsOf(db);
  return async (query) => {
    const { tenantId, groupId, after = 0, limit, indirect = false } = query;
    if (!indirect) return snapshot(db, () => directPage(statements, query));
    const group = statements.find.get(tenantId, groupId);
    if (group === null) return undefined;
    const inside = statements.inside.all({ rid: group.rid, tenantId }).map(({ rid }) => rid);
    // Nobody is in a group indirectly that no group is in.
    if (inside.length === 1) return snapshot(db, () => directPage(statements, query));
    const total = query.after === undefined ? await countOf(statements, tenantId, inside) : undefined;
    const rids = limit === 0 ? [] : await nextRids(statements, tenantId, inside, after, limit + 1);
    const members = snapshot(db, () =>
      rids.slice(0, limit).flatMap((rid) => statements.end.get(tenantId, group.rid, rid) ?? []),
    );
    const last = rids.length > limit ? rids[limit - 1] : undefined;
    return { total, members: members.map(membershipOf), ...(last !== undefined && { next: last }) };
  };
}

function directPage({ find, direct }: Statements, query: MembersQuery): MembersPage | undefined {
  const { tenantId, groupId, after = 0, limit } = query;
  const group = find.get(tenantId, groupId);
  if (group === null) return undefined;
  // One more than the page tells whether there is another one.
  const rows = limit === 0 ? [] : direct.all(tenantId, group.rid, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { total: group.member_count, members: page.map(membershipOf), ...(last && { next: last.rid }) };
}

/** The first members of these groups beyond a place, each once and in order. Other requests run in between. */
async function nextRids(
  { rids }: Statements,
  tenantId: number,
  groupRids: readonly number[],
  after: number,
  limit: number,
): Promise<readonly number[]> {
  let found = new Set<number>();
  // Beyond the last that is wanted so far, nobody is.
  let end = Number.MAX_SAFE_INTEGER;
  let read = 0;
  const cut = (): void => {
    const first = [...found].sort((left, right) => left - right).slice(0, limit);
    found = new Set(first);
    if (first.length === limit) end = first[limit - 1] ?? end;
  };
  for (const groupRid of groupRids) {
    const rows = rids.all(tenantId, groupRid, after, end, limit);
    for (const { rid } of rows) found.add(rid);
    // A group that is empty takes a look, too.
    read += rows.length + 10;
    if (found.size > limit) cut();
    if (read < rowsPerTurn) continue;
    read = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  cut();
  return [...found];
}

async function countOf(statements: Statements, tenantId: number, groupRids: readonly number[]): Promise<number> {
  let total = 0;
  for (let after = 0; ; ) {
    const rids = await nextRids(statements, tenantId, groupRids, after, countedAtOnce);
    total += rids.length;
    const last = rids.at(-1);
    if (last === undefined || rids.length < countedAtOnce) return total;
    after = last;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
