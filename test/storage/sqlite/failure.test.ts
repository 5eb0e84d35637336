import { Database } from "bun:sqlite";
import { expect, spyOn, test } from "bun:test";
import type { CommitLane } from "../../../src/storage/sqlite/open.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { create, createWorld, expectUnavailable, type World } from "../contract/world.ts";
import { type Folder, inFolder } from "./folder.ts";

/** A world, and the connection that its store opened for itself. */
function openInside({ file }: Folder, lane: CommitLane): { readonly world: World; readonly db: Database } {
  const run = spyOn(Database.prototype, "run");
  try {
    const store = openSqliteStore({ file, lane });
    const [db] = run.mock.contexts;
    if (!(db instanceof Database)) throw new Error("the store opened no database");
    return { world: createWorld({ store, reopen: async () => store, dispose: async () => {} }), db };
  } finally {
    run.mockRestore();
  }
}

const numberOf = (db: Database, pragma: string): number =>
  Number(Object.values(db.query(`PRAGMA ${pragma}`).get() ?? {})[0]);

const lanes: readonly CommitLane[] = ["requests", "import"];

test.each(lanes)("a full disk rejects a commit as unavailable, leaves nothing of it, and passes (%s)", (lane) =>
  inFolder(async (folder) => {
    const { world, db } = openInside(folder, lane);
    const ann = await world.addUser("ann");
    db.run(`PRAGMA max_page_count = ${numberOf(db, "page_count")}`);
    const large = { ...world.user("bob"), doc: JSON.stringify({ title: "x".repeat(100_000) }) };
    const small = world.user("cay");
    await expectUnavailable(() => world.store.commit([world.set(create(small)), world.set(create(large))]));
    expect(await world.page()).toMatchObject({ total: 1, resources: [{ id: ann.id }] });

    db.run("PRAGMA max_page_count = 1000000");
    await world.apply(create(small));
    await world.apply(create(large));
    expect(await world.ids()).toEqual([ann.id, small.id, large.id]);
    expect((await world.page({ limit: 0 })).total).toBe(3);
    await world.store.close();
  }),
);

test.each(lanes)("a database that another process holds rejects a commit as unavailable, and passes (%s)", (lane) =>
  inFolder(async (folder) => {
    const { world, db } = openInside(folder, lane);
    db.run("PRAGMA busy_timeout = 0");
    const ann = world.user("ann");
    const holder = new Database(folder.file);
    holder.run("BEGIN IMMEDIATE");
    await expectUnavailable(() => world.commit(create(ann)));
    expect(await world.page()).toEqual({ total: 0, resources: [] });
    holder.run("ROLLBACK");
    holder.close();
    await world.apply(create(ann));
    expect((await world.page()).total).toBe(1);
    await world.store.close();
  }),
);
