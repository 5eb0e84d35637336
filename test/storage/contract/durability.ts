import { expect } from "bun:test";
import type { ResourceContent } from "../../../src/storage/change.ts";
import { groupsOf, membersOf } from "../../support/membership.ts";
import {
  addImport,
  advance,
  appendInput,
  inputText,
  planRow,
  problem,
  rowResult,
  rowsOf,
  withResult,
} from "./import-world.ts";
import { changeMembers, create, groupType, type Promises, remove, replace, unknownId, type World } from "./world.ts";

/** Everything that the port tells of the world's tenant. */
async function everything(world: World, users: readonly ResourceContent[], importId: string) {
  const { tenantId, store } = world;
  const { resources, access, imports } = store;
  const ids = (await world.page({ type: groupType })).resources.map(({ id }) => id);
  return {
    users: await world.page(),
    groups: await world.page({ type: groupType }),
    filtered: await world.page({ filter: 'title co "o" or active eq true' }),
    members: [...(await membersOf(store, tenantId, ids))],
    memberships: [
      ...(await groupsOf(
        store,
        tenantId,
        users.map(({ id }) => id),
      )),
    ],
    taken: await resources.takenKeys(tenantId, "User", ["ann", "bob", "cay"]),
    tokens: await access.tokens(tenantId),
    token: await access.tokenByHash("hash"),
    credentials: await Promise.all(["ann", "bob"].map((key) => access.credential(tenantId, "User", key))),
    accounts: await access.accounts(tenantId),
    job: await imports.job(tenantId, importId),
    jobs: await imports.jobs(tenantId, 0, 10),
    running: await imports.jobsInStates(["running"]),
    input: await inputText(world, importId),
    rows: await rowsOf(world, importId),
    lastRow: await imports.lastRow(tenantId, importId),
  };
}

export const durabilityPromises: Promises = {
  "what was acknowledged is there when the store is opened again": async (world) => {
    const [ann, bob] = [await world.addUser("ann", { title: "Boss" }), await world.addUser("bob", { active: true })];
    const group = await world.addGroup("staff", [ann.id]);
    const importId = await addImport(world);
    await world.apply(
      replace({ ...world.user("ann", { title: "Chef" }), id: ann.id, passwordHash: "secret" }),
      changeMembers(group.id, { add: [bob.id] }, world.now()),
      { kind: "setRoles", userId: bob.id, roles: ["auditor"] },
      {
        kind: "createToken",
        id: world.newId(),
        name: "ci",
        hash: "hash",
        scopes: ["admin"],
        profile: "strict",
        at: world.now(),
        expiresAt: 5,
      },
      appendInput(importId, 0, new TextEncoder().encode("userName\nann\n")),
      { ...advance(importId, "running"), total: 3, warnings: ["careful"] },
      planRow(importId, 9, "failed", [problem("planned")]),
    );
    const cay = world.user("cay");
    await world.store.commit([
      withResult(world.set(create(cay)), rowResult(importId, 2, { key: "cay", problems: [problem("warned")] })),
      withResult(world.set(create(world.user("ann"))), rowResult(importId, 3)),
    ]);
    const before = await everything(world, [ann, bob, cay], importId);
    expect(before.users.total).toBe(3);
    expect(before.lastRow).toBe(3);
    await world.reopen();
    expect(await everything(world, [ann, bob, cay], importId)).toEqual(before);
    await world.reopen();
    expect(await everything(world, [ann, bob, cay], importId)).toEqual(before);
  },

  "what was deleted or refused is not there when the store is opened again": async (world) => {
    const ann = await world.addUser("ann");
    const bob = await world.addUser("bob");
    const group = await world.addGroup("staff", [ann.id, bob.id]);
    await world.apply(remove(bob, world.now()));
    await world.refusal(create(world.user("cay")), create(world.group("crew", [unknownId])));
    await world.reopen();
    expect(await world.page()).toMatchObject({ total: 1, resources: [{ id: ann.id }] });
    expect(await world.page({ type: groupType })).toMatchObject({
      total: 1,
      resources: [{ id: group.id, version: 2 }],
    });
    expect(await world.memberIds(group.id)).toEqual([ann.id]);
  },

  "work goes on where it was when the store is opened again": async (world) => {
    const ann = await world.addUser("ann");
    const group = await world.addGroup("staff", [ann.id]);
    await world.reopen();
    expect(await world.refusal(create(world.user("ANN")))).toEqual({ kind: "uniqueness", id: ann.id });
    expect(await world.refusal(replace(ann, 2))).toEqual({ kind: "version", version: 1 });
    const bob = await world.addUser("bob");
    await world.apply(changeMembers(group.id, { add: [bob.id] }, world.now()));
    await world.apply(remove(ann, world.now()));
    expect(await world.page()).toMatchObject({ total: 1, resources: [{ id: bob.id }] });
    expect(await world.version(group)).toBe(3);
  },
};
