import type { Database } from "bun:sqlite";
import type { Refusal } from "../change.ts";
import { builtInUserType } from "../port.ts";

/** Writes memberships, a row each. Nothing here reads a whole group but `replace`. */
export interface MemberWrites {
  add(tenantId: number, groupRid: number, memberRid: number): boolean;
  removeById(tenantId: number, groupRid: number, memberId: string): boolean;
  /** Makes these the only members, touching just the rows that differ; true when any did. */
  replace(tenantId: number, groupRid: number, memberRids: ReadonlySet<number>): boolean;
  /** The rids of these resources, or the refusal that names the first one that does not exist; or those that do. */
  ridsOf(tenantId: number, ids: readonly string[], skipUnknown?: boolean): number[] | Refusal;
}

export function memberWrites(db: Database): MemberWrites {
  const ridOf = db.prepare<{ rid: number }, [number, string]>(
    `SELECT rid FROM resource WHERE tenant_id = ? AND id = ? AND resource_type <> '${builtInUserType}'`,
  );
  const insert = db.prepare("INSERT OR IGNORE INTO member (tenant_id, group_rid, member_rid) VALUES (?, ?, ?)");
  const remove = db.prepare("DELETE FROM member WHERE tenant_id = ? AND group_rid = ? AND member_rid = ?");
  const all = db.prepare<{ member_rid: number }, [number, number]>(
    "SELECT member_rid FROM member WHERE tenant_id = ? AND group_rid = ?",
  );
  const add = (tenantId: number, groupRid: number, memberRid: number): boolean =>
    insert.run(tenantId, groupRid, memberRid).changes > 0;

  return {
    add,
    removeById(tenantId, groupRid, memberId) {
      const row = ridOf.get(tenantId, memberId);
      return row !== null && remove.run(tenantId, groupRid, row.rid).changes > 0;
    },
    replace(tenantId, groupRid, memberRids) {
      let changed = false;
      for (const { member_rid } of all.all(tenantId, groupRid)) {
        if (memberRids.has(member_rid)) continue;
        remove.run(tenantId, groupRid, member_rid);
        changed = true;
      }
      for (const memberRid of memberRids) changed = add(tenantId, groupRid, memberRid) || changed;
      return changed;
    },
    ridsOf(tenantId, ids, skipUnknown = false) {
      const rids: number[] = [];
      for (const id of ids) {
        const row = ridOf.get(tenantId, id);
        if (row !== null) rids.push(row.rid);
        else if (!skipUnknown) return { kind: "unknownMember", id };
      }
      return rids;
    },
  };
}
