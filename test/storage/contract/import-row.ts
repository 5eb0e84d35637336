import { expect } from "bun:test";
import { type ImportRow, rowOutcomes, type SettledOutcome, zeroCounts } from "../../../src/storage/import.ts";
import { addImport, advance, planRow, problem, rowResult, rowsOf, settled, withResult } from "./import-world.ts";
import { changeMembers, create, type Promises, remove, replace, unknownId, type World } from "./world.ts";

const settledOutcomes = rowOutcomes.filter((outcome): outcome is SettledOutcome => outcome !== "not_run");

const outcomes = (rows: readonly ImportRow[]) => rows.map(({ row, outcome }) => [row, outcome]);

const countsOf = async (world: World, id: string) => (await world.store.imports.job(world.tenantId, id))?.counts;

/** Asserts that the job's counts are what its rows add up to. */
async function expectCountsOfRows(world: World, id: string): Promise<void> {
  const counts: Record<string, number> = zeroCounts();
  for (const { outcome } of await rowsOf(world, id)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  expect(await countsOf(world, id)).toMatchObject(counts);
}

const planPromises: Promises = {
  "a row that only a plan has seen tells the outcome the plan expects": async (world) => {
    const id = await addImport(world);
    const problems = [{ code: "taken", column: "userName", value: "Ö'x", message: "is taken" }];
    await world.apply(planRow(id, 3, "duplicate", problems, "ann"), planRow(id, 2, "updated"));
    expect(await rowsOf(world, id)).toEqual([
      { row: 2, line: 2, outcome: "updated", key: null, resourceId: null, problems: [], undo: null },
      { row: 3, line: 3, outcome: "duplicate", key: "ann", resourceId: null, problems, undo: null },
    ]);
    expect(await countsOf(world, id)).toEqual(zeroCounts());
    expect(await world.store.imports.lastRow(world.tenantId, id)).toBe(0);
  },

  "a later plan of a row replaces the earlier one": async (world) => {
    const id = await addImport(world);
    await world.apply(planRow(id, 2, "failed", [problem("first")], "ann"));
    await world.apply(planRow(id, 2, "created", [problem("second")], "bob"));
    expect(await rowsOf(world, id)).toEqual([
      { row: 2, line: 2, outcome: "created", key: "bob", resourceId: null, problems: [problem("second")], undo: null },
    ]);
  },

  "a row that was carried out tells what came of it, not what was planned": async (world) => {
    const id = await addImport(world);
    await world.apply(planRow(id, 2, "created", [problem("plan")], "ann"), planRow(id, 3, "failed", [problem("plan")]));
    await world.store.commit([settled(world, id, 2, "failed"), settled(world, id, 3, "created")]);
    expect(await rowsOf(world, id)).toMatchObject([
      { row: 2, outcome: "failed", problems: [problem("failed")] },
      { row: 3, outcome: "created", problems: [] },
    ]);
    await expectCountsOfRows(world, id);
  },

  "clearing a plan forgets what it wrote, of this job alone, and no row that was carried out": async (world) => {
    const [id, other] = [await addImport(world), await addImport(world)];
    for (const job of [id, other]) await world.apply(planRow(job, 2, "created"), planRow(job, 3, "created"));
    await world.store.commit([settled(world, id, 2, "created")]);
    await world.apply({ kind: "clearPlan", importId: id });
    expect(outcomes(await rowsOf(world, id))).toEqual([[2, "created"]]);
    expect(await rowsOf(world, other)).toHaveLength(2);
  },
};

const resultPromises: Promises = {
  "a row is written with its applied set, and names the resource": async (world) => {
    const id = await addImport(world);
    const [ann, group] = [world.user("ann"), await world.addGroup("staff")];
    const join = changeMembers(group.id, { add: [ann.id] }, world.now());
    const result = rowResult(id, 2, { line: 4, key: "ann", problems: [problem("warned")] });
    await world.store.commit([withResult(world.set(create(ann), join), result)]);
    expect(await rowsOf(world, id)).toEqual([
      {
        row: 2,
        line: 4,
        outcome: "created",
        key: "ann",
        resourceId: ann.id,
        problems: [problem("warned")],
        undo: null,
      },
    ]);
  },

  "a row is written with its refused set, as told for the kind of refusal": async (world) => {
    const id = await addImport(world);
    const ann = await world.addUser("ann");
    const sets = [
      world.set(create(world.user("bob")), remove({ ...ann, id: unknownId }, world.now())),
      world.set(replace(ann, 7)),
      world.set(create(world.user("ANN"))),
      world.set(create(world.group("staff", [unknownId]))),
      world.set(advance(id, "running", [])),
    ];
    const results = await world.store.commit(sets.map((set, at) => withResult(set, rowResult(id, at + 2))));
    const kinds = ["notFound", "version", "uniqueness", "unknownMember", "state"] as const;
    expect(results.map((result) => result.applied || result.refusal.kind)).toEqual([...kinds]);
    const rows = await rowsOf(world, id);
    expect(rows.map(({ problems }) => problems)).toEqual(kinds.map((kind) => [problem(kind)]));
    expect(rows.map(({ outcome }) => outcome)).toEqual(["failed", "conflict", "duplicate", "failed", "failed"]);
    expect(rows.map(({ resourceId }) => resourceId)).toEqual([null, null, null, null, null]);
    expect(await world.ids()).toEqual([ann.id]);
    await expectCountsOfRows(world, id);
  },

  "a refused row names no resource, not even one that takes the place of what was not created": async (world) => {
    const id = await addImport(world);
    const set = world.set(create(world.user("ann")), create(world.group("staff", [unknownId])));
    await world.store.commit([withResult(set, rowResult(id, 2))]);
    await world.addUser("bob");
    expect(await rowsOf(world, id)).toMatchObject([{ row: 2, outcome: "failed", resourceId: null }]);
  },

  "a row names the resource it replaced, and none where nothing was created or changed": async (world) => {
    const id = await addImport(world);
    const ann = await world.addUser("ann");
    const bob = await world.addUser("bob");
    await world.store.commit([
      withResult(world.set(replace({ ...world.user("anna"), id: ann.id })), rowResult(id, 2, { applied: "updated" })),
      settled(world, id, 3, "skipped"),
      withResult(world.set(remove(bob, world.now())), rowResult(id, 4, { applied: "deleted" })),
    ]);
    expect((await rowsOf(world, id)).map(({ resourceId }) => resourceId)).toEqual([ann.id, null, null]);
  },

  "a row forgets a resource that was deleted, and never names another in its place": async (world) => {
    const id = await addImport(world);
    const ann = world.user("ann");
    await world.store.commit([withResult(world.set(create(ann)), rowResult(id, 2))]);
    await world.apply(remove(ann, world.now()));
    await world.addUser("ann");
    expect(await rowsOf(world, id)).toMatchObject([{ row: 2, outcome: "created", resourceId: null }]);
  },

  "the counts of a job equal its rows": async (world) => {
    const [id, other] = [await addImport(world), await addImport(world)];
    for (const [batch, size] of [1, 9, 30].entries()) {
      const sets = Array.from({ length: size }, (_, at) => {
        const row = batch * 100 + at + 2;
        const outcome = settledOutcomes[(at * 7) % settledOutcomes.length] ?? "created";
        return settled(world, at % 4 === 3 ? other : id, row, outcome);
      });
      await world.store.commit(sets);
      await expectCountsOfRows(world, id);
      await expectCountsOfRows(world, other);
    }
    expect(await rowsOf(world, id)).toHaveLength(31);
  },

  "every outcome is counted under its name": async (world) => {
    const id = await addImport(world);
    await world.store.commit(settledOutcomes.map((outcome, at) => settled(world, id, at + 2, outcome)));
    const ones = Object.fromEntries(settledOutcomes.map((outcome) => [outcome, 1]));
    expect(await countsOf(world, id)).toEqual({ ...zeroCounts(), ...ones });
  },

  "a row that has an outcome is refused, with all that its set would change": async (world) => {
    const id = await addImport(world);
    await world.store.commit([settled(world, id, 2, "failed"), settled(world, id, 3, "created")]);
    const again = [2, 3].map((row) => withResult(world.set(create(world.user(`late${row}`))), rowResult(id, row)));
    const results = await world.store.commit(again);
    expect(results).toEqual([0, 1].map(() => ({ applied: false, refusal: { kind: "exists" } })));
    expect(await world.ids()).toEqual([]);
    expect(outcomes(await rowsOf(world, id))).toEqual([
      [2, "failed"],
      [3, "created"],
    ]);
    expect(await countsOf(world, id)).toEqual({ ...zeroCounts(), failed: 1, created: 1 });
  },

  "a row of an import that is not there is refused, with all that its set would change": async (world) => {
    const set = withResult(world.set(create(world.user("ann"))), rowResult(unknownId, 2));
    const [refused, other] = await world.store.commit([set, world.set(create(world.user("bob")))]);
    expect(refused).toEqual({ applied: false, refusal: { kind: "notFound", id: unknownId } });
    expect(other?.applied).toBe(true);
    expect((await world.page()).total).toBe(1);
  },

  "the last row is the highest that was carried out": async (world) => {
    const [id, other] = [await addImport(world), await addImport(world)];
    const lastRow = () => world.store.imports.lastRow(world.tenantId, id);
    await world.apply(planRow(id, 90, "created"), planRow(other, 80, "created"));
    expect(await lastRow()).toBe(0);
    await world.store.commit([settled(world, id, 2, "created"), settled(world, id, 7, "failed")]);
    await world.store.commit([settled(world, other, 50, "created")]);
    expect(await lastRow()).toBe(7);
    expect(await world.store.imports.lastRow(world.tenantId, unknownId)).toBe(0);
  },
};

const queryPromises: Promises = {
  "rows come in file order, a page after a row": async (world) => {
    const id = await addImport(world);
    const places = [2, 4, 9, 30, 100];
    await world.store.commit(places.map((row) => settled(world, id, row, "created")));
    await world.apply(planRow(id, 50, "created"));
    const page = async (after: number, limit: number) =>
      (await rowsOf(world, id, { after, limit })).map(({ row }) => row);
    expect(await page(0, 100)).toEqual([2, 4, 9, 30, 50, 100]);
    expect(await page(0, 2)).toEqual([2, 4]);
    expect(await page(4, 3)).toEqual([9, 30, 50]);
    expect(await page(100, 3)).toEqual([]);
    expect(await page(0, 0)).toEqual([]);
    expect(await rowsOf(world, unknownId)).toEqual([]);
  },

  "rows of one outcome are those that tell it, planned or carried out": async (world) => {
    const id = await addImport(world);
    await world.store.commit(settledOutcomes.map((outcome, at) => settled(world, id, at + 2, outcome)));
    await world.apply(planRow(id, 90, "created"), planRow(id, 91, "failed", [problem("x")]));
    for (const [at, outcome] of settledOutcomes.entries()) {
      const planned = { created: [90], failed: [91] }[String(outcome)] ?? [];
      expect(outcomes(await rowsOf(world, id, { outcome }))).toEqual([at + 2, ...planned].map((row) => [row, outcome]));
    }
    expect(await rowsOf(world, id, { outcome: "created", after: 2 })).toMatchObject([{ row: 90 }]);
    expect(await rowsOf(world, id, { outcome: "not_run" })).toEqual([]);
  },

  "rows of one outcome are all there, also those without a problem to tell": async (world) => {
    const id = await addImport(world);
    await world.store.commit(
      settledOutcomes.map((applied, at) => withResult(world.set(), rowResult(id, at + 2, { applied }))),
    );
    for (const outcome of settledOutcomes) expect(await rowsOf(world, id, { outcome })).toHaveLength(1);
  },

  "rows with problems can be asked for alone": async (world) => {
    const id = await addImport(world);
    const warned = rowResult(id, 5, { problems: [problem("warned")] });
    await world.store.commit([
      settled(world, id, 2, "created"),
      settled(world, id, 3, "failed"),
      settled(world, id, 4, "skipped"),
      withResult(world.set(), warned),
    ]);
    await world.apply(planRow(id, 6, "created"), planRow(id, 7, "created", [problem("planned")]));
    const rows = (more: Parameters<typeof rowsOf>[2]) => rowsOf(world, id, { problemsOnly: true, ...more });
    expect(outcomes(await rows({}))).toEqual([
      [3, "failed"],
      [5, "created"],
      [7, "created"],
    ]);
    expect(outcomes(await rows({ outcome: "created" }))).toEqual([
      [5, "created"],
      [7, "created"],
    ]);
    expect(outcomes(await rows({ after: 3, limit: 1 }))).toEqual([[5, "created"]]);
  },

  "jobs do not share rows": async (world) => {
    const [first, second] = [await addImport(world), await addImport(world)];
    await world.store.commit([settled(world, first, 2, "created"), settled(world, second, 2, "failed")]);
    expect(outcomes(await rowsOf(world, first))).toEqual([[2, "created"]]);
    expect(outcomes(await rowsOf(world, second))).toEqual([[2, "failed"]]);
    await expectCountsOfRows(world, first);
    await expectCountsOfRows(world, second);
  },
};

export const importRowPromises: Promises = { ...planPromises, ...resultPromises, ...queryPromises };
