import { expect } from "bun:test";
import fc from "fast-check";
import { type BoundFilter, bindFilterAmongTypes } from "../../../src/scim/filter/bind.ts";
import { evaluate } from "../../../src/scim/filter/evaluate.ts";
import { parseFilter } from "../../../src/scim/filter/parse.ts";
import type { JsonObject } from "../../../src/scim/json.ts";
import { strictProfile } from "../../../src/scim/profile.ts";
import type { ResourceType } from "../../../src/scim/schema/registry.ts";
import type { ChangeSet, ResourceContent } from "../../../src/storage/change.ts";
import { wholeResource } from "../../../src/storage/document.ts";
import type { MembershipRecord, ResourceRecord } from "../../../src/storage/port.ts";
import { type Directory, directory, filterOf, type Person, withIds } from "./filter-arbitrary.ts";
import { build, indexed, indexModes } from "./indexing.ts";
import {
  bound,
  changeMembers,
  create,
  groupType,
  type Promises,
  replace,
  userContent,
  userType,
  type World,
} from "./world.ts";

/** The same cases in every run. */
const seed = 20_260_101;

/** What the store should know of a directory: the whole resources, in the order of creation. */
interface Model {
  readonly users: readonly JsonObject[];
  readonly groups: readonly JsonObject[];
}

/** A group with the places of those that are in it. */
interface Group {
  readonly content: ResourceContent;
  readonly people: readonly ResourceRecord[];
  readonly nested: readonly Group[];
}

/** Puts a directory into the store, and says what should be in it. */
async function fill(world: World, { people, teams }: Directory): Promise<Model> {
  const users = people.map((person) => addPerson(world, person));
  const groups: readonly Group[] = teams.map(({ displayName, at, members }) => {
    const found = [...new Set(members.flatMap((place) => users[place % users.length]?.record ?? []))];
    const ids = found.map(({ id }) => id);
    return { content: { ...world.group(displayName, ids), at }, people: found, nested: [] };
  });
  const nested = teams.map((team) => [...new Set(team.nested.flatMap((place) => groups[place % groups.length] ?? []))]);
  const whole = groups.map((group, index) => ({ ...group, nested: nested[index] ?? [] }));
  const nestings = whole.flatMap(({ content: { id, at }, nested }) => {
    const add = nested.map(({ content }) => content.id);
    return add.length === 0 ? [] : [world.set(changeMembers(id, { add }, at))];
  });
  const made = groups.map(({ content }) => world.set(create(content)));
  const results = await world.store.commit([...users.flatMap((user) => user.sets), ...made, ...nestings]);
  expect(results.every(({ applied }) => applied)).toBe(true);

  return {
    users: users.map(({ record }) => wholeResource({ ...record, joined: groupsAround(record, whole) }, "groups")),
    groups: whole.map(({ content: { resourceType, id, at, doc }, people, nested }) => {
      const ends = [...people, ...nested.map(({ content }) => content)];
      const joined = ends.map((each) => end(each, "direct"));
      const version = nested.length === 0 ? 1 : 2;
      return wholeResource({ resourceType, id, doc, version, created: at, modified: at, joined }, "members");
    }),
  };
}

/** The groups that somebody is in, also through groups in groups. */
function groupsAround({ id }: ResourceRecord, groups: readonly Group[]): readonly MembershipRecord[] {
  const direct = groups.filter(({ people }) => people.some((person) => person.id === id));
  const around = new Set(direct.map(({ content }) => content.id));
  // A set that grows while it is walked is walked to its end.
  for (const inner of around) {
    for (const { content, nested } of groups) {
      if (nested.some((group) => group.content.id === inner)) around.add(content.id);
    }
  }
  return [...around].flatMap((groupId) => {
    const group = groups.find(({ content }) => content.id === groupId);
    return group === undefined ? [] : [end(group.content, direct.includes(group) ? "direct" : "indirect")];
  });
}

function end(
  { resourceType, id, doc }: Pick<ResourceRecord, "resourceType" | "id" | "doc">,
  kind: MembershipRecord["kind"],
): MembershipRecord {
  const { displayName, userName }: { displayName?: string; userName?: string } = JSON.parse(doc);
  return { resourceType, id, display: displayName ?? userName ?? null, kind };
}

function addPerson(
  world: World,
  { attributes, at, touchedAt }: Person,
): { readonly record: ResourceRecord; readonly sets: readonly ChangeSet[] } {
  const id = world.newId();
  const content = userContent(attributes, id, at);
  const record = { resourceType: "User", id, created: at };
  if (touchedAt === undefined) {
    const created = { ...record, doc: content.doc, version: 1, modified: at };
    return { record: created, sets: [world.set(create(content))] };
  }
  const touched = userContent({ ...attributes, nickName: "touched" }, id, touchedAt);
  return {
    record: { ...record, doc: touched.doc, version: 2, modified: touchedAt },
    sets: [world.set(create(content)), world.set(replace(touched))],
  };
}

/** Asserts that the store answers the filter as evaluate does, whole and in pages; tells how many it matched. */
async function agree(world: World, type: ResourceType, resources: readonly JsonObject[], filter: string) {
  const meaning = bound(filter, type);
  const expected = resources.filter((resource) => evaluate(meaning, resource)).map(({ id }) => String(id));
  const answer = { total: expected.length, ids: expected };
  const found = await world.page({ type, filter });
  expect({ filter, total: found.total, ids: found.resources.map(({ id }) => id) }).toEqual({ filter, ...answer });
  const page = await world.page({ type, filter, offset: 1, limit: 2 });
  expect({ filter, total: page.total, ids: page.resources.map(({ id }) => id) }).toEqual({
    filter,
    ...answer,
    ids: expected.slice(1, 3),
  });
  return expected.length;
}

async function sameAnswers(
  world: World,
  type: ResourceType,
  pick: (model: Model) => readonly JsonObject[],
  numRuns: number,
): Promise<void> {
  // Every run has a tenant of its own, which costs less than a store of its own.
  let tenantId = world.tenantId;
  const seen = { none: 0, some: 0, all: 0 };
  const filters = fc.array(filterOf(type.name), { minLength: 8, maxLength: 8 });
  const modes = fc.constantFrom(...Object.values(indexModes));
  const property = fc.asyncProperty(directory, filters, modes, async (content, texts, [before, after]) => {
    const inTenant = world.inTenant(++tenantId);
    await inTenant.apply(indexed(userType, before));
    const model = await fill(inTenant, content);
    await inTenant.apply(indexed(userType, after));
    await build(inTenant);
    const resources = pick(model);
    const ids = [...model.users, ...model.groups].map((resource) => String(resource.id));
    for (const text of texts) {
      const matched = await agree(inTenant, type, resources, withIds(text, ids));
      seen[matched === 0 ? "none" : matched === resources.length ? "all" : "some"]++;
    }
  });
  await fc.assert(property, { numRuns, seed });
  // Filters that always match, or never, would show nothing.
  expect(Math.min(seen.none, seen.some, seen.all)).toBeGreaterThan(numRuns / 4);
}

/** As sameAnswers, for a query over both types: what a type lacks has no value there (RFC 7644 §3.4.2.1). */
async function sameAnswersAcross(world: World, numRuns: number): Promise<void> {
  let tenantId = world.tenantId;
  const types = [userType, groupType];
  const filters = fc.array(fc.oneof(filterOf("User"), filterOf("Group")), { minLength: 8, maxLength: 8 });
  const seen = { users: 0, groups: 0 };
  const property = fc.asyncProperty(directory, filters, async (content, texts) => {
    const inTenant = world.inTenant(++tenantId);
    const { users, groups } = await fill(inTenant, content);
    const ids = [...users, ...groups].map((resource) => String(resource.id));
    for (const text of texts) {
      const filter = withIds(text, ids);
      const filters = bindFilterAmongTypes(parseFilter(filter), types, strictProfile);
      const bind = (type: ResourceType): BoundFilter => {
        const meaning = filters[types.indexOf(type)];
        if (meaning === undefined) throw new Error("a filter for each type");
        return meaning;
      };
      const idsOf = (type: ResourceType, resources: readonly JsonObject[]) =>
        resources.filter((resource) => evaluate(bind(type), resource)).map(({ id }) => String(id));
      const [people, teams] = [idsOf(userType, users), idsOf(groupType, groups)];
      seen.users += people.length;
      seen.groups += teams.length;
      const query = { tenantId: inTenant.tenantId, types: types.map((type) => ({ type, filter: bind(type) })) };
      const whole = await world.store.resources.list({ ...query, start: { offset: 0 }, limit: 1000 });
      const found = whole.resources.map(({ id }) => id);
      expect({ filter, total: whole.total, ids: found }).toEqual({
        filter,
        total: people.length + teams.length,
        ids: [...people, ...teams],
      });
    }
  });
  await fc.assert(property, { numRuns, seed });
  expect(Math.min(seen.users, seen.groups)).toBeGreaterThan(numRuns);
}

export const filterPromises: Promises = {
  "a filter over all types finds those for which it evaluates to true": (world) => sameAnswersAcross(world, 150),

  "a filter over users finds those for which it evaluates to true": (world) =>
    sameAnswers(world, userType, ({ users }) => users, 300),

  "a filter over groups finds those for which it evaluates to true": (world) =>
    sameAnswers(world, groupType, ({ groups }) => groups, 150),

  "what a filter compares is data, never part of a query": async (world) => {
    const names = ["o'neil", 'quo"te', "per%cent", "under_score", "back\\slash", "semi;colon--", "*", "?", "$1"];
    const users = [];
    for (const name of names) users.push(await world.addUser(name, { displayName: name, title: name }));
    for (const [index, name] of names.entries()) {
      const literal = JSON.stringify(name);
      for (const filter of [`userName eq ${literal}`, `displayName eq ${literal}`, `title co ${literal}`]) {
        expect(await world.ids({ filter })).toEqual([users[index]?.id ?? ""]);
      }
    }
  },

  "a long filter is answered": async (world) => {
    const [ann, bob] = [await world.addUser("ann"), await world.addUser("bob", { title: "x199" })];
    const terms = (path: string) => Array.from({ length: 200 }, (_, index) => `${path} eq "x${index}"`).join(" or ");
    expect(await world.ids({ filter: `${terms("userName")} or userName eq "ann"` })).toEqual([ann.id]);
    expect(await world.ids({ filter: terms("title") })).toEqual([bob.id]);
  },
};
