import { expect } from "bun:test";
import fc from "fast-check";
import { readSort } from "../../../src/scim/sort.ts";
import type { Place, ResourcePage, Start, TypeQuery } from "../../../src/storage/port.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { bound, create, groupType, type Promises, userType, type World } from "./world.ts";

/** Values that collide, and some that are missing: what is equal is in the order of creation. */
const names = ["ann", "Ann", "zoe", undefined, "bob", "é", undefined, "\u{1F600}"];

function person(world: World, index: number) {
  const displayName = names[(index * 5) % names.length];
  const externalId = names[(index * 3 + 1) % names.length];
  const title = names[(index * 7 + 2) % names.length];
  const emails = index % 3 === 0 ? undefined : [{ value: `${(index * 13) % 7}@x.org` }];
  const active = index % 5 === 0 ? undefined : index % 2 === 0;
  return world.user(`user${String((index * 37) % 101).padStart(3, "0")}-${index}`, {
    displayName,
    externalId,
    title,
    emails,
    active,
  });
}

/** Attributes that a store has at hand, with a value in every resource or not, and some that it has not. */
const sorts = ["userName", "displayName", "externalId", "active", "meta.lastModified", "title", "emails", undefined];
const filters = [undefined, "active eq true", 'title co "o" or title co "a"'];

function queryOf(sortBy: string | undefined, order: string, filter: string | undefined): TypeQuery {
  const sort = readSort(userType, sortBy, order);
  return { type: userType, sort, filter: filter === undefined ? undefined : bound(filter) };
}

const every = sorts.flatMap((sortBy) =>
  (sortBy === undefined ? ["ascending"] : ["ascending", "descending"]).flatMap((order) =>
    filters.map((filter) => ({ sortBy, order, filter })),
  ),
);

export const idsOf = (page: ResourcePage): string[] => page.resources.map(({ id }) => id);

/** More pages than any of these lists has: a walk that goes in circles ends here. */
const pagesMax = 300;

/** Walks from page to page; `between` is called before each of them but the first. */
export async function walk(
  { store, tenantId }: World,
  types: readonly TypeQuery[],
  limit: number,
  between: () => Promise<void> = async () => undefined,
): Promise<readonly ResourcePage[]> {
  const pages: ResourcePage[] = [];
  let after: Place | undefined;
  do {
    if (pages.length > 0) await between();
    const page = await store.resources.list({ tenantId, types, start: { after }, limit });
    pages.push(page);
    if (pages.length > pagesMax) throw new Error("the walk does not end");
    after = page.next;
  } while (after !== undefined);
  return pages;
}

export const placePromises: Promises = {
  "pages beside places are the list, in every order, with every filter, however large": async (world) => {
    for (let index = 0; index < 23; index++) await world.apply(create(person(world, index)));
    for (const { sortBy, order, filter } of every) {
      const types = [queryOf(sortBy, order, filter)];
      const whole = await world.store.resources.list({
        tenantId: world.tenantId,
        types,
        start: { offset: 0 },
        limit: 1000,
      });
      for (const limit of [1, 2, 3, 4, 5, 6, 7, 23, 100]) {
        const pages = await walk(world, types, limit);
        const about = { sortBy, order, filter, limit };
        expect({ ...about, ids: pages.flatMap(idsOf) }).toEqual({ ...about, ids: idsOf(whole) });
        for (const page of pages) expect(page.total).toBe(whole.total);
        for (const page of pages.slice(0, -1)) expect(page.resources).toHaveLength(limit);
      }
    }
  },

  "the place before a page leads back to the page before it, and there is none before the first": async (world) => {
    for (let index = 0; index < 17; index++) await world.apply(create(person(world, index)));
    for (const { sortBy, order, filter } of every) {
      const types = [queryOf(sortBy, order, filter)];
      const pages = await walk(world, types, 3);
      expect(pages[0]?.previous).toBeUndefined();
      for (const [index, page] of pages.entries()) {
        if (index === 0 || page.previous === undefined) continue;
        const start: Start = { before: page.previous };
        const back = await world.store.resources.list({ tenantId: world.tenantId, types, start, limit: 3 });
        const about = { sortBy, order, filter, index };
        expect({ ...about, ids: idsOf(back) }).toEqual({ ...about, ids: idsOf(pages[index - 1] ?? page) });
        expect(back.previous === undefined).toBe(index === 1);
        // And forward again.
        const after = await world.store.resources.list({
          tenantId: world.tenantId,
          types,
          start: { after: back.next },
          limit: 3,
        });
        expect(idsOf(after)).toEqual(idsOf(page));
      }
      expect(pages.slice(1).every(({ previous }) => previous !== undefined)).toBe(true);
    }
  },

  "a walk meets everything that stays just once, whatever comes and goes between its pages": async (world) => {
    let tenantId = world.tenantId;
    const change = fc.record({ come: fc.nat(2), go: fc.array(fc.nat(), { maxLength: 2 }) });
    const property = fc.asyncProperty(
      fc.constantFrom(...every),
      fc.integer({ min: 1, max: 5 }),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      async ({ sortBy, order, filter }, limit, changes) => {
        const inTenant = world.inTenant(++tenantId);
        const there = new Map<string, "User">();
        let made = 0;
        const come = async (): Promise<void> => {
          const content = person(inTenant, made++);
          await inTenant.apply(create(content));
          there.set(content.id, "User");
        };
        for (let index = 0; index < 15; index++) await come();
        const types = [queryOf(sortBy, order, filter)];
        const query = { tenantId: inTenant.tenantId, types, start: { offset: 0 }, limit: 1000 };
        const before = idsOf(await world.store.resources.list(query));
        let step = 0;
        const pages = await walk(inTenant, types, limit, async () => {
          const next = changes[step++ % changes.length];
          for (let index = 0; index < (next?.come ?? 0) && made < 60; index++) await come();
          for (const place of next?.go ?? []) {
            const id = [...there.keys()][place % Math.max(1, there.size)];
            if (id === undefined) continue;
            there.delete(id);
            await inTenant.apply({ kind: "deleteResource", resourceType: "User", id, at: inTenant.now() });
          }
        });
        const seen = pages.flatMap(idsOf);
        expect(new Set(seen).size).toBe(seen.length);
        const stayed = before.filter((id) => there.has(id));
        expect(seen.filter((id) => stayed.includes(id))).toEqual(stayed);
      },
    );
    await fc.assert(property, { numRuns: fuzzRuns(60), seed: 9865 });
  },

  "a list of several types is in one order, joins to each its own, and can be walked": async (world) => {
    const members: string[] = [];
    const made: string[] = [];
    for (let index = 0; index < 9; index++) {
      const user = person(world, index);
      await world.apply(create(user));
      members.push(user.id);
      made.push(user.id);
      if (index % 2 === 0) made.push((await world.addGroup(`team ${names[index] ?? index}`, [...members])).id);
    }
    const both: readonly TypeQuery[] = [
      { type: userType, join: "groups" },
      { type: groupType, join: "members" },
    ];
    const whole = await world.store.resources.list({
      tenantId: world.tenantId,
      types: both,
      start: { offset: 0 },
      limit: 100,
    });
    expect([whole.total, idsOf(whole)]).toEqual([made.length, made]);
    for (const { resourceType, joined } of whole.resources) {
      expect(joined.length).toBeGreaterThan(0);
      expect(new Set(joined.map((end) => end.resourceType))).toEqual(
        new Set([resourceType === "User" ? "Group" : "User"]),
      );
    }
    const offset = await world.store.resources.list({
      tenantId: world.tenantId,
      types: both,
      start: { offset: 4 },
      limit: 3,
    });
    expect(idsOf(offset)).toEqual(made.slice(4, 7));
    expect((await walk(world, both, 4)).flatMap(idsOf)).toEqual(made);
  },

  "a list of several types is sorted by what only one of them has": async (world) => {
    for (let index = 0; index < 8; index++) await world.apply(create(person(world, index)));
    for (const name of ["zoo", "ark", "Bar"]) await world.addGroup(name);
    for (const order of ["ascending", "descending"]) {
      for (const sortBy of ["displayName", "title", "userName"]) {
        const types: readonly TypeQuery[] = [
          { type: userType, sort: readSort(userType, sortBy, order) },
          { type: groupType, sort: sortBy === "displayName" ? readSort(groupType, sortBy, order) : undefined },
        ];
        const query = { tenantId: world.tenantId, types, start: { offset: 0 }, limit: 100 };
        const whole = idsOf(await world.store.resources.list(query));
        expect(whole).toHaveLength(11);
        for (const limit of [1, 3, 4]) {
          const about = { sortBy, order, limit };
          expect({ ...about, ids: (await walk(world, types, limit)).flatMap(idsOf) }).toEqual({ ...about, ids: whole });
        }
      }
    }
  },

  "where all that was before a page is gone, the place before it leads to the first page": async (world) => {
    const people = Array.from({ length: 6 }, (_, index) => person(world, index));
    for (const content of people) await world.apply(create(content));
    const { store, tenantId } = world;
    for (const sortBy of [undefined, "userName", "title"]) {
      const types = [queryOf(sortBy, "ascending", undefined)];
      const list = (start: Start) => store.resources.list({ tenantId, types, start, limit: 2 });
      const first = await list({ after: undefined });
      const second = await list({ after: first.next });
      if (second.previous === undefined) throw new Error("no place before the second page");
      for (const { id } of first.resources) {
        await world.apply({ kind: "deleteResource", resourceType: "User", id, at: world.now() });
      }
      const back = await list({ before: second.previous });
      expect([idsOf(back), back.previous]).toEqual([idsOf(second), undefined]);
      expect(back.next).toEqual(second.next);
      for (const { id } of first.resources)
        await world.apply(create(people.find((each) => each.id === id) ?? person(world, 9)));
    }
  },

  "a long list is walked whole, whether a column has its order or not": async (world) => {
    const people = Array.from({ length: 1300 }, (_, index) => person(world, index));
    await world.store.commit(people.map((content) => world.set(create(content))));
    for (const sortBy of [undefined, "title", "displayName"]) {
      for (const order of ["ascending", "descending"]) {
        const types = [queryOf(sortBy, order, undefined)];
        const query = { tenantId: world.tenantId, types, start: { offset: 0 }, limit: 2000 };
        const whole = idsOf(await world.store.resources.list(query));
        const pages = await walk(world, types, 450);
        const about = { sortBy, order, pages: 3 };
        expect({ ...about, pages: pages.length, ids: pages.flatMap(idsOf) }).toEqual({ ...about, ids: whole });
        const previous = pages.at(-1)?.previous;
        if (previous === undefined) throw new Error("no place before the last page");
        const back = await world.store.resources.list({ ...query, start: { before: previous }, limit: 450 });
        expect(idsOf(back)).toEqual(whole.slice(450, 900));
      }
    }
  },

  "a page of nothing only counts, and leads nowhere": async (world) => {
    for (let index = 0; index < 3; index++) await world.apply(create(person(world, index)));
    for (const types of [[queryOf(undefined, "", undefined)], [queryOf("title", "ascending", 'title co "a"')]]) {
      const page = await world.store.resources.list({
        tenantId: world.tenantId,
        types,
        start: { after: undefined },
        limit: 0,
      });
      expect([page.resources, page.next, page.previous]).toEqual([[], undefined, undefined]);
      expect(page.total).toBeGreaterThan(0);
    }
  },
};
