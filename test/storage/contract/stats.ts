import { expect } from "bun:test";
import { addImport, advance, rowResult, withResult } from "./import-world.ts";
import { create, type Promises, remove } from "./world.ts";

export const statsPromises: Promises = {
  "count resources by type over all tenants, as they come and go": async (world) => {
    const counts = async () => Object.fromEntries((await world.store.stats()).resources);
    expect(await counts()).toEqual({});
    const ann = await world.addUser("ann");
    await world.addUser("bob");
    await world.addGroup("staff");
    await world.inTenant(2).addUser("ann");
    expect(await counts()).toEqual({ User: 3, Group: 1 });
    await world.apply(remove(ann, world.now()));
    expect(await counts()).toEqual({ User: 2, Group: 1 });
  },

  "count imports by state, and their rows by outcome, over all tenants": async (world) => {
    const other = world.inTenant(2);
    const [first, second] = [await addImport(world), await addImport(other)];
    await other.apply(advance(second, "running"));
    const sets = [2, 3].map((row) => withResult(world.set(create(world.user(`user${row}`))), rowResult(first, row)));
    const twin = withResult(world.set(create(world.user("user2"))), rowResult(first, 4));
    const ofOther = withResult(other.set(create(other.user("ann"))), rowResult(second, 2));
    await world.store.commit([...sets, twin, ofOther]);
    const { importJobs, importRows } = await world.store.stats();
    expect(Object.fromEntries(importJobs)).toEqual({ received: 1, running: 1 });
    expect(Object.fromEntries([...importRows].filter(([, count]) => count > 0))).toEqual({ created: 3, duplicate: 1 });
  },

  "tell how large the database is": async (world) => {
    const before = await world.store.stats();
    for (let index = 0; index < 50; index++) await world.addUser(`user${index}`, { title: "x".repeat(10_000) });
    const after = await world.store.stats();
    expect(after.databaseBytes + after.logBytes).toBeGreaterThan(before.databaseBytes + before.logBytes + 300_000);
  },
};
