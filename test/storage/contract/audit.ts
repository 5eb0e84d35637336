import { expect } from "bun:test";
import type { Actor, AuditQuery } from "../../../src/storage/audit.ts";
import { create, type Promises, type World } from "./world.ts";

const kim: Actor = { kind: "user", id: "kim-id", name: "kim", address: "192.0.2.1" };

const linesOf = async (world: World, query: Partial<AuditQuery> = {}) =>
  (await world.store.audit.lines({ tenantId: world.tenantId, limit: 100, ...query })).lines;

export const auditPromises: Promises = {
  "a change leaves a line with who made it, and the document before and after": async (world) => {
    const ana = world.user("ana", { title: "Guide" });
    await world.store.commit([{ ...world.set(create(ana)), by: kim }]);
    const changed = world.user("ana", { title: "Chief" });
    await world.apply({ kind: "replaceResource", ...changed, id: ana.id });
    await world.apply({ kind: "deleteResource", resourceType: "User", id: ana.id, at: world.now() });
    const [removed, replaced, created, ...others] = await linesOf(world);
    expect(others).toEqual([]);
    expect(created).toMatchObject({ sequence: 1, action: "create", actor: kim, before: null, after: ana.doc });
    expect(replaced).toMatchObject({ sequence: 2, action: "replace", before: ana.doc, after: changed.doc });
    expect(replaced?.actor).toEqual({ kind: "system", id: "", name: "muster", address: "" });
    expect(removed).toMatchObject({ sequence: 3, action: "delete", before: changed.doc, after: null });
  },

  "what changes nothing, and what is refused, leaves none": async (world) => {
    const ana = await world.addUser("ana");
    const before = (await linesOf(world)).length;
    await world.apply({ kind: "replaceResource", ...ana });
    await world.refusal(create(world.user("ana")));
    await world.store.commit([
      world.set(create(world.user("bo")), create(world.user("ana"))),
      world.set({ kind: "deleteToken", id: "nobody's" }),
    ]);
    expect(await linesOf(world)).toHaveLength(before);
  },

  "lines of a tenant are its own, and count from 1": async (world) => {
    const other = world.inTenant(2);
    await world.addUser("ana");
    await other.addUser("bo");
    await world.addUser("cy");
    expect((await linesOf(world)).map(({ sequence }) => sequence)).toEqual([2, 1]);
    expect((await linesOf(other)).map(({ sequence }) => sequence)).toEqual([1]);
    expect(await world.store.audit.head(2)).toMatchObject({ sequence: 1 });
    expect(await world.store.audit.head(3)).toBeUndefined();
  },

  "each line has a hash of its own, and that of the last is the head's": async (world) => {
    for (const name of ["ana", "bo", "cy"]) await world.addUser(name);
    const hashes = (await linesOf(world)).map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(3);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect((await world.store.audit.head(world.tenantId))?.hash).toBe(hashes[0] ?? "");
    await world.reopen();
    await world.addUser("dee");
    expect((await linesOf(world))[0]?.sequence).toBe(4);
  },

  "no line has a password, a hash of one or a token": async (world) => {
    const ana = await world.addUser("ana");
    const at = world.now();
    await world.apply({ kind: "setPassword", userId: ana.id, passwordHash: "the-secret-hash", at });
    await world.apply({ ...create(world.user("bo")), passwordHash: "the-secret-hash" });
    const token = { id: world.newId(), name: "ci", hash: "the-secret-hash", scopes: [], profile: "strict" } as const;
    await world.apply({ kind: "createToken", ...token, at, expiresAt: null });
    await world.apply({ kind: "createClient", ...token, id: world.newId(), at });
    expect(await linesOf(world)).toHaveLength(5);
    expect(JSON.stringify(await linesOf(world))).not.toContain("secret");
  },

  "lines are found by action, actor, target and time, a page at a time": async (world) => {
    const ana = await world.addUser("ana");
    await world.store.commit([{ ...world.set(create(world.user("bo"))), by: kim }]);
    await world.apply({ kind: "deleteResource", resourceType: "User", id: ana.id, at: world.now() });
    const count = async (query: Partial<AuditQuery>) => (await linesOf(world, query)).length;
    expect(await count({ action: "create" })).toBe(2);
    expect(await count({ actor: "kim" })).toBe(1);
    expect(await count({ actor: "kim-id" })).toBe(1);
    expect(await count({ targetId: ana.id })).toBe(2);
    expect(await count({ targetType: "Group" })).toBe(0);
    expect(await count({ from: 0, to: 9e15 })).toBe(3);
    expect(await count({ from: 9e15 })).toBe(0);
    expect(await count({ to: 1 })).toBe(0);
    const first = await world.store.audit.lines({ tenantId: world.tenantId, limit: 2 });
    const rest = await world.store.audit.lines({ tenantId: world.tenantId, limit: 2, before: first.next });
    expect([...first.lines, ...rest.lines].map(({ sequence }) => sequence)).toEqual([3, 2, 1]);
  },

  "a refused login is a line with the name that was tried": async (world) => {
    const refused = { name: "mallory", reason: "password", address: "192.0.2.7", count: 3 } as const;
    await world.apply({ kind: "noteRefusedLogin", ...refused });
    const [line] = await linesOf(world);
    expect(line).toMatchObject({ action: "refuseLogin", actor: { name: "mallory", address: "192.0.2.7" } });
    expect(JSON.parse(line?.details ?? "")).toEqual({ reason: "password", count: 3 });
  },
};
