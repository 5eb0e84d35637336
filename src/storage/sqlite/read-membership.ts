import type { Database } from "bun:sqlite";
import type { Join, MembershipRecord } from "../port.ts";
import { joinedSql, membershipsOf } from "./row.ts";

/** The other ends of the memberships of each of these resources; ids without any are left out. */
type MembershipReads = (
  tenantId: number,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, readonly MembershipRecord[]>>;

/** Reads memberships alone, from either end. */
export function membershipReads(db: Database): { groupsOf: MembershipReads; membersOf: MembershipReads } {
  const reader = (join: Join): MembershipReads => {
    const statement = db.prepare<{ joined: string }, [number, string]>(
      `SELECT ${joinedSql(join)} AS joined FROM resource r WHERE r.tenant_id = ? AND r.id = ?`,
    );
    return async (tenantId, ids) => {
      const found = new Map<string, readonly MembershipRecord[]>();
      for (const id of ids) {
        const memberships = membershipsOf(statement.get(tenantId, id)?.joined ?? "[]");
        if (memberships.length > 0) found.set(id, memberships);
      }
      return found;
    };
  };
  return { groupsOf: reader("groups"), membersOf: reader("members") };
}
