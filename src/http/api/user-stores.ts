import { z } from "@hono/zod-openapi";
import { rulesFrom } from "../../directory/tenant-rules.ts";
import { primaryStore, readStoreName } from "../../directory/user-store.ts";
import { ScimError } from "../../scim/error.ts";
import { foldCase } from "../../scim/resource/fold.ts";
import type { Store } from "../../storage/port.ts";
import { requireScope } from "../auth.ts";
import { readBodyAs } from "../body.ts";
import { type AppPorts, originOf } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";
import { allRoute, endRoute, oneRoute } from "./route-kinds.ts";

/*
 *   GET, POST    /api/user-stores        parts of the directory in which names are unique: SALES/kim is not kim
 *   GET, DELETE  /api/user-stores/{id}   by its name
 */

const tags = ["User stores"];
const storeSchema = z.object({ name: z.string().openapi({ example: "SALES" }) }).openapi("UserStore");
const newStoreSchema = z.strictObject({ name: z.string().min(1).max(63).meta({ example: "SALES" }) });
const response = { description: "The user store", content: { "application/json": { schema: storeSchema } } };

const listRoute = allRoute({
  path: "/api/user-stores",
  operationId: "listUserStores",
  summary: "The user stores of the tenant, PRIMARY first",
  tags,
  description: "All of them",
  schema: z.object({ userStores: z.array(storeSchema) }),
});

const getRoute = oneRoute({
  path: "/api/user-stores/{id}",
  operationId: "getUserStore",
  summary: "One user store",
  tags,
  description: "The user store",
  schema: storeSchema,
});

const deleteRoute = endRoute({
  path: "/api/user-stores/{id}",
  operationId: "deleteUserStore",
  summary: "Remove a user store that nobody is in",
  tags,
  description: "It is gone",
  errors: ["conflict"],
});

const noStore = (id: string) => new ScimError("notFound", `There is no user store ${JSON.stringify(id.slice(0, 64))}.`);

async function storeNames({ definitions }: Store, tenantId: number): Promise<readonly string[]> {
  return [primaryStore, ...rulesFrom(await definitions.all(tenantId)).userStores];
}

/** @throws ScimError notFound */
async function findStore(store: Store, tenantId: number, id: string): Promise<string> {
  const name = (await storeNames(store, tenantId)).find((each) => each === id.toUpperCase());
  if (name === undefined) throw noStore(id);
  return name;
}

/** Mounts the user stores. */
export function mountUserStores(app: App, { store, rules }: AppPorts): void {
  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const names = await storeNames(store, tenantId);
    return c.json({ userStores: names.map((name) => ({ name })) }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    return c.json({ name: await findStore(store, tenantId, c.req.valid("param").id) }, 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id } = c.req.valid("param");
    const key = await findStore(store, tenantId, id);
    if (key === primaryStore) throw new ScimError("conflict", `${primaryStore} is there as long as the tenant is.`);
    const change = {
      kind: "deleteDefinition",
      definition: "userStore",
      key,
      emptyPrefix: foldCase(`${key}/`),
    } as const;
    const [result] = await store.commit([{ tenantId, changes: [change] }]);
    rules.forget(tenantId);
    if (result?.applied === true) return c.body(null, 204);
    if (result?.refusal.kind === "inUse") {
      throw new ScimError("conflict", `There are still users or groups in the user store ${key}.`);
    }
    throw noStore(id);
  });

  app.post("/api/user-stores", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const name = readStoreName((await readBodyAs(c, newStoreSchema)).name);
    if ((await storeNames(store, tenantId)).includes(name)) {
      throw new ScimError("uniqueness", `name ${JSON.stringify(name)} is in use.`);
    }
    await store.commit([
      { tenantId, changes: [{ kind: "putDefinition", definition: "userStore", key: name, doc: "{}" }] },
    ]);
    rules.forget(tenantId);
    return c.json({ name }, 201, { Location: `${originOf(c.req.url)}/api/user-stores/${name}` });
  });
  describe(app, {
    method: "post",
    path: "/api/user-stores",
    operationId: "createUserStore",
    summary: "Add a user store, whose users and groups are named NAME/user",
    tags,
    requestBody: jsonBody(newStoreSchema),
    responses: { 201: response },
    errors: ["invalidSyntax", "invalidValue", "uniqueness", "tooLarge", "unsupportedMediaType"],
  });
}
