import { expect } from "bun:test";
import fc from "fast-check";
import { joinedMembersMax } from "../../../src/scim/limits.ts";
import type { MemberDelta, ResourceContent } from "../../../src/storage/change.ts";
import type { MembershipRecord, MembersQuery } from "../../../src/storage/port.ts";
import { changeMembers, create, type Promises, remove, replace, unknownId, type World } from "./world.ts";

type Asked = Pick<MembersQuery, "indirect">;

/** Everybody whom pages of so many show, in their order, and the total that the first one told. */
async function walk({ store, tenantId }: World, groupId: string, limit: number, asked: Asked = {}) {
  const members: MembershipRecord[] = [];
  let total: number | undefined;
  for (let after: number | undefined; ; ) {
    const page = await store.resources.members({ tenantId, groupId, after, limit, ...asked });
    if (page === undefined) throw new Error("no such group");
    if (after === undefined) total = page.total;
    expect(page.members.length).toBeLessThanOrEqual(limit);
    members.push(...page.members);
    after = page.next;
    if (after === undefined) return { total, members };
  }
}

const idsOf = (members: readonly MembershipRecord[]): readonly string[] => members.map(({ id }) => id);

async function count(world: World, groupId: string): Promise<number | undefined> {
  const { store, tenantId } = world;
  return (await store.resources.members({ tenantId, groupId, limit: 0 }))?.total;
}

async function addUsers(world: World, many: number): Promise<readonly string[]> {
  const users = Array.from({ length: many }, (_, index) => world.user(`user${index}`));
  const results = await world.store.commit(users.map((user) => world.set(create(user))));
  expect(results.every(({ applied }) => applied)).toBe(true);
  return users.map(({ id }) => id);
}

const reset = (groupId: string, add: readonly string[], at: number) =>
  ({ kind: "changeMembers", groupId, reset: true, add, remove: [], at }) as const;

/** Asserts that a group has just these members, in pages and with the resource, and knows how many. */
async function expectMembers(world: World, groupId: string, ids: readonly string[]): Promise<void> {
  const { total, members } = await walk(world, groupId, 2);
  expect([...idsOf(members)].sort()).toEqual([...ids].sort());
  expect([total, await count(world, groupId)]).toEqual([ids.length, ids.length]);
  expect(await world.memberIds(groupId)).toEqual([...ids].sort());
}

const countPromises: Promises = {
  "a group knows how many members it has, however they come and go": async (world) => {
    const [a = "", b = "", c = ""] = await addUsers(world, 3);
    const staff = await world.addGroup("staff", [a, b, a]);
    await expectMembers(world, staff.id, [a, b]);
    await world.apply(changeMembers(staff.id, { add: [b, c, c], remove: [a, unknownId] }, world.now()));
    await expectMembers(world, staff.id, [b, c]);
    await world.apply(changeMembers(staff.id, { add: [a], remove: [b] }, world.now()));
    await expectMembers(world, staff.id, [a, c]);
    await world.apply(reset(staff.id, [b, c], world.now()));
    await expectMembers(world, staff.id, [b, c]);
    await world.apply(replace({ ...staff, members: [a] }));
    await expectMembers(world, staff.id, [a]);
    await world.apply(replace({ ...world.group("renamed", [a, b, c]), id: staff.id }));
    await expectMembers(world, staff.id, [a, b, c]);
    const memberDelta: MemberDelta = { reset: false, add: [], remove: [a] };
    await world.apply({ ...replace({ ...world.group("again"), id: staff.id }), memberDelta });
    await expectMembers(world, staff.id, [b, c]);
    await world.apply(reset(staff.id, [], world.now()));
    await expectMembers(world, staff.id, []);
  },

  "a deleted member is gone from every group, and from their counts": async (world) => {
    const [a = "", b = ""] = await addUsers(world, 2);
    const inner = await world.addGroup("inner", [a, b]);
    const outer = await world.addGroup("outer", [inner.id, a]);
    await world.apply(changeMembers(inner.id, { add: [inner.id] }, world.now()));
    const leaver: ResourceContent = { ...world.user("user0"), id: a };
    await world.apply(remove(leaver, world.now()));
    await expectMembers(world, inner.id, [b, inner.id]);
    await expectMembers(world, outer.id, [inner.id]);
    await world.apply(remove(inner, world.now()));
    await expectMembers(world, outer.id, []);
    expect(await world.groupIds(b)).toEqual([]);
    expect((await walk(world, outer.id, 10, { indirect: true })).members).toEqual([]);
  },

  "a refused change of members leaves their count": async (world) => {
    const [a = "", b = ""] = await addUsers(world, 2);
    const staff = await world.addGroup("staff", [a]);
    await world.refusal(changeMembers(staff.id, { add: [b, unknownId], remove: [a] }, world.now()));
    await world.refusal(changeMembers(staff.id, { add: [b] }, world.now()), changeMembers(unknownId, {}, world.now()));
    await expectMembers(world, staff.id, [a]);
  },

  "members that do not exist are not counted where they are left out": async (world) => {
    const [a = ""] = await addUsers(world, 1);
    const staff = { ...world.group("staff", [a, unknownId]), skipUnknownMembers: true };
    await world.apply(create(staff));
    await expectMembers(world, staff.id, [a]);
  },
};

const pagePromises: Promises = {
  "members are read in pages of any size, in one order, with type, display and kind": async (world) => {
    const ids = await addUsers(world, 5);
    const inner = await world.addGroup("Inner");
    const staff = await world.addGroup("staff", [inner.id, ...[...ids].reverse()]);
    const expected = [
      ...ids.map((id, index) => ({ resourceType: "User", id, display: `user${index}`, kind: "direct" })),
      { resourceType: "Group", id: inner.id, display: "Inner", kind: "direct" },
    ];
    const whole = await world.store.resources.get(world.tenantId, "Group", staff.id, "members");
    for (const limit of [1, 2, 5, 6, 7]) {
      const { total, members } = await walk(world, staff.id, limit);
      expect<readonly object[]>(members).toEqual(expected);
      expect(members).toEqual([...(whole?.joined ?? [])]);
      expect(total).toBe(6);
    }
  },

  "who comes and goes while members are read moves nobody else": async (world) => {
    const ids = await addUsers(world, 8);
    const staff = await world.addGroup("staff", ids.slice(1, 7));
    const query = { tenantId: world.tenantId, groupId: staff.id, limit: 3 };
    const first = await world.store.resources.members(query);
    expect(idsOf(first?.members ?? [])).toEqual(ids.slice(1, 4));
    // The last of the page and one before it go; one comes before the place, one behind it.
    const delta = { add: [ids[0] ?? "", ids[7] ?? ""], remove: [ids[3] ?? "", ids[1] ?? "", ids[5] ?? ""] };
    await world.apply(changeMembers(staff.id, delta, world.now()));
    const second = await world.store.resources.members({ ...query, after: first?.next });
    expect([idsOf(second?.members ?? []), second?.total, second?.next]).toEqual([
      [ids[4], ids[6], ids[7]].map((id) => id ?? ""),
      5,
      undefined,
    ]);
  },

  "only a group of the tenant has members to read": async (world) => {
    const [a = ""] = await addUsers(world, 1);
    const staff = await world.addGroup("staff", [a]);
    const { members } = world.store.resources;
    for (const indirect of [false, true]) {
      const asked = { limit: 10, indirect };
      expect(await members({ ...asked, tenantId: world.tenantId, groupId: unknownId })).toBeUndefined();
      expect(await members({ ...asked, tenantId: world.tenantId, groupId: a })).toBeUndefined();
      expect(await members({ ...asked, tenantId: world.tenantId + 1, groupId: staff.id })).toBeUndefined();
    }
  },

  "a resource comes with its members up to a number, and beyond that they are read in pages": async (world) => {
    const ids = await addUsers(world, joinedMembersMax + 1);
    const staff = await world.addGroup("staff", ids.slice(1));
    const get = () => world.store.resources.get(world.tenantId, "Group", staff.id, "members");
    expect((await get())?.joined).toHaveLength(joinedMembersMax);
    await world.apply(changeMembers(staff.id, { add: ids.slice(0, 1) }, world.now()));
    const large = await get();
    expect(large).toMatchObject({ id: staff.id, version: 2, doc: staff.doc });
    expect(large?.joined).toBeUndefined();
    expect((await world.store.resources.get(world.tenantId, "Group", staff.id))?.joined).toEqual([]);
    const { total, members } = await walk(world, staff.id, 400);
    expect([total, idsOf(members)]).toEqual([ids.length, ids]);
  },
};

const indirectPromises: Promises = {
  "indirect members are everybody in the group and in the groups in it, each once": async (world) => {
    const [a = "", b = "", c = "", d = ""] = await addUsers(world, 4);
    const low = await world.addGroup("low", [a, b]);
    const middle = await world.addGroup("middle", [low.id, b, c]);
    const other = await world.addGroup("other", [low.id, middle.id]);
    const top = await world.addGroup("top", [middle.id, other.id, d, a]);
    const expected = [a, b, c, d, low.id, middle.id, other.id];
    for (const limit of [1, 3, 7, 8]) {
      const { total, members } = await walk(world, top.id, limit, { indirect: true });
      expect([total, idsOf(members)]).toEqual([expected.length, expected]);
      const direct = new Set([a, d, middle.id, other.id]);
      expect(members.map(({ kind }) => kind)).toEqual(expected.map((id) => (direct.has(id) ? "direct" : "indirect")));
    }
    await expectMembers(world, top.id, [middle.id, other.id, d, a]);
    expect((await walk(world, low.id, 10, { indirect: true })).members).toEqual(
      (await walk(world, low.id, 10)).members,
    );
  },

  "groups in a circle have the same indirect members, and reading them ends": async (world) => {
    const [a = "", b = ""] = await addUsers(world, 2);
    const one = await world.addGroup("one", [a]);
    const two = await world.addGroup("two", [one.id, b]);
    await world.apply(changeMembers(one.id, { add: [two.id] }, world.now()));
    for (const group of [one, two]) {
      const { total, members } = await walk(world, group.id, 3, { indirect: true });
      expect([total, idsOf(members)]).toEqual([4, [a, b, one.id, two.id]]);
    }
  },

  "the groups of a user are those it is in directly, then those it is in through them": async (world) => {
    const [a = ""] = await addUsers(world, 1);
    const top = await world.addGroup("top");
    const low = await world.addGroup("low", [a]);
    const middle = await world.addGroup("middle", [low.id]);
    await world.apply(changeMembers(top.id, { add: [middle.id, low.id] }, world.now()));
    await world.apply(changeMembers(low.id, { add: [top.id] }, world.now()));
    const record = await world.store.resources.get(world.tenantId, "User", a, "groups");
    expect(record?.joined?.map(({ id, display, kind }) => [id, display, kind])).toEqual([
      [low.id, "low", "direct"],
      [top.id, "top", "indirect"],
      [middle.id, "middle", "indirect"],
    ]);
    await world.apply(changeMembers(low.id, { remove: [a] }, world.now()));
    expect((await world.store.resources.get(world.tenantId, "User", a, "groups"))?.joined).toEqual([]);
  },

  "whatever is done to groups in groups, the members, the counts and the groups of each agree": (world) => laws(world),
};

/** What is done to the group at a place with the resources at others. */
const step = fc.record({
  kind: fc.constantFrom("add", "add", "add", "remove", "remove", "reset", "replace", "delete"),
  group: fc.nat(2),
  others: fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }),
});

/** Random changes to three groups and two users, beside sets that say what must come of them. */
async function laws(world: World): Promise<void> {
  let tenantId = world.tenantId;
  const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
    const inTenant = world.inTenant(++tenantId);
    const users = await addUsers(inTenant, 2);
    const groups = await Promise.all(["g0", "g1", "g2"].map((name) => inTenant.addGroup(name)));
    const ids = [...groups.map(({ id }) => id), ...users];
    const model = new Map(groups.map(({ id }) => [id, new Set<string>()]));
    for (const { kind, group: place, others } of steps) {
      const group = groups[place];
      const members = group && model.get(group.id);
      if (group === undefined || members === undefined) continue;
      const some = others.flatMap((other) => ids[other] ?? []).filter((id) => users.includes(id) || model.has(id));
      const at = inTenant.now();
      if (kind === "delete") {
        await inTenant.apply(remove(group, at));
        model.delete(group.id);
        for (const each of model.values()) each.delete(group.id);
        continue;
      }
      if (kind === "reset" || kind === "replace") members.clear();
      for (const id of some) kind === "remove" ? members.delete(id) : members.add(id);
      if (kind === "replace") await inTenant.apply(replace({ ...group, members: some, at }));
      else if (kind === "reset") await inTenant.apply(reset(group.id, some, at));
      else await inTenant.apply(changeMembers(group.id, { [kind]: some }, at));
    }
    await expectModel(inTenant, model, users);
  });
  await fc.assert(property, { numRuns: 80, seed: 20_260_102 });
}

async function expectModel(
  world: World,
  model: ReadonlyMap<string, ReadonlySet<string>>,
  users: readonly string[],
): Promise<void> {
  const inside = (groupId: string): ReadonlySet<string> => {
    const all = new Set(model.get(groupId));
    // A set that grows while it is walked is walked to its end.
    for (const id of all) for (const further of model.get(id) ?? []) all.add(further);
    return all;
  };
  for (const [groupId, members] of model) {
    await expectMembers(world, groupId, [...members]);
    const all = await walk(world, groupId, 2, { indirect: true });
    expect([all.total, [...idsOf(all.members)].sort()]).toEqual([inside(groupId).size, [...inside(groupId)].sort()]);
  }
  for (const user of users) {
    const around = [...model.keys()].filter((groupId) => inside(groupId).has(user));
    const record = await world.store.resources.get(world.tenantId, "User", user, "groups");
    const kinds = record?.joined?.map(({ id, kind }) => `${id} ${kind}`) ?? [];
    const expected = around.map((id) => `${id} ${model.get(id)?.has(user) === true ? "direct" : "indirect"}`);
    expect([...kinds].sort()).toEqual(expected.sort());
  }
}

export const membersPromises: Promises = { ...countPromises, ...pagePromises, ...indirectPromises };
