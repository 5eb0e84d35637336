import { expect } from "bun:test";
import type { Invitation } from "../../../src/storage/application.ts";
import type { Change } from "../../../src/storage/change.ts";
import { type Promises, unknownId, type World } from "./world.ts";

type PutApplication = Extract<Change, { kind: "putApplication" }>;

function application(world: World, name: string, more: Partial<PutApplication> = {}): PutApplication {
  const content = { name, nameKey: name.toLowerCase(), homeUrl: null, access: "private" } as const;
  return { kind: "putApplication", id: world.newId(), ...content, at: world.now(), isNew: true, ...more };
}

function invitation(world: World, userId: string, more: Partial<Invitation> = {}): Invitation {
  const code = world.newId();
  const mail = {
    id: world.newId(),
    recipient: "kim@example.org",
    template: "password",
    locale: "de",
    words: { name: "Kim" },
  };
  const at = world.now();
  return {
    id: world.newId(),
    userId,
    applicationId: null,
    code,
    codeHash: `hash of ${code}`,
    at,
    expiresAt: at + 1000,
    mail,
    ...more,
  };
}

const invite = (made: Invitation, again = false): Change => ({ kind: "inviteUser", ...made, again });

export const applicationPromises: Promises = {
  "an application is found as it was made, and changed": async (world) => {
    const { kind: _kind, isNew: _isNew, nameKey: _key, at, ...made } = application(world, "Shop");
    await world.apply(application(world, "Shop", { id: made.id, at }));
    const found = { ...made, created: at, modified: at };
    expect(await world.store.applications.get(world.tenantId, made.id)).toEqual(found);
    expect(await world.store.applications.all(world.tenantId)).toEqual([found]);
    const later = world.now();
    await world.apply(application(world, "Store", { id: made.id, homeUrl: "https://a/", isNew: false, at: later }));
    const changed = { ...found, name: "Store", homeUrl: "https://a/", modified: later };
    expect(await world.store.applications.get(world.tenantId, made.id)).toEqual(changed);
    expect(await world.inTenant(2).store.applications.get(2, made.id)).toBeUndefined();
  },

  "two applications of a tenant have two names": async (world) => {
    const first = application(world, "Shop");
    await world.apply(first);
    expect(await world.refusal(application(world, "SHOP"))).toMatchObject({ kind: "uniqueness", id: first.id });
    const second = application(world, "Other");
    await world.apply(second);
    expect(await world.refusal({ ...second, name: "Shop", nameKey: "shop", isNew: false })).toMatchObject({
      kind: "uniqueness",
      id: first.id,
    });
    await world.inTenant(2).apply(application(world, "Shop"));
    expect(await world.refusal(application(world, "New", { id: unknownId, isNew: false }))).toMatchObject({
      kind: "notFound",
    });
  },

  "a user is assigned once, with what was said last": async (world) => {
    const shop = application(world, "Shop");
    const user = await world.addUser("ana");
    await world.apply(shop);
    const assign = (attributes: Readonly<Record<string, string>>, userId = user.id): Change => ({
      kind: "assignUser",
      applicationId: shop.id,
      userId,
      attributes,
      at: 5,
    });
    const effects = [await world.apply(assign({ a: "1" })), await world.apply(assign({ a: "1" }))];
    expect(effects.map(([effect]) => effect?.changed)).toEqual([true, false]);
    await world.apply(assign({ b: "2" }));
    const { applications, resources } = world.store;
    expect(await applications.assignment(world.tenantId, shop.id, user.id)).toMatchObject({
      userId: user.id,
      attributes: { b: "2" },
      assigned: 5,
      hasPassword: false,
    });
    expect(await applications.count(world.tenantId, shop.id)).toBe(1);
    expect(await applications.of(world.tenantId, user.id)).toMatchObject([{ id: shop.id }]);
    const query = { tenantId: world.tenantId, resourceType: "User", by: "id", values: [user.id] } as const;
    const matched = async (applicationId?: string) => (await resources.matches({ ...query, applicationId }))?.[0]?.[0];
    expect((await matched(shop.id))?.assignment).toEqual({ b: "2" });
    expect((await matched())?.assignment).toBeUndefined();
    expect(await world.refusal(assign({}, unknownId))).toEqual({ kind: "notFound", id: unknownId });
    await world.apply({ kind: "unassignUser", applicationId: shop.id, userId: user.id });
    expect(await applications.count(world.tenantId, shop.id)).toBe(0);
    expect((await world.refusal({ kind: "unassignUser", applicationId: shop.id, userId: user.id })).kind).toBe(
      "notFound",
    );
  },

  "the pages of who is assigned go on where the one before ended": async (world) => {
    const shop = application(world, "Shop");
    await world.apply(shop);
    const ids: string[] = [];
    for (const name of ["ana", "bo", "cy"]) {
      const { id } = await world.addUser(name);
      ids.push(id);
      await world.apply({ kind: "assignUser", applicationId: shop.id, userId: id, attributes: {}, at: 1 });
    }
    const page = (after: number, limit: number) =>
      world.store.applications.assigned({ tenantId: world.tenantId, applicationId: shop.id, after, limit });
    const first = await page(0, 2);
    const second = await page(first.at(-1)?.place ?? 0, 2);
    expect([...first, ...second].map(({ userId }) => userId)).toEqual(ids);
    const [ana = "", bo = ""] = ids;
    await world.apply({ kind: "setPassword", userId: ana, passwordHash: "hash", at: 1 });
    await world.apply(invite(invitation(world, bo, { applicationId: shop.id })));
    const told = (await page(0, 9)).map(({ hasPassword, activation }) => [hasPassword, activation?.mailState]);
    expect(told).toEqual([
      [true, undefined],
      [false, "queued"],
      [false, undefined],
    ]);
  },

  "of a user and an application there is one link, which another takes the place of when it is asked for": async (
    world,
  ) => {
    const user = await world.addUser("ana");
    const first = invitation(world, user.id);
    const again = invitation(world, user.id);
    expect((await world.apply(invite(first)))[0]?.changed).toBeTrue();
    expect((await world.apply(invite(again)))[0]?.changed).toBeFalse();
    const { applications, mails } = world.store;
    expect(await applications.activationByCode(first.codeHash)).toMatchObject({
      id: first.id,
      tenantId: world.tenantId,
      userId: user.id,
      applicationId: null,
      state: "pending",
      mailState: "queued",
      mailId: first.mail.id,
      expiresAt: first.expiresAt,
    });
    await world.apply(invite(again, true));
    expect(await applications.activationByCode(first.codeHash)).toBeUndefined();
    expect(await mails.get(world.tenantId, first.mail.id)).toMatchObject({ state: "withdrawn", code: null });
    expect(await mails.get(world.tenantId, again.mail.id)).toMatchObject({ state: "queued", code: again.code });
    expect(await applications.activations(world.tenantId, user.id)).toHaveLength(1);
    expect((await world.refusal(invite(invitation(world, unknownId)))).kind).toBe("notFound");
  },

  "a link sets a password once, before its time is over": async (world) => {
    const user = await world.addUser("ana");
    const made = invitation(world, user.id);
    await world.apply(invite(made));
    const use = (codeHash: string, at: number): Change => ({
      kind: "activateUser",
      userId: user.id,
      codeHash,
      passwordHash: "chosen",
      at,
    });
    expect((await world.refusal(use("another hash", made.at))).kind).toBe("notFound");
    expect((await world.refusal(use(made.codeHash, made.at + 1000))).kind).toBe("notFound");
    await world.apply(use(made.codeHash, made.at + 999));
    expect((await world.refusal(use(made.codeHash, made.at + 999))).kind).toBe("notFound");
    expect(await world.store.access.hasPassword(world.tenantId, user.id)).toBeTrue();
    expect(await world.store.access.credential(world.tenantId, "User", "ana")).toMatchObject({
      passwordHash: "chosen",
    });
    expect(await world.store.mails.get(world.tenantId, made.mail.id)).toMatchObject({ state: "withdrawn", code: null });
    expect(await world.store.applications.activation(world.tenantId, made.id)).toMatchObject({ state: "activated" });
  },

  "a password that is set, by a link or otherwise, ends all links of the user": async (world) => {
    const shop = application(world, "Shop");
    await world.apply(shop);
    const user = await world.addUser("ana");
    const [first, second] = [invitation(world, user.id), invitation(world, user.id, { applicationId: shop.id })];
    const states = async () =>
      (await world.store.applications.activations(world.tenantId, user.id)).map(({ state }) => state);
    await world.apply(invite(first), invite(second));
    const { codeHash, at } = first;
    await world.apply({ kind: "activateUser", userId: user.id, codeHash, passwordHash: "x", at });
    expect(await states()).toEqual(["activated", "activated"]);
    await world.apply(invite({ ...invitation(world, user.id), at: world.now() }, true));
    await world.apply({ kind: "setPassword", userId: user.id, passwordHash: "y", isRehash: true, at });
    expect(await states()).toContain("pending");
    await world.apply({ kind: "setPassword", userId: user.id, passwordHash: "z", at });
    expect(await states()).not.toContain("pending");
  },

  "a code of a tenant is none in another": async (world) => {
    const user = await world.addUser("ana");
    const made = invitation(world, user.id);
    await world.apply(invite(made));
    const use = {
      kind: "activateUser",
      userId: user.id,
      codeHash: made.codeHash,
      passwordHash: "x",
      at: made.at,
    } as const;
    expect((await world.inTenant(2).refusal(use)).kind).toBe("notFound");
  },

  "a user who goes takes assignments, links and mails that wait along": async (world) => {
    const shop = application(world, "Shop");
    const user = await world.addUser("ana");
    const made = invitation(world, user.id, { applicationId: shop.id });
    await world.apply(shop, { kind: "assignUser", applicationId: shop.id, userId: user.id, attributes: {}, at: 1 });
    await world.apply(invite(made));
    await world.apply({ kind: "deleteResource", resourceType: "User", id: user.id, at: world.now() });
    expect(await world.store.applications.count(world.tenantId, shop.id)).toBe(0);
    expect(await world.store.applications.activationByCode(made.codeHash)).toBeUndefined();
    expect(await world.store.mails.get(world.tenantId, made.mail.id)).toMatchObject({ state: "withdrawn", code: null });
  },

  "an application that goes takes them along, too": async (world) => {
    const shop = application(world, "Shop");
    const user = await world.addUser("ana");
    const made = invitation(world, user.id, { applicationId: shop.id });
    await world.apply(shop, { kind: "assignUser", applicationId: shop.id, userId: user.id, attributes: {}, at: 1 });
    await world.apply(invite(made));
    await world.apply({ kind: "deleteApplication", id: shop.id });
    expect(await world.store.applications.of(world.tenantId, user.id)).toEqual([]);
    expect(await world.store.mails.get(world.tenantId, made.mail.id)).toMatchObject({ state: "withdrawn" });
    expect((await world.refusal({ kind: "deleteApplication", id: shop.id })).kind).toBe("notFound");
  },

  "mails are due in their time, and are what was noted of them": async (world) => {
    const user = await world.addUser("ana");
    const made = invitation(world, user.id);
    await world.apply(invite(made));
    const { mails } = world.store;
    const { id } = made.mail;
    expect(await mails.due(made.at - 1, 9)).toEqual([]);
    expect(await mails.due(made.at, 9)).toMatchObject([{ id, words: { name: "Kim" }, locale: "de", attempts: 0 }]);
    await world.apply({ kind: "noteMailFailed", id, error: "busy", dueAt: made.at + 500 });
    expect(await mails.due(made.at + 499, 9)).toEqual([]);
    expect(await mails.due(made.at + 500, 9)).toMatchObject([{ id, attempts: 1, error: "busy" }]);
    await world.apply({ kind: "noteMailFailed", id, error: "no such box", dueAt: null });
    expect(await mails.get(world.tenantId, id)).toMatchObject({ state: "dead", attempts: 2, error: "no such box" });
    await world.apply({ kind: "retryMail", id, at: made.at + 600 });
    await world.apply({ kind: "noteMailSent", id, at: made.at + 700 });
    expect(await mails.get(world.tenantId, id)).toMatchObject({ state: "sent", sentAt: made.at + 700, error: null });
    expect((await world.apply({ kind: "noteMailSent", id, at: 1 }))[0]?.changed).toBeFalse();
    expect((await world.refusal({ kind: "retryMail", id, at: 1 })).kind).toBe("notFound");
    expect(await mails.all({ tenantId: world.tenantId, state: "sent", limit: 9 })).toHaveLength(1);
    expect(await mails.all({ tenantId: world.tenantId, state: "queued", limit: 9 })).toEqual([]);
    expect(await mails.all({ tenantId: 2, limit: 9 })).toEqual([]);
  },

  "codes that have expired are forgotten, and their mails withdrawn": async (world) => {
    const user = await world.addUser("ana");
    const made = invitation(world, user.id);
    await world.apply(invite(made));
    const drop = async (before: number) => (await world.apply({ kind: "dropExpiredCodes", before }))[0]?.changed;
    expect(await drop(made.at + 1000)).toBeFalse();
    expect(await drop(made.at + 1001)).toBeTrue();
    expect(await world.store.mails.get(world.tenantId, made.mail.id)).toMatchObject({ state: "withdrawn", code: null });
    // The link is still there, to offer another.
    expect(await world.store.applications.activationByCode(made.codeHash)).toMatchObject({ state: "pending" });
  },
};
