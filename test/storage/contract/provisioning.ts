import { expect } from "bun:test";
import type { Change } from "../../../src/storage/change.ts";
import { type Promises, unknownId, type World } from "./world.ts";

type PutConnector = Extract<Change, { kind: "putConnector" }>;

function connector(world: World, name: string, more: Partial<PutConnector> = {}): PutConnector {
  const about = { kind: "putConnector", id: world.newId(), name, doc: '{"kind":"scim"}' } as const;
  return { ...about, sealed: "sealed", isNew: true, at: world.now(), ...more };
}

async function connected(world: World, name = "staff"): Promise<string> {
  const made = connector(world, name);
  await world.apply(made);
  return made.id;
}

async function extracted(
  world: World,
  connectorId: string,
  more: Partial<Extract<Change, { kind: "endExtraction" }>> = {},
) {
  const id = world.newId();
  await world.apply({ kind: "startExtraction", id, connectorId, at: world.now() });
  const end = { kind: "endExtraction", id, state: "exported", at: world.now(), records: 2, unchanged: 1 } as const;
  await world.apply({ ...end, ...more });
  return id;
}

async function linked(world: World, connectorId: string, sourceId: string, version = "1"): Promise<string> {
  const user = world.user(`user of ${sourceId}`);
  await world.apply({ kind: "createResource", ...user });
  await world.apply({ kind: "linkResource", connectorId, sourceId, resourceId: user.id, version });
  return user.id;
}

export const provisioningPromises: Promises = {
  "a connector is found as it was made, and changed; its secret only where that is said": async (world) => {
    const made = connector(world, "staff");
    const { kind: _kind, isNew: _isNew, at, ...content } = made;
    await world.apply(made);
    const { tenantId, store } = world;
    const found = { ...content, tenantId, created: at, modified: at };
    expect(await store.provisioning.connector(tenantId, made.id)).toEqual({ ...found, sealed: "sealed" });
    const later = world.now();
    const { sealed: _, ...without } = made;
    await world.apply({ ...without, name: "people", isNew: false, at: later });
    const renamed = { ...found, name: "people", modified: later, sealed: "sealed" };
    expect(await store.provisioning.connectors(tenantId)).toEqual([renamed]);
    await world.apply({ ...made, name: "people", sealed: null, isNew: false, at: later });
    expect((await store.provisioning.connector(tenantId, made.id))?.sealed).toBeNull();
    expect(await world.inTenant(2).store.provisioning.connector(2, made.id)).toBeUndefined();
  },

  "two connectors of a tenant have two names": async (world) => {
    const first = await connected(world, "staff");
    expect(await world.refusal(connector(world, "staff"))).toMatchObject({ kind: "uniqueness", id: first });
    const second = await connected(world, "guests");
    const renamed = connector(world, "staff", { id: second, isNew: false });
    expect(await world.refusal(renamed)).toMatchObject({ kind: "uniqueness", id: first });
    expect(await world.refusal(connector(world, "none", { isNew: false }))).toMatchObject({ kind: "notFound" });
    await world.inTenant(2).apply(connector(world.inTenant(2), "staff"));
  },

  "a history is told newest first, and what waits oldest first": async (world) => {
    const { tenantId, store } = world;
    const [staff, guests] = [await connected(world, "staff"), await connected(world, "guests")];
    const first = await extracted(world, staff, { importId: "of the first" });
    const second = await extracted(world, guests, { isParked: true });
    const third = await extracted(world, staff, { state: "failed", records: 0, unchanged: 0, error: "no answer" });
    const ids = async (query: { connectorId?: string; offset: number; limit: number }) =>
      (await store.provisioning.extractions({ tenantId, ...query })).map(({ id }) => id);
    expect(await ids({ offset: 0, limit: 10 })).toEqual([third, second, first]);
    expect(await ids({ offset: 1, limit: 1 })).toEqual([second]);
    expect(await ids({ connectorId: staff, offset: 0, limit: 10 })).toEqual([third, first]);
    const waiting = await store.provisioning.extractionsIn("exported", tenantId);
    expect(waiting).toMatchObject([
      {
        id: first,
        connectorId: staff,
        records: 2,
        unchanged: 1,
        importId: "of the first",
        isParked: false,
        error: null,
      },
      { id: second, connectorId: guests, importId: null, isParked: true },
    ]);
    await world.apply({ kind: "noteImported", id: second });
    expect(await store.provisioning.extraction(tenantId, second)).toMatchObject({ state: "imported", isParked: false });
    expect(await store.provisioning.extractionsIn("exported", 2)).toEqual([]);
  },

  "an extraction ends once, and only one that was exported is imported": async (world) => {
    const id = await extracted(world, await connected(world), { state: "failed", error: "no answer" });
    const again = { kind: "endExtraction", id, state: "exported", at: world.now(), records: 1, unchanged: 0 } as const;
    expect(await world.refusal(again)).toMatchObject({ kind: "notFound" });
    expect(await world.refusal({ kind: "noteImported", id })).toMatchObject({ kind: "notFound" });
    const nowhere = { kind: "startExtraction", id: world.newId(), connectorId: unknownId, at: world.now() } as const;
    expect(await world.refusal(nowhere)).toMatchObject({ kind: "notFound", id: unknownId });
  },

  "a link leads to who is there, in the version of its last import": async (world) => {
    const { tenantId, store } = world;
    const id = await connected(world);
    const [anna, bob] = [await linked(world, id, "a"), await linked(world, id, "b")];
    await world.apply({ kind: "linkResource", connectorId: id, sourceId: "a", resourceId: anna, version: "2" });
    expect(await store.provisioning.links(tenantId, id, ["b", "nobody", "a"])).toEqual([
      { sourceId: "b", resourceId: bob, version: "1" },
      { sourceId: "a", resourceId: anna, version: "2" },
    ]);
    await world.apply({ kind: "deleteResource", resourceType: "User", id: bob, at: world.now() });
    expect((await store.provisioning.links(tenantId, id, ["a", "b"])).map(({ sourceId }) => sourceId)).toEqual(["a"]);
    const guests = await connected(world, "guests");
    expect(await store.provisioning.links(tenantId, guests, ["a"])).toEqual([]);
    await world.apply({ kind: "linkResource", connectorId: unknownId, sourceId: "a", resourceId: anna, version: "1" });
    expect(await store.provisioning.links(tenantId, unknownId, ["a"])).toEqual([]);
  },

  "links are walked in the order of their ids at the source": async (world) => {
    const { tenantId, store } = world;
    const id = await connected(world);
    for (const sourceId of ["c", "a", "d", "b"]) await linked(world, id, sourceId);
    const walked = async (after: string, limit: number) =>
      (await store.provisioning.linksAfter(tenantId, id, after, limit)).map(({ sourceId }) => sourceId);
    expect(await walked("", 3)).toEqual(["a", "b", "c"]);
    expect(await walked("c", 3)).toEqual(["d"]);
    expect(await walked("d", 3)).toEqual([]);
  },

  "a connector goes with its history and its links; who came from it stays": async (world) => {
    const { tenantId } = world;
    const id = await connected(world);
    const user = await linked(world, id, "a");
    const extraction = await extracted(world, id);
    await world.apply({ kind: "deleteConnector", id });
    await world.reopen();
    expect(await world.store.provisioning.connectors(tenantId)).toEqual([]);
    expect(await world.store.provisioning.extraction(tenantId, extraction)).toBeUndefined();
    expect(await world.store.provisioning.links(tenantId, id, ["a"])).toEqual([]);
    expect(await world.store.resources.get(tenantId, "User", user)).toBeDefined();
    expect(await world.refusal({ kind: "deleteConnector", id })).toMatchObject({ kind: "notFound" });
  },
};
