import { expect } from "bun:test";
import fc from "fast-check";
import { ScimError } from "../../../src/scim/error.ts";
import { bindFilterAmongTypes } from "../../../src/scim/filter/bind.ts";
import { evaluate } from "../../../src/scim/filter/evaluate.ts";
import { parseFilter } from "../../../src/scim/filter/parse.ts";
import type { JsonObject } from "../../../src/scim/json.ts";
import { strictProfile } from "../../../src/scim/profile.ts";
import type { ResourceType } from "../../../src/scim/schema/registry.ts";
import { attribute } from "../../../src/scim/schema/schema.ts";
import { compareKeys, readSort, type Sort, sortKey } from "../../../src/scim/sort.ts";
import type { ResourceContent } from "../../../src/storage/change.ts";
import { wholeResource } from "../../../src/storage/document.ts";
import type { JoinedRecord, Place, Start, TypeQuery } from "../../../src/storage/port.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { idsOf, walk } from "./place.ts";
import { create, groupType, type Promises, remove, replace, userType, type World } from "./world.ts";

/** A type of its own, whose attributes have names of the core's and hold something else. */
const gaugeType: ResourceType = {
  name: "Gauge",
  endpoint: "/Gauges",
  description: "A gauge.",
  base: {
    id: "urn:example:schemas:2.0:Gauge",
    name: "Gauge",
    description: "A gauge.",
    attributes: [
      attribute("displayName", "A number here.", { type: "integer" }),
      attribute("active", "A text here."),
      attribute("serial", "A name that no two have.", { uniqueness: "server", caseExact: true }),
    ],
  },
  extensions: [],
};

const types = [userType, groupType, gaugeType];

/** Texts that look like numbers, too: in no order may one be taken for the other. */
const words = fc.option(fc.constantFrom("12", "7", "a", "B", "é", "x100", "~"), { nil: undefined });
const numbers = fc.option(fc.constantFrom(7, 12, 100, 0, -3), { nil: undefined });
const booleans = fc.option(fc.boolean(), { nil: undefined });

const oneOf = fc.oneof(
  fc.record({ kind: fc.constant("User" as const), displayName: words, title: words, active: booleans }),
  fc.record({ kind: fc.constant("Group" as const), displayName: words }),
  fc.record({ kind: fc.constant("Gauge" as const), displayName: numbers, active: words, externalId: words }),
);
type Described = typeof oneOf extends fc.Arbitrary<infer T> ? T : never;

const sorts = [
  undefined,
  "displayName",
  "active",
  "title",
  "userName",
  "serial",
  "externalId",
  "id",
  "meta.created",
  "meta.lastModified",
] as const;

/** Some are for columns, some are not, and some are for one type alone. */
const filters = [
  undefined,
  'meta.resourceType eq "User"',
  'meta.resourceType eq "Gauge" or not (active pr)',
  'userName sw "name-1" or displayName eq null',
  'userName eq "name-2" or serial eq "name-3"',
  "displayName pr",
  'not (title eq "a")',
  'externalId eq "7" or externalId eq "12"',
  'serial eq "name-3"',
  "colour pr",
] as const;

function contentOf(world: World, described: Described, name: string): ResourceContent {
  if (described.kind === "User") {
    const { kind: _, active, ...rest } = described;
    return world.user(name, { ...rest, ...(active === undefined ? { active: null } : { active }) });
  }
  if (described.kind === "Group") return world.group(described.displayName ?? name, []);
  const { kind: _, ...attributes } = described;
  return {
    resourceType: "Gauge",
    id: world.newId(),
    at: world.now(),
    doc: JSON.stringify({ schemas: [gaugeType.base.id], ...attributes, serial: name }),
    keys: { unique: name, display: null, externalId: attributes.externalId ?? null, active: null },
  };
}

interface Asked {
  readonly sortBy: (typeof sorts)[number];
  readonly order: "ascending" | "descending";
  readonly filter: (typeof filters)[number];
}

const asked: fc.Arbitrary<Asked> = fc.record({
  sortBy: fc.constantFrom(...sorts),
  order: fc.constantFrom("ascending" as const, "descending" as const),
  filter: fc.constantFrom(...filters),
});

/** How a type is sorted; undefined when it has no such attribute. */
function sortIn(type: ResourceType, { sortBy, order }: Asked): Sort | undefined {
  try {
    return readSort(type, sortBy, order);
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

/** A sort and a filter of each type, as they mean something in some of them. */
function queriesOf(question: Asked): readonly TypeQuery[] {
  const { filter } = question;
  const bound = filter === undefined ? [] : bindFilterAmongTypes(parseFilter(filter), types, strictProfile);
  return types.map((type, index) => ({ type, sort: sortIn(type, question), filter: bound[index] }));
}

/** What the list should be: every resource looked at, in the order of creation, and then sorted. */
function meant(queries: readonly TypeQuery[], records: readonly JoinedRecord[]): readonly string[] {
  const matches = records.flatMap((record) => {
    const query = queries.find(({ type }) => type.name === record.resourceType);
    const whole: JsonObject = wholeResource(record, undefined);
    if (query === undefined || (query.filter !== undefined && !evaluate(query.filter, whole))) return [];
    const key = query.sort && sortKey(query.sort, whole);
    return [{ id: record.id, key: typeof key === "boolean" ? Number(key) : key }];
  });
  const sort = queries.find((query) => query.sort !== undefined)?.sort;
  if (sort !== undefined) matches.sort((left, right) => compareKeys(sort, left.key, right.key));
  return matches.map(({ id }) => id);
}

/** Everything in a tenant, in the order of creation. */
async function recordsIn(
  { store, tenantId }: World,
  contents: readonly ResourceContent[],
): Promise<readonly JoinedRecord[]> {
  const found = await Promise.all(
    contents.map(({ resourceType, id }) => store.resources.get(tenantId, resourceType, id)),
  );
  return found.filter((record) => record?.joined !== undefined);
}

export const acrossPromises: Promises = {
  "a list of several types is what each of them says, in one order, by index and by place, forwards and back": async (
    world,
  ) => {
    let tenantId = world.tenantId;
    const seen = { some: 0, several: 0 };
    const property = fc.asyncProperty(
      fc.array(oneOf, { minLength: 6, maxLength: 14 }),
      fc.array(asked, { minLength: 6, maxLength: 6 }),
      fc.integer({ min: 1, max: 5 }),
      async (described, questions, limit) => {
        const inTenant = world.inTenant(++tenantId);
        const contents = described.map((each, index) => contentOf(inTenant, each, `name-${index}`));
        await world.store.commit(contents.map((content) => inTenant.set(create(content))));
        const records = await recordsIn(inTenant, contents);
        expect(records).toHaveLength(contents.length);
        const page = (queries: readonly TypeQuery[], start: Start, most: number) =>
          world.store.resources.list({ tenantId: inTenant.tenantId, types: queries, start, limit: most });
        for (const question of questions) {
          const queries = queriesOf(question);
          const ids = meant(queries, records);
          seen.some += Number(ids.length > 0 && ids.length < records.length);
          seen.several += Number(ids.length > limit);
          const whole = await page(queries, { offset: 0 }, 100);
          expect({ question, total: whole.total, ids: idsOf(whole) }).toEqual({
            question,
            total: ids.length,
            ids: [...ids],
          });
          const middle = await page(queries, { offset: 2 }, limit);
          expect({ question, ids: idsOf(middle) }).toEqual({ question, ids: ids.slice(2, 2 + limit) });
          const pages = await walk(inTenant, queries, limit);
          expect({ question, ids: pages.flatMap(idsOf) }).toEqual({ question, ids: [...ids] });
          expect(new Set(pages.map(({ total }) => total))).toEqual(new Set([ids.length]));
          const back: string[] = [];
          for (let place: Place | undefined = pages.at(-1)?.previous; place !== undefined; ) {
            const before = await page(queries, { before: place }, limit);
            back.unshift(...idsOf(before));
            place = back.length > ids.length ? undefined : before.previous;
          }
          const last = pages.at(-1);
          const ahead = pages.length > 1 && last !== undefined ? ids.slice(0, ids.length - last.resources.length) : [];
          expect({ question, back }).toEqual({ question, back: [...ahead] });
        }
      },
    );
    await fc.assert(property, { numRuns: fuzzRuns(80), seed: 7644 });
    expect(Math.min(seen.some, seen.several)).toBeGreaterThan(0);
  },

  "a walk over several types meets everything that stays just once, whatever comes, goes and changes": async (
    world,
  ) => {
    let tenantId = world.tenantId;
    const step = fc.record({
      come: fc.array(oneOf, { maxLength: 2 }),
      go: fc.option(fc.nat()),
      move: fc.option(fc.tuple(fc.nat(), oneOf)),
    });
    const property = fc.asyncProperty(
      fc.array(oneOf, { minLength: 12, maxLength: 12 }),
      asked,
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { minLength: 1, maxLength: 6 }),
      async (described, question, limit, steps) => {
        const inTenant = world.inTenant(++tenantId);
        const there = new Map<string, ResourceContent>();
        const stayed = new Set<string>();
        let made = 0;
        const come = async (each: Described): Promise<void> => {
          if (made >= 40) return;
          const content = contentOf(inTenant, each, `name-${made++}`);
          await inTenant.apply(create(content));
          there.set(content.id, content);
        };
        const pick = (place: number | null | undefined): ResourceContent | undefined => {
          const content = [...there.values()][(place ?? 0) % Math.max(1, there.size)];
          if (content !== undefined && typeof place === "number") stayed.delete(content.id);
          return typeof place === "number" ? content : undefined;
        };
        for (const each of described) await come(each);
        const queries = queriesOf(question);
        const query = { tenantId: inTenant.tenantId, types: queries, start: { offset: 0 }, limit: 100 };
        const before = idsOf(await world.store.resources.list(query));
        for (const id of before) stayed.add(id);
        let taken = 0;
        const pages = await walk(inTenant, queries, limit, async () => {
          const now = steps[taken++ % steps.length];
          for (const each of now?.come ?? []) await come(each);
          const gone = pick(now?.go);
          if (gone !== undefined) {
            there.delete(gone.id);
            await inTenant.apply(remove(gone, inTenant.now()));
          }
          const moved = pick(now?.move?.[0]);
          const like = now?.move?.[1];
          if (moved === undefined || like?.kind !== moved.resourceType) return;
          const changed = contentOf(inTenant, like, `moved-${made}-${taken}`);
          await inTenant.apply(replace({ ...changed, id: moved.id }));
        });
        const met = pages.flatMap(idsOf).filter((id) => stayed.has(id));
        expect({ question, met }).toEqual({ question, met: before.filter((id) => stayed.has(id)) });
      },
    );
    await fc.assert(property, { numRuns: fuzzRuns(80), seed: 9865 });
  },

  "of several types, each joins what it was asked to": async (world) => {
    const ann = await world.addUser("ann");
    const staff = await world.addGroup("staff", [ann.id]);
    const ask = async (users: TypeQuery["join"], groups: TypeQuery["join"]) => {
      const queries: readonly TypeQuery[] = [
        { type: userType, join: users },
        { type: groupType, join: groups },
      ];
      const start = { after: undefined };
      const page = await world.store.resources.list({ tenantId: world.tenantId, types: queries, start, limit: 10 });
      return page.resources.map(({ id, joined }) => [id, joined.map((end) => end.id)]);
    };
    expect(await ask("groups", "members")).toEqual([
      [ann.id, [staff.id]],
      [staff.id, [ann.id]],
    ]);
    expect(await ask("groups", undefined)).toEqual([
      [ann.id, [staff.id]],
      [staff.id, []],
    ]);
    expect(await ask(undefined, "members")).toEqual([
      [ann.id, []],
      [staff.id, [ann.id]],
    ]);
  },
};
