import { expect } from "bun:test";
import { create, groupType, type Promises, remove, unknownId } from "./world.ts";

const createPromises: Promises = {
  "a created resource reads back as it was written, with version 1": async (world) => {
    const ann = world.user("ann", { name: { familyName: 'Ö"\\ \u{1F600}' }, active: true });
    expect(await world.apply(create(ann))).toEqual([{ changed: true, version: 1, created: ann.at, modified: ann.at }]);
    expect(await world.store.resources.get(world.tenantId, "User", ann.id)).toEqual({
      joined: [],
      resourceType: "User",
      id: ann.id,
      version: 1,
      created: ann.at,
      modified: ann.at,
      doc: ann.doc,
    });
  },

  "create is refused when the unique value is taken, and names who has it": async (world) => {
    await world.addUser("bob");
    const ann = await world.addUser("ann");
    expect(await world.refusal(create(world.user("ANN")))).toEqual({ kind: "uniqueness", id: ann.id });
  },

  "create is refused when the id is taken, by whatever type": async (world) => {
    const ann = await world.addUser("ann");
    const refusal = { kind: "uniqueness", id: ann.id } as const;
    expect(await world.refusal(create({ ...world.user("bob"), id: ann.id }))).toEqual(refusal);
    expect(await world.refusal(create({ ...world.group("staff", []), id: ann.id }))).toEqual(refusal);
    expect((await world.page({ limit: 0 })).total).toBe(1);
    expect((await world.page({ type: groupType, limit: 0 })).total).toBe(0);
  },

  "resources without a unique value never collide": async (world) => {
    await world.addGroup("staff");
    await world.addGroup("staff");
    expect((await world.page({ type: groupType })).total).toBe(2);
  },

  "two resource types may have the same unique value": async (world) => {
    const ann = await world.addUser("ann");
    const machine = { ...world.user("ann"), resourceType: "Machine" };
    await world.apply(create(machine));
    const { resources } = world.store;
    expect((await resources.getByUniqueKey(world.tenantId, "User", "ann"))?.id).toBe(ann.id);
    expect((await resources.getByUniqueKey(world.tenantId, "Machine", "ann"))?.id).toBe(machine.id);
  },

  "create is refused when a member does not exist, and names the member": async (world) => {
    const ann = await world.addUser("ann");
    const group = world.group("staff", [ann.id, unknownId]);
    expect(await world.refusal(create(group))).toEqual({ kind: "unknownMember", id: unknownId });
    expect(await world.version(group)).toBeUndefined();
    expect(await world.groupIds(ann.id)).toEqual([]);
  },

  "a resource is created with its members and its password": async (world) => {
    const ann = world.user("ann");
    await world.apply(create({ ...ann, passwordHash: "hash" }));
    const group = await world.addGroup("staff", [ann.id]);
    expect(await world.memberIds(group.id)).toEqual([ann.id]);
    expect((await world.store.access.credential(world.tenantId, "User", "ann"))?.passwordHash).toBe("hash");
  },

  "a member that is named twice is a member once": async (world) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff", [ann.id, ann.id]);
    expect(await world.memberIds(group.id)).toEqual([ann.id]);
  },
};

const deletePromises: Promises = {
  "a deleted resource is gone": async (world) => {
    const ann = await world.addUser("ann", { displayName: "Ann" });
    const bob = await world.addUser("bob");
    await world.apply(remove(ann, world.now()));
    const { resources } = world.store;
    expect(await resources.get(world.tenantId, "User", ann.id)).toBeUndefined();
    expect(await resources.getByUniqueKey(world.tenantId, "User", "ann")).toBeUndefined();
    expect(await resources.idsByDisplay(world.tenantId, "User", "ann")).toEqual([]);
    expect(await world.page()).toMatchObject({ total: 1, resources: [{ id: bob.id }] });
  },

  "delete is refused when there is no resource of that type and id": async (world) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff");
    const notFound = (id: string) => ({ kind: "notFound", id }) as const;
    expect(await world.refusal(remove({ ...ann, id: unknownId }, world.now()))).toEqual(notFound(unknownId));
    expect(await world.refusal(remove({ ...ann, resourceType: "Group" }, world.now()))).toEqual(notFound(ann.id));
    expect(await world.refusal(remove({ ...group, resourceType: "User" }, world.now()))).toEqual(notFound(group.id));
    await world.apply(remove(ann, world.now()));
    expect(await world.refusal(remove(ann, world.now()))).toEqual(notFound(ann.id));
    expect((await world.page({ limit: 0 })).total).toBe(0);
    expect((await world.page({ type: groupType, limit: 0 })).total).toBe(1);
  },

  "delete is refused when another version is expected, and tells the one there is": async (world) => {
    const ann = await world.addUser("ann");
    expect(await world.refusal(remove(ann, world.now(), 2))).toEqual({ kind: "version", version: 1 });
    expect(await world.version(ann)).toBe(1);
    await world.apply(remove(ann, world.now(), 1));
    expect(await world.version(ann)).toBeUndefined();
  },

  "deleting a member changes its groups and leaves no dead member": async (world) => {
    const ann = await world.addUser("ann");
    const bob = await world.addUser("bob");
    const both = await world.addGroup("both", [ann.id, bob.id]);
    const other = await world.addGroup("other", [bob.id]);
    const at = world.now();
    await world.apply(remove(ann, at));
    expect(await world.memberIds(both.id)).toEqual([bob.id]);
    const { resources } = world.store;
    expect(await resources.get(world.tenantId, "Group", both.id)).toMatchObject({ version: 2, modified: at });
    expect(await resources.get(world.tenantId, "Group", other.id)).toMatchObject({ version: 1, modified: other.at });
    expect(await world.groupIds(ann.id)).toEqual([]);
  },

  "deleting a group ends the memberships on both sides": async (world) => {
    const ann = await world.addUser("ann");
    const inner = await world.addGroup("inner", [ann.id]);
    const outer = await world.addGroup("outer", [inner.id]);
    await world.apply(remove(inner, world.now()));
    expect(await world.groupIds(ann.id)).toEqual([]);
    expect(await world.memberIds(outer.id)).toEqual([]);
    expect(await world.version(outer)).toBe(2);
    expect(await world.version(ann)).toBe(1);
  },

  "the unique value of a deleted resource is free again": async (world) => {
    await world.apply(remove(await world.addUser("ann"), world.now()));
    expect(await world.store.resources.takenKeys(world.tenantId, "User", ["ann"])).toEqual([false]);
    const again = await world.addUser("Ann");
    expect((await world.store.resources.getByUniqueKey(world.tenantId, "User", "ann"))?.id).toBe(again.id);
  },

  "nothing of a deleted user passes to the next one of that name or id": async (world) => {
    const ann = world.user("ann");
    await world.apply(create({ ...ann, passwordHash: "hash" }), {
      kind: "setRoles",
      userId: ann.id,
      roles: ["administrator"],
    });
    const group = await world.addGroup("staff", [ann.id]);
    await world.apply(remove(ann, world.now()));
    for (const id of [ann.id, world.newId()]) {
      const next = { ...world.user("ann"), id };
      await world.apply(create(next));
      expect(await world.version(next)).toBe(1);
      expect(await world.groupIds(id)).toEqual([]);
      expect(await world.store.access.credential(world.tenantId, "User", "ann")).toMatchObject({
        userId: id,
        passwordHash: null,
        roles: [],
      });
      await world.apply(remove(next, world.now()));
    }
    expect(await world.memberIds(group.id)).toEqual([]);
  },

  "nothing of a deleted group passes to the next resource": async (world) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff", [ann.id]);
    await world.apply(remove(group, world.now()));
    const next = await world.addGroup("staff");
    await world.apply(create({ ...world.group("again", []), id: group.id }));
    expect(await world.memberIds(next.id)).toEqual([]);
    expect(await world.memberIds(group.id)).toEqual([]);
    expect(await world.groupIds(ann.id)).toEqual([]);
  },
};

const lookupPromises: Promises = {
  "get finds a resource by type and id only": async (world) => {
    const ann = await world.addUser("ann");
    const { resources } = world.store;
    expect((await resources.get(world.tenantId, "User", ann.id))?.id).toBe(ann.id);
    expect(await resources.get(world.tenantId, "Group", ann.id)).toBeUndefined();
    expect(await resources.get(world.tenantId, "User", unknownId)).toBeUndefined();
    expect(await resources.get(world.tenantId, "User", "")).toBeUndefined();
  },

  "the unique value finds its resource": async (world) => {
    const ann = await world.addUser("Änn");
    const { resources } = world.store;
    expect((await resources.getByUniqueKey(world.tenantId, "User", "änn"))?.doc).toBe(ann.doc);
    expect(await resources.getByUniqueKey(world.tenantId, "User", "Änn")).toBeUndefined();
    expect(await resources.getByUniqueKey(world.tenantId, "Group", "änn")).toBeUndefined();
  },

  "taken values are told in the order asked": async (world) => {
    await world.addUser("ann");
    await world.addUser("bob");
    const { resources } = world.store;
    const asked = ["zoe", "bob", "ann", "zoe", "", "bob"];
    expect(await resources.takenKeys(world.tenantId, "User", asked)).toEqual([false, true, true, false, false, true]);
    expect(await resources.takenKeys(world.tenantId, "Group", ["ann"])).toEqual([false]);
    expect(await resources.takenKeys(world.tenantId, "User", [])).toEqual([]);
  },

  "a display value finds its resources, two at most": async (world) => {
    const first = await world.addGroup("Staff");
    const { resources } = world.store;
    expect(await resources.idsByDisplay(world.tenantId, "Group", "staff")).toEqual([first.id]);
    await world.addGroup("STAFF");
    await world.addGroup("staff");
    expect(await resources.idsByDisplay(world.tenantId, "Group", "staff")).toHaveLength(2);
    expect(await resources.idsByDisplay(world.tenantId, "User", "staff")).toEqual([]);
    expect(await resources.idsByDisplay(world.tenantId, "Group", "nobody")).toEqual([]);
  },
};

export const resourcePromises: Promises = { ...createPromises, ...deletePromises, ...lookupPromises };
