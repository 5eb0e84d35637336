import { expect } from "bun:test";
import { groupsOf, membersOf } from "../../support/membership.ts";
import { changeMembers, type Promises, remove, replace, unknownId } from "./world.ts";

const deltaPromises: Promises = {
  "members are added and removed without touching the others": async (world) => {
    const [ann, bob, cay] = [await world.addUser("ann"), await world.addUser("bob"), await world.addUser("cay")];
    const group = await world.addGroup("staff", [ann.id, bob.id]);
    const at = world.now();
    expect(await world.apply(changeMembers(group.id, { add: [cay.id], remove: [ann.id] }, at))).toEqual([
      { changed: true, version: 2, created: group.at, modified: at },
    ]);
    expect(await world.memberIds(group.id)).toEqual([bob.id, cay.id].sort());
    const record = await world.store.resources.get(world.tenantId, "Group", group.id);
    expect(record).toEqual({
      joined: [],
      resourceType: "Group",
      id: group.id,
      version: 2,
      created: group.at,
      modified: at,
      doc: group.doc,
    });
  },

  "a delta of many members bumps the version once": async (world) => {
    const users = [await world.addUser("ann"), await world.addUser("bob"), await world.addUser("cay")];
    const group = await world.addGroup("staff");
    await world.apply(changeMembers(group.id, { add: users.map(({ id }) => id) }, world.now()));
    expect(await world.version(group)).toBe(2);
  },

  "a delta that changes nothing bumps nothing": async (world) => {
    const [ann, bob] = [await world.addUser("ann"), await world.addUser("bob")];
    const group = await world.addGroup("staff", [ann.id]);
    const deltas = [
      {},
      { add: [ann.id] },
      { add: [ann.id, ann.id] },
      { remove: [bob.id] },
      { remove: [unknownId] },
      { add: [ann.id], remove: [bob.id, unknownId] },
    ];
    for (const delta of deltas) {
      expect(await world.apply(changeMembers(group.id, delta, world.now()))).toEqual([
        { changed: false, version: 1, created: group.at, modified: group.at },
      ]);
    }
    const record = await world.store.resources.get(world.tenantId, "Group", group.id);
    expect(record).toMatchObject({ version: 1, modified: group.at });
    expect(await world.memberIds(group.id)).toEqual([ann.id]);
  },

  "a membership does not change the member": async (world) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff");
    await world.apply(changeMembers(group.id, { add: [ann.id] }, world.now()));
    const record = await world.store.resources.get(world.tenantId, "User", ann.id);
    expect(record).toMatchObject({ version: 1, modified: ann.at });
  },

  "a delta is refused when there is no such group": async (world) => {
    const ann = await world.addUser("ann");
    const toNobody = changeMembers(unknownId, { add: [ann.id] }, world.now());
    expect(await world.refusal(toNobody)).toEqual({ kind: "notFound", id: unknownId });
    const toUser = changeMembers(ann.id, { add: [ann.id] }, world.now());
    expect(await world.refusal(toUser)).toEqual({ kind: "notFound", id: ann.id });
  },

  "a delta with a member that does not exist is refused, and leaves everything": async (world) => {
    const [ann, bob] = [await world.addUser("ann"), await world.addUser("bob")];
    const group = await world.addGroup("staff", [ann.id]);
    const delta = { add: [bob.id, unknownId], remove: [ann.id] };
    expect(await world.refusal(changeMembers(group.id, delta, world.now()))).toEqual({
      kind: "unknownMember",
      id: unknownId,
    });
    expect(await world.memberIds(group.id)).toEqual([ann.id]);
    expect(await world.version(group)).toBe(1);
  },

  "a deleted user can not become a member": async (world) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff");
    await world.apply(remove(ann, world.now()));
    expect(await world.refusal(changeMembers(group.id, { add: [ann.id] }, world.now()))).toEqual({
      kind: "unknownMember",
      id: ann.id,
    });
  },
};

const readPromises: Promises = {
  "memberships are read from either end, with type and display": async (world) => {
    const ann = await world.addUser("ann", { displayName: "Ann A." });
    const bob = await world.addUser("Bob");
    const inner = await world.addGroup("Inner", [ann.id]);
    const outer = await world.addGroup("Outer", [inner.id, bob.id]);
    const kind = "direct";
    const members = await membersOf(world.store, world.tenantId, [inner.id, outer.id]);
    expect(members.get(inner.id)).toEqual([{ resourceType: "User", id: ann.id, display: "Ann A.", kind }]);
    expect([...(members.get(outer.id) ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { resourceType: "User", id: bob.id, display: "Bob", kind },
      { resourceType: "Group", id: inner.id, display: "Inner", kind },
    ]);
    const groups = await groupsOf(world.store, world.tenantId, [bob.id, inner.id]);
    expect(groups.get(bob.id)).toEqual([{ resourceType: "Group", id: outer.id, display: "Outer", kind }]);
    expect(groups.get(inner.id)).toEqual([{ resourceType: "Group", id: outer.id, display: "Outer", kind }]);
  },

  "resources without a membership are left out": async (world) => {
    const [ann, bob] = [await world.addUser("ann"), await world.addUser("bob")];
    const full = await world.addGroup("full", [ann.id]);
    const empty = await world.addGroup("empty");
    const groups = await groupsOf(world.store, world.tenantId, [ann.id, bob.id, full.id, unknownId]);
    expect([...groups.keys()]).toEqual([ann.id]);
    const members = await membersOf(world.store, world.tenantId, [empty.id, full.id, ann.id, unknownId]);
    expect([...members.keys()]).toEqual([full.id]);
    expect((await groupsOf(world.store, world.tenantId, [])).size).toBe(0);
    expect((await membersOf(world.store, world.tenantId, [])).size).toBe(0);
  },

  "the display of a membership follows the resource": async (world) => {
    const ann = await world.addUser("ann", { displayName: "Ann" });
    const group = await world.addGroup("staff", [ann.id]);
    const display = async () => (await membersOf(world.store, world.tenantId, [group.id])).get(group.id)?.[0]?.display;
    await world.apply(replace({ ...world.user("ann", { displayName: "Anna" }), id: ann.id }));
    expect(await display()).toBe("Anna");
    await world.apply(replace({ ...world.user("ann"), id: ann.id }));
    expect(await display()).toBe("ann");
    const nameless = { ...world.user("ann"), id: ann.id, doc: '{"schemas":[]}' };
    await world.apply(replace(nameless));
    expect(await display()).toBeNull();
  },

  "groups may be nested in a circle, and be their own member": async (world) => {
    const first = await world.addGroup("first");
    const second = await world.addGroup("second", [first.id]);
    await world.apply(changeMembers(first.id, { add: [second.id, first.id] }, world.now()));
    expect(await world.memberIds(first.id)).toEqual([first.id, second.id].sort());
    expect(await world.groupIds(first.id)).toEqual([first.id, second.id].sort());
    await world.apply(remove(first, world.now()));
    expect(await world.memberIds(second.id)).toEqual([]);
    expect(await world.groupIds(second.id)).toEqual([]);
  },
};

export const membershipPromises: Promises = { ...deltaPromises, ...readPromises };
