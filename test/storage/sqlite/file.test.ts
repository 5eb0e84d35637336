import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NewerDatabaseError } from "../../../src/storage/migrations.ts";
import { migrateDatabase } from "../../../src/storage/sqlite/migrate.ts";
import { openDatabase } from "../../../src/storage/sqlite/open.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { addImport, advance, appendInput, inputText } from "../contract/import-world.ts";
import { create, createWorld, remove, type World } from "../contract/world.ts";
import { type Folder, inFolder } from "./folder.ts";

/** Looks into the file with a connection of its own, and leaves everything in the one file. */
function look<T>(file: string, read: (db: Database) => T): T {
  const db = new Database(file);
  try {
    const found = read(db);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    return found;
  } finally {
    db.close();
  }
}

async function withWorld(folder: Folder, run: (world: World) => Promise<void>): Promise<void> {
  const store = openSqliteStore({ file: folder.file });
  await run(createWorld({ store, reopen: async () => store, dispose: async () => {} }));
  await store.close();
}

const schemaOf = (db: Database) => db.query("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").all();
const sha256 = (file: string): string => new Bun.CryptoHasher("sha256").update(readFileSync(file)).digest("hex");

test("a database has pages of 8 KiB and a write-ahead log", () =>
  inFolder(async (folder) => {
    await withWorld(folder, async (world) => {
      await world.addUser("ann");
    });
    const pragma = (name: string) => look(folder.file, (db) => db.query(`PRAGMA ${name}`).get());
    expect(pragma("page_size")).toEqual({ page_size: 8192 });
    expect(pragma("journal_mode")).toEqual({ journal_mode: "wal" });
  }));

test("the folder of a database is made when it is not there", () =>
  inFolder(async (folder) => {
    const file = join(folder.path, "new", "deeper", "muster.db");
    const store = openSqliteStore({ file });
    await store.check();
    await store.close();
    expect(readdirSync(join(folder.path, "new", "deeper"))).toContain("muster.db");
  }));

test("a commit is on disk before it is acknowledged, not only in this connection", () =>
  inFolder((folder) =>
    withWorld(folder, async (world) => {
      await world.addUser("ann");
      const other = new Database(folder.file, { readonly: true });
      expect(other.query("SELECT unique_key FROM resource").all()).toEqual([{ unique_key: "ann" }]);
      other.close();
    }),
  ));

test("nothing of a deleted resource stays in a table", () =>
  inFolder((folder) =>
    withWorld(folder, async (world) => {
      const ann = world.user("ann");
      await world.apply(create({ ...ann, passwordHash: "hash" }));
      await world.apply({ kind: "setRoles", userId: ann.id, roles: ["auditor"] });
      const group = await world.addGroup("staff", [ann.id]);
      await world.addGroup("outer", [group.id]);
      const rows = () =>
        look(folder.file, (db) =>
          ["member", "credential", "role_assignment"].map(
            (table) => db.query<{ rows: number }, []>(`SELECT count(*) AS rows FROM ${table}`).get()?.rows,
          ),
        );
      expect(rows()).toEqual([2, 1, 1]);
      await world.apply(remove(group, world.now()), remove(ann, world.now()));
      expect(rows()).toEqual([0, 0, 0]);
    }),
  ));

test("migrating again does nothing", () =>
  inFolder(({ file }) => {
    const db = openDatabase(file);
    expect(migrateDatabase(db, file)).toBeGreaterThan(0);
    const schema = schemaOf(db);
    const journal = db.query("SELECT * FROM __drizzle_migrations").all();
    expect(migrateDatabase(db, file)).toBe(0);
    expect(schemaOf(db)).toEqual(schema);
    expect(db.query("SELECT * FROM __drizzle_migrations").all()).toEqual(journal);
    db.close();
  }));

test("a database that is opened again is the same, byte for byte", () =>
  inFolder(async (folder) => {
    await withWorld(folder, async (world) => {
      await world.addUser("ann");
    });
    look(folder.file, schemaOf);
    const before = sha256(folder.file);
    await withWorld(folder, async (world) => {
      expect((await world.page()).total).toBe(1);
    });
    look(folder.file, schemaOf);
    expect(sha256(folder.file)).toBe(before);
  }));

const newer: Readonly<Record<string, string>> = {
  "with one migration more": "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', 9999999999999)",
  "with another migration": "UPDATE __drizzle_migrations SET created_at = 9999999999999",
};

test.each(Object.entries(newer))("a database of a newer version, %s, is refused and left untouched", (_, change) =>
  inFolder(async (folder) => {
    await withWorld(folder, async (world) => {
      await world.addUser("ann");
    });
    look(folder.file, (db) => db.run(change));
    const before = sha256(folder.file);
    expect(() => openSqliteStore({ file: folder.file })).toThrow(NewerDatabaseError);
    expect(() => openSqliteStore({ file: folder.file })).toThrow(folder.file);
    expect(sha256(folder.file)).toBe(before);
    expect(look(folder.file, (db) => db.query("SELECT unique_key FROM resource").all())).toEqual([
      { unique_key: "ann" },
    ]);
  }),
);

test("what was in an import's input is nowhere in the file once the input is dropped", () =>
  inFolder((folder) =>
    withWorld(folder, async (world) => {
      const secret = "correct horse battery staple";
      const holds = (): boolean => {
        look(folder.file, () => undefined);
        return readdirSync(folder.path).some((name) => readFileSync(join(folder.path, name)).includes(secret));
      };
      const [id, kept] = [await addImport(world), await addImport(world)];
      // One piece that lies within a page, and one that fills many.
      const pieces = [`userName,password\nann,${secret}\n`, `bob,${secret}\n`.repeat(5000)];
      for (const [sequence, text] of pieces.entries()) {
        await world.apply(appendInput(id, sequence, new TextEncoder().encode(text)));
      }
      await world.apply(appendInput(kept, 0, new TextEncoder().encode("kept")));
      expect(holds()).toBe(true);
      await world.apply(advance(id, "completed"), { kind: "dropInput", importId: id });
      expect(holds()).toBe(false);
      expect(await inputText(world, kept)).toBe("kept");
    }),
  ));
