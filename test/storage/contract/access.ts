import { expect } from "bun:test";
import type { Change } from "../../../src/storage/change.ts";
import { create, type Promises, remove, replace, unknownId, type World } from "./world.ts";

type CreateToken = Extract<Change, { kind: "createToken" }>;

function token(world: World, more: Partial<CreateToken> = {}): CreateToken {
  const id = world.newId();
  return {
    kind: "createToken",
    id,
    name: "ci",
    hash: `hash of ${id}`,
    scopes: ["scim:read", "scim:write"],
    profile: "compatible",
    at: world.now(),
    expiresAt: null,
    ...more,
  };
}

const tokenPromises: Promises = {
  "a token is found by its hash, as it was created": async (world) => {
    const created = token(world, { name: "CI 'quoted' Ö", scopes: [], expiresAt: 7 });
    await world.apply(created);
    expect(await world.store.access.tokenByHash(created.hash)).toEqual({
      tenantId: world.tenantId,
      id: created.id,
      name: created.name,
      scopes: [],
      profile: "compatible",
      created: created.at,
      expiresAt: 7,
      clientId: null,
      lastUsed: null,
    });
    expect(await world.store.access.tokenByHash("another hash")).toBeUndefined();
  },

  "a token keeps its scopes in order": async (world) => {
    const created = token(world, { scopes: ["scim:write", "admin", "scim:read"] });
    await world.apply(created);
    const found = await world.store.access.tokenByHash(created.hash);
    expect(found?.scopes).toEqual(["scim:write", "admin", "scim:read"]);
    expect(found?.expiresAt).toBeNull();
  },

  "a token that has expired is still told: the caller knows the time": async (world) => {
    const created = token(world, { at: 10, expiresAt: 20 });
    await world.apply(created);
    expect((await world.store.access.tokenByHash(created.hash))?.expiresAt).toBe(20);
    expect(await world.store.access.tokens(world.tenantId)).toHaveLength(1);
  },

  "the tokens of a tenant are listed without their hashes": async (world) => {
    const created = [token(world), token(world)];
    await world.apply(...created);
    const listed = await world.store.access.tokens(world.tenantId);
    expect(listed.map(({ id }) => id).sort()).toEqual(created.map(({ id }) => id));
    expect(JSON.stringify(listed)).not.toContain("hash of");
  },

  "a deleted token is gone": async (world) => {
    const [kept, dropped] = [token(world), token(world)];
    await world.apply(kept, dropped);
    await world.apply({ kind: "deleteToken", id: dropped.id });
    expect(await world.store.access.tokenByHash(dropped.hash)).toBeUndefined();
    expect((await world.store.access.tokens(world.tenantId)).map(({ id }) => id)).toEqual([kept.id]);
  },

  "deleting a token that does not exist is refused": async (world) => {
    const created = token(world);
    await world.apply(created);
    const notFound = (id: string) => ({ kind: "notFound", id }) as const;
    expect(await world.refusal({ kind: "deleteToken", id: unknownId })).toEqual(notFound(unknownId));
    await world.apply({ kind: "deleteToken", id: created.id });
    expect(await world.refusal({ kind: "deleteToken", id: created.id })).toEqual(notFound(created.id));
  },
};

const clientPromises: Promises = {
  "a client is found by its id, and its tokens end with it": async (world) => {
    const id = world.newId();
    const about = { name: "sync", scopes: ["scim:read"], profile: "compatible" };
    await world.apply({ kind: "createClient", id, hash: "first", at: 5, ...about });
    const record = { tenantId: world.tenantId, id, created: 5, ...about };
    expect(await world.store.access.clientById(id)).toEqual({ ...record, hashes: ["first"] });
    expect(await world.store.access.clients(world.tenantId)).toEqual([record]);
    const [own, other] = [token(world, { clientId: id }), token(world)];
    await world.apply(own, other);
    expect((await world.store.access.tokenByHash(own.hash))?.clientId).toBe(id);
    expect((await world.store.access.tokens(world.tenantId)).map((each) => each.id)).toEqual([other.id]);
    await world.apply({ kind: "deleteClient", id });
    expect(await world.store.access.clientById(id)).toBeUndefined();
    expect(await world.store.access.tokenByHash(own.hash)).toBeUndefined();
    expect(await world.store.access.tokenByHash(other.hash)).toBeDefined();
  },

  "a client has two secrets at most: the one before works on": async (world) => {
    const id = world.newId();
    const about = { name: "sync", scopes: [], profile: "compatible", at: 5 };
    await world.apply({ kind: "createClient", id, hash: "first", ...about });
    for (const hash of ["second", "third"]) await world.apply({ kind: "renewClient", id, hash });
    expect((await world.store.access.clientById(id))?.hashes).toEqual(["third", "second"]);
  },

  "a client that is not there is refused, and so is a second one of an id": async (world) => {
    const about = { name: "sync", hash: "x", scopes: [], profile: "compatible", at: 5 };
    const id = world.newId();
    await world.apply({ kind: "createClient", id, ...about });
    expect(await world.inTenant(world.tenantId + 1).refusal({ kind: "createClient", id, ...about })).toEqual({
      kind: "exists",
    });
    const notFound = { kind: "notFound", id: unknownId } as const;
    expect(await world.refusal({ kind: "renewClient", id: unknownId, hash: "y" })).toEqual(notFound);
    expect(await world.refusal({ kind: "deleteClient", id: unknownId })).toEqual(notFound);
    expect(await world.refusal(token(world, { clientId: unknownId }))).toEqual(notFound);
    const foreign = world.inTenant(world.tenantId + 1);
    expect(await foreign.refusal({ kind: "deleteClient", id })).toEqual({ kind: "notFound", id });
  },

  "a token ends when it is told to, and no later than it would": async (world) => {
    const [endless, short] = [token(world), token(world, { expiresAt: 10 })];
    await world.apply(endless, short);
    for (const { id } of [endless, short]) await world.apply({ kind: "endToken", id, expiresAt: 20 });
    expect((await world.store.access.token(world.tenantId, endless.id))?.expiresAt).toBe(20);
    expect((await world.store.access.token(world.tenantId, short.id))?.expiresAt).toBe(10);
    const gone = { kind: "endToken", id: unknownId, expiresAt: 20 } as const;
    expect(await world.refusal(gone)).toEqual({ kind: "notFound", id: unknownId });
    expect(await world.store.access.token(world.tenantId + 1, short.id)).toBeUndefined();
  },

  "it is noted when a token was used": async (world) => {
    const used = token(world);
    await world.apply(used);
    await world.apply({ kind: "noteTokenUse", id: used.id, at: 99 });
    expect((await world.store.access.tokenByHash(used.hash))?.lastUsed).toBe(99);
  },

  "of the tokens that clients were given, those that have ended are forgotten": async (world) => {
    const clientId = world.newId();
    const about = { name: "sync", hash: "x", scopes: [], profile: "compatible", at: 5 };
    await world.apply({ kind: "createClient", id: clientId, ...about });
    const ended = token(world, { clientId, expiresAt: 10 });
    const others = [token(world, { clientId, expiresAt: 30 }), token(world, { expiresAt: 10 })];
    await world.apply(ended, ...others);
    expect(await world.apply({ kind: "dropEndedTokens", before: 20 })).toMatchObject([{ changed: true }]);
    expect(await world.apply({ kind: "dropEndedTokens", before: 20 })).toMatchObject([{ changed: false }]);
    expect(await world.store.access.tokenByHash(ended.hash)).toBeUndefined();
    for (const { hash } of others) expect(await world.store.access.tokenByHash(hash)).toBeDefined();
  },
};

const foundingPromises: Promises = {
  "the first tenant is there, and others are founded by number and domain": async (world) => {
    const before = await world.store.access.tenants();
    expect(before.map(({ tenantId, domain }) => [tenantId, domain])).toEqual([[1, "carbon.super"]]);
    const other = world.inTenant(2);
    await other.apply({ kind: "createTenant", domain: "b.org", at: 7 });
    expect((await world.store.access.tenants()).at(-1)).toEqual({ tenantId: 2, domain: "b.org", created: 7 });
    expect(await world.store.access.tenantOf("b.org")).toBe(2);
    expect(await world.store.access.tenantOf("c.org")).toBeUndefined();
    expect(await other.refusal({ kind: "createTenant", domain: "c.org", at: 7 })).toEqual({ kind: "exists" });
    expect(await world.inTenant(3).refusal({ kind: "createTenant", domain: "b.org", at: 7 })).toEqual({
      kind: "uniqueness",
      id: "b.org",
    });
  },
};

const credentialOf = (world: World, key: string) => world.store.access.credential(world.tenantId, "User", key);

const credentialPromises: Promises = {
  "a user without a password and roles has a credential that lets nobody in": async (world) => {
    const ann = await world.addUser("Ann");
    expect(await credentialOf(world, "ann")).toEqual({
      userId: ann.id,
      resourceType: "User",
      passwordHash: null,
      passwordUntil: null,
      roles: [],
    });
  },

  "a password is set and set again": async (world) => {
    const ann = await world.addUser("ann");
    for (const passwordHash of ["first", "second"]) {
      await world.apply({ kind: "setPassword", userId: ann.id, passwordHash, at: world.now() });
      expect((await credentialOf(world, "ann"))?.passwordHash).toBe(passwordHash);
    }
    expect(await world.version(ann)).toBe(1);
  },

  "a password may be valid for a time, until it is set again": async (world) => {
    const ann = await world.addUser("ann");
    const set = { kind: "setPassword", userId: ann.id, at: world.now() } as const;
    const until = async () => (await credentialOf(world, "ann"))?.passwordUntil;
    await world.apply({ ...set, passwordHash: "first", passwordUntil: 99 });
    expect(await until()).toBe(99);
    const query = { tenantId: world.tenantId, resourceType: "User", by: "unique", values: ["ann"] } as const;
    const [[match] = []] = (await world.store.resources.matches(query)) ?? [];
    expect(match).toMatchObject({ passwordHash: "first", passwordUntil: 99 });
    await world.apply({ ...set, passwordHash: "second" });
    expect(await until()).toBeNull();
    await world.apply(create({ ...world.user("bo"), passwordHash: "third", passwordUntil: 7 }));
    expect((await credentialOf(world, "bo"))?.passwordUntil).toBe(7);
  },

  "a user has just the roles that were set last, each once": async (world) => {
    const ann = await world.addUser("ann");
    const roles = async () => [...((await credentialOf(world, "ann"))?.roles ?? [])].sort();
    await world.apply({ kind: "setRoles", userId: ann.id, roles: ["provisioner", "auditor", "auditor"] });
    expect(await roles()).toEqual(["auditor", "provisioner"]);
    await world.apply({ kind: "setRoles", userId: ann.id, roles: ["administrator"] });
    expect(await roles()).toEqual(["administrator"]);
    await world.apply({ kind: "setRoles", userId: ann.id, roles: [] });
    expect(await roles()).toEqual([]);
  },

  "passwords and roles of somebody who does not exist are refused": async (world) => {
    const notFound = { kind: "notFound", id: unknownId } as const;
    const at = world.now();
    expect(await world.refusal({ kind: "setPassword", userId: unknownId, passwordHash: "x", at })).toEqual(notFound);
    expect(await world.refusal({ kind: "setRoles", userId: unknownId, roles: ["auditor"] })).toEqual(notFound);
  },

  "a password that is to replace a known hash replaces no other": async (world) => {
    const ann = await world.addUser("ann");
    const set = (passwordHash: string, expectedHash: string) =>
      ({ kind: "setPassword", userId: ann.id, passwordHash, expectedHash, at: world.now() }) as const;
    const hash = async () => (await world.store.access.credential(world.tenantId, "User", "ann"))?.passwordHash;
    expect(await world.refusal(set("second", "first"))).toEqual({ kind: "notFound", id: ann.id });
    await world.apply({ kind: "setPassword", userId: ann.id, passwordHash: "first", at: world.now() });
    await world.apply(set("second", "first"));
    expect(await world.refusal(set("third", "first"))).toEqual({ kind: "notFound", id: ann.id });
    expect(await hash()).toBe("second");
  },

  "a credential follows the unique value, and belongs to its type": async (world) => {
    const ann = world.user("ann");
    await world.apply(create({ ...ann, passwordHash: "hash" }));
    await world.apply(replace({ ...world.user("anna"), id: ann.id }));
    expect(await credentialOf(world, "ann")).toBeUndefined();
    expect(await credentialOf(world, "anna")).toMatchObject({ userId: ann.id, passwordHash: "hash" });
    expect(await world.store.access.credential(world.tenantId, "BuiltInUser", "anna")).toBeUndefined();
  },

  "an inactive user has no credential until active again": async (world) => {
    const ann = world.user("ann", { active: false });
    await world.apply(create({ ...ann, passwordHash: "hash" }));
    expect(await credentialOf(world, "ann")).toBeUndefined();
    await world.apply(replace({ ...world.user("ann", { active: true }), id: ann.id }));
    expect(await credentialOf(world, "ann")).toMatchObject({ passwordHash: "hash" });
  },
};

const accountPromises: Promises = {
  "accounts are everybody who has a password or a role, oldest first": async (world) => {
    const setRoles = (userId: string, ...roles: string[]) => ({ kind: "setRoles", userId, roles }) as const;
    const users = [await world.addUser("Ann"), await world.addUser("bob"), await world.addUser("cay")] as const;
    await world.addUser("dan");
    const admin = { ...world.user("admin"), resourceType: "BuiltInUser", passwordHash: "hash" };
    await world.apply(create(admin), setRoles(admin.id, "administrator"), setRoles(users[2].id, "auditor"));
    await world.apply({ kind: "setPassword", userId: users[0].id, passwordHash: "hash", at: world.now() });
    await world.apply(setRoles(users[1].id, "auditor"));
    await world.apply(setRoles(users[1].id));
    expect(await world.store.access.accounts(world.tenantId)).toEqual([
      { userId: users[0].id, userName: "Ann", roles: [], hasPassword: true },
      { userId: users[2].id, userName: "cay", roles: ["auditor"], hasPassword: false },
      { userId: admin.id, userName: "admin", roles: ["administrator"], hasPassword: true },
    ]);
  },

  "an account ends with its user": async (world) => {
    const ann = world.user("ann");
    await world.apply(create({ ...ann, passwordHash: "hash" }));
    await world.apply({ kind: "setRoles", userId: ann.id, roles: ["auditor"] });
    await world.apply(remove(ann, world.now()));
    await world.addUser("ann");
    expect(await world.store.access.accounts(world.tenantId)).toEqual([]);
  },
};

export const accessPromises: Promises = {
  ...tokenPromises,
  ...clientPromises,
  ...foundingPromises,
  ...credentialPromises,
  ...accountPromises,
};
