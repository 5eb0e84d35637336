import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import type { ChangeSet, SetResult } from "../../../src/storage/change.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { type WriteSignal, writeSignal } from "../../../src/storage/write-signal.ts";
import { addImport, rowResult, rowsOf, withResult } from "../contract/import-world.ts";
import { create, createWorld, userContent, type World } from "../contract/world.ts";
import { type Folder, inFolder } from "./folder.ts";
import type { ImportOrder } from "./import-worker.ts";

const setsCount = 130;
/** For tests with a second thread: on a busy machine it starts late. */
const threadTestMsMax = 30_000;

/** A signal that shows what others see of the database each time an import lets go of it. */
function watchingSignal(isRaised: boolean, look: () => void): WriteSignal {
  return { ...writeSignal(), isRaised: () => isRaised, waitUntilLowered: look };
}

/** What another connection sees: users, rows with an outcome, and both as they were added up. */
interface Seen {
  readonly users: number;
  readonly rows: number;
  readonly usersCounted: number;
  readonly rowsCounted: number;
}

function seenBy(db: Database): Seen {
  const seen = db
    .query<Seen, []>(
      `SELECT (SELECT count(*) FROM resource) AS users, (SELECT count(*) FROM import_row) AS rows,
         coalesce((SELECT count FROM resource_count), 0) AS usersCounted,
         (SELECT counts ->> '$.created' FROM import_job) AS rowsCounted`,
    )
    .get();
  if (seen === null) throw new Error("nothing to see");
  return seen;
}

/** A world whose store is an import's, and a look at it through another connection at each of its turns. */
function watchedImport(folder: Folder, isRaised: boolean): { world: World; seen: Seen[]; close(): Promise<void> } {
  const seen: Seen[] = [];
  let other: Database | undefined;
  const signal = watchingSignal(isRaised, () => other !== undefined && seen.push(seenBy(other)));
  const store = openSqliteStore({ file: folder.file, lane: "import", signal });
  other = new Database(folder.file, { readonly: true });
  const opened = { store, reopen: async () => store, dispose: async () => {} };
  const close = async () => {
    other?.close();
    await store.close();
  };
  return { world: createWorld(opened), seen, close };
}

/** A user for each row of an import. */
function importOf(world: World, importId: string): { readonly ids: readonly string[]; readonly sets: ChangeSet[] } {
  const users = Array.from({ length: setsCount }, (_, index) => world.user(`user${index}`));
  return {
    ids: users.map(({ id }) => id),
    sets: users.map((user, index) => withResult(world.set(create(user)), rowResult(importId, index + 2))),
  };
}

test("a long import lets go of the database as often as somebody else wants to write", () =>
  inFolder(async (folder) => {
    const { world, seen, close } = watchedImport(folder, true);
    const importId = await addImport(world);
    seen.length = 0;
    const { ids, sets } = importOf(world, importId);
    const results = await world.store.commit(sets);
    expect(results).toHaveLength(setsCount);
    expect(results.every(({ applied }) => applied)).toBe(true);

    // Others saw part of the sets before the call was answered, more each time.
    const users = seen.map((look) => look.users);
    expect(users[0]).toBe(0);
    expect(users.length).toBeGreaterThan(2);
    expect(users).toEqual([...new Set(users)].sort((a, b) => a - b));
    expect(users.at(-1)).toBeLessThan(setsCount);
    // What they saw was whole: each row came with its user, and what is added up was right.
    for (const look of seen) {
      expect(look).toEqual({ users: look.users, rows: look.users, usersCounted: look.users, rowsCounted: look.users });
    }
    expect(await world.ids()).toEqual(ids);
    expect((await rowsOf(world, importId)).map(({ row }) => row)).toEqual(sets.map((_, index) => index + 2));
    await close();
  }));

test("an import that nobody waits for commits a call at once", () =>
  inFolder(async (folder) => {
    const { world, seen, close } = watchedImport(folder, false);
    const importId = await addImport(world);
    seen.length = 0;
    await world.store.commit(importOf(world, importId).sets);
    expect(seen.map(({ users }) => users)).toEqual([0]);
    expect((await world.page({ limit: 0 })).total).toBe(setsCount);
    await close();
  }));

test("refusals keep their place when an import is interrupted", () =>
  inFolder(async (folder) => {
    const { world, close } = watchedImport(folder, true);
    const users = Array.from({ length: setsCount }, (_, index) => world.user(`user${index - (index % 3)}`));
    const results = await world.store.commit(users.map((user) => world.set(create(user))));
    expect(results.map(({ applied }) => applied)).toEqual(users.map((_, index) => index % 3 === 0));
    expect(results.map((result) => (result.applied ? "" : result.refusal))).toEqual(
      users.map((_, index) =>
        index % 3 === 0 ? "" : { kind: "uniqueness" as const, id: users[index - (index % 3)]?.id ?? "" },
      ),
    );
    await close();
  }));

test("calls of an import that arrive together are carried out one after the other", () =>
  inFolder(async (folder) => {
    const { world, close } = watchedImport(folder, true);
    const importId = await addImport(world);
    const { sets } = importOf(world, importId);
    const later = world.user("later");
    const [first, second] = await Promise.all([world.store.commit(sets), world.commit(create(later))]);
    expect(first).toHaveLength(setsCount);
    expect(second.applied).toBe(true);
    expect((await world.ids()).at(-1)).toBe(later.id);
    await close();
  }));

test("a request that waits for an import holds up nobody who reads", () =>
  inFolder(async ({ file }) => {
    const signal = writeSignal();
    const store = openSqliteStore({ file, signal });
    const world = createWorld({ store, reopen: async () => store, dispose: async () => {} });
    const [there, come] = [world.user("there"), world.user("come")];
    await world.commit(create(there));
    signal.setImportHolds(true);
    let isWritten = false;
    const writing = world.commit(create(come)).then(() => {
      isWritten = true;
    });
    await Bun.sleep(20);
    expect(await world.ids()).toEqual([there.id]);
    expect([isWritten, signal.isRaised()]).toEqual([false, true]);
    signal.setImportHolds(false);
    await writing;
    expect(await world.ids()).toEqual([there.id, come.id]);
    expect(signal.isRaised()).toBe(false);
    await store.close();
  }));

/** Starts an import in another thread; resolves with its results. */
function importElsewhere(order: ImportOrder): { readonly results: Promise<readonly SetResult[]>; stop(): void } {
  const worker = new Worker(new URL("./import-worker.ts", import.meta.url).href);
  const results = new Promise<readonly SetResult[]>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<readonly SetResult[]>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.postMessage(order);
  return { results, stop: () => worker.terminate() };
}

test(
  "a request gets its turn in the middle of an import of another thread",
  () =>
    inFolder(async ({ file }) => {
      const signal = writeSignal();
      const store = openSqliteStore({ file, signal });
      const world = createWorld({ store, reopen: async () => store, dispose: async () => {} });
      const ids = Array.from({ length: 400 }, () => world.newId());
      signal.raise();
      const elsewhere = importElsewhere({ file, buffer: signal.buffer, ids });
      while ((await world.page({ limit: 0 })).total === 0) await Bun.sleep(1);
      const ann = await world.addUser("ann");
      signal.lower();

      const results = await elsewhere.results;
      elsewhere.stop();
      expect(results.map(({ applied }) => applied)).toEqual(ids.map(() => true));
      const listed = await world.ids();
      expect(listed.filter((id) => id !== ann.id)).toEqual(ids);
      expect(listed.indexOf(ann.id)).toBeGreaterThan(0);
      expect(listed.indexOf(ann.id)).toBeLessThan(ids.length);
      await store.close();
    }),
  threadTestMsMax,
);

test(
  "requests and an import of another thread that write at the same time all land",
  () =>
    inFolder(async ({ file }) => {
      const signal = writeSignal();
      const store = openSqliteStore({ file, signal });
      const world = createWorld({ store, reopen: async () => store, dispose: async () => {} });
      const ids = Array.from({ length: 2000 }, () => world.newId());
      const elsewhere = importElsewhere({ file, buffer: signal.buffer, ids });
      let answered = false;
      const results = elsewhere.results.finally(() => {
        answered = true;
      });
      const mine = [];
      while (!answered) {
        const user = userContent({ userName: `mine${mine.length}` }, world.newId(), world.now());
        mine.push(user.id);
        await world.apply(create(user));
        await Bun.sleep(2);
      }
      expect((await results).every(({ applied }) => applied)).toBe(true);
      elsewhere.stop();
      const { total, resources } = await world.page({ limit: 1_000_000 });
      const listed = resources.map(({ id }) => id);
      expect(total).toBe(ids.length + mine.length);
      const isMine = new Set(mine);
      expect(listed.filter((id) => isMine.has(id))).toEqual(mine);
      expect(listed.filter((id) => !isMine.has(id))).toEqual(ids);
      expect(signal.isRaised()).toBe(false);
      await store.close();
    }),
  threadTestMsMax,
);
