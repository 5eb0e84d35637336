import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashPassword, verifyPassword } from "../../src/access/password.ts";
import type { Scope } from "../../src/access/scope.ts";
import { createSealer } from "../../src/access/seal.ts";
import { createDirectory, type Directory } from "../../src/directory/resources.ts";
import { createRuleBook } from "../../src/directory/tenant-rules.ts";
import { createWalks } from "../../src/directory/walks.ts";
import { ScimError } from "../../src/scim/error.ts";
import { readListRequest } from "../../src/scim/list.ts";
import { compatibleProfile, strictProfile } from "../../src/scim/profile.ts";
import { foldCase } from "../../src/scim/resource/fold.ts";
import { compileType } from "../../src/scim/resource/type.ts";
import { defaultTenantId, type Store } from "../../src/storage/port.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { membersOf } from "../support/membership.ts";
import { group, typeNamed, unknownId, user } from "../support/scim.ts";
import { unique } from "../support/server.ts";

const users = compileType(typeNamed("User"));
const groups = compileType(typeNamed("Group"));
const caller = { tenantId: defaultTenantId, id: "tester", scopes: new Set<Scope>(), profile: compatibleProfile };

const folder = mkdtempSync(join(tmpdir(), "muster-directory-"));
const file = join(folder, "muster.db");
let store: Store;
let directory: Directory;
/** The clock and the ids are passed in: the first call is at this time. */
let clock = Date.UTC(2026, 0, 1);
let hashed: string[] = [];
let ids = 0;

function open(): void {
  store = openSqliteStore({ file });
  directory = createDirectory({
    store,
    now: () => clock,
    newId: () => `00000000-0000-7000-8000-${String(++ids).padStart(12, "0")}`,
    hashPassword(password) {
      hashed.push(password);
      return hashPassword(password);
    },
    cursors: { ...createSealer(new Uint8Array(32)), now: () => clock },
    walks: createWalks(() => clock),
    rules: createRuleBook(store, Date.now),
    invitationFor: async () => undefined,
  });
}

beforeAll(open);
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const refusal = async (action: Promise<unknown>): Promise<string> => {
  try {
    await action;
  } catch (error) {
    if (error instanceof ScimError) return error.kind;
    throw error;
  }
  return "accepted";
};

describe("time and ids are passed in", () => {
  test("C-7 a resource is created at the time and under the id it was given", async () => {
    clock = Date.UTC(2026, 1, 1);
    const { stored } = await directory.create(caller, users, user(unique()));
    expect(stored.id).toBe(`00000000-0000-7000-8000-${String(ids).padStart(12, "0")}`);
    expect([stored.version, stored.created, stored.modified]).toEqual([1, clock, clock]);
  });

  test("C-8 V-3 a replacement moves modified and version, and only if it changes something", async () => {
    clock = Date.UTC(2026, 2, 1);
    const userName = unique();
    const { stored } = await directory.create(caller, users, user(userName));
    clock += 60_000;
    const same = await directory.replace(caller, users, stored.id, user(userName), undefined);
    expect([same.stored.version, same.stored.modified]).toEqual([1, stored.created]);
    const other = await directory.replace(caller, users, stored.id, user(userName, { title: "Guide" }), undefined);
    expect([other.stored.version, other.stored.modified]).toEqual([2, clock]);
    expect(other.stored.created).toBe(stored.created);
  });
});

describe("what is stored", () => {
  test("U-4 U-5 of a password is its hash alone, beside the document", async () => {
    const userName = unique();
    const { stored } = await directory.create(caller, users, user(userName, { password: "t1meMa$heen" }));
    expect(stored.doc).not.toContain("t1meMa$heen");
    expect(stored.doc).not.toContain("assword");
    const credential = await store.access.credential(defaultTenantId, "User", foldCase(userName));
    expect(await verifyPassword("t1meMa$heen", credential?.passwordHash ?? "")).toBe(true);
  });

  test("of a group has no members in its document: they are rows", async () => {
    const member = await directory.create(caller, users, user(unique()));
    const { stored } = await directory.create(caller, groups, group("a group", [member.stored.id]));
    expect(JSON.parse(stored.doc)).toEqual({ schemas: [groups.type.base.id], displayName: "a group" });
    const members = await membersOf(store, defaultTenantId, [stored.id]);
    expect(members.get(stored.id)?.map(({ id }) => id)).toEqual([member.stored.id]);
  });

  test("is there after the store was closed and opened again", async () => {
    const userName = unique();
    const { stored } = await directory.create(caller, users, user(userName, { title: "Guide" }));
    await store.close();
    open();
    const again = await directory.get(caller, users, stored.id);
    expect(again.stored).toMatchObject(stored);
    expect(await refusal(directory.create(caller, users, user(userName.toUpperCase())))).toBe("uniqueness");
  });

  test("is no other tenant's: not to read, list, change or delete, and its userNames are free there", async () => {
    const userName = unique();
    const { stored } = await directory.create(caller, users, user(userName));
    const stranger = { ...caller, tenantId: defaultTenantId + 1 };
    expect(await refusal(directory.get(stranger, users, stored.id))).toBe("notFound");
    expect(await refusal(directory.replace(stranger, users, stored.id, user(userName), undefined))).toBe("notFound");
    expect(await refusal(directory.remove(stranger, users, stored.id, undefined))).toBe("notFound");
    expect((await directory.list(stranger, readListRequest(users, strictProfile, {}))).total).toBe(0);
    const member = group("a group", [stored.id]);
    expect(await refusal(directory.create(stranger, groups, member))).toBe("invalidValue");
    expect((await directory.get(caller, users, stored.id)).stored.id).toBe(stored.id);
  });
});

describe("passwords are hashed", () => {
  test("not for a body that is refused for what it is", async () => {
    hashed = [];
    const wrong = user(unique(), { password: "of nobody", active: 7 });
    expect(await refusal(directory.create(caller, users, wrong))).toBe("invalidValue");
    expect(hashed).toEqual([]);
  });

  test("not for an id that nobody has, nor for another version", async () => {
    const userName = unique();
    const { stored } = await directory.create(caller, users, user(userName));
    hashed = [];
    const body = user(userName, { password: "of nobody" });
    expect(await refusal(directory.replace(caller, users, unknownId, body, undefined))).toBe("notFound");
    expect(await refusal(directory.replace(caller, users, stored.id, body, 'W/"9"'))).toBe("preconditionFailed");
    expect(hashed).toEqual([]);
  });

  test("once for each request, however often it is tried again", async () => {
    const userName = unique();
    const { stored } = await directory.create(caller, users, user(userName));
    hashed = [];
    const bodies = Array.from({ length: 5 }, (_, index) => user(userName, { password: "p", title: `title ${index}` }));
    await Promise.all(bodies.map((body) => directory.replace(caller, users, stored.id, body, undefined)));
    expect(hashed).toHaveLength(5);
  });
});

describe("a refusal of the store", () => {
  test("P-7 names the attribute and the value that is in use", async () => {
    const userName = unique("Taken");
    await directory.create(caller, users, user(userName));
    const error: unknown = await directory.create(caller, users, user(userName)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ScimError);
    expect(error).toMatchObject({ kind: "uniqueness", status: 409 });
    expect(String(error)).toContain(`userName "${userName}"`);
  });

  test("G-5 names the member that is nobody", async () => {
    const error: unknown = await directory.create(caller, groups, group("g", [unknownId])).catch((e: unknown) => e);
    expect(error).toMatchObject({ kind: "invalidValue" });
    expect(String(error)).toContain(unknownId);
  });

  test("a long id is cut in the message", async () => {
    const error: unknown = await directory.get(caller, users, "x".repeat(100_000)).catch((e: unknown) => e);
    expect(String(error).length).toBeLessThan(200);
  });
});

describe("the caller's profile", () => {
  test("S-31 decides what is forgiven", async () => {
    const strict = { ...caller, profile: strictProfile };
    const body = user(unique(), { favouriteColour: "mauve" });
    expect(await refusal(directory.create(strict, users, body))).toBe("invalidSyntax");
    expect(await refusal(directory.create(caller, users, body))).toBe("accepted");
  });
});

describe("active", () => {
  test("RP-5 is kept by a replacement that leaves it out, as it is when the replacement is written", async () => {
    const userName = unique();
    const { stored } = await directory.create(caller, users, user(userName));
    const [, renamed] = await Promise.all([
      directory.replace(caller, users, stored.id, user(userName, { active: false }), undefined),
      directory.replace(caller, users, stored.id, user(userName, { title: "Guide" }), undefined),
    ]);
    expect(JSON.parse(renamed.stored.doc)).toMatchObject({ active: false, title: "Guide" });
  });
});

describe("a user with a role on this server", () => {
  const administrator = { ...caller, scopes: new Set<Scope>(["admin"]) };

  test("is changed and deleted by administrators alone: others could else become that user", async () => {
    const userName = unique("boss");
    const { stored } = await directory.create(caller, users, user(userName));
    await store.commit([
      { tenantId: defaultTenantId, changes: [{ kind: "setRoles", userId: stored.id, roles: ["auditor"] }] },
    ]);
    const takeover = user(userName, { password: "mine now" });
    expect(await refusal(directory.replace(caller, users, stored.id, takeover, undefined))).toBe("forbidden");
    expect(await refusal(directory.remove(caller, users, stored.id, undefined))).toBe("forbidden");
    expect((await store.access.credential(defaultTenantId, "User", foldCase(userName)))?.passwordHash).toBeNull();
    expect(await refusal(directory.replace(administrator, users, stored.id, takeover, undefined))).toBe("accepted");
    expect(await refusal(directory.remove(administrator, users, stored.id, undefined))).toBe("accepted");
  });
});
