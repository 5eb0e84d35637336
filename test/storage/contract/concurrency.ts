import { expect } from "bun:test";
import { membersOf } from "../../support/membership.ts";
import { changeMembers, create, groupType, type Promises, remove, replace } from "./world.ts";

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

export const concurrencyPromises: Promises = {
  "200 commits at once that each add another member all land": async (world) => {
    const users = times(200, (index) => world.user(`user${index}`));
    await world.store.commit(users.map((user) => world.set(create(user))));
    const group = await world.addGroup("staff");
    const results = await Promise.all(
      users.map(({ id }) => world.commit(changeMembers(group.id, { add: [id] }, world.now()))),
    );
    expect(await world.memberIds(group.id)).toEqual(users.map(({ id }) => id).sort());
    expect(await world.version(group)).toBe(201);
    // Each answer tells a version of its own.
    const versions = results.map((result) => (result.applied ? result.effects[0]?.version : undefined));
    expect(versions).toEqual(times(200, (index) => index + 2));
  },

  "50 creates of one userName at once yield exactly one user": async (world) => {
    const users = times(50, (index) => world.user(index % 2 === 0 ? "ann" : "ANN"));
    const results = await Promise.all(users.map((user) => world.commit(create(user))));
    expect(results.filter(({ applied }) => applied)).toHaveLength(1);
    const { total, resources } = await world.page();
    expect(total).toBe(1);
    const winner = resources[0]?.id ?? "";
    const refusals = results.flatMap((result) => (result.applied ? [] : [result.refusal]));
    expect(refusals).toEqual(times(49, () => ({ kind: "uniqueness", id: winner }) as const));
  },

  "of replacements at once that expect the same version one is applied": async (world) => {
    const ann = await world.addUser("ann");
    const results = await Promise.all(
      times(20, (index) => world.commit(replace({ ...world.user("ann", { title: `${index}` }), id: ann.id }, 1))),
    );
    expect(results.filter(({ applied }) => applied)).toHaveLength(1);
    const refusals = results.flatMap((result) => (result.applied ? [] : [result.refusal]));
    expect(refusals).toEqual(times(19, () => ({ kind: "version", version: 2 }) as const));
    expect(await world.version(ann)).toBe(2);
  },

  "of deletes at once one is applied, and the total falls once": async (world) => {
    const ann = await world.addUser("ann");
    await world.addUser("bob");
    const results = await Promise.all(times(10, () => world.commit(remove(ann, world.now()))));
    expect(results.filter(({ applied }) => applied)).toHaveLength(1);
    expect((await world.page({ limit: 0 })).total).toBe(1);
  },

  "a member that is deleted while it is added is no dead member": async (world) => {
    const users = times(20, (index) => world.user(`user${index}`));
    await world.store.commit(users.map((user) => world.set(create(user))));
    const group = await world.addGroup("staff");
    await Promise.all(
      users.flatMap((user, index) => {
        const calls = [
          () => world.commit(changeMembers(group.id, { add: [user.id] }, world.now())),
          () => world.commit(remove(user, world.now())),
        ];
        return (index % 2 === 0 ? calls : calls.reverse()).map((call) => call());
      }),
    );
    expect(await world.memberIds(group.id)).toEqual([]);
    expect((await world.page({ limit: 0 })).total).toBe(0);
  },

  "reads among writes see whole sets": async (world) => {
    const writes = times(30, (index) => {
      const user = world.user(`user${index}`);
      return world.commit(create(user), create(world.group(`of ${index}`, [user.id])));
    });
    const reads = times(30, async () => {
      await Promise.race(writes);
      const groups = (await world.page({ type: groupType })).resources;
      const members = await membersOf(
        world.store,
        world.tenantId,
        groups.map(({ id }) => id),
      );
      expect(members.size).toBe(groups.length);
    });
    await Promise.all([...writes, ...reads]);
    expect((await world.page({ limit: 0 })).total).toBe(30);
  },
};
