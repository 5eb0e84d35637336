import { expect } from "bun:test";
import type { ResourceContent } from "../../../src/storage/change.ts";
import { bound, create, groupType, type Promises, remove, replace, unknownId, userType, type World } from "./world.ts";

/** More resources than any store should look at in one go. */
const manyCount = 1200;

async function addUsers(world: World, count: number): Promise<readonly ResourceContent[]> {
  const users = Array.from({ length: count }, (_, index) =>
    world.user(`user${index}`, { title: index % 3 === 0 ? "Boss" : "Clerk", active: index % 2 === 0 }),
  );
  await world.store.commit(users.map((user) => world.set(create(user))));
  return users;
}

const pagePromises: Promises = {
  "an empty directory lists nothing": async (world) => {
    expect(await world.page()).toEqual({ total: 0, resources: [] });
    expect(await world.page({ filter: 'title eq "x"' })).toEqual({ total: 0, resources: [] });
  },

  "a list has the resources in the order of creation, whatever their ids, names and dates": async (world) => {
    const users = ["cay", "ann", "bob"].map((name) => world.user(name));
    const [first, second, third] = [...users].reverse();
    if (first === undefined || second === undefined || third === undefined) throw new Error("three users");
    for (const user of [first, second, third]) await world.apply(create(user));
    await world.apply(replace({ ...world.user("bob", { title: "Boss" }), id: first.id }));
    expect(await world.ids()).toEqual([first.id, second.id, third.id]);
    expect(await world.ids({ filter: "userName pr" })).toEqual([first.id, second.id, third.id]);
  },

  "a list holds the whole records": async (world) => {
    const ann = await world.addUser("ann", { title: "Boss" });
    const record = await world.store.resources.get(world.tenantId, "User", ann.id);
    if (record?.joined === undefined) throw new Error("ann is not there");
    for (const filter of ['userName eq "ann"', 'title eq "boss"']) {
      expect(await world.page({ filter })).toEqual({ total: 1, resources: [record] });
    }
    expect(await world.page()).toEqual({ total: 1, resources: [record] });
  },

  "a list holds resources of its type alone": async (world) => {
    const ann = await world.addUser("ann", { displayName: "same" });
    const group = await world.addGroup("same");
    expect(await world.ids()).toEqual([ann.id]);
    expect(await world.ids({ type: groupType })).toEqual([group.id]);
    expect(await world.ids({ type: groupType, filter: 'displayName eq "same"' })).toEqual([group.id]);
    expect(await world.ids({ filter: `id eq "${group.id}"` })).toEqual([]);
  },

  "offset and limit cut a page out of the list, and the total tells all": async (world) => {
    const ids = (await addUsers(world, 10)).map(({ id }) => id);
    const pages = [
      [0, 3],
      [3, 3],
      [9, 3],
      [10, 3],
      [50, 3],
      [0, 10],
      [0, 1000],
    ] as const;
    // No filter, one that a column answers, one that must be evaluated: all page alike.
    const filters = [undefined, "active eq true or active eq false", 'userName sw "user"'];
    for (const filter of filters) {
      for (const [offset, limit] of pages) {
        const page = await world.page({ offset, limit, ...(filter !== undefined && { filter }) });
        expect(page.total).toBe(10);
        expect(page.resources.map(({ id }) => id)).toEqual(ids.slice(offset, offset + limit));
      }
    }
  },

  "a limit of 0 only counts": async (world) => {
    await addUsers(world, 6);
    expect(await world.page({ limit: 0 })).toEqual({ total: 6, resources: [] });
    expect(await world.page({ limit: 0, filter: "active eq true" })).toEqual({ total: 3, resources: [] });
    expect(await world.page({ limit: 0, filter: 'title eq "boss"' })).toEqual({ total: 2, resources: [] });
  },

  "pages of a long list are whole, also of a filter that must be evaluated": async (world) => {
    const users = await addUsers(world, manyCount);
    const bosses = users.filter((_, index) => index % 3 === 0).map(({ id }) => id);
    const filter = 'title co "oss"';
    expect(await world.ids({ filter })).toEqual(bosses);
    const page = await world.page({ filter, offset: 350, limit: 100 });
    expect(page.total).toBe(manyCount / 3);
    expect(page.resources.map(({ id }) => id)).toEqual(bosses.slice(350, 450));
    const both = await world.page({ filter: `${filter} and active eq true`, offset: 150, limit: 100 });
    expect(both.total).toBe(manyCount / 6);
    expect(both.resources).toHaveLength(50);
    expect(await world.ids({ offset: 990, limit: 20 })).toEqual(users.slice(990, 1010).map(({ id }) => id));
  },
};

const totalPromises: Promises = {
  "the total follows what is created, deleted and refused": async (world) => {
    const total = async () => {
      const { total: counted, resources } = await world.page();
      expect(resources).toHaveLength(counted);
      return counted;
    };
    const [ann, bob] = [await world.addUser("ann"), await world.addUser("bob")];
    expect(await total()).toBe(2);
    await world.refusal(create(world.user("ann")));
    await world.refusal(remove({ ...ann, id: unknownId }, world.now()));
    await world.refusal(create(world.user("cay")), create(world.user("bob")));
    expect(await total()).toBe(2);
    await world.apply(replace({ ...world.user("anna"), id: ann.id }));
    expect(await total()).toBe(2);
    await world.apply(remove(ann, world.now()), create(world.user("dan")), create(world.user("eve")));
    expect(await total()).toBe(3);
    await world.apply(remove(bob, world.now()));
    expect(await total()).toBe(2);
    const short = world.user("short");
    await world.apply(create(short), remove(short, world.now()));
    expect(await total()).toBe(2);
  },

  "the total is right after a call of applied and refused sets": async (world) => {
    const ann = world.user("ann");
    await world.store.commit([
      world.set(create(ann)),
      world.set(create(world.user("bob")), create(world.user("ann"))),
      world.set(create(world.user("cay")), create(world.group("staff", []))),
      world.set(remove(ann, world.now())),
      world.set(remove(ann, world.now())),
    ]);
    expect(await world.page()).toMatchObject({ total: 1 });
    expect((await world.page()).resources).toHaveLength(1);
    expect((await world.page({ type: groupType, limit: 0 })).total).toBe(1);
  },
};

const walkPromises: Promises = {
  "a page by index tells the place where the next one begins, and the last one none": async (world) => {
    const ids = (await addUsers(world, 7)).map(({ id }) => id);
    for (const filter of [undefined, 'userName sw "user"', "active pr"]) {
      const first = await world.page({ limit: 3, ...(filter !== undefined && { filter }) });
      const types = [{ type: userType, filter: filter === undefined ? undefined : bound(filter) }];
      const ask = { tenantId: world.tenantId, types, limit: 3 };
      const second = await world.store.resources.list({ ...ask, start: { after: first.next } });
      expect(second.resources.map(({ id }) => id)).toEqual(ids.slice(3, 6));
      const last = await world.page({ offset: 6, limit: 3, ...(filter !== undefined && { filter }) });
      expect([last.resources.length, last.next]).toEqual([1, undefined]);
      expect((await world.page({ limit: 7, ...(filter !== undefined && { filter }) })).next).toBeUndefined();
    }
  },

  "a total that is known may be told again, and the page is the same": async (world) => {
    const ids = (await addUsers(world, 10)).map(({ id }) => id);
    for (const filter of ["active eq true", 'title eq "boss"', 'userName co "user"']) {
      const types = [{ type: userType, filter: bound(filter) }];
      const ask = { tenantId: world.tenantId, types, limit: 2 };
      const first = await world.store.resources.list({ ...ask, start: { after: undefined } });
      const start = { after: first.next };
      const counted = await world.store.resources.list({ ...ask, start });
      const known = await world.store.resources.list({ ...ask, start, knownTotal: 77 });
      expect(known.resources).toEqual(counted.resources);
      expect([counted.total, 77]).toContain(known.total);
      expect(ids).toContain(known.resources[0]?.id ?? "");
    }
  },

  "a query whose asker has left is answered or given up as unavailable": async (world) => {
    await addUsers(world, 50);
    const types = [{ type: userType, filter: bound('nickName pr or title eq "Boss"') }];
    const signal = AbortSignal.abort();
    const asked = world.store.resources.list({
      tenantId: world.tenantId,
      types,
      start: { offset: 0 },
      limit: 5,
      signal,
    });
    const outcome = await asked.then(
      ({ total }) => total,
      (error: unknown) => (error instanceof Error && "kind" in error ? error.kind : error),
    );
    expect([17, "unavailable"]).toContain(outcome as number);
  },
};

export const listPromises: Promises = { ...pagePromises, ...totalPromises, ...walkPromises };
