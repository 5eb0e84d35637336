import { z } from "@hono/zod-openapi";
import { isKeyUrl } from "../../access/jwt.ts";
import { ScimError } from "../../scim/error.ts";
import type { IssuerRecord } from "../../storage/access.ts";
import type { Store } from "../../storage/port.ts";
import { requireScope } from "../auth.ts";
import { readBodyAs } from "../body.ts";
import { type AppPorts, originOf } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";
import { isoOf } from "./instant.ts";
import { allRoute, endRoute, oneRoute } from "./route-kinds.ts";
import { checkProfile } from "./tokens.ts";

/*
 *   GET, POST    /api/issuers        servers whose JSON Web Tokens let their bearers in
 *   GET, DELETE  /api/issuers/{id}
 */

const tags = ["Issuers"];
const claim = z.string().trim().min(1).max(500);
const newIssuerSchema = z.strictObject({
  issuer: claim.meta({ description: "the `iss` of its tokens", example: "https://login.example.org/" }),
  audience: claim.meta({ description: "the `aud` that its tokens for this tenant have" }),
  jwksUrl: z
    .string()
    .max(2000)
    .refine(isKeyUrl, "must be an https URL, or an http URL of this machine")
    .meta({ description: "where its public keys are", example: "https://login.example.org/keys" }),
  scopeClaim: claim.default("scope").meta({ description: "the claim that has the scopes, as text or list" }),
  profile: z.string().default("compatible"),
});
const issuerSchema = z
  .object({
    id: z.string(),
    issuer: z.string(),
    audience: z.string(),
    jwksUrl: z.string(),
    scopeClaim: z.string(),
    profile: z.string(),
    created: z.string(),
  })
  .openapi("Issuer");
const response = { description: "The issuer", content: { "application/json": { schema: issuerSchema } } };

const listRoute = allRoute({
  path: "/api/issuers",
  operationId: "listIssuers",
  summary: "The servers whose JSON Web Tokens the tenant takes",
  tags,
  description: "All of them, newest first",
  schema: z.object({ issuers: z.array(issuerSchema) }),
});

const getRoute = oneRoute({
  path: "/api/issuers/{id}",
  operationId: "getIssuer",
  summary: "One of them",
  tags,
  description: "The issuer",
  schema: issuerSchema,
});

const deleteRoute = endRoute({
  path: "/api/issuers/{id}",
  operationId: "deleteIssuer",
  summary: "Take its tokens no longer",
  tags,
  description: "Its tokens let nobody in",
});

const noIssuer = (id: string) => new ScimError("notFound", `There is no issuer ${JSON.stringify(id.slice(0, 64))}.`);

function shown({ id, issuer, audience, jwksUrl, scopeClaim, profile, created }: IssuerRecord) {
  return { id, issuer, audience, jwksUrl, scopeClaim, profile, created: isoOf(created) };
}

async function findIssuer({ access }: Store, tenantId: number, id: string): Promise<IssuerRecord> {
  const found = (await access.issuers(tenantId)).find((each) => each.id === id);
  if (found === undefined) throw noIssuer(id);
  return found;
}

/** Mounts the servers whose tokens a tenant takes. */
export function mountIssuers(app: App, { store, now, newId }: AppPorts): void {
  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    return c.json({ issuers: (await store.access.issuers(tenantId)).map(shown) }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    return c.json(shown(await findIssuer(store, tenantId, c.req.valid("param").id)), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id } = c.req.valid("param");
    const [result] = await store.commit([{ tenantId, changes: [{ kind: "deleteIssuer", id }] }]);
    if (result?.applied !== true) throw noIssuer(id);
    return c.body(null, 204);
  });

  app.post("/api/issuers", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { profile, ...wanted } = await readBodyAs(c, newIssuerSchema);
    const content = { id: newId(), ...wanted, profile: checkProfile(profile) };
    const created = now();
    const [result] = await store.commit([{ tenantId, changes: [{ kind: "createIssuer", ...content, at: created }] }]);
    if (result?.applied !== true) throw new ScimError("uniqueness", "issuer and audience together are in use.");
    const about = { Location: `${originOf(c.req.url)}/api/issuers/${content.id}` };
    return c.json(shown({ tenantId, created, ...content }), 201, about);
  });
  describe(app, {
    method: "post",
    path: "/api/issuers",
    operationId: "createIssuer",
    summary: "Take the JSON Web Tokens of a server",
    tags,
    requestBody: jsonBody(newIssuerSchema),
    responses: { 201: response },
    errors: ["invalidSyntax", "invalidValue", "uniqueness", "tooLarge", "unsupportedMediaType"],
  });
}
