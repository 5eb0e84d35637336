import { expect } from "bun:test";
import type { ResourceContent } from "../../../src/storage/change.ts";
import { create, type Promises, replace, unknownId, type World } from "./world.ts";

/** The same resource with another document. */
function changed(world: World, { id }: ResourceContent, userName: string, title?: string): ResourceContent {
  return { ...world.user(userName, title === undefined ? {} : { title }), id };
}

const documentPromises: Promises = {
  "a replacement changes document, version and modified, and keeps created": async (world) => {
    const ann = await world.addUser("ann");
    const after = changed(world, ann, "ann", "Boss");
    expect(await world.apply(replace(after))).toEqual([
      { changed: true, version: 2, created: ann.at, modified: after.at },
    ]);
    expect(await world.store.resources.get(world.tenantId, "User", ann.id)).toEqual({
      joined: [],
      resourceType: "User",
      id: ann.id,
      version: 2,
      created: ann.at,
      modified: after.at,
      doc: after.doc,
    });
  },

  "a replacement that changes nothing changes neither version nor modified": async (world) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff", [ann.id]);
    for (const content of [ann, group]) {
      expect(await world.apply(replace({ ...content, at: world.now() }))).toEqual([
        { changed: false, version: 1, created: content.at, modified: content.at },
      ]);
      const record = await world.store.resources.get(world.tenantId, content.resourceType, content.id);
      expect(record).toMatchObject({ version: 1, modified: content.at });
    }
  },

  "a replacement is found by its new values and not by the old ones": async (world) => {
    const ann = await world.addUser("ann", { displayName: "Ann", externalId: "1", active: true });
    const more = { displayName: "Anna", externalId: "2", active: false };
    await world.apply(replace({ ...world.user("anna", more), id: ann.id }));
    const { resources } = world.store;
    expect(await resources.takenKeys(world.tenantId, "User", ["ann", "anna"])).toEqual([false, true]);
    expect(await resources.idsByDisplay(world.tenantId, "User", "ann")).toEqual([]);
    expect(await resources.idsByDisplay(world.tenantId, "User", "anna")).toEqual([ann.id]);
    expect(await world.ids({ filter: 'externalId eq "1" or active eq true' })).toEqual([]);
    expect(await world.ids({ filter: 'externalId eq "2" and active eq false' })).toEqual([ann.id]);
    const other = await world.addUser("ann");
    expect(await world.ids()).toEqual([ann.id, other.id]);
  },

  "keys are replaced even where the document stays": async (world) => {
    const ann = await world.addUser("ann");
    await world.apply(replace({ ...ann, keys: { ...ann.keys, unique: "ann (folded otherwise)" } }));
    const { resources } = world.store;
    expect((await resources.getByUniqueKey(world.tenantId, "User", "ann (folded otherwise)"))?.id).toBe(ann.id);
    expect(await resources.takenKeys(world.tenantId, "User", ["ann"])).toEqual([false]);
  },

  "replace is refused when there is no resource of that type and id": async (world) => {
    const ann = await world.addUser("ann");
    const nobody = { ...world.user("bob"), id: unknownId };
    expect(await world.refusal(replace(nobody))).toEqual({ kind: "notFound", id: unknownId });
    const asGroup = { ...world.group("staff", []), id: ann.id };
    expect(await world.refusal(replace(asGroup))).toEqual({ kind: "notFound", id: ann.id });
    expect((await world.page()).total).toBe(1);
  },

  "replace is refused when another version is expected, and tells the one there is": async (world) => {
    const ann = await world.addUser("ann");
    await world.apply(replace(changed(world, ann, "ann", "Boss"), 1));
    const late = changed(world, ann, "ann", "Clerk");
    expect(await world.refusal(replace(late, 1))).toEqual({ kind: "version", version: 2 });
    expect((await world.store.resources.get(world.tenantId, "User", ann.id))?.doc).not.toBe(late.doc);
    await world.apply(replace(late, 2));
    expect(await world.version(ann)).toBe(3);
  },

  "replace is refused when another resource has the unique value, and names it": async (world) => {
    const ann = await world.addUser("ann");
    const bob = await world.addUser("bob");
    expect(await world.refusal(replace(changed(world, bob, "ANN")))).toEqual({ kind: "uniqueness", id: ann.id });
    expect(await world.store.resources.get(world.tenantId, "User", bob.id)).toMatchObject({ version: 1, doc: bob.doc });
  },

  "a resource may keep its unique value, and write it in another case": async (world) => {
    const ann = await world.addUser("ann");
    await world.apply(replace(changed(world, ann, "ANN")));
    expect(await world.version(ann)).toBe(2);
  },

  "two resources may pass a unique value on within one set": async (world) => {
    const ann = await world.addUser("ann");
    const bob = await world.addUser("bob");
    await world.apply(replace(changed(world, ann, "cay")), replace(changed(world, bob, "ann")));
    expect((await world.store.resources.getByUniqueKey(world.tenantId, "User", "ann"))?.id).toBe(bob.id);
  },
};

const memberPromises: Promises = {
  "replacing just the members bumps the version once": async (world) => {
    const [ann, bob, cay] = [await world.addUser("ann"), await world.addUser("bob"), await world.addUser("cay")];
    const group = await world.addGroup("staff", [ann.id, bob.id]);
    const at = world.now();
    expect(await world.apply(replace({ ...group, at, members: [bob.id, cay.id] }))).toEqual([
      { changed: true, version: 2, created: group.at, modified: at },
    ]);
    expect(await world.memberIds(group.id)).toEqual([bob.id, cay.id].sort());
    const record = await world.store.resources.get(world.tenantId, "Group", group.id);
    expect(record).toMatchObject({ version: 2, modified: at, doc: group.doc });
  },

  "replacing document, members and password together bumps the version once": async (world) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff");
    const after = { ...world.group("crew", [ann.id]), id: group.id, passwordHash: "hash" };
    expect(await world.apply(replace(after))).toMatchObject([{ changed: true, version: 2 }]);
    expect(await world.version(group)).toBe(2);
  },

  "the same members in another order change nothing": async (world) => {
    const [ann, bob] = [await world.addUser("ann"), await world.addUser("bob")];
    const group = await world.addGroup("staff", [ann.id, bob.id]);
    const again = replace({ ...group, members: [bob.id, ann.id, bob.id], at: world.now() });
    expect(await world.apply(again)).toMatchObject([{ changed: false, version: 1, modified: group.at }]);
    expect(await world.version(group)).toBe(1);
  },

  "members that are left out stay, and an empty list removes all": async (world) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff", [ann.id]);
    await world.apply(replace({ ...world.group("crew"), id: group.id }));
    expect(await world.memberIds(group.id)).toEqual([ann.id]);
    await world.apply(replace({ ...world.group("crew", []), id: group.id }));
    expect(await world.memberIds(group.id)).toEqual([]);
    expect(await world.version(group)).toBe(3);
  },

  "replace is refused when a member does not exist, and leaves everything": async (world) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff", [ann.id]);
    const after = { ...world.group("crew", [unknownId]), id: group.id };
    expect(await world.refusal(replace(after))).toEqual({ kind: "unknownMember", id: unknownId });
    const record = await world.store.resources.get(world.tenantId, "Group", group.id);
    expect(record).toMatchObject({ version: 1, doc: group.doc });
    expect(await world.memberIds(group.id)).toEqual([ann.id]);
  },

  "a password that comes along is set, and one that is left out stays": async (world) => {
    const ann = world.user("ann");
    await world.apply(create({ ...ann, passwordHash: "first" }));
    const hash = async () => (await world.store.access.credential(world.tenantId, "User", "ann"))?.passwordHash;
    await world.apply(replace(changed(world, ann, "ann", "Boss")));
    expect(await hash()).toBe("first");
    await world.apply(replace({ ...changed(world, ann, "ann", "Boss"), passwordHash: "second" }));
    expect(await hash()).toBe("second");
  },
};

export const resourceReplacePromises: Promises = { ...documentPromises, ...memberPromises };
