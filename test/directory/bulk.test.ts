import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scope } from "../../src/access/scope.ts";
import { createSealer } from "../../src/access/seal.ts";
import type { BulkOutcome } from "../../src/directory/bulk.ts";
import { createDirectory, type Directory } from "../../src/directory/resources.ts";
import { createRuleBook } from "../../src/directory/tenant-rules.ts";
import { createWalks } from "../../src/directory/walks.ts";
import { readBulk } from "../../src/scim/bulk/request.ts";
import { bulkResponse } from "../../src/scim/bulk/response.ts";
import { ScimError } from "../../src/scim/error.ts";
import { compatibleProfile } from "../../src/scim/profile.ts";
import { coreTypes, userTypeOf } from "../../src/scim/resource/type.ts";
import type { ChangeSet } from "../../src/storage/change.ts";
import { defaultTenantId, type Store } from "../../src/storage/port.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { bulkBody, post, postUser, put, remove } from "../scim/bulk/client.ts";
import { group, unknownId, user } from "../support/scim.ts";
import { type Body, unique } from "../support/server.ts";

const users = userTypeOf(coreTypes);
const caller = {
  tenantId: defaultTenantId,
  id: "tester",
  scopes: new Set<Scope>(["scim:write", "scim:bulk"]),
  profile: compatibleProfile,
};

const folder = mkdtempSync(join(tmpdir(), "muster-bulk-"));
const store = openSqliteStore({ file: join(folder, "muster.db") });
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a commit of sets in which a text stands rejects with, and how often the store was asked. */
let broken: { readonly text: string; readonly error: unknown } | undefined;
let commits = 0;
beforeEach(() => {
  broken = undefined;
  commits = 0;
});

const breaking: Store = {
  ...store,
  commit(sets: readonly ChangeSet[]) {
    commits++;
    const isBroken = broken !== undefined && JSON.stringify(sets).includes(broken.text);
    return isBroken ? Promise.reject(broken?.error) : store.commit(sets);
  },
};

function directoryOn(used: Store, hashPassword = async (password: string) => `hash of ${password}`): Directory {
  const now = () => Date.UTC(2026, 0, 1);
  const cursors = { ...createSealer(new Uint8Array(32)), now };
  return createDirectory({
    store: used,
    now,
    newId: () => Bun.randomUUIDv7(),
    hashPassword,
    cursors,
    walks: createWalks(now),
    rules: createRuleBook(store, Date.now),
    invitationFor: async () => undefined,
  });
}

const directory = directoryOn(breaking);

function run(operations: readonly Body[], more: Body = {}, on = directory): Promise<readonly BulkOutcome[]> {
  const request = readBulk(bulkBody(operations, more), 1000, "https://example.com/scim/v2");
  return on.bulk(caller, coreTypes, request);
}

/** Each outcome as its status. */
const statusesOf = (outcomes: readonly BulkOutcome[]): readonly number[] =>
  outcomes.map(({ result }) => (result instanceof ScimError ? result.status : result));

const exists = async (userName: string): Promise<boolean> =>
  (await store.resources.getByUniqueKey(defaultTenantId, "User", userName)) !== undefined;

const cause = new Error("the secret of the operator");

describe("an error that nobody expected", () => {
  test("B-22 in one of many new resources is 500 for that one alone", async () => {
    const names = Array.from({ length: 30 }, () => unique());
    broken = { text: names[7] ?? "", error: cause };
    const outcomes = await run(names.map((name) => postUser(name)));
    expect(statusesOf(outcomes)).toEqual(names.map((_, index) => (index === 7 ? 500 : 201)));
    expect(await Promise.all(names.map(exists))).toEqual(names.map((_, index) => index !== 7));
  });

  test("B-22 in an operation of its own is 500 for that one alone", async () => {
    const { stored } = await directory.create(caller, users, user(unique()));
    const [first, second, third] = [unique(), unique(), unique()];
    broken = { text: first, error: cause };
    const operations = [
      put(`/Users/${stored.id}`, user(first)),
      put(`/Users/${stored.id}`, user(second)),
      postUser(third),
    ];
    const outcomes = await run(operations, { failOnErrors: 2 });
    expect(statusesOf(outcomes)).toEqual([500, 200, 201]);
    expect(outcomes[0]?.id).toBe(stored.id);
  });

  test("B-18 B-22 in a circle is 500 for all of it, and for nothing else", async () => {
    const [one, two, made] = [unique("group"), unique("group"), unique()];
    broken = { text: two, error: cause };
    const outcomes = await run([
      post("one", "/Groups", group(one, ["bulkId:two"])),
      post("two", "/Groups", group(two, ["bulkId:one"])),
      postUser(made),
      post("after", "/Groups", group(unique(), ["bulkId:one"])),
    ]);
    expect(statusesOf(outcomes)).toEqual([500, 500, 201, 409]);
    expect(await store.resources.idsByDisplay(defaultTenantId, "Group", one)).toEqual([]);
  });

  test("keeps its cause for the operator: the answer does not tell it", async () => {
    const name = unique();
    broken = { text: name, error: cause };
    const [outcome] = await run([postUser(name)]);
    const error = outcome?.result instanceof ScimError ? outcome.result : undefined;
    expect([error?.kind, error?.cause]).toEqual(["internal", cause]);
    const result = { method: "POST", bulkId: name, location: undefined, version: undefined };
    const told = JSON.stringify(bulkResponse([{ ...result, outcome: error ?? 201 }]));
    expect(told).not.toContain("secret");
  });

  test("B-22 in a read is 500 for that operation alone", async () => {
    const failing = directoryOn({
      ...store,
      resources: { ...store.resources, get: () => Promise.reject(cause) },
    });
    const outcomes = await run([put(`/Users/${unknownId}`, user(unique())), postUser(unique())], {}, failing);
    expect(statusesOf(outcomes)).toEqual([500, 201]);
  });

  test("B-22 in hashing a password is 500 for that operation alone", async () => {
    const failing = directoryOn(store, (password) =>
      password === "a" ? Promise.reject(cause) : Promise.resolve("a hash"),
    );
    const operations = [postUser(unique(), { password: "a" }), postUser(unique(), { password: "b" })];
    expect(statusesOf(await run(operations, {}, failing))).toEqual([500, 201]);
  });
});

describe("a store that can not answer", () => {
  const unavailable = new ScimError("unavailable");

  test("B-8 makes each operation 503, and the request is answered", async () => {
    broken = { text: "", error: unavailable };
    const outcomes = await run([
      postUser(unique()),
      postUser(unique()),
      remove(`/Users/${unknownId}`),
      post("one", "/Groups", group("x", ["bulkId:two"])),
      post("two", "/Groups", group("x", ["bulkId:one"])),
      post("self", "/Groups", group("x", ["bulkId:self"])),
    ]);
    expect(statusesOf(outcomes)).toEqual([503, 503, 503, 503, 503, 503]);
  });

  test("is not asked again for each of many new resources", async () => {
    broken = { text: "", error: unavailable };
    const outcomes = await run(Array.from({ length: 100 }, () => postUser(unique())));
    expect(new Set(statusesOf(outcomes))).toEqual(new Set([503]));
    expect(commits).toBe(1);
  });

  test("B-13 ends a request that bears no error", async () => {
    broken = { text: "", error: unavailable };
    expect(statusesOf(await run([postUser(unique()), postUser(unique())], { failOnErrors: 1 }))).toEqual([503]);
  });

  test("B-8 is the same when it is closed", async () => {
    const closed = openSqliteStore({ file: join(folder, "closed.db") });
    await closed.close();
    const operations = [postUser(unique()), put(`/Users/${unknownId}`, user(unique())), remove(`/Users/${unknownId}`)];
    expect(statusesOf(await run(operations, {}, directoryOn(closed)))).toEqual([503, 503, 503]);
  });
});

describe("many new resources", () => {
  test("share transactions, of 200 at most", async () => {
    const outcomes = await run(Array.from({ length: 500 }, () => postUser(unique())));
    expect(new Set(statusesOf(outcomes))).toEqual(new Set([201]));
    expect(commits).toBe(3);
  });

  test("with passwords do not take every turn at hashing at once", async () => {
    let [underWay, most] = [0, 0];
    const counting = directoryOn(store, async (password) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return `hash of ${password}`;
    });
    const operations = Array.from({ length: 100 }, () => postUser(unique(), { password: "x" }));
    expect(new Set(statusesOf(await run(operations, {}, counting)))).toEqual(new Set([201]));
    expect([most > 1, most <= 16]).toEqual([true, true]);
  });

  test("B-13 are made one after the other when errors are counted", async () => {
    await run([postUser(unique()), postUser(unique()), postUser(unique())], { failOnErrors: 3 });
    expect(commits).toBe(3);
  });
});
