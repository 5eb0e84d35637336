import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createCatalog } from "../../src/directory/catalog.ts";
import { createDefinitionAdmin, type DefinitionAdmin } from "../../src/directory/definitions.ts";
import { ScimError } from "../../src/scim/error.ts";
import { enterpriseUserUrn, userUrn } from "../../src/scim/urn.ts";
import type { Store } from "../../src/storage/port.ts";
import type { OpenedStore } from "../storage/contract/world.ts";
import { openInTemporaryFolder } from "../storage/sqlite/folder.ts";

let opened: OpenedStore;
let admin: DefinitionAdmin;
let store: Store;
/** Each test has a tenant of its own. */
let tenantId = 0;
beforeAll(async () => {
  opened = await openInTemporaryFolder("requests");
  ({ store } = opened);
  admin = createDefinitionAdmin(store, createCatalog(store));
});
afterAll(() => opened.dispose());
beforeEach(() => void tenantId++);

const badge = { id: "urn:example:schemas:Badge", name: "Badge", attributes: [{ name: "number" }] };
const type = { name: "Badge", schema: badge.id };

const keys = async (): Promise<readonly string[]> =>
  (await store.definitions.all(tenantId)).map(({ definition, key }) => `${definition} ${key}`);

const kindOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof ScimError ? error.kind : "accepted";
};

/** A resource of that type, with these URNs in its schemas. */
async function add(resourceType: string, ...schemas: readonly string[]): Promise<string> {
  const id = Bun.randomUUIDv7();
  const keys = { unique: null, display: null, externalId: null, active: null };
  const doc = JSON.stringify({ schemas });
  const change = { kind: "createResource", resourceType, id, at: 1, doc, keys } as const;
  const [result] = await store.commit([{ tenantId, changes: [change] }]);
  expect(result?.applied).toBe(true);
  return id;
}

describe("what is registered", () => {
  test("is stored by the URN in lower case, and by the name", async () => {
    await admin.createSchema(tenantId, { ...badge, id: "urn:Example:Badge" });
    await admin.createResourceType(tenantId, { name: "Badge", schema: "urn:example:badge" });
    expect(await keys()).toEqual(["resourceType Badge", "schema urn:example:badge"]);
  });

  test("is answered as it will be shown, with its defaults", async () => {
    expect(await admin.createSchema(tenantId, badge)).toMatchObject({
      id: badge.id,
      description: "",
      attributes: [{ name: "number", type: "string", mutability: "readWrite" }],
    });
    expect(await admin.createResourceType(tenantId, type)).toMatchObject({
      name: "Badge",
      endpoint: "/Badges",
      base: { id: badge.id },
      extensions: [],
    });
  });

  test("is judged by what the change before left, though both come at once", async () => {
    const results = await Promise.all([
      kindOf(admin.createSchema(tenantId, badge)),
      kindOf(admin.createSchema(tenantId, badge)),
      kindOf(admin.createResourceType(tenantId, type)),
      kindOf(admin.deleteSchema(tenantId, badge.id)),
      kindOf(admin.deleteResourceType(tenantId, "Badge")),
      kindOf(admin.deleteSchema(tenantId, badge.id)),
      kindOf(admin.deleteSchema(tenantId, badge.id)),
    ]);
    expect(results).toEqual(["accepted", "uniqueness", "accepted", "conflict", "accepted", "accepted", "notFound"]);
    expect(await keys()).toEqual([]);
  });

  test("SEC-4 is that of one tenant alone", async () => {
    await admin.createSchema(tenantId, badge);
    expect(await kindOf(admin.createResourceType(tenantId + 1000, type))).toBe("invalidValue");
    expect(await kindOf(admin.deleteSchema(tenantId + 1000, badge.id))).toBe("notFound");
    expect(await keys()).toHaveLength(1);
  });

  test("stays when the store refuses, and the next change finds it", async () => {
    await admin.createSchema(tenantId, badge);
    await admin.createResourceType(tenantId, type);
    // Made beside the use case, which asks the store and nobody else.
    await add("Badge", badge.id);
    expect(await kindOf(admin.deleteResourceType(tenantId, "Badge"))).toBe("conflict");
    expect(await kindOf(admin.createResourceType(tenantId, { ...type, endpoint: "/Other" }))).toBe("uniqueness");
  });
});

describe("an extension of users", () => {
  const user = (...urns: readonly string[]) => ({
    name: "User",
    schema: userUrn,
    schemaExtensions: urns.map((schema) => ({ schema })),
  });

  test("can be attached and detached while no user has data of it", async () => {
    await admin.createSchema(tenantId, badge);
    await admin.replaceResourceType(tenantId, "User", user(enterpriseUserUrn, badge.id));
    await add("User", userUrn, enterpriseUserUrn);
    expect(await kindOf(admin.deleteSchema(tenantId, badge.id))).toBe("conflict");
    expect(await kindOf(admin.replaceResourceType(tenantId, "User", user(badge.id)))).toBe("conflict");
    await admin.replaceResourceType(tenantId, "User", user(enterpriseUserUrn));
    await admin.deleteSchema(tenantId, badge.id);
    expect(await keys()).toEqual(["resourceType User"]);
  });

  test("that is built in goes too while no user has data of it", async () => {
    await add("User", userUrn);
    const { extensions } = await admin.replaceResourceType(tenantId, "user", user());
    expect(extensions).toEqual([]);
    await admin.replaceResourceType(tenantId, "USER", user(enterpriseUserUrn));
  });

  test("S-22 can have no unique value, which its own type can", async () => {
    const unique = { ...badge, attributes: [{ name: "number", uniqueness: "server" }] };
    await admin.createSchema(tenantId, badge);
    await admin.replaceResourceType(tenantId, "User", user(badge.id));
    expect(await kindOf(admin.replaceSchema(tenantId, badge.id, unique))).toBe("invalidValue");
    await admin.replaceResourceType(tenantId, "User", user());
    await admin.replaceSchema(tenantId, badge.id, unique);
    expect(await kindOf(admin.replaceResourceType(tenantId, "User", user(badge.id)))).toBe("invalidValue");
    await admin.createResourceType(tenantId, type);
  });
});
