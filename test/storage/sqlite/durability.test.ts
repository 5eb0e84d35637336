import { expect, test } from "bun:test";
import { commitTally } from "../../../src/storage/commit-tally.ts";
import { openDatabase, synchronousOf } from "../../../src/storage/sqlite/open.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { inFolder } from "./folder.ts";

const asked = [
  ["full", "requests", 2],
  ["full", "import", 2],
  ["normal", "requests", 1],
  ["normal", "import", 1],
] as const;

test.each(asked)("durability %s of the lane %s is SQLite's synchronous = %d", (durability, lane, synchronous) =>
  inFolder(async ({ file }) => {
    const db = openDatabase(file, lane, durability);
    expect(synchronousOf(db)).toBe(synchronous);
    db.close();
    const tally = commitTally();
    const store = openSqliteStore({ file, lane, durability, tally });
    expect(tally.figures().synchronous).toBe(synchronous);
    await store.close();
  }),
);

test("who does not say gets full durability", () =>
  inFolder(async ({ file }) => {
    const tally = commitTally();
    await openSqliteStore({ file, tally }).close();
    expect(tally.figures().synchronous).toBe(2);
  }));
