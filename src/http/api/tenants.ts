import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { createTenant } from "../../access/tenant.ts";
import { ScimError } from "../../scim/error.ts";
import { userTypeOf } from "../../scim/resource/type.ts";
import type { TenantRecord } from "../../storage/access.ts";
import { defaultTenantId } from "../../storage/port.ts";
import { requireScope } from "../auth.ts";
import { readBodyAs } from "../body.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";
import { isoOf } from "./instant.ts";
import { allRoute, oneRoute } from "./route-kinds.ts";

/*
 *   GET, POST  /api/tenants        organisations that know nothing of each other; for administrators of the first one
 *   GET        /api/tenants/{id}   by its domain
 */

const tags = ["Tenants"];
const tenantSchema = z
  .object({ domain: z.string().openapi({ example: "example.org" }), created: z.string() })
  .openapi("Tenant");
const newTenantSchema = z.strictObject({
  domain: z.string().min(1).max(253).meta({ example: "example.org" }),
  admin: z.strictObject({ userName: z.string().min(1).max(256), password: z.string().min(1).max(1024) }),
});
const tenantResponse = { description: "The tenant", content: { "application/json": { schema: tenantSchema } } };

const listRoute = allRoute({
  path: "/api/tenants",
  operationId: "listTenants",
  summary: "All tenants",
  tags,
  description: "The tenants, oldest first",
  schema: z.object({ tenants: z.array(tenantSchema) }),
});

const getRoute = oneRoute({
  path: "/api/tenants/{id}",
  operationId: "getTenant",
  summary: "One tenant, by its domain",
  tags,
  description: "The tenant",
  schema: tenantSchema,
});

function shown({ domain, created }: TenantRecord): z.infer<typeof tenantSchema> {
  return { domain, created: isoOf(created) };
}

/** @throws ScimError forbidden: tenants are nobody's business but that of who runs the server */
function requireFirstTenant(c: Context<AppEnv>): void {
  const { tenantId } = requireScope(c, "admin");
  if (tenantId !== defaultTenantId) {
    throw new ScimError("forbidden", "Only administrators of the first tenant may see tenants and make them.");
  }
}

/** Mounts the tenants. */
export function mountTenants(app: App, { store, now, newId, catalog }: AppPorts): void {
  app.openapi(listRoute, async (c) => {
    requireFirstTenant(c);
    return c.json({ tenants: (await store.access.tenants()).map(shown) }, 200);
  });

  app.openapi(getRoute, async (c) => {
    requireFirstTenant(c);
    const { id } = c.req.valid("param");
    const tenant = (await store.access.tenants()).find(({ domain }) => domain === id.toLowerCase());
    if (tenant === undefined) {
      throw new ScimError("notFound", `There is no tenant ${JSON.stringify(id.slice(0, 64))}.`);
    }
    return c.json(shown(tenant), 200);
  });

  app.post("/api/tenants", async (c) => {
    requireFirstTenant(c);
    const wanted = await readBodyAs(c, newTenantSchema);
    const userType = userTypeOf(await catalog.typesOf(defaultTenantId));
    const tenant = await createTenant(store, userType, wanted, { now, newId });
    return c.json(shown(tenant), 201, { Location: `${originOf(c.req.url)}/api/tenants/${tenant.domain}` });
  });
  describe(app, {
    method: "post",
    path: "/api/tenants",
    operationId: "createTenant",
    summary: "Found a tenant, whose administrator logs in as userName@domain",
    tags,
    requestBody: jsonBody(newTenantSchema),
    responses: { 201: tenantResponse },
    errors: ["invalidSyntax", "invalidValue", "uniqueness", "tooLarge", "unsupportedMediaType"],
  });
}
