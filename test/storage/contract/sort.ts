import { expect } from "bun:test";
import { bindFilter } from "../../../src/scim/filter/bind.ts";
import { parseFilter } from "../../../src/scim/filter/parse.ts";
import { strictProfile } from "../../../src/scim/profile.ts";
import { compareKeys, readSort, sortKey } from "../../../src/scim/sort.ts";
import { wholeResource } from "../../../src/storage/document.ts";
import { create, type Promises, userType, type World } from "./world.ts";

/** Values that collide, differ in case alone, or sort elsewhere by UTF-16 units than by code points. */
const names = ["ann", "Ann", "Émile", "zoe", "ﬀ", "\u{1F600}", "\u{FF21}", "b", undefined, "B"];

async function addPeople(world: World): Promise<void> {
  const people = Array.from({ length: 60 }, (_, index) => {
    const displayName = names[(index * 7) % names.length];
    const externalId = names[(index * 3 + 1) % names.length];
    const title = names[(index * 9 + 2) % names.length];
    const emails =
      index % 3 === 0
        ? undefined
        : [{ value: `${(index * 13) % 60}@x.org` }, { value: "0@x.org", primary: index % 4 === 0 }];
    const active = index % 5 === 0 ? undefined : index % 2 === 0;
    return world.user(`user${(index * 37) % 60}`, { displayName, externalId, title, emails, active });
  });
  for (const person of people) await world.apply(create(person));
}

/** The attributes to sort by: some are columns of a store, some are not. */
const sorts = [
  "userName",
  "displayName",
  "externalId",
  "id",
  "active",
  "meta.created",
  "meta.lastModified",
  "title",
  "emails",
];

export const sortPromises: Promises = {
  "a sort orders by the keys of the engine, whether the store has them at hand or not": async (world) => {
    await addPeople(world);
    const { tenantId, store } = world;
    const { resources } = await store.resources.list({
      tenantId,
      types: [{ type: userType }],
      start: { offset: 0 },
      limit: 1000,
    });
    for (const sortBy of sorts) {
      for (const order of ["ascending", "descending"]) {
        const sort = readSort(userType, sortBy, order);
        if (sort === undefined) throw new Error("no sort");
        const keyed = resources.map((record) => ({
          id: record.id,
          key: sortKey(sort, wholeResource(record, undefined)),
        }));
        const expected = keyed.sort((left, right) => compareKeys(sort, left.key, right.key)).map(({ id }) => id);
        const page = await store.resources.list({
          tenantId,
          types: [{ type: userType, sort }],
          start: { offset: 0 },
          limit: 1000,
        });
        expect({ sortBy, order, ids: page.resources.map(({ id }) => id) }).toEqual({ sortBy, order, ids: expected });
      }
    }
  },

  "pages of a sorted and filtered list are parts of the whole": async (world) => {
    await addPeople(world);
    const { tenantId, store } = world;
    for (const text of ["active eq true", "title pr", 'active eq true and title sw "a"']) {
      const filter = bindFilter(parseFilter(text), userType, strictProfile);
      for (const sortBy of ["userName", "displayName", "title"]) {
        const sort = readSort(userType, sortBy, undefined);
        const ask = (offset: number, limit: number) =>
          store.resources.list({ tenantId, types: [{ type: userType, filter, sort }], start: { offset }, limit });
        const whole = await ask(0, 1000);
        expect(whole.total).toBe(whole.resources.length);
        const parts = [await ask(0, 3), await ask(3, 4), await ask(7, 1000)];
        expect(parts.flatMap(({ resources }) => resources)).toEqual([...whole.resources]);
        expect(parts.map(({ total }) => total)).toEqual([whole.total, whole.total, whole.total]);
        expect(await ask(0, 0)).toEqual({ total: whole.total, resources: [] });
      }
    }
  },
};
