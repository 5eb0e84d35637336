import type { Join, MembershipRecord, Store } from "../../src/storage/port.ts";

type Memberships = ReadonlyMap<string, readonly MembershipRecord[]>;

/** The memberships of each of these users and groups; ids without any are left out. */
async function read(store: Store, tenantId: number, ids: readonly string[], join: Join): Promise<Memberships> {
  const found = new Map<string, readonly MembershipRecord[]>();
  for (const id of ids) {
    for (const type of ["User", "Group"]) {
      const joined = (await store.resources.get(tenantId, type, id, join))?.joined ?? [];
      if (joined.length > 0) found.set(id, joined);
    }
  }
  return found;
}

export const groupsOf = (store: Store, tenantId: number, ids: readonly string[]) =>
  read(store, tenantId, ids, "groups");
export const membersOf = (store: Store, tenantId: number, ids: readonly string[]) =>
  read(store, tenantId, ids, "members");
