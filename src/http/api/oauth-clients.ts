import { createRoute, z } from "@hono/zod-openapi";
import { createClient, deleteClient, noClient, renewClient } from "../../access/oauth.ts";
import type { ClientRecord } from "../../storage/access.ts";
import { requireScope } from "../auth.ts";
import { readBodyAs } from "../body.ts";
import { type AppPorts, originOf } from "../context.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";
import { isoOf } from "./instant.ts";
import { allRoute, always, endRoute, oneRoute } from "./route-kinds.ts";
import { checkProfile, grantShape } from "./tokens.ts";

/*
 *   GET, POST    /api/oauth-clients               programs that get tokens at /oauth/token; the secret is told once
 *   GET, DELETE  /api/oauth-clients/{id}
 *   POST         /api/oauth-clients/{id}/rotate   another secret, beside which the one before works on
 */

const tags = ["OAuth clients"];
const idParams = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" } }) });
const clientSchema = z
  .object({
    clientId: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    profile: z.string(),
    created: z.string(),
  })
  .openapi("OAuthClient");
const secretOnce = z.string().openapi({ description: "told this once" });
const newClientSchema = z.strictObject(grantShape);
const madeResponse = {
  description: "The client with its secret, which is told this once",
  content: { "application/json": { schema: clientSchema.extend({ clientSecret: secretOnce }) } },
};

const listRoute = allRoute({
  path: "/api/oauth-clients",
  operationId: "listOAuthClients",
  summary: "The OAuth clients of the tenant, without their secrets",
  tags,
  description: "The clients, newest first",
  schema: z.object({ clients: z.array(clientSchema) }),
});

const getRoute = oneRoute({
  path: "/api/oauth-clients/{id}",
  operationId: "getOAuthClient",
  summary: "One OAuth client, without its secret",
  tags,
  description: "The client",
  schema: clientSchema,
});

const deleteRoute = endRoute({
  path: "/api/oauth-clients/{id}",
  operationId: "deleteOAuthClient",
  summary: "End an OAuth client, and the tokens that it was given",
  tags,
  description: "It is gone",
});

const rotateRoute = createRoute({
  method: "post",
  path: "/api/oauth-clients/{id}/rotate",
  operationId: "rotateOAuthClient",
  summary: "Give an OAuth client another secret; the one before works on until the next time",
  tags,
  security,
  request: { params: idParams },
  responses: { 200: madeResponse, ...errorResponses(["notFound", ...always]) },
});

function shown({ id: clientId, name, scopes, profile, created }: ClientRecord) {
  return { clientId, name, scopes: [...scopes], profile, created: isoOf(created) };
}

/** Mounts the OAuth clients. */
export function mountOAuthClients(app: App, ports: AppPorts): void {
  const { store } = ports;
  const find = async (tenantId: number, id: string): Promise<ClientRecord> => {
    const client = await store.access.clientById(id);
    if (client?.tenantId !== tenantId) throw noClient(id);
    return client;
  };

  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    return c.json({ clients: (await store.access.clients(tenantId)).map(shown) }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    return c.json(shown(await find(tenantId, c.req.valid("param").id)), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    await deleteClient(ports, tenantId, c.req.valid("param").id);
    return c.body(null, 204);
  });

  app.openapi(rotateRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id } = c.req.valid("param");
    const clientSecret = await renewClient(ports, tenantId, id);
    return c.json({ ...shown(await find(tenantId, id)), clientSecret }, 200, { "Cache-Control": "no-store" });
  });

  app.post("/api/oauth-clients", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { profile, ...wanted } = await readBodyAs(c, newClientSchema);
    const { record, secret } = await createClient(ports, tenantId, { ...wanted, profile: checkProfile(profile) });
    const about = { Location: `${originOf(c.req.url)}/api/oauth-clients/${record.id}`, "Cache-Control": "no-store" };
    return c.json({ ...shown(record), clientSecret: secret }, 201, about);
  });
  describe(app, {
    method: "post",
    path: "/api/oauth-clients",
    operationId: "createOAuthClient",
    summary: "Register an OAuth client",
    tags,
    requestBody: jsonBody(newClientSchema),
    responses: { 201: madeResponse },
    errors: ["invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType"],
  });
}
