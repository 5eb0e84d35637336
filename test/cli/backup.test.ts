import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockDataDirectory } from "../../src/storage/sqlite/lock.ts";
import { addImport, advance } from "../storage/contract/import-world.ts";
import { create } from "../storage/contract/world.ts";
import { makeOlderDatabase } from "../storage/sqlite/older-database.ts";
import { inDataDir, type Place } from "./place.ts";

const addUsers = ({ withStore }: Place, ...names: readonly string[]) =>
  withStore(async (_, world) => {
    // Each world begins to count anew.
    for (const name of names) await world.apply(create({ ...world.user(name), id: Bun.randomUUIDv7() }));
  });

const namesIn = ({ withStore }: Place) =>
  withStore(async (store) => store.resources.takenKeys(1, "User", ["ann", "bob", "cay"]));

function look<Row>(file: string, sql: string): readonly Row[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.query<Row, []>(sql).all();
  } finally {
    db.close(true);
  }
}

/** Leaves a database as a crash does: with a log of what is not in the file. */
function crashedCopy(file: string, to: string): void {
  const db = new Database(file);
  db.run("PRAGMA wal_autocheckpoint = 0");
  db.run("UPDATE resource SET display_key = 'only in the log' WHERE unique_key = 'ann'");
  for (const suffix of ["", "-wal"]) copyFileSync(file + suffix, to + suffix);
  db.close(true);
}

describe("muster backup", () => {
  test("writes a whole copy that nobody else may read, and says what it holds", () =>
    inDataDir(async (place) => {
      await addUsers(place, "ann", "bob");
      await place.withStore((_, world) => world.addGroup("staff"));
      const path = join(place.path, "muster.backup");
      const { lines, exitCode, failure } = await place.run("backup", path);
      expect([failure, exitCode]).toEqual([undefined, 0]);
      const bytes = statSync(path).size;
      expect(lines).toEqual([`${path}: 2 users, 1 groups, ${bytes.toLocaleString("en")} bytes`]);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(look(path, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
      expect(look(path, "SELECT unique_key FROM resource WHERE resource_type = 'User'")).toEqual([
        { unique_key: "ann" },
        { unique_key: "bob" },
      ]);
      expect(readdirSync(place.path).sort()).toEqual(["data", "muster.backup"]);
    }));

  test("names the key file that belongs to it, and the uploaded files that it holds", () =>
    inDataDir(async (place) => {
      await place.withStore(async (_, world) => {
        await world.apply(advance(await addImport(world), "running"));
      });
      const key = join(place.dataDir, "muster.key");
      writeFileSync(key, "key");
      const { lines } = await place.run("backup", join(place.path, "b"));
      expect(lines[1]).toBe(`the key file ${key} belongs to this backup: keep a copy of it, in another place`);
      expect(lines[2]).toContain("an import is under way: the backup holds its file too");
    }));

  test("refuses a file that is there, and takes its place with --force", () =>
    inDataDir(async (place) => {
      await addUsers(place, "ann");
      const path = join(place.path, "b");
      writeFileSync(path, "mine");
      const refused = await place.run("backup", path);
      expect([refused.exitCode, refused.failure]).toEqual([1, `${path} is there already; --force takes its place`]);
      expect(readFileSync(path, "utf8")).toBe("mine");
      expect((await place.run("backup", path, "--force")).exitCode).toBe(0);
      expect(look(path, "SELECT count(*) AS count FROM resource")).toEqual([{ count: 1 }]);
    }));

  test.each(["muster.db", "muster.db-wal", "muster.db-shm"])(
    "refuses %s of the data directory, even with --force",
    (name) =>
      inDataDir(async (place) => {
        await addUsers(place, "ann");
        const { failure } = await place.run("backup", join(place.dataDir, name), "--force");
        expect(failure).toContain("is a file of the database itself");
        expect(await namesIn(place)).toEqual([true, false, false]);
      }),
  );

  test("leaves nothing behind when it can not be written", () =>
    inDataDir(async (place) => {
      expect((await place.run("backup", join(place.path, "none", "b"))).failure).toContain("there is no directory");
      writeFileSync(place.file, "no database at all, ".repeat(1000));
      const { exitCode, failure } = await place.run("backup", join(place.path, "b"));
      expect([exitCode, failure]).toEqual([1, "file is not a database"]);
      expect(readdirSync(place.path)).toEqual(["data"]);
    }));

  test("says that there is no database", () =>
    inDataDir(async (place) => {
      rmSync(place.file);
      const { failure } = await place.run("backup", join(place.path, "b"));
      expect(failure).toContain(`there is no database ${place.file}`);
    }));
});

describe("muster restore", () => {
  /** A backup with ann, and a database that has bob since. */
  async function withBackup(place: Place): Promise<string> {
    await addUsers(place, "ann");
    const path = join(place.path, "b");
    expect((await place.run("backup", path)).exitCode).toBe(0);
    await addUsers(place, "bob");
    return path;
  }

  test("refuses to take the place of a database, and with --force keeps it under the name that it tells", () =>
    inDataDir(async (place) => {
      const path = await withBackup(place);
      const refused = await place.run("restore", path);
      expect([refused.exitCode, refused.failure]).toEqual([1, expect.stringContaining("--force keeps it")]);
      expect(await namesIn(place)).toEqual([true, true, false]);

      const { lines, exitCode } = await place.run("restore", path, "--force");
      expect(exitCode).toBe(0);
      expect(lines[0]).toMatch(/: 1 users, 0 groups, [\d,]+ bytes$/);
      const kept = /^the database from before is kept: (.+)$/.exec(lines[1] ?? "")?.[1] ?? "";
      expect(look(kept, "SELECT unique_key FROM resource ORDER BY 1")).toEqual([
        { unique_key: "ann" },
        { unique_key: "bob" },
      ]);
      expect(await namesIn(place)).toEqual([true, false, false]);
      expect(statSync(place.file).mode & 0o777).toBe(0o600);
      expect((await place.run("doctor")).exitCode).toBe(0);
    }));

  test("makes the data directory where there is none", () =>
    inDataDir(async (place) => {
      const path = await withBackup(place);
      rmSync(place.dataDir, { recursive: true });
      expect((await place.run("restore", path)).exitCode).toBe(0);
      expect(await namesIn(place)).toEqual([true, false, false]);
      expect(statSync(place.dataDir).mode & 0o777).toBe(0o700);
    }));

  test("reads no log of the database from before into the new one, and keeps what stood in it", () =>
    inDataDir(async (place) => {
      const path = await withBackup(place);
      const crashed = join(place.path, "crashed");
      crashedCopy(place.file, crashed);
      for (const suffix of ["", "-wal"]) copyFileSync(crashed + suffix, place.file + suffix);
      const { lines } = await place.run("restore", path, "--force");
      const kept = /kept: (.+)$/.exec(lines[1] ?? "")?.[1] ?? "";
      const display = "SELECT display_key FROM resource WHERE unique_key = 'ann'";
      expect(look(kept, display)).toEqual([{ display_key: "only in the log" }]);
      expect(look(place.file, display)).not.toEqual([{ display_key: "only in the log" }]);
      expect(await namesIn(place)).toEqual([true, false, false]);
    }));

  test("takes a database that was copied by hand with its log", () =>
    inDataDir(async (place) => {
      await withBackup(place);
      const crashed = join(place.path, "crashed");
      crashedCopy(place.file, crashed);
      expect((await place.run("restore", crashed, "--force")).exitCode).toBe(0);
      expect(look(place.file, "SELECT display_key FROM resource WHERE unique_key = 'ann'")).toEqual([
        { display_key: "only in the log" },
      ]);
    }));

  test("takes a database of an older version, which the next start brings up", () =>
    inDataDir(async (place) => {
      const path = join(place.path, "older.db");
      makeOlderDatabase(path, 1);
      const { lines, exitCode } = await place.run("restore", path, "--force");
      expect(exitCode).toBe(0);
      expect(lines).toContain("it is of an older version: the next start brings its tables up");
      expect(lines).toContain("imports that go on at the next start: 1");
      expect(await namesIn(place)).toEqual([true, true, true]);
    }));

  const wrong: readonly (readonly [string, string, (path: string) => void])[] = [
    ["is no database", "is no database", (path) => writeFileSync(path, "people\n".repeat(5000))],
    ["is empty", "is no database of muster", (path) => writeFileSync(path, "")],
    [
      "is a database of something else",
      "is no database of muster",
      (path) => {
        rmSync(path);
        new Database(path, { create: true }).run("CREATE TABLE resource (a)");
      },
    ],
    [
      "was cut off",
      "is damaged",
      (path) => writeFileSync(path, readFileSync(path).subarray(0, Math.floor(statSync(path).size / 2))),
    ],
    [
      "was changed by the disk",
      "is damaged",
      (path) => writeFileSync(path, readFileSync(path).fill(0xa5, 8192 * 5 + 50, 8192 * 9)),
    ],
    [
      "is of a newer version",
      "was written by a newer muster",
      (path) => new Database(path).run("UPDATE __drizzle_migrations SET created_at = 9999999999999"),
    ],
  ];

  test.each(wrong)("refuses a file that %s, and changes nothing", (_, words, spoil) =>
    inDataDir(async (place) => {
      const path = await withBackup(place);
      spoil(path);
      const before = readFileSync(place.file);
      const { exitCode, failure } = await place.run("restore", path, "--force");
      expect([exitCode, failure]).toEqual([1, expect.stringContaining(words)]);
      expect(failure).toContain(path);
      expect(readFileSync(place.file).equals(before)).toBe(true);
      expect(readdirSync(place.dataDir).filter((name) => !/^muster\.(db(-wal|-shm)?|lock)$/.test(name))).toEqual([]);
      expect(await namesIn(place)).toEqual([true, true, false]);
    }),
  );

  test("refuses while a server has the directory, and names it", () =>
    inDataDir(async (place) => {
      const path = await withBackup(place);
      const lock = lockDataDirectory(place.dataDir);
      try {
        lock.announce("http://127.0.0.1:8080");
        const { exitCode, failure } = await place.run("restore", path, "--force");
        expect([exitCode, failure]).toEqual([
          1,
          expect.stringContaining("the server at http://127.0.0.1:8080; stop it"),
        ]);
      } finally {
        lock.release();
      }
      expect(await namesIn(place)).toEqual([true, true, false]);
    }));

  test("says that there is no such file, and that the database is no backup of itself", () =>
    inDataDir(async (place) => {
      expect((await place.run("restore", join(place.path, "none"))).failure).toContain("there is no file");
      expect((await place.run("restore", place.file, "--force")).failure).toContain("is the database itself");
      expect(existsSync(place.file)).toBe(true);
    }));
});
