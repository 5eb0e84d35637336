import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { enterpriseUserUrn } from "../../../src/scim/urn.ts";
import type { Change } from "../../../src/storage/change.ts";
import { checks } from "../../../src/storage/sqlite/doctor/examine.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { build, indexed } from "../contract/indexing.ts";
import { create, createWorld, remove, replace, userType, type World } from "../contract/world.ts";
import { type Folder, temporaryFolder } from "./folder.ts";

/** More resources than are built as they come. */
const many = 6000;

let folder: Folder;
let world: World;
beforeEach(() => {
  folder = temporaryFolder();
  const open = () => openSqliteStore({ file: folder.file, lane: "import" });
  const store = open();
  world = createWorld({
    store,
    reopen: async () => {
      await world.store.close();
      return open();
    },
    dispose: async () => undefined,
  });
});
afterEach(async () => {
  await world.store.close();
  folder.remove();
});

const person = (index: number, title = `T${index % 7}`) =>
  world.user(`user${index}`, {
    title,
    emails: [{ value: `m${index}@x.org`, type: index % 2 === 0 ? "work" : "home" }],
    [enterpriseUserUrn]: { department: `D${index % 3}` },
  });

async function add(from: number, count: number): Promise<readonly ReturnType<typeof person>[]> {
  const people = Array.from({ length: count }, (_, index) => person(from + index));
  const results = await world.store.commit(people.map((each) => world.set(create(each))));
  expect(results.every(({ applied }) => applied)).toBe(true);
  return people;
}

const users: Change & { kind: "suspendIndexes" } = { kind: "suspendIndexes", resourceType: "User" };
const state = async () => (await world.store.indexes.all(world.tenantId)).map((index) => index.state);
const total = async (filter: string) => (await world.page({ filter, limit: 0 })).total;

/** What the doctor finds: an index that holds something else than the documents say. */
function findings(): readonly string[] {
  const db = new Database(folder.file, { readonly: true });
  const check = checks.find(({ name }) => name === "attribute indexes");
  if (check === undefined) throw new Error("no such check");
  const at = { db, file: folder.file, dataDir: folder.path, keyFile: "", now: 0 };
  const found = [...check.look(at)];
  db.close();
  return found;
}

describe("an index that is left behind", () => {
  test("is complete when it was resumed and built, whatever changed meanwhile", async () => {
    await world.apply(indexed(userType, ["title", "emails.value", "department"]));
    const early = await add(0, 10);
    await world.apply(users);
    expect(await state()).toEqual(["suspended", "suspended", "suspended"]);
    expect(await world.apply(users)).toMatchObject([{ changed: false }]);
    const late = await add(10, many);
    // Before it is resumed: who is in it, and who is not.
    await world.apply(replace({ ...person(3, "Moved"), id: early[3]?.id ?? "" }));
    await world.apply(replace({ ...person(60, "Moved"), id: late[50]?.id ?? "" }));
    for (const gone of [early[4], late[51]]) if (gone !== undefined) await world.apply(remove(gone, world.now()));
    expect(await total('title eq "moved"')).toBe(2);

    await world.apply({ kind: "resumeIndexes", resourceType: "User" });
    expect(await state()).toEqual(["building", "building", "building"]);
    await world.store.indexes.readAhead(world.tenantId);
    for (let step = 0; step < 5; step++) await world.apply({ kind: "buildIndexes" });
    // After it was read ahead, and before it is written: another document, another version of the same, and none.
    await world.apply(replace({ ...person(70, "Moved"), id: late[60]?.id ?? "" }));
    const again = { ...person(71), id: late[61]?.id ?? "" };
    await world.apply(replace({ ...again, passwordHash: "$hash" }));
    await world.apply(remove(late[62] ?? again, world.now()));
    await add(many + 10, 5);
    expect(await build(world)).toBeGreaterThan(5);
    expect(await state()).toEqual(["ready", "ready", "ready"]);

    expect(findings()).toEqual([]);
    expect(await total('title eq "moved"')).toBe(3);
    expect(await total(`emails[type eq "home" and value eq "m71@x.org"]`)).toBe(1);
    expect(await total("emails.value pr")).toBe(many + 10 + 5 - 3);
  }, 60_000);

  test("is ready at once when nobody came", async () => {
    await world.apply(indexed(userType, ["title"]));
    await add(0, 10);
    await world.apply(users, { kind: "resumeIndexes", resourceType: "User" });
    await build(world);
    expect(await state()).toEqual(["ready"]);
    expect(findings()).toEqual([]);
  });

  test("is built anew by who opens the store after a crash", async () => {
    await add(0, many);
    await world.apply(indexed(userType, ["title"]));
    await world.store.indexes.readAhead(world.tenantId);
    await world.apply({ kind: "buildIndexes" });
    await world.reopen();
    await world.store.indexes.readAhead(world.tenantId);
    await build(world);
    expect(await state()).toEqual(["ready"]);
    expect(findings()).toEqual([]);
  }, 60_000);

  test("is read ahead no further when the process is to end, and is built all the same later", async () => {
    await add(0, many);
    await world.apply(indexed(userType, ["title"]));
    let looks = 0;
    await world.store.indexes.readAhead(world.tenantId, () => ++looks === 2);
    expect(looks).toBe(2);
    await world.store.indexes.readAhead(world.tenantId);
    await build(world);
    expect(await state()).toEqual(["ready"]);
    expect(findings()).toEqual([]);
  }, 60_000);

  test("and given up while it is built leaves nothing", async () => {
    await add(0, many);
    await world.apply(indexed(userType, ["title", "department"]));
    await world.store.indexes.readAhead(world.tenantId);
    await world.apply({ kind: "buildIndexes" });
    await world.apply(indexed(userType, ["department"]));
    await build(world);
    expect((await world.store.indexes.all(world.tenantId)).map(({ path }) => path.split(":").at(-1))).toEqual([
      "department",
    ]);
    expect(findings()).toEqual([]);
    const db = new Database(folder.file, { readonly: true });
    expect(db.query("SELECT count(DISTINCT index_rid) AS indexes FROM attribute_value").get()).toEqual({ indexes: 1 });
    db.close();
  }, 60_000);
});
