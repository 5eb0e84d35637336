import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { importPorts } from "../../../src/import/ports.ts";
import { runImport } from "../../../src/import/runner.ts";
import type { Store } from "../../../src/storage/port.ts";
import { examine } from "../../../src/storage/sqlite/doctor/examine.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { bound, groupType, userType } from "../contract/world.ts";
import { type Folder, inFolder } from "./folder.ts";
import { makeOlderDatabase, migrations, older } from "./older-database.ts";

const { ids, at } = older;

/** A database of the version with so many migrations, opened by this one. */
function onOlder(count: number, work: (store: Store, folder: Folder) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    makeOlderDatabase(folder.file, count);
    const store = openSqliteStore({ file: folder.file });
    try {
      await work(store, folder);
    } finally {
      await store.close();
    }
  });
}

function look<Row>(file: string, sql: string): readonly Row[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.query<Row, []>(sql).all();
  } finally {
    db.close();
  }
}

async function groupsOf(store: Store, tenantId: number) {
  const types = [{ type: groupType, join: "members" as const }];
  const { resources } = await store.resources.list({ tenantId, types, start: { offset: 0 }, limit: 10 });
  return resources.map(({ id, version, joined }) => ({ id, version, members: joined.map((one) => one.id).sort() }));
}

const previous = migrations.slice(1).map((_, index) => index + 1);

describe.each(previous)("a database of the version with %d migrations", (count) => {
  test("is brought to this version's tables", () =>
    onOlder(count, async (_, { file }) => {
      const applied = look<{ created_at: number }>(file, "SELECT created_at FROM __drizzle_migrations");
      expect(applied.map(({ created_at }) => Number(created_at))).toEqual(migrations.map(({ when }) => when));
    }));

  test("has every user, found by id, by filter and by unique value, with version and times", () =>
    onOlder(count, async (store) => {
      const ann = { resourceType: "User", id: ids.ann, version: 3, created: at, modified: at + 5 };
      const found = await store.resources.get(1, "User", ids.ann);
      expect(found).toMatchObject(ann);
      expect(JSON.parse(found?.doc ?? "")).toMatchObject({ userName: "Ann", title: "title of Ann" });
      expect(await store.resources.getByUniqueKey(1, "User", "ann")).toMatchObject(ann);
      for (const filter of ['userName eq "ANN"', 'externalId eq "E1"', 'title eq "title of ann"']) {
        const types = [{ type: userType, filter: bound(filter) }];
        const page = await store.resources.list({ tenantId: 1, types, start: { offset: 0 }, limit: 10 });
        expect(page.resources.map(({ id }) => id)).toEqual([ids.ann]);
      }
      const all = { types: [{ type: userType }], start: { offset: 0 }, limit: 10 } as const;
      expect((await store.resources.list({ tenantId: 1, ...all })).total).toBe(3);
      expect((await store.resources.list({ tenantId: 2, ...all })).total).toBe(1);
    }));

  test("has every group with its members, of each tenant its own", () =>
    onOlder(count, async (store) => {
      expect(await groupsOf(store, 1)).toEqual([
        { id: ids.staff, version: 4, members: [ids.ann, ids.bob, ids.cay] },
        { id: ids.board, version: 2, members: [ids.ann, ids.staff] },
        { id: ids.empty, version: 1, members: [] },
      ]);
      expect(await groupsOf(store, 2)).toEqual([{ id: ids.staff, version: 1, members: [ids.ann] }]);
    }));

  test("counts the members of each group, and knows the groups in groups", () =>
    onOlder(count, async (_, { file }) => {
      const counts = look(file, "SELECT rid, member_count FROM resource WHERE member_count <> 0 ORDER BY rid");
      expect(counts).toEqual([
        { rid: 5, member_count: 3 },
        { rid: 6, member_count: 2 },
        { rid: 9, member_count: 1 },
      ]);
      const nesting = look(file, "SELECT tenant_id, member_rid, group_rid FROM nesting");
      expect(nesting).toEqual([{ tenant_id: 1, member_rid: 5, group_rid: 6 }]);
    }));

  test("lets in whom it let in: the token, and the administrator with the password", () =>
    onOlder(count, async ({ access }) => {
      expect(await access.tokenByHash(older.tokenHash)).toMatchObject({
        tenantId: 1,
        id: ids.token,
        scopes: ["scim:read", "scim:write"],
        profile: "okta",
      });
      expect(await access.credential(1, "BuiltInUser", "admin")).toMatchObject({
        userId: ids.admin,
        passwordHash: older.passwordHash,
        roles: ["administrator"],
      });
    }));

  test("has its import, which goes on where it was", () =>
    onOlder(count, async (store) => {
      expect(await store.imports.job(1, ids.import)).toMatchObject({ state: "running", total: 3 });
      expect(await store.imports.lastRow(1, ids.import)).toBe(2);
      const job = await runImport(
        importPorts(store, () => false),
        1,
        ids.import,
      );
      expect([job.state, job.counts.created]).toEqual(["completed", 3]);
      expect(await store.resources.takenKeys(1, "User", ["cay", "dan", "eve"])).toEqual([true, true, true]);
    }));

  test("has nothing in it that the doctor would find", () =>
    onOlder(count, async (store, { file }) => {
      await store.check();
      const reports = examine({ file, keyFile: `${file}.none`, now: at });
      expect(reports.filter(({ state }) => state !== "ok")).toEqual([]);
    }));
});
