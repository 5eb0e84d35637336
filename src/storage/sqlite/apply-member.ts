import type { Database } from "bun:sqlite";
import type { MemberDelta, Refusal } from "../change.ts";
import { builtInUserType } from "../port.ts";

/** Resources that are to be members, and which of them are groups. */
export interface Ends {
  readonly rids: readonly number[];
  readonly groupRids: ReadonlySet<number>;
}

/** What a delta did to the members of a group. */
export interface MemberEffect {
  readonly changed: boolean;
  /** How many more there are than before; negative when there are fewer. */
  readonly by: number;
}

/**
 * Writes memberships, a row each, and one more for a group in a group. Nothing here reads a whole group but a delta
 * that resets it. Who calls adds what it tells to `member_count`.
 */
export interface MemberWrites {
  /** The rids of these resources, or the refusal that names the first one that does not exist; or those that do. */
  endsOf(tenantId: number, ids: readonly string[], skipUnknown?: boolean): Ends | Refusal;
  /** Adds members to a group that was made just now; tells how many. */
  fill(tenantId: number, groupRid: number, added: Ends): number;
  /** Carries out a delta; `added` are the ends of its `add`. */
  change(tenantId: number, groupRid: number, delta: MemberDelta, added: Ends): MemberEffect;
  /** Ends the memberships of a resource that goes, as member and as group. */
  end(tenantId: number, rid: number, isGroup: boolean): void;
}

/** Rows looked at in one go where a group gets other members. */
const rowsPerLook = 10_000;

type TwoKeys = [number, number];
type ThreeKeys = [number, number, number];

function statementsOf(db: Database) {
  return {
    // One column costs less to read than two, and there may be a hundred thousand: the rid of a group is told as negative.
    endOf: db.prepare<{ rid: number }, [number, string]>(
      `SELECT CASE resource_type WHEN 'Group' THEN -rid ELSE rid END AS rid FROM resource
         WHERE tenant_id = ? AND id = ? AND resource_type <> '${builtInUserType}'`,
    ),
    insert: db.prepare<unknown, ThreeKeys>(
      "INSERT OR IGNORE INTO member (tenant_id, group_rid, member_rid) VALUES (?, ?, ?)",
    ),
    remove: db.prepare<unknown, ThreeKeys>(
      "DELETE FROM member WHERE tenant_id = ? AND group_rid = ? AND member_rid = ?",
    ),
    nest: db.prepare<unknown, ThreeKeys>(
      "INSERT OR IGNORE INTO nesting (tenant_id, group_rid, member_rid) VALUES (?, ?, ?)",
    ),
    unnest: db.prepare<unknown, ThreeKeys>(
      "DELETE FROM nesting WHERE tenant_id = ? AND group_rid = ? AND member_rid = ?",
    ),
    some: db.prepare<{ member_rid: number }, ThreeKeys>(
      `SELECT member_rid FROM member WHERE tenant_id = ? AND group_rid = ? AND member_rid > ?
         ORDER BY member_rid LIMIT ${rowsPerLook}`,
    ),
    nested: db.prepare<{ member_rid: number }, TwoKeys>(
      "SELECT member_rid FROM nesting WHERE tenant_id = ? AND group_rid = ?",
    ),
    empty: db.prepare<unknown, TwoKeys>("DELETE FROM member WHERE tenant_id = ? AND group_rid = ?"),
    leave: db.prepare<unknown, TwoKeys>("DELETE FROM member WHERE tenant_id = ? AND member_rid = ?"),
    emptyNested: db.prepare<unknown, TwoKeys>("DELETE FROM nesting WHERE tenant_id = ? AND group_rid = ?"),
    leaveNested: db.prepare<unknown, TwoKeys>("DELETE FROM nesting WHERE tenant_id = ? AND member_rid = ?"),
  };
}

type Statements = ReturnType<typeof statementsOf>;

export function memberWrites(db: Database): MemberWrites {
  const statements = statementsOf(db);
  const { endOf, insert, remove, nest, unnest, empty, leave, emptyNested, leaveNested } = statements;

  function fill(tenantId: number, groupRid: number, { rids, groupRids }: Ends): number {
    let count = 0;
    for (const rid of rids) count += insert.run(tenantId, groupRid, rid).changes;
    for (const rid of groupRids) nest.run(tenantId, groupRid, rid);
    return count;
  }

  function removeById(tenantId: number, groupRid: number, memberId: string): number {
    const end = endOf.get(tenantId, memberId);
    if (end === null) return 0;
    if (end.rid < 0) unnest.run(tenantId, groupRid, -end.rid);
    return remove.run(tenantId, groupRid, Math.abs(end.rid)).changes;
  }

  return {
    fill,
    endsOf(tenantId, ids, skipUnknown = false) {
      const rids: number[] = [];
      const groupRids = new Set<number>();
      for (const id of ids) {
        const end = endOf.get(tenantId, id);
        if (end === null) {
          if (skipUnknown) continue;
          return { kind: "unknownMember", id };
        }
        if (end.rid < 0) groupRids.add(-end.rid);
        rids.push(Math.abs(end.rid));
      }
      return { rids, groupRids };
    },
    change(tenantId, groupRid, delta, added) {
      let removed = delta.reset ? removeOthers(statements, tenantId, groupRid, new Set(added.rids)) : 0;
      const more = fill(tenantId, groupRid, added);
      if (!delta.reset) for (const id of delta.remove) removed += removeById(tenantId, groupRid, id);
      return { changed: more + removed > 0, by: more - removed };
    },
    end(tenantId, rid, isGroup) {
      for (const each of isGroup ? [empty, leave, emptyNested, leaveNested] : [leave]) each.run(tenantId, rid);
    },
  };
}

/** Removes every member but these; tells how many. */
function removeOthers(
  { some, nested, remove, unnest, empty, emptyNested }: Statements,
  tenantId: number,
  groupRid: number,
  kept: ReadonlySet<number>,
): number {
  if (kept.size === 0) {
    emptyNested.run(tenantId, groupRid);
    return empty.run(tenantId, groupRid).changes;
  }
  for (const { member_rid } of nested.all(tenantId, groupRid)) {
    if (!kept.has(member_rid)) unnest.run(tenantId, groupRid, member_rid);
  }
  let removed = 0;
  for (let after = 0; ; ) {
    const rows = some.all(tenantId, groupRid, after);
    for (const { member_rid } of rows) {
      if (!kept.has(member_rid)) removed += remove.run(tenantId, groupRid, member_rid).changes;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerLook) return removed;
    after = last.member_rid;
  }
}
