import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { checks } from "../../src/storage/sqlite/doctor/examine.ts";
import { lockDataDirectory } from "../../src/storage/sqlite/lock.ts";
import { addImport, advance, appendInput, rowResult, withResult } from "../storage/contract/import-world.ts";
import { indexed } from "../storage/contract/indexing.ts";
import { create, userType } from "../storage/contract/world.ts";
import { makeOlderDatabase } from "../storage/sqlite/older-database.ts";
import { inDataDir, type Place } from "./place.ts";

/** Groups in groups, an account, an import: something for every check to look at. */
async function fill({ withStore, file }: Place): Promise<void> {
  await withStore(async (store, world) => {
    await world.apply(indexed(userType, ["emails.value", "title"]));
    const emails = [{ value: "Ann@example.com", type: "work" }];
    const [ann, bob] = [await world.addUser("ann", { emails }), await world.addUser("bob")];
    const staff = await world.addGroup("staff", [ann.id, bob.id]);
    await world.addGroup("board", [staff.id]);
    await world.apply({ kind: "setPassword", userId: ann.id, passwordHash: "hash", at: world.now() });
    await world.apply({ kind: "setRoles", userId: ann.id, roles: ["auditor"] });
    const id = await addImport(world);
    await world.apply(appendInput(id, 0, new TextEncoder().encode("userName\n")));
    await store.commit([withResult(world.set(create(world.user("cay"))), rowResult(id, 2))]);
    await world.apply(advance(id, "completed"));
  });
  // Whatever version wrote the rows, the doctor is asked about what stands in the tables.
  change(file, "UPDATE resource SET member_count = (SELECT count(*) FROM member WHERE group_rid = rid)");
  change(file, "DELETE FROM nesting");
  change(
    file,
    `INSERT INTO nesting (tenant_id, member_rid, group_rid) SELECT m.tenant_id, m.member_rid, m.group_rid
       FROM member m JOIN resource r ON r.rid = m.member_rid WHERE r.resource_type = 'Group'`,
  );
}

function change(file: string, sql: string): void {
  const db = new Database(file);
  db.run("PRAGMA foreign_keys = OFF");
  db.run(sql);
  db.close(true);
}

const reportShape = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({ name: z.string(), state: z.string(), found: z.number(), samples: z.array(z.string()) }).loose(),
  ),
  repaired: z.array(z.string()),
});

async function doctor({ run }: Place, ...args: readonly string[]) {
  const { lines, exitCode, failure } = await run("doctor", "--json", ...args);
  if (failure !== undefined) throw new Error(failure);
  const report = reportShape.parse(JSON.parse(lines.join("")));
  return { ...report, exitCode, findings: report.checks.filter(({ state }) => state === "finding") };
}

/** What is done to the tables, which check finds it, and in which words. */
const ills: readonly (readonly [string, string, string])[] = [
  ["DELETE FROM member WHERE member_rid = 1 AND group_rid = 3", "count of members", "2 counted, 1 there"],
  ["UPDATE resource SET member_count = 7 WHERE rid = 4", "count of members", "7 counted, 1 there"],
  ["INSERT INTO member VALUES (1, 99, 1)", "orphans member.group_rid", "tenant 1: group_rid 99"],
  ["INSERT INTO member VALUES (2, 3, 1)", "orphans member.member_rid", "tenant 2: member_rid 1"],
  ["INSERT INTO credential VALUES (1, 99, 'hash', 1, NULL)", "orphans credential.resource_rid", "resource_rid 99"],
  ["INSERT INTO role_assignment VALUES (1, 99, 'auditor')", "orphans role_assignment.resource_rid", "99"],
  ["INSERT INTO attribute_value VALUES (1, 99, 'x', 1, '')", "orphans attribute_value.index_rid", "index_rid 99"],
  ["INSERT INTO attribute_value VALUES (1, 99, 'x', 98, '')", "orphans attribute_value.resource_rid", "98"],
  ["UPDATE import_input SET import_rid = 99", "orphans import_input.import_rid", "import_rid 99"],
  ["UPDATE import_row SET import_rid = 99", "orphans import_row.import_rid", "import_rid 99"],
  [
    "UPDATE resource_count SET count = 9 WHERE resource_type = 'User'",
    "count of resources",
    "User: 9 counted, 3 there",
  ],
  ["DELETE FROM resource_count WHERE resource_type = 'Group'", "count of resources", "Group: 0 counted, 2 there"],
  ["INSERT INTO resource_count VALUES (3, 'Device', 2)", "count of resources", "tenant 3, Device: 2 counted, 0 there"],
  ["DELETE FROM nesting", "groups in groups", "is missing"],
  ["INSERT INTO nesting VALUES (1, 4, 3)", "groups in groups", "row 4 in row 3 is too many"],
  ["DELETE FROM attribute_value", "attribute indexes", "User emails.value: 0 values kept, 1 in the documents"],
  ["UPDATE attribute_value SET label = 'home'", "attribute indexes", "1 values kept, 1 in the documents"],
  [`UPDATE import_job SET counts = '{"created":5}'`, "counts of imports", "created: 5 counted, 1 there"],
];

describe("muster doctor", () => {
  test("finds nothing where all is well, and says what it looked at, a line a check", () =>
    inDataDir(async (place) => {
      await fill(place);
      const { lines, exitCode } = await place.run("doctor");
      expect(exitCode).toBe(0);
      expect(lines.slice(0, -1).map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual(
        checks.map(({ name }) => ["ok", name]),
      );
      expect(lines.at(-1)).toBe(`${checks.length} checks, all is well`);
    }));

  test.each(ills)("after %s finds it by its check and in words, and repairs it when asked", (sql, name, words) =>
    inDataDir(async (place) => {
      await fill(place);
      change(place.file, sql);
      const before = readFileSync(place.file);
      const { findings, exitCode } = await doctor(place);
      expect(exitCode).toBe(2);
      expect(findings.find((finding) => finding.name === name)?.samples.join("\n")).toContain(words);
      expect(readFileSync(place.file).equals(before)).toBe(true);

      const repaired = await doctor(place, "--repair");
      expect([repaired.exitCode, repaired.ok, repaired.findings]).toEqual([0, true, []]);
      expect(repaired.repaired).toContain(name);
      expect((await doctor(place)).exitCode).toBe(0);
    }),
  );

  test("counts what it does not show", () =>
    inDataDir(async (place) => {
      const rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)";
      change(place.file, `INSERT INTO credential ${rows} SELECT 1, 1000 + i, 'hash', 1, NULL FROM n`);
      const { lines, exitCode } = await place.run("doctor");
      expect(exitCode).toBe(2);
      expect(lines.filter((line) => line.includes("resource_rid 1"))).toHaveLength(5);
      expect(lines).toContain("           and 495 more");
      expect(lines).toContain("         → stop the server and run muster doctor --repair");
      expect(lines.at(-1)).toBe(`${checks.length} checks, 1 with findings`);
    }));

  test("a resource that was deleted since its import is no finding", () =>
    inDataDir(async (place) => {
      await fill(place);
      await place.withStore(async (store, world) => {
        const cay = await store.resources.getByUniqueKey(world.tenantId, "User", "cay");
        if (cay === undefined) throw new Error("no cay");
        await world.apply({ kind: "deleteResource", resourceType: "User", id: cay.id, at: world.now() });
      });
      expect((await doctor(place)).findings).toEqual([]);
    }));

  test("finds files that others may read, and closes them when asked", () =>
    inDataDir(async (place) => {
      const key = join(place.dataDir, "muster.key");
      writeFileSync(key, "key");
      for (const path of [place.file, key]) chmodSync(path, 0o644);
      chmodSync(place.dataDir, 0o777);
      const { findings } = await doctor(place);
      expect(findings.map(({ name }) => name)).toEqual(["files"]);
      expect(findings[0]?.samples).toEqual(
        expect.arrayContaining([
          `${place.file} has the mode 644`,
          `${key} has the mode 644`,
          `${place.dataDir} has the mode 777`,
        ]),
      );
      expect((await doctor(place, "--repair")).exitCode).toBe(0);
      const modes = [place.file, key, place.dataDir].map((path) => statSync(path).mode & 0o777);
      expect(modes).toEqual([0o600, 0o600, 0o700]);
    }));

  test("finds an import that has not ended for a day, and tells of younger ones", () =>
    inDataDir(async (place) => {
      await fill(place);
      change(place.file, `UPDATE import_job SET state = 'running', created = ${Date.now() - 3_600_000}`);
      const young = (await doctor(place)).checks.find(({ name }) => name === "imports");
      expect([young?.state, young?.note]).toEqual(["ok", "1 under way, the oldest 1.0 h old"]);
      change(place.file, `UPDATE import_job SET created = ${Date.now() - 25 * 3_600_000}`);
      expect((await doctor(place)).findings).toEqual([
        expect.objectContaining({ name: "imports", samples: [expect.stringMatching(/: running, 25\.0 h old$/)] }),
      ]);
    }));

  test("finds a file that is damaged, and repairs nothing in it", () =>
    inDataDir(async (place) => {
      await fill(place);
      change(place.file, "UPDATE resource_count SET count = 9");
      const bytes = readFileSync(place.file);
      // The body of some pages in the middle; the first page says what the file is.
      bytes.fill(0xa5, 8192 * 3 + 100, 8192 * 6);
      writeFileSync(place.file, bytes);
      const { findings, exitCode } = await doctor(place);
      expect([exitCode, findings[0]?.name]).toEqual([2, "integrity"]);
      expect(findings[0]?.advice).toBe("restore a backup with muster restore");
      const repaired = await doctor(place, "--repair");
      expect([repaired.exitCode, repaired.repaired]).toEqual([2, []]);
      expect(readFileSync(place.file).equals(bytes)).toBe(true);
    }));

  test("says of a file that is no database that it is none", () =>
    inDataDir(async (place) => {
      writeFileSync(place.file, "people, and other people\n".repeat(1000));
      const { findings, exitCode } = await doctor(place);
      expect([exitCode, findings[0]?.name]).toEqual([2, "integrity"]);
      expect(findings[0]?.samples.join()).toContain("not a database");
    }));

  test.each([
    ["older", 2, "the tables are those of an older version"],
    ["newer", 0, "a newer version wrote this database"],
  ] as const)(
    "says of a database of a(n) %s version what it is, and skips what looks into its tables",
    (_, count, words) =>
      inDataDir(async (place) => {
        if (count > 0) {
          const older = join(place.path, "older.db");
          makeOlderDatabase(older, count);
          writeFileSync(place.file, readFileSync(older));
        } else
          change(place.file, "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', 9999999999999)");
        const report = await doctor(place);
        expect(report.exitCode).toBe(2);
        expect(report.findings.map(({ name, samples }) => [name, samples])).toEqual([["version", [words]]]);
        expect(report.checks.find(({ name }) => name === "count of members")?.state).toBe("skipped");
      }),
  );

  test("exits 1 when there is nothing to look at, and when it is to repair under a server", () =>
    inDataDir(async (place) => {
      const lock = lockDataDirectory(place.dataDir);
      try {
        lock.announce("http://127.0.0.1:8080");
        const { exitCode, failure, lines } = await place.run("doctor", "--repair");
        expect([exitCode, lines]).toEqual([1, []]);
        expect(failure).toMatch(/in use by the server at http:\/\/127\.0\.0\.1:8080; stop it first$/);
        expect((await place.run("doctor")).exitCode).toBe(0);
      } finally {
        lock.release();
      }
      rmSync(place.file);
      expect(await place.run("doctor")).toMatchObject({
        exitCode: 1,
        lines: [],
        failure: expect.stringContaining("there is no database"),
      });
    }));
});
