import { expect } from "bun:test";
import type { UndoneRow } from "../../../src/storage/change.ts";
import { addImport, problem, rowResult, rowsOf, withResult } from "./import-world.ts";
import { changeMembers, create, type Promises, replace, type World } from "./world.ts";

const jobOf = (world: World, id: string) => world.store.imports.job(world.tenantId, id);

/** What later steps of an import do to its rows: give them back, follow references, take them back. */
export const importLaterPromises: Promises = {
  "a row that is refused keeps its cells, and one that is not does not": async (world) => {
    const id = await addImport(world);
    const raw = () => '["a","b"]';
    const failed = rowResult(id, 3, { applied: "failed", problems: [problem("x")], raw });
    await world.store.commit([
      withResult(world.set(create(world.user("ann"))), rowResult(id, 2, { raw })),
      withResult(world.set(), failed),
    ]);
    const left = { kind: "left", importId: id, row: 4, line: 4, key: "cy", raw: '["c"]' } as const;
    await world.store.commit([withResult(world.set(), left)]);
    expect(await world.store.imports.keptRows(world.tenantId, id, 0, 10)).toEqual([
      { row: 3, outcome: "failed", raw: '["a","b"]', problems: [problem("x")] },
      { row: 4, outcome: "not_run", raw: '["c"]', problems: [] },
    ]);
    expect(await world.store.imports.lastRow(world.tenantId, id)).toBe(4);
    expect((await jobOf(world, id))?.counts).toMatchObject({ created: 1, failed: 1 });
  },

  "a conflict may be carried out again, and no other row": async (world) => {
    const id = await addImport(world);
    const ann = await world.addUser("ann");
    const told = { outcome: "conflict", problems: [problem("version")] } as const;
    const refused = { ...rowResult(id, 2).refused, version: told };
    const change = { ...replace({ ...ann, doc: ann.doc.replace("ann", "Ann") }), expectedVersion: 7 };
    await world.store.commit([withResult(world.set(change), rowResult(id, 2, { applied: "updated", refused }))]);
    expect(await rowsOf(world, id)).toMatchObject([{ outcome: "conflict" }]);
    const again = rowResult(id, 2, { applied: "updated", again: true });
    const set = withResult(world.set({ ...change, expectedVersion: 1 }), again);
    expect(await world.store.commit([set])).toMatchObject([{ applied: true }]);
    expect(await world.store.commit([set])).toMatchObject([{ applied: false, refusal: { kind: "exists" } }]);
    expect(await rowsOf(world, id)).toMatchObject([{ outcome: "updated", resourceId: ann.id, problems: [] }]);
    expect((await jobOf(world, id))?.counts).toMatchObject({ updated: 1, conflict: 0 });
  },

  "a reference waits until it is followed, which makes an unchanged row an updated one": async (world) => {
    const id = await addImport(world);
    const ann = await world.addUser("ann");
    const same = { ...replace(ann), expectedVersion: 1 };
    await world.store.commit([
      withResult(world.set(same), rowResult(id, 2, { applied: "unchanged", reference: "boss" })),
    ]);
    const [pending] = await world.store.imports.pendingReferences(world.tenantId, id, 0, 10);
    expect(pending).toMatchObject({ row: 2, resourceId: ann.id, outcome: "unchanged", reference: "boss" });
    const link = { kind: "linked", importId: id, row: 2, problems: [], before: "{}" } as const;
    const changed = replace({ ...ann, doc: ann.doc.replace("ann", "Ann") });
    const set = withResult(world.set({ ...changed, expectedVersion: 1 }), link);
    expect(await world.store.commit([set, set])).toMatchObject([{ applied: true }, { refusal: { kind: "exists" } }]);
    expect(await world.store.imports.pendingReferences(world.tenantId, id, 0, 10)).toEqual([]);
    expect((await jobOf(world, id))?.counts).toMatchObject({ unchanged: 0, updated: 1 });
    const [row] = await world.store.imports.undoable(world.tenantId, id, 10);
    expect(row).toMatchObject({ row: 2, outcome: "updated", version: 2, before: "{}" });
  },

  "rows are taken back from the last on, each once, and the job counts them": async (world) => {
    const id = await addImport(world);
    const [ann, bob] = [world.user("ann"), world.user("bob")];
    await world.store.commit([
      withResult(world.set(create(ann)), rowResult(id, 2)),
      withResult(world.set(create(bob)), rowResult(id, 3)),
      withResult(world.set(), rowResult(id, 4, { applied: "failed", problems: [problem("x")] })),
    ]);
    const undoable = () => world.store.imports.undoable(world.tenantId, id, 10);
    expect((await undoable()).map(({ row, resourceId, version }) => [row, resourceId, version])).toEqual([
      [3, bob.id, 1],
      [2, ann.id, 1],
    ]);
    const undo = (row: number): UndoneRow => ({
      kind: "undone",
      importId: id,
      row,
      undo: "undone",
      problems: [],
      refused: [problem("since")],
    });
    const remove = (of: string, expectedVersion: number) =>
      ({ kind: "deleteResource", resourceType: "User", id: of, expectedVersion, at: world.now() }) as const;
    const results = await world.store.commit([
      withResult(world.set(remove(bob.id, 1)), undo(3)),
      withResult(world.set(remove(ann.id, 9)), undo(2)),
      withResult(world.set(), undo(3)),
    ]);
    expect(results.map(({ applied }) => applied)).toEqual([true, false, false]);
    expect(await undoable()).toEqual([]);
    expect((await jobOf(world, id))?.undone).toEqual({ undone: 1, conflict: 1 });
    expect((await rowsOf(world, id)).map(({ undo: told, problems }) => [told, problems.length])).toEqual([
      ["conflict", 1],
      ["undone", 0],
      [null, 1],
    ]);
  },

  "a key finds the job that had it first, and the same bytes the job before": async (world) => {
    const [first, second] = [await addImport(world), await addImport(world)];
    const upload = (importId: string) =>
      ({
        kind: "advanceImport",
        importId,
        from: ["received"],
        to: "received",
        sha256: "ab",
        idempotencyKey: "k",
      }) as const;
    await world.apply(upload(first));
    expect(await world.refusal(upload(second))).toEqual({ kind: "exists" });
    expect((await world.store.imports.jobByKey(world.tenantId, "k"))?.id).toBe(first);
    expect(await world.store.imports.jobByKey(world.tenantId + 1, "k")).toBeUndefined();
    const { idempotencyKey: _key, ...plain } = upload(second);
    await world.apply(plain);
    expect((await world.store.imports.sameFile(world.tenantId, { id: second, sha256: "ab" }))?.id).toBe(first);
    expect(await world.store.imports.sameFile(world.tenantId, { id: first, sha256: "ab" })).toBeUndefined();
    await world.apply({ kind: "deleteImport", importId: second });
    expect(await jobOf(world, second)).toBeUndefined();
  },

  "the groups that an import made are known": async (world) => {
    const id = await addImport(world);
    const group = await world.addGroup("staff");
    const note = { kind: "noteImportGroup", importId: id, groupId: group.id } as const;
    await world.apply(note, note);
    expect(await world.store.imports.groupsMade(world.tenantId, id)).toEqual([group.id]);
    expect(await world.store.imports.groupsMade(world.tenantId + 1, id)).toEqual([]);
  },

  "users are matched by id, unique value and externalId, in the order asked, with their groups and password": async (
    world,
  ) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff");
    await world.apply(changeMembers(group.id, { add: [ann.id] }, world.now()));
    await world.apply({ kind: "setPassword", userId: ann.id, passwordHash: "h", at: world.now() });
    await world.apply({ kind: "setRoles", userId: ann.id, roles: ["auditor"] });
    const { tenantId } = world;
    const by = (key: "id" | "unique" | "externalId", ...values: readonly string[]) =>
      world.store.resources.matches({ tenantId, resourceType: "User", by: key, values });
    const found = { id: ann.id, version: 1, passwordHash: "h", groupIds: [group.id], hasRole: true };
    expect(await by("unique", "nobody", "ann")).toMatchObject([[], [found]]);
    expect(await by("id", ann.id, group.id)).toMatchObject([[found], []]);
    expect(await by("externalId", "none")).toEqual([[]]);
    const other = { tenantId: tenantId + 1, resourceType: "User", by: "id", values: [ann.id] } as const;
    expect(await world.store.resources.matches(other)).toEqual([[]]);
    const path = { tenantId, resourceType: "User", by: { path: "nickName" }, values: [] } as const;
    expect(await world.store.resources.matches(path)).toBeUndefined();
  },
};
