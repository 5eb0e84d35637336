import { expect } from "bun:test";
import { enterpriseUserUrn } from "../../../src/scim/urn.ts";
import { build, indexablePaths, indexed } from "./indexing.ts";
import { bound, create, groupType, type Promises, remove, replace, userType, type World } from "./world.ts";

const states = async (world: World) =>
  Object.fromEntries((await world.store.indexes.all(world.tenantId)).map(({ path, state }) => [path, state]));

/** More users than one step takes in. */
async function addMany(world: World, count: number): Promise<void> {
  const users = Array.from({ length: count }, (_, index) =>
    world.user(`user${index}`, { title: `T${index % 7}`, emails: [{ value: `u${index}@x.org`, type: "work" }] }),
  );
  await world.store.commit(users.map((user) => world.set(create(user))));
}

const lifePromises: Promises = {
  "an index is ready at once where there is nothing to build, and built step by step where there is": async (world) => {
    await world.apply(indexed(userType, ["title"]));
    expect(await states(world)).toEqual({ title: "ready" });
    expect(await world.store.indexes.unfinished()).toEqual([]);
    await addMany(world, 230);
    await world.apply(indexed(userType, ["title", "emails"]));
    expect(await states(world)).toEqual({ "emails.value": "building", title: "ready" });
    expect(await world.store.indexes.unfinished()).toEqual([world.tenantId]);
    const before = await world.ids({ filter: 'emails eq "U7@x.org"' });
    expect(before).toHaveLength(1);
    expect(await build(world)).toBeGreaterThan(1);
    expect(await states(world)).toEqual({ "emails.value": "ready", title: "ready" });
    expect(await world.store.indexes.unfinished()).toEqual([]);
    expect(await world.ids({ filter: 'emails eq "U7@x.org"' })).toEqual(before);
  },

  "the progress of an index that is built rises from 0 to 1": async (world) => {
    await addMany(world, 170);
    await world.apply(indexed(userType, ["title"]));
    const seen: number[] = [];
    for (let changed = true; changed; ) {
      seen.push((await world.store.indexes.all(world.tenantId))[0]?.progress ?? -1);
      changed = (await world.apply({ kind: "buildIndexes" }))[0]?.changed === true;
    }
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((left, right) => left - right));
    expect(new Set(seen).size).toBeGreaterThan(2);
  },

  "what is indexed already stays as it is, and what is left out goes with its values": async (world) => {
    await addMany(world, 60);
    expect(await world.apply(indexed(userType, ["title"]))).toMatchObject([{ changed: true }]);
    await build(world);
    expect(await world.apply(indexed(userType, ["title"]))).toMatchObject([{ changed: false }]);
    const bosses = await world.ids({ filter: 'title eq "t3"' });
    await world.apply(indexed(userType, []));
    expect(await states(world)).toEqual({});
    expect(await world.ids({ filter: 'title eq "t3"' })).toEqual(bosses);
    await build(world);
    await world.apply(indexed(userType, ["title"]));
    await build(world);
    expect(await states(world)).toEqual({ title: "ready" });
    expect(await world.ids({ filter: 'title eq "t3"' })).toEqual(bosses);
  },

  "indexes are one tenant's and one type's, and are there after the store was opened again": async (world) => {
    const other = world.inTenant(world.tenantId + 1);
    await world.apply(indexed(userType, ["title"]));
    await other.addUser("ann", { title: "Boss" });
    expect(await other.store.indexes.all(other.tenantId)).toEqual([]);
    await other.apply(indexed(userType, ["emails"]));
    expect(await other.store.indexes.unfinished()).toEqual([other.tenantId]);
    await world.apply(indexed(groupType, []));
    await world.reopen();
    expect(await states(world)).toEqual({ title: "ready" });
    const ann = await world.addUser("ann", { title: "Boss" });
    expect(await world.ids({ filter: 'title eq "boss"' })).toEqual([ann.id]);
  },
};

const valuePromises: Promises = {
  "an index follows what is created, replaced and deleted": async (world) => {
    await world.apply(indexed(userType, indexablePaths));
    const extension = { [enterpriseUserUrn]: { department: "Sales", manager: { value: "m1" } } };
    const emails = [
      { value: "a@x.org", type: "work", primary: true },
      { value: "a@x.org", type: "home" },
    ];
    const ann = await world.addUser("ann", { title: "Boss", emails, name: { familyName: "Ä" }, ...extension });
    const finds = async (filter: string) => (await world.ids({ filter })).includes(ann.id);
    const filters = [
      'title eq "BOSS"',
      'emails[type eq "work" and value eq "a@x.org"]',
      'emails[type eq "home" and value sw "a@"]',
      "emails.primary eq true",
      'name.familyName eq "ä"',
      'department sw "sal"',
      'manager eq "m1"',
    ];
    for (const filter of filters) expect([filter, await finds(filter)]).toEqual([filter, true]);
    const changed = world.user("ann", { title: "Clerk", emails: [{ value: "b@x.org", type: "home" }] });
    await world.apply(replace({ ...changed, id: ann.id }));
    for (const filter of filters) expect([filter, await finds(filter)]).toEqual([filter, false]);
    expect(await finds('emails[type eq "home" and value eq "b@x.org"] and title co "ler"')).toBe(true);
    await world.apply(remove(ann, world.now()));
    expect(await world.page({ filter: 'title eq "clerk"' })).toEqual({ total: 0, resources: [] });
  },

  "a set that is refused leaves no value behind, and what one set does twice counts as it ends": async (world) => {
    await world.apply(indexed(userType, ["title"]));
    await world.addUser("taken");
    await world.refusal(create(world.user("ann", { title: "Ghost" })), create(world.user("taken")));
    expect((await world.page({ filter: "title pr" })).total).toBe(0);
    const ann = world.user("ann", { title: "First" });
    await world.apply(create(ann), replace({ ...world.user("ann", { title: "Second" }), id: ann.id }));
    expect(await world.ids({ filter: 'title eq "first"' })).toEqual([]);
    expect(await world.ids({ filter: 'title eq "second"' })).toEqual([ann.id]);
    const back = { ...world.user("ann", { title: "First" }), id: ann.id };
    await world.apply(replace({ ...back, doc: back.doc.replace("First", "Third") }), replace(back));
    expect(await world.ids({ filter: 'title eq "first"' })).toEqual([ann.id]);
    expect(await world.ids({ filter: 'title eq "third" or title eq "second"' })).toEqual([]);
    await world.apply(remove(ann, world.now()), create(world.user("ann", { title: "Last" })));
    expect(await world.ids({ filter: 'title eq "first"' })).toEqual([]);
    expect((await world.page({ filter: "title pr" })).total).toBe(1);
  },

  "a set that is refused after it changed the indexes leaves them as they were": async (world) => {
    await world.addUser("taken", { title: "Boss" });
    await world.refusal(indexed(userType, ["title"]), create(world.user("taken")));
    expect(await states(world)).toEqual({});
    await world.apply(indexed(userType, ["emails"]));
    await build(world);
    expect(await states(world)).toEqual({ "emails.value": "ready" });
    expect((await world.page({ filter: 'title eq "boss"' })).total).toBe(1);
    await world.addUser("bob", { title: "Boss", emails: [{ value: "b@x.org" }] });
    expect((await world.page({ filter: 'emails eq "b@x.org"' })).total).toBe(1);
  },

  "what changes while an index is built is in it when it is ready": async (world) => {
    await addMany(world, 130);
    const ids = await world.ids();
    await world.apply(indexed(userType, ["title"]));
    await world.apply({ kind: "buildIndexes" });
    const at = (index: number) => ids[index] ?? "";
    // One that is in already, one that is not yet, and one that comes.
    for (const id of [at(3), at(120)]) {
      await world.apply(replace({ ...world.user(`moved-${id}`, { title: "Moved" }), id }));
    }
    await world.apply(remove({ ...world.user(""), id: at(5) }, world.now()));
    await world.apply(remove({ ...world.user(""), id: at(121) }, world.now()));
    const late = await world.addUser("late", { title: "Moved" });
    expect(await world.ids({ filter: 'title eq "moved"' })).toEqual([at(3), at(120), late.id]);
    await build(world);
    expect(await states(world)).toEqual({ title: "ready" });
    expect(await world.ids({ filter: 'title eq "moved"' })).toEqual([at(3), at(120), late.id]);
    expect((await world.page({ filter: "title pr" })).total).toBe(129);
  },
};

const pausePromises: Promises = {
  "an index that is suspended leaves out who comes, and answers nothing until it was resumed and built": async (
    world,
  ) => {
    await world.apply(indexed(userType, ["title"]));
    const ann = await world.addUser("ann", { title: "Boss" });
    const pause = { resourceType: "User" } as const;
    expect(await world.apply({ kind: "suspendIndexes", ...pause })).toMatchObject([{ changed: true }]);
    expect(await world.apply({ kind: "suspendIndexes", ...pause })).toMatchObject([{ changed: false }]);
    const bob = await world.addUser("bob", { title: "Boss" });
    await world.apply(replace({ ...world.user("ann", { title: "Clerk" }), id: ann.id }));
    expect(await states(world)).toEqual({ title: "suspended" });
    expect(await world.store.indexes.unfinished()).toEqual([world.tenantId]);
    expect(await world.ids({ filter: 'title eq "boss"' })).toEqual([bob.id]);
    // Nothing is built of it before somebody says so.
    expect(await build(world)).toBe(0);
    expect(await states(world)).toEqual({ title: "suspended" });
    expect(await world.apply({ kind: "resumeIndexes", ...pause })).toMatchObject([{ changed: true }]);
    expect(await world.apply({ kind: "resumeIndexes", ...pause })).toMatchObject([{ changed: false }]);
    await world.store.indexes.readAhead(world.tenantId);
    await build(world);
    expect(await states(world)).toEqual({ title: "ready" });
    expect(await world.ids({ filter: 'title eq "boss"' })).toEqual([bob.id]);
    expect(await world.ids({ filter: 'title eq "clerk"' })).toEqual([ann.id]);
  },
};

const explainPromises: Promises = {
  "what a list is found by is told, and what would have to be read": async (world) => {
    await world.apply(indexed(userType, ["title"]));
    for (const name of ["ann", "bob", "cay"]) await world.addUser(name, { title: "Boss", nickName: name });
    const explain = (filter?: string) =>
      world.store.resources.explain(world.tenantId, {
        type: userType,
        filter: filter === undefined ? undefined : bound(filter),
      });
    expect(await explain()).toMatchObject({ strategy: "order", documents: 0, unindexed: [] });
    expect(await explain('nickName eq "ann"')).toMatchObject({
      strategy: "documents",
      documents: 3,
      unindexed: ["nickName"],
    });
    const found = await explain('title eq "boss" and nickName eq "ann"');
    expect(found.uses).toEqual(["index on title"]);
    expect(found.unindexed).toEqual(["nickName"]);
    expect(await explain('title eq "boss"')).toMatchObject({ documents: 0, unindexed: [] });
  },
};

export const attributeIndexPromises: Promises = {
  ...lifePromises,
  ...valuePromises,
  ...pausePromises,
  ...explainPromises,
};
