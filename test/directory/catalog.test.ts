import { describe, expect, test } from "bun:test";
import { createCatalog, definitionsFrom, loadTypes, typesFrom } from "../../src/directory/catalog.ts";
import { ScimError } from "../../src/scim/error.ts";
import { coreTypes } from "../../src/scim/resource/type.ts";
import { coreRegistry, coreResourceTypes } from "../../src/scim/schema/registry.ts";
import { type DefinitionRecord, defaultTenantId, type Store } from "../../src/storage/port.ts";
import { openInTemporaryFolder } from "../storage/sqlite/folder.ts";

const badge = { id: "urn:example:schemas:Badge", name: "Badge", attributes: [{ name: "number" }] };
const records: readonly DefinitionRecord[] = [
  { definition: "resourceType", key: "Badge", doc: JSON.stringify({ name: "Badge", schema: badge.id }) },
  { definition: "schema", key: badge.id.toLowerCase(), doc: JSON.stringify(badge) },
];

/** A store whose definitions come when the test lets them. */
function slowStore(store: Store) {
  const waiting: PromiseWithResolvers<readonly DefinitionRecord[]>[] = [];
  const all = (): Promise<readonly DefinitionRecord[]> => {
    const next = Promise.withResolvers<readonly DefinitionRecord[]>();
    waiting.push(next);
    return next.promise;
  };
  return { store: { ...store, definitions: { all } }, waiting };
}

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const opened = await openInTemporaryFolder("requests");
  try {
    await work(opened.store);
  } finally {
    await opened.dispose();
  }
}

const register = (store: Store, tenantId = defaultTenantId) =>
  store.commit([{ tenantId, changes: records.map((record) => ({ kind: "putDefinition", ...record }) as const) }]);

describe("the types of a tenant", () => {
  test("are the built-in ones where nothing is registered, the same for every tenant", () =>
    withStore(async (store) => {
      expect(await loadTypes(store, defaultTenantId)).toBe(coreTypes);
      expect(await loadTypes(store, 7)).toBe(coreTypes);
    }));

  test("are the built-in ones and those that it registered", () =>
    withStore(async (store) => {
      await register(store);
      const types = await loadTypes(store, defaultTenantId);
      expect([...types.byName.keys()]).toEqual(["User", "Group", "Badge"]);
      expect(types.byEndpoint.get("badges")?.type.base.id).toBe(badge.id);
      expect(await loadTypes(store, 7)).toBe(coreTypes);
    }));

  test("have a built-in one as it is registered in its place", () => {
    const [user] = coreResourceTypes;
    const doc = JSON.stringify({ ...user, schemaExtensions: [{ schema: badge.id }] });
    const { registry } = typesFrom(definitionsFrom([...records, { definition: "resourceType", key: "User", doc }]));
    const named = registry.resourceTypes.map(({ name }) => name).toSorted();
    expect(named).toEqual(["Badge", "Group", "User"]);
    const extended = registry.resourceTypes.find(({ name }) => name === "User");
    expect(extended?.extensions.map(({ schema }) => schema.id)).toEqual([badge.id]);
    expect(registry.schemas.slice(0, coreRegistry.schemas.length)).toEqual([...coreRegistry.schemas]);
  });
});

describe("the catalog", () => {
  test("reads them once, and at once afterwards", () =>
    withStore(async (opened) => {
      const { store, waiting } = slowStore(opened);
      const catalog = createCatalog(store);
      const asked = [catalog.typesOf(1), catalog.typesOf(1)];
      expect(waiting).toHaveLength(1);
      waiting[0]?.resolve([]);
      expect(await Promise.all(asked)).toEqual([coreTypes, coreTypes]);
      expect(catalog.typesOf(1)).toBe(coreTypes);
      expect(waiting).toHaveLength(1);
    }));

  test("reads them again when they changed, of that tenant alone", () =>
    withStore(async (store) => {
      const catalog = createCatalog(store);
      await catalog.typesOf(1);
      const other = await catalog.typesOf(2);
      await register(store, 1);
      expect(catalog.typesOf(1)).toBe(coreTypes);
      catalog.forget(1);
      expect((await catalog.typesOf(1)).byName.has("Badge")).toBe(true);
      expect(catalog.typesOf(2)).toBe(other);
    }));

  test("keeps nothing that was read before a change and arrives after it", () =>
    withStore(async (opened) => {
      const { store, waiting } = slowStore(opened);
      const catalog = createCatalog(store);
      const before = catalog.typesOf(1);
      catalog.forget(1);
      const after = catalog.typesOf(1);
      waiting[1]?.resolve(records);
      expect((await after).byName.has("Badge")).toBe(true);
      waiting[0]?.resolve([]);
      expect((await before).byName.has("Badge")).toBe(false);
      expect((await catalog.typesOf(1)).byName.has("Badge")).toBe(true);
      expect(waiting).toHaveLength(2);
    }));

  test("asks again after the store could not answer", () =>
    withStore(async (opened) => {
      const { store, waiting } = slowStore(opened);
      const catalog = createCatalog(store);
      const failed = catalog.typesOf(1);
      waiting[0]?.reject(new ScimError("unavailable"));
      expect(await Promise.resolve(failed).catch((error: unknown) => error)).toMatchObject({ kind: "unavailable" });
      const again = catalog.typesOf(1);
      waiting[1]?.resolve([]);
      expect(await again).toBe(coreTypes);
    }));
});
