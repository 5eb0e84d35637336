import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { indexableAttribute } from "../../../src/scim/filter/indexed.ts";
import { defaultTenantId, type Store } from "../../../src/storage/port.ts";
import { findLimits } from "../../../src/storage/sqlite/limits.ts";
import { migrateDatabase } from "../../../src/storage/sqlite/migrate.ts";
import { openDatabase, openReader } from "../../../src/storage/sqlite/open.ts";
import { readerOf } from "../../../src/storage/sqlite/reader.ts";
import { scanEdges } from "../../../src/storage/sqlite/scan-edges.ts";
import { createScanLane } from "../../../src/storage/sqlite/scan-lane.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { bound, create, userContent, userType } from "../contract/world.ts";
import { type Folder, inFolder, temporaryFolder } from "./folder.ts";

/** A lane on an empty database. */
async function onLane(run: (lane: ReturnType<typeof createScanLane>) => Promise<void>): Promise<void> {
  await inFolder(async ({ file }) => {
    const db = openDatabase(file);
    migrateDatabase(db, file);
    const lane = createScanLane(() => readerOf(openReader(file), findLimits, scanEdges()));
    try {
      await run(lane);
    } finally {
      await lane.close();
      db.close();
    }
  });
}

const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => error,
  );

describe("the scan lane", () => {
  test("runs two at once, and lets the others wait for their turn", async () => {
    await onLane(async (lane) => {
      const gate = Promise.withResolvers<void>();
      let [running, most, done] = [0, 0, 0];
      const work = () =>
        lane.run(async () => {
          most = Math.max(most, ++running);
          await gate.promise;
          running--;
          done++;
        });
      const all = Array.from({ length: 7 }, work);
      await Promise.resolve();
      gate.resolve();
      await Promise.all(all);
      expect({ most, done }).toEqual({ most: 2, done: 7 });
    });
  });

  test("turns away whom it could not serve for long, and goes on", async () => {
    await onLane(async (lane) => {
      const gate = Promise.withResolvers<void>();
      const waiting = Array.from({ length: 102 }, () => lane.run(() => gate.promise));
      expect(await reasonOf(lane.run(() => gate.promise))).toMatchObject({ kind: "unavailable" });
      gate.resolve();
      await Promise.all(waiting);
      expect(await lane.run(async () => "answered")).toBe("answered");
    });
  });

  test("ends the work of who has left, and frees its place", async () => {
    await onLane(async (lane) => {
      const leaving = new AbortController();
      const endless = lane.run(async (_, pause) => {
        for (;;) {
          await pause();
          await Bun.sleep(0);
        }
      }, leaving.signal);
      leaving.abort();
      expect(await reasonOf(endless)).toMatchObject({ kind: "unavailable" });
      expect(await Promise.all([1, 2, 3].map((value) => lane.run(async () => value)))).toEqual([1, 2, 3]);
    });
  });

  test("ends what runs when the store closes", async () => {
    await onLane(async (lane) => {
      const endless = lane.run(async (_, pause) => {
        for (;;) {
          await pause();
          await Bun.sleep(0);
        }
      });
      const ended = reasonOf(endless);
      await lane.close();
      expect(await ended).toMatchObject({ kind: "unavailable" });
    });
  });
});

describe("a query that takes long", () => {
  let folder: Folder;
  let store: Store;
  const count = 3000;
  beforeAll(async () => {
    folder = temporaryFolder();
    store = openSqliteStore({ file: folder.file, limits: { ...findLimits, indexEntries: 100, candidates: 10 } });
    const email = indexableAttribute(userType, "emails");
    if (email === undefined) throw new Error("emails can be indexed");
    const sets = Array.from({ length: count }, (_, index) => {
      const content = userContent(
        { userName: `u${index}`, emails: [{ value: `m${index}@x.org` }] },
        Bun.randomUUIDv7(),
        1,
      );
      return { tenantId: defaultTenantId, changes: [create(content)] };
    });
    const indexed = { kind: "setIndexes", resourceType: "User", indexes: [email] } as const;
    await store.commit([{ tenantId: defaultTenantId, changes: [indexed] }, ...sets]);
  });
  afterAll(async () => {
    await store.close();
    folder.remove();
  });

  const list = (filter: string, signal?: AbortSignal) =>
    store.resources.list({
      tenantId: defaultTenantId,
      types: [{ type: userType, filter: bound(filter) }],
      start: { offset: 0 },
      limit: 1,
      signal,
    });

  test("sees one state of the directory, though it is changed meanwhile", async () => {
    const scanned = list('emails co "@x.org"');
    const content = userContent({ userName: "late", emails: [{ value: "m0@x.org" }] }, Bun.randomUUIDv7(), 1);
    const [later] = await Promise.all([
      store.commit([{ tenantId: defaultTenantId, changes: [create(content)] }]),
      scanned,
    ]);
    expect(later[0]?.applied).toBe(true);
    expect([count, count + 1]).toContain((await scanned).total);
    expect((await list('emails co "@x.org"')).total).toBe(count + 1);
    await store.commit([
      { tenantId: defaultTenantId, changes: [{ kind: "deleteResource", resourceType: "User", id: content.id, at: 2 }] },
    ]);
    expect((await list('emails co "@x.org"')).total).toBe(count);
  });

  test("is given up when nobody waits for it any more", async () => {
    const leaving = new AbortController();
    const scanned = list('nickName co "x"', leaving.signal);
    leaving.abort();
    expect(await reasonOf(scanned)).toMatchObject({ kind: "unavailable" });
    expect((await list('emails eq "m7@x.org"')).total).toBe(1);
  });
});
