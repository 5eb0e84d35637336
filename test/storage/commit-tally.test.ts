import { expect, test } from "bun:test";
import { bucketOf, commitTally, setBuckets } from "../../src/storage/commit-tally.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { create, createWorld, expectUnavailable } from "./contract/world.ts";
import { inFolder } from "./sqlite/folder.ts";

test("a value falls into the first bucket whose end is not below it", () => {
  expect([0, 1, 2, 3, 4, 10_000, 10_001].map((value) => bucketOf(setBuckets, value))).toEqual([0, 0, 1, 2, 2, 10, 11]);
});

test("what one tally counts, another over the same memory tells", () => {
  const tally = commitTally();
  tally.opened(2);
  tally.committed(3, 1, 0.25);
  tally.committed(1, 0, 0.5);
  tally.failed("commit");
  tally.failed("read");
  tally.failed("read");
  const { sets, seconds, ...rest } = commitTally(tally.buffer).figures();
  expect(rest).toEqual({ synchronous: 2, refused: 1, failures: { commit: 1, read: 2 } });
  expect([sets.sum, sets.counts.reduce((sum, count) => sum + count, 0)]).toEqual([4, 2]);
  expect([seconds.sum, seconds.counts.reduce((sum, count) => sum + count, 0)]).toEqual([0.75, 2]);
});

test.each(["requests", "import"] as const)("a store counts its commits, and what it refused (%s)", (lane) =>
  inFolder(async ({ file }) => {
    const tally = commitTally();
    const store = openSqliteStore({ file, lane, tally });
    const world = createWorld({ store, reopen: async () => store, dispose: async () => {} });
    const [ann, twin, bob] = [world.user("ann"), world.user("ann"), world.user("bob")];
    await store.commit([world.set(create(ann)), world.set(create(twin)), world.set(create(bob))]);
    const { sets, seconds, refused, failures } = tally.figures();
    expect([sets.sum, refused, failures]).toEqual([3, 1, { commit: 0, read: 0 }]);
    expect(sets.counts.indexOf(1)).toBe(bucketOf(setBuckets, 3));
    expect(seconds.sum).toBeGreaterThan(0);
    await store.close();
  }),
);

test("a store counts what it can not do", () =>
  inFolder(async ({ file }) => {
    const tally = commitTally();
    const store = openSqliteStore({ file, tally });
    const world = createWorld({ store, reopen: async () => store, dispose: async () => {} });
    await store.close();
    await expectUnavailable(() => world.commit(create(world.user("ann"))));
    await expectUnavailable(() => store.access.tokens(1));
    expect(tally.figures().failures).toEqual({ commit: 1, read: 1 });
  }));
