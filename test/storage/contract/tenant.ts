import { expect } from "bun:test";
import { addImport, advance, appendInput, createImport, inputText, rowsOf, settled } from "./import-world.ts";
import { changeMembers, create, groupType, type Promises, remove, replace, type World } from "./world.ts";

/** Two tenants that have a user and a group of the same names and the same ids. */
async function twins(world: World) {
  const other = world.inTenant(world.tenantId + 1);
  const more = { displayName: "Ann", externalId: "1", title: "Boss", active: true };
  const ann = world.user("ann", { ...more, nickName: "here" });
  const twin = { ...world.user("ann", { ...more, nickName: "there" }), id: ann.id };
  const group = world.group("staff", [ann.id]);
  await world.apply(create({ ...ann, passwordHash: "here" }), create(group));
  await other.apply(create({ ...twin, passwordHash: "there" }), create(group));
  return { other, ann, twin, group };
}

const resourcePromises: Promises = {
  "two tenants may have the same ids and unique values, and read their own": async (world) => {
    const { other, ann, twin } = await twins(world);
    const { resources } = world.store;
    for (const [{ tenantId }, { doc }] of [
      [world, ann],
      [other, twin],
    ] as const) {
      expect((await resources.get(tenantId, "User", ann.id))?.doc).toBe(doc);
      expect((await resources.getByUniqueKey(tenantId, "User", "ann"))?.doc).toBe(doc);
      expect(await resources.idsByDisplay(tenantId, "User", "ann")).toEqual([ann.id]);
    }
    const third = world.tenantId + 2;
    expect(await resources.get(third, "User", ann.id)).toBeUndefined();
    expect(await resources.getByUniqueKey(third, "User", "ann")).toBeUndefined();
    expect(await resources.takenKeys(third, "User", ["ann"])).toEqual([false]);
    expect(await resources.idsByDisplay(third, "User", "ann")).toEqual([]);
  },

  "lists, totals and filters stay in their tenant": async (world) => {
    const { other, ann, twin } = await twins(world);
    await other.addUser("bob", { title: "Boss" });
    const filters = [
      undefined,
      'userName eq "ann"',
      `id eq "${ann.id}"`,
      'externalId eq "1"',
      'displayName eq "ann"',
      "active eq true",
      'title eq "boss" and nickName pr',
      'externalId eq "1" or displayName eq "ann"',
      `groups.display eq "staff"`,
    ];
    for (const filter of filters) {
      const page = await world.page(filter === undefined ? {} : { filter });
      expect(page).toMatchObject({ total: 1, resources: [{ doc: ann.doc }] });
    }
    expect((await other.page({ filter: 'userName eq "ann"' })).resources).toMatchObject([{ doc: twin.doc }]);
    expect((await other.page({ filter: 'title eq "boss"' })).total).toBe(2);
    expect((await other.page()).total).toBe(2);
    expect(await world.inTenant(world.tenantId + 2).page()).toEqual({ total: 0, resources: [] });
  },

  "changes stay in their tenant": async (world) => {
    const { other, ann, twin, group } = await twins(world);
    await world.apply(replace({ ...world.user("anna"), id: ann.id }));
    expect(await other.store.resources.get(other.tenantId, "User", ann.id)).toMatchObject({
      version: 1,
      doc: twin.doc,
      modified: twin.at,
    });
    await world.apply(remove(ann, world.now()), remove(group, world.now()));
    expect((await other.page()).total).toBe(1);
    expect((await other.page({ type: groupType })).total).toBe(1);
    expect(await other.memberIds(group.id)).toEqual([ann.id]);
    expect(await other.version(group)).toBe(1);
    expect((await world.page()).total).toBe(0);
  },

  "memberships stay in their tenant": async (world) => {
    const { other, ann, group } = await twins(world);
    const bob = await other.addUser("bob");
    await other.apply(changeMembers(group.id, { add: [bob.id] }, world.now()));
    await other.addGroup("more", [ann.id]);
    expect(await world.memberIds(group.id)).toEqual([ann.id]);
    expect(await world.groupIds(ann.id)).toEqual([group.id]);
    expect(await world.version(group)).toBe(1);
  },

  "a resource of another tenant does not exist": async (world) => {
    const other = world.inTenant(world.tenantId + 1);
    const [bob, crew] = [await other.addUser("bob"), await other.addGroup("crew")];
    const group = await world.addGroup("staff");
    const notFound = (id: string) => ({ kind: "notFound", id }) as const;
    const unknown = { kind: "unknownMember", id: bob.id } as const;
    const at = world.now();
    expect(await world.refusal(replace(bob))).toEqual(notFound(bob.id));
    expect(await world.refusal(remove(bob, at))).toEqual(notFound(bob.id));
    expect(await world.refusal(changeMembers(crew.id, {}, at))).toEqual(notFound(crew.id));
    expect(await world.refusal(changeMembers(group.id, { add: [bob.id] }, at))).toEqual(unknown);
    expect(await world.refusal(create(world.group("new", [bob.id])))).toEqual(unknown);
    expect(await world.refusal(replace({ ...group, members: [bob.id] }))).toEqual(unknown);
    const password = { kind: "setPassword", userId: bob.id, passwordHash: "x", at } as const;
    expect(await world.refusal(password)).toEqual(notFound(bob.id));
    expect(await world.refusal({ kind: "setRoles", userId: bob.id, roles: ["auditor"] })).toEqual(notFound(bob.id));
  },

  "sets of two tenants may go in one call": async (world) => {
    const other = world.inTenant(world.tenantId + 1);
    const results = await world.store.commit([
      world.set(create(world.user("ann"))),
      other.set(create(world.user("ann"))),
      other.set(create(world.user("ANN"))),
      other.set(create(world.user("bob"))),
    ]);
    expect(results.map(({ applied }) => applied)).toEqual([true, true, false, true]);
    expect([(await world.page({ limit: 0 })).total, (await other.page({ limit: 0 })).total]).toEqual([1, 2]);
  },
};

const accessPromises: Promises = {
  "passwords and roles stay in their tenant": async (world) => {
    const { other, ann } = await twins(world);
    await world.apply({ kind: "setRoles", userId: ann.id, roles: ["auditor"] });
    await other.apply({ kind: "setPassword", userId: ann.id, passwordHash: "changed", at: world.now() });
    const { access } = world.store;
    expect(await access.credential(world.tenantId, "User", "ann")).toMatchObject({
      passwordHash: "here",
      roles: ["auditor"],
    });
    expect(await access.credential(other.tenantId, "User", "ann")).toMatchObject({
      passwordHash: "changed",
      roles: [],
    });
    expect(await access.credential(world.tenantId + 2, "User", "ann")).toBeUndefined();
    const account = { userId: ann.id, userName: "ann", hasPassword: true };
    expect(await access.accounts(world.tenantId)).toEqual([{ ...account, roles: ["auditor"] }]);
    expect(await access.accounts(other.tenantId)).toEqual([{ ...account, roles: [] }]);
    expect(await access.accounts(world.tenantId + 2)).toEqual([]);
  },

  "a token tells its tenant, and only its tenant lists and deletes it": async (world) => {
    const other = world.inTenant(world.tenantId + 1);
    const id = world.newId();
    const token = {
      kind: "createToken",
      id,
      name: "ci",
      scopes: [],
      profile: "strict",
      at: 1,
      expiresAt: null,
    } as const;
    await world.apply({ ...token, hash: "here" });
    const { access } = world.store;
    expect(await access.tokens(other.tenantId)).toEqual([]);
    expect(await other.refusal({ kind: "deleteToken", id })).toEqual({ kind: "notFound", id });
    await other.apply({ ...token, hash: "there" });
    expect((await access.tokenByHash("here"))?.tenantId).toBe(world.tenantId);
    expect((await access.tokenByHash("there"))?.tenantId).toBe(other.tenantId);
    await other.apply({ kind: "deleteToken", id });
    expect(await access.tokenByHash("here")).toBeDefined();
    expect(await access.tokenByHash("there")).toBeUndefined();
  },
};

const importPromises: Promises = {
  "an import of another tenant does not exist": async (world) => {
    const other = world.inTenant(world.tenantId + 1);
    const id = await addImport(world);
    await world.apply(appendInput(id, 0, new TextEncoder().encode("here")));
    await world.store.commit([settled(world, id, 2, "created")]);
    const { imports } = world.store;
    expect(await imports.job(other.tenantId, id)).toBeUndefined();
    expect(await imports.jobs(other.tenantId, 0, 10)).toEqual([]);
    expect(await inputText(other, id)).toBe("");
    expect(await rowsOf(other, id)).toEqual([]);
    expect(await imports.lastRow(other.tenantId, id)).toBe(0);
    expect(await other.refusal(advance(id, "cancelled"))).toEqual({ kind: "notFound", id });
    expect(await other.refusal({ kind: "dropInput", importId: id })).toEqual({ kind: "notFound", id });
    expect(await inputText(world, id)).toBe("here");
  },

  "imports of two tenants may have the same id": async (world) => {
    const other = world.inTenant(world.tenantId + 1);
    const id = await addImport(world);
    await other.apply(createImport(id, world.now()));
    await world.store.commit([settled(world, id, 2, "created")]);
    await other.store.commit([settled(other, id, 3, "failed")]);
    await other.apply(advance(id, "running"));
    expect(await rowsOf(world, id)).toMatchObject([{ row: 2, outcome: "created" }]);
    expect(await rowsOf(other, id)).toMatchObject([{ row: 3, outcome: "failed" }]);
    const { imports } = world.store;
    expect(await imports.job(world.tenantId, id)).toMatchObject({
      state: "received",
      counts: { created: 1, failed: 0 },
    });
    expect(await imports.job(other.tenantId, id)).toMatchObject({
      state: "running",
      counts: { created: 0, failed: 1 },
    });
  },

  "rows of two tenants may go in one call, even under the same import id": async (world) => {
    const other = world.inTenant(world.tenantId + 1);
    const id = await addImport(world);
    await other.apply(createImport(id, world.now()));
    await world.store.commit([settled(world, id, 2, "created"), settled(other, id, 3, "failed")]);
    expect(await rowsOf(world, id)).toMatchObject([{ row: 2, outcome: "created" }]);
    expect(await rowsOf(other, id)).toMatchObject([{ row: 3, outcome: "failed" }]);
    const { imports } = world.store;
    expect((await imports.job(world.tenantId, id))?.counts).toMatchObject({ created: 1, failed: 0 });
    expect((await imports.job(other.tenantId, id))?.counts).toMatchObject({ created: 0, failed: 1 });
  },
};

export const tenantPromises: Promises = { ...resourcePromises, ...accessPromises, ...importPromises };
