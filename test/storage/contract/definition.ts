import { expect } from "bun:test";
import type { Change, DefinitionKind } from "../../../src/storage/change.ts";
import { create, type Promises, remove, type World } from "./world.ts";

const put = (definition: DefinitionKind, key: string, doc = "{}"): Change => ({
  kind: "putDefinition",
  definition,
  key,
  doc,
});

const drop = (definition: DefinitionKind, key: string, emptyType?: string): Change => ({
  kind: "deleteDefinition",
  definition,
  key,
  ...(emptyType !== undefined && { emptyType }),
});

const all = (world: World) => world.store.definitions.all(world.tenantId);

const definitions: Promises = {
  "there is no definition at first": async (world) => {
    expect(await all(world)).toEqual([]);
  },

  "a definition is kept to the letter, each kind by its own keys": async (world) => {
    const doc = JSON.stringify({ id: "urn:example:Ö 'quoted'", name: "𝒳", attributes: [] });
    await world.apply(put("schema", "thing", doc), put("resourceType", "thing", "{}"));
    const records = await all(world);
    expect(records).toHaveLength(2);
    expect(records).toContainEqual({ definition: "schema", key: "thing", doc });
    expect(records).toContainEqual({ definition: "resourceType", key: "thing", doc: "{}" });
  },

  "a definition takes the place of one that is there": async (world) => {
    await world.apply(put("schema", "a", "1"), put("schema", "b", "2"));
    await world.apply(put("schema", "a", "3"));
    expect((await all(world)).map(({ key, doc }) => [key, doc])).toEqual([
      ["a", "3"],
      ["b", "2"],
    ]);
  },

  "definitions are told by key, in whatever order they came": async (world) => {
    for (const key of ["m", "z", "a"]) await world.apply(put("schema", key));
    expect((await all(world)).map(({ key }) => key)).toEqual(["a", "m", "z"]);
  },

  "a definition that goes is gone, and no other with it": async (world) => {
    await world.apply(put("schema", "a"), put("schema", "b"), put("resourceType", "a"));
    await world.apply(drop("schema", "a"));
    expect((await all(world)).map(({ definition, key }) => `${definition} ${key}`).toSorted()).toEqual([
      "resourceType a",
      "schema b",
    ]);
  },

  "taking away what is not there is refused": async (world) => {
    await world.apply(put("resourceType", "a"));
    expect(await world.refusal(drop("schema", "a"))).toEqual({ kind: "notFound", id: "a" });
    expect(await world.refusal(drop("resourceType", "b", "B"))).toEqual({ kind: "notFound", id: "b" });
    expect(await all(world)).toHaveLength(1);
  },

  "a type stays while there are resources of it, told how many": async (world) => {
    await world.apply(put("resourceType", "User"));
    const users = [await world.addUser("ana"), await world.addUser("bo")];
    await world.addGroup("all");
    expect(await world.refusal(drop("resourceType", "User", "User"))).toEqual({ kind: "inUse", resources: 2 });
    for (const user of users) {
      expect(await all(world)).toHaveLength(1);
      await world.apply(remove(user, world.now()));
    }
    await world.apply(drop("resourceType", "User", "User"));
    expect(await all(world)).toEqual([]);
  },

  "a type that no resource need be empty for goes at any time": async (world) => {
    await world.apply(put("resourceType", "User"));
    await world.addUser("ana");
    await world.apply(drop("resourceType", "User"));
    expect(await all(world)).toEqual([]);
  },

  "a type is in use by what the same set or the same call made, and not by what was refused": async (world) => {
    const dropUsers = drop("resourceType", "User", "User");
    await world.apply(put("resourceType", "User"));
    const [ana, bo] = [world.user("ana"), world.user("bo")];
    expect(await world.refusal(create(ana), dropUsers)).toEqual({ kind: "inUse", resources: 1 });
    expect(await all(world)).toHaveLength(1);
    const together = await world.store.commit([world.set(create(ana)), world.set(dropUsers), world.set(create(bo))]);
    expect(together.map(({ applied }) => applied)).toEqual([true, false, true]);
    const emptied = await world.store.commit([
      world.set(remove(ana, world.now())),
      world.set(dropUsers),
      world.set(remove(bo, world.now())),
      world.set(dropUsers),
    ]);
    expect(emptied.map(({ applied }) => applied)).toEqual([true, false, true, true]);
    expect(await all(world)).toEqual([]);
  },

  "a resource whose type is registered no longer is refused, in the same call too": async (world) => {
    const ana = { ...world.user("ana"), definition: "User" };
    expect(await world.refusal(create(ana))).toEqual({ kind: "notFound", id: ana.id });
    const other = world.inTenant(world.tenantId + 1);
    await other.apply(put("resourceType", "User"), put("schema", "User"));
    expect(await world.refusal(create(ana))).toMatchObject({ kind: "notFound" });
    await world.apply(put("resourceType", "User"));
    const dropped = world.set(drop("resourceType", "User", "User"));
    const results = await world.store.commit([dropped, world.set(create(ana))]);
    expect(results.map(({ applied }) => applied)).toEqual([true, false]);
    await world.apply(put("resourceType", "User"), create(ana));
    expect(await world.ids()).toEqual([ana.id]);
  },

  "a set that is refused registers nothing and takes nothing away": async (world) => {
    await world.apply(put("schema", "a", "1"));
    const result = await world.commit(
      put("schema", "a", "2"),
      put("schema", "b"),
      drop("schema", "a"),
      drop("schema", "c"),
    );
    expect(result).toEqual({ applied: false, refusal: { kind: "notFound", id: "c" }, at: 3 });
    expect((await all(world)).map(({ key, doc }) => [key, doc])).toEqual([["a", "1"]]);
  },

  "a definition of one tenant is in no other": async (world) => {
    const other = world.inTenant(world.tenantId + 1);
    await world.apply(put("schema", "a", "1"), put("resourceType", "User"));
    expect(await all(other)).toEqual([]);
    expect(await other.refusal(drop("schema", "a"))).toEqual({ kind: "notFound", id: "a" });
    await other.apply(put("schema", "a", "2"));
    expect((await all(world)).find(({ definition }) => definition === "schema")?.doc).toBe("1");
    await other.addUser("ana");
    // Resources of another tenant keep no type.
    await world.apply(drop("resourceType", "User", "User"));
    expect((await all(other)).map(({ doc }) => doc)).toEqual(["2"]);
  },

  "definitions are there after a restart, and not those that went": async (world) => {
    await world.apply(put("schema", "a", "1"), put("schema", "b"), put("resourceType", "c"));
    await world.apply(drop("schema", "b"));
    const before = await all(world);
    await world.reopen();
    expect(await all(world)).toEqual(before);
    expect(before.map(({ key }) => key).toSorted()).toEqual(["a", "c"]);
  },
};

const secrets: Promises = {
  "a secret is kept byte by byte": async (world) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await world.apply({ kind: "createSecret", name: "key", bytes });
    const kept = await world.store.access.secret(world.tenantId, "key");
    expect([...(kept ?? [])]).toEqual([...bytes]);
    await world.reopen();
    expect([...((await world.store.access.secret(world.tenantId, "key")) ?? [])]).toEqual([...bytes]);
  },

  "a secret that is there is not overwritten": async (world) => {
    await world.apply({ kind: "createSecret", name: "key", bytes: new Uint8Array([1]) });
    const again = { kind: "createSecret", name: "key", bytes: new Uint8Array([2]) } as const;
    expect(await world.refusal(again)).toEqual({ kind: "exists" });
    expect([...((await world.store.access.secret(world.tenantId, "key")) ?? [])]).toEqual([1]);
  },

  "a secret is found by its name in its tenant alone": async (world) => {
    await world.apply({ kind: "createSecret", name: "key", bytes: new Uint8Array([1]) });
    expect(await world.store.access.secret(world.tenantId, "other")).toBeUndefined();
    expect(await world.store.access.secret(world.tenantId + 1, "key")).toBeUndefined();
    const other = world.inTenant(world.tenantId + 1);
    await other.apply({ kind: "createSecret", name: "key", bytes: new Uint8Array([2]) });
    expect([...((await world.store.access.secret(world.tenantId, "key")) ?? [])]).toEqual([1]);
  },
};

export const definitionPromises: Promises = { ...definitions, ...secrets };
