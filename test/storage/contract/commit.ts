import { expect } from "bun:test";
import { addImport, appendInput, inputText } from "./import-world.ts";
import {
  changeMembers,
  create,
  expectUnavailable,
  groupType,
  type Promises,
  remove,
  replace,
  unknownId,
} from "./world.ts";

const token = (id: string, hash: string) =>
  ({ kind: "createToken", id, name: "ci", hash, scopes: [], profile: "strict", at: 1, expiresAt: null }) as const;

const resultPromises: Promises = {
  "a commit answers one result a set, in order": async (world) => {
    const ann = world.user("ann");
    const results = await world.store.commit([
      world.set(create(ann)),
      world.set(create(world.user("ANN"))),
      world.set(create(world.user("bob"))),
      world.set(remove(world.user("nobody"), world.now())),
      world.set(create(world.user("cay"))),
    ]);
    expect(results.map(({ applied }) => applied)).toEqual([true, false, true, false, true]);
    expect(results[1]).toEqual({ applied: false, refusal: { kind: "uniqueness", id: ann.id } });
    expect(results[3]).toMatchObject({ applied: false, refusal: { kind: "notFound" } });
  },

  "a commit of no sets has no results": async (world) => {
    expect(await world.store.commit([])).toEqual([]);
  },

  "a set of no changes is applied and has no effects": async (world) => {
    expect(await world.store.commit([world.set()])).toEqual([{ applied: true, effects: [] }]);
  },

  "an applied set has one effect a change, in order": async (world) => {
    const ann = world.user("ann");
    const group = world.group("staff", []);
    const at = world.now();
    const effects = await world.apply(create(ann), create(group), changeMembers(group.id, { add: [ann.id] }, at));
    expect(effects).toEqual([
      { changed: true, version: 1, created: ann.at, modified: ann.at },
      { changed: true, version: 1, created: group.at, modified: group.at },
      { changed: true, version: 2, created: group.at, modified: at },
    ]);
  },

  "a set sees what its own earlier changes and the sets before it did": async (world) => {
    const ann = world.user("ann");
    const group = world.group("staff", [ann.id]);
    const results = await world.store.commit([
      world.set(create(ann), create(group)),
      world.set(remove(ann, world.now()), create(world.user("Ann"))),
    ]);
    expect(results.map(({ applied }) => applied)).toEqual([true, true]);
    expect(await world.memberIds(group.id)).toEqual([]);
  },

  "sets of several calls are carried out in the order of the calls": async (world) => {
    const names = Array.from({ length: 30 }, (_, index) => `user${index}`);
    const users = names.map((name) => world.user(name));
    await Promise.all(users.map((user) => world.apply(create(user))));
    expect(await world.ids()).toEqual(users.map(({ id }) => id));
  },
};

const wholePromises: Promises = {
  "a set that is refused leaves nothing of what it created before": async (world) => {
    const ann = world.user("ann", { displayName: "Ann", externalId: "1" });
    const refusal = await world.refusal(
      create({ ...ann, passwordHash: "hash" }),
      { kind: "setRoles", userId: ann.id, roles: ["auditor"] },
      token(world.newId(), "aa"),
      create(world.group("staff", [ann.id])),
      create(world.group("others", [unknownId])),
    );
    expect(refusal).toEqual({ kind: "unknownMember", id: unknownId });
    const { resources, access } = world.store;
    expect(await resources.get(world.tenantId, "User", ann.id)).toBeUndefined();
    expect(await resources.takenKeys(world.tenantId, "User", ["ann"])).toEqual([false]);
    expect(await resources.idsByDisplay(world.tenantId, "User", "ann")).toEqual([]);
    expect(await access.tokenByHash("aa")).toBeUndefined();
    expect(await world.page()).toEqual({ total: 0, resources: [] });
    expect(await world.page({ type: groupType })).toEqual({ total: 0, resources: [] });
    await world.apply(create({ ...ann, id: world.newId() }));
    expect(await access.credential(world.tenantId, "User", "ann")).toMatchObject({ passwordHash: null, roles: [] });
  },

  "a set that is refused takes back what it replaced and which members it changed": async (world) => {
    const ann = await world.addUser("ann", { title: "before" });
    const bob = await world.addUser("bob");
    const group = await world.addGroup("staff", [ann.id]);
    await world.apply({ kind: "setPassword", userId: ann.id, passwordHash: "before", at: world.now() });
    await world.apply({ kind: "setRoles", userId: ann.id, roles: ["auditor"] });
    const before = await world.store.resources.get(world.tenantId, "User", ann.id);

    const refusal = await world.refusal(
      replace({ ...world.user("anna", { title: "after" }), id: ann.id, passwordHash: "after" }),
      { kind: "setRoles", userId: ann.id, roles: [] },
      changeMembers(group.id, { add: [bob.id], remove: [ann.id] }, world.now()),
      { kind: "setPassword", userId: unknownId, passwordHash: "x", at: world.now() },
    );
    expect(refusal).toEqual({ kind: "notFound", id: unknownId });
    expect(await world.store.resources.get(world.tenantId, "User", ann.id)).toEqual(before);
    expect(await world.memberIds(group.id)).toEqual([ann.id]);
    expect(await world.version(group)).toBe(1);
    expect(await world.store.access.credential(world.tenantId, "User", "ann")).toEqual({
      userId: ann.id,
      resourceType: "User",
      passwordHash: "before",
      passwordUntil: null,
      roles: ["auditor"],
    });
  },

  "a set that is refused takes back what it deleted": async (world) => {
    const ann = await world.addUser("ann");
    const bob = await world.addUser("bob");
    const group = await world.addGroup("staff", [ann.id, bob.id]);
    await world.refusal(remove(ann, world.now()), remove(group, world.now()), create(world.user("bob")));
    expect(await world.ids()).toEqual([ann.id, bob.id]);
    expect((await world.page({ limit: 0 })).total).toBe(2);
    expect((await world.page({ type: groupType, limit: 0 })).total).toBe(1);
    expect(await world.memberIds(group.id)).toEqual([ann.id, bob.id].sort());
    expect(await world.version(group)).toBe(1);
  },

  "a refused set does not take the others of its call along": async (world) => {
    const sets = ["ann", "ANN", "bob", "Bob", "cay"].map((userName) =>
      world.set(create(world.user(userName)), create(world.group(`of ${userName}`, []))),
    );
    const results = await world.store.commit(sets);
    expect(results.map(({ applied }) => applied)).toEqual([true, false, true, false, true]);
    expect((await world.page()).resources).toHaveLength(3);
    expect((await world.page({ limit: 0 })).total).toBe(3);
    expect((await world.page({ type: groupType, limit: 0 })).total).toBe(3);
  },

  "a refused set does not take the sets of another call along": async (world) => {
    const [first, second, third] = await Promise.all([
      world.store.commit([world.set(create(world.user("ann")))]),
      world.store.commit([world.set(create(world.user("zoe")), remove(world.user("nobody"), world.now()))]),
      world.store.commit([world.set(create(world.user("bob")))]),
    ]);
    expect([first, second, third].map(([result]) => result?.applied)).toEqual([true, false, true]);
    expect((await world.page()).resources).toHaveLength(2);
  },

  "a piece of input that is sent twice does not take the sets of another call along": async (world) => {
    const importId = await addImport(world);
    const piece = appendInput(importId, 0, new TextEncoder().encode("userName"));
    await world.apply(piece);
    const [other] = await Promise.allSettled([world.commit(create(world.user("ann"))), world.commit(piece)]);
    expect(other).toMatchObject({ status: "fulfilled", value: { applied: true } });
    expect(await inputText(world, importId)).toBe("userName");
  },

  "after a refusal the same set can be applied": async (world) => {
    const ann = await world.addUser("ann");
    const other = create(world.user("ann"));
    expect(await world.refusal(other, create(world.user("bob")))).toEqual({ kind: "uniqueness", id: ann.id });
    await world.apply(remove(ann, world.now()));
    await world.apply(other, create(world.user("bob")));
    expect((await world.page()).total).toBe(2);
  },
};

const availabilityPromises: Promises = {
  "a store that is open passes its check": async (world) => {
    await world.store.check();
  },

  "a closed store fails its check": async (world) => {
    await world.store.close();
    await expect(world.store.check()).rejects.toThrow();
  },

  "commits that were made before the store is closed are carried out": async (world) => {
    const committed = [world.apply(create(world.user("ann"))), world.apply(create(world.user("bob")))];
    await world.store.close();
    await Promise.all(committed);
    await world.reopen();
    expect((await world.page()).total).toBe(2);
  },

  "a closed store rejects commits as unavailable": async (world) => {
    await world.store.close();
    await expectUnavailable(() => world.commit(create(world.user("ann"))));
  },

  "a closed store rejects reads as unavailable": async (world) => {
    const ann = await world.addUser("ann");
    const { resources, access, imports } = world.store;
    await world.store.close();
    await expectUnavailable(() => resources.get(world.tenantId, "User", ann.id));
    await expectUnavailable(() => world.page());
    await expectUnavailable(() => access.tokens(world.tenantId));
    await expectUnavailable(() => imports.jobs(world.tenantId, 0, 10));
  },
};

export const commitPromises: Promises = { ...resultPromises, ...wholePromises, ...availabilityPromises };
