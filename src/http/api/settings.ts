import { createRoute, z } from "@hono/zod-openapi";
import { tenantSettingsFrom, tenantSettingsSchema } from "../../access/tenant-settings.ts";
import { excludableAttributes, excludeListSchema, storedLists } from "../../directory/exclude-list.ts";
import type { Change } from "../../storage/change.ts";
import type { Store } from "../../storage/port.ts";
import { requireScope } from "../auth.ts";
import { readBodyAs } from "../body.ts";
import type { AppPorts } from "../context.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";

/*
 *   GET, PATCH  /api/settings   what a tenant decides for itself; what a PATCH leaves out stays
 */

const tags = ["Settings"];
const listsShape = Object.fromEntries(
  excludableAttributes.map((attribute) => [attribute, excludeListSchema.optional()]),
);
const changeSchema = z.strictObject({
  // Without their defaults: what is left out stays.
  ...Object.fromEntries(
    Object.entries(tenantSettingsSchema.shape).map(([name, schema]) => [name, schema.unwrap().optional()]),
  ),
  excludeLists: z
    .strictObject(listsShape)
    .default({})
    .meta({ description: "values that no user may come to have, in any case, by import or by SCIM" }),
});
const shownSchema = z
  .object({
    passwordCharsMin: z.int(),
    scimPasswords: z.enum(["all", "notFromIdentityProviders", "none"]),
    applicationLinkMinutes: z.int(),
    passwordLinkMinutes: z.int(),
    excludeLists: z.object({
      mail: z.array(z.string()),
      firstName: z.array(z.string()),
      lastName: z.array(z.string()),
    }),
  })
  .openapi("TenantSettings");
const response = { description: "The settings", content: { "application/json": { schema: shownSchema } } };

const getRoute = createRoute({
  method: "get",
  path: "/api/settings",
  operationId: "getSettings",
  summary: "What the tenant decides for itself",
  tags,
  security,
  responses: { 200: response, ...errorResponses(["unauthorized", "forbidden", "internal", "unavailable"]) },
});

async function shown({ definitions }: Store, tenantId: number): Promise<z.infer<typeof shownSchema>> {
  const records = await definitions.all(tenantId);
  const lists = storedLists(records);
  const valuesOf = (attribute: (typeof excludableAttributes)[number]) => [...(lists.get(attribute) ?? [])];
  const excludeLists = { mail: valuesOf("mail"), firstName: valuesOf("firstName"), lastName: valuesOf("lastName") };
  return { ...tenantSettingsFrom(records), excludeLists };
}

/** Mounts what tenants decide for themselves. */
export function mountSettings(app: App, { store, rules }: AppPorts): void {
  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    return c.json(await shown(store, tenantId), 200);
  });

  app.patch("/api/settings", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { excludeLists, ...named } = await readBodyAs(c, changeSchema);
    const stored = tenantSettingsFrom(await store.definitions.all(tenantId));
    const put = (definition: "settings" | "excludeList", key: string, doc: object): Change => ({
      kind: "putDefinition",
      definition,
      key,
      doc: JSON.stringify(doc),
    });
    const lists = Object.entries(excludeLists).filter(([, values]) => values !== undefined);
    const settings = tenantSettingsSchema.parse({ ...stored, ...named });
    const changes = [
      ...(Object.keys(named).length > 0 ? [put("settings", "settings", settings)] : []),
      ...lists.map(([attribute, values]) => put("excludeList", attribute, { values })),
    ];
    if (changes.length > 0) await store.commit([{ tenantId, changes }]);
    rules.forget(tenantId);
    return c.json(await shown(store, tenantId));
  });
  describe(app, {
    method: "patch",
    path: "/api/settings",
    operationId: "changeSettings",
    summary: "Decide for the tenant; what is left out stays as it is",
    tags,
    requestBody: jsonBody(changeSchema),
    responses: { 200: response },
    errors: ["invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType"],
  });
}
