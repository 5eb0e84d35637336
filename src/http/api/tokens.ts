import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { grantable } from "../../access/scope.ts";
import { createToken, deleteToken, findToken, type MadeToken, rotateToken } from "../../access/tokens.ts";
import { ScimError } from "../../scim/error.ts";
import { readProfile } from "../../scim/profile.ts";
import type { TokenRecord } from "../../storage/access.ts";
import { requireScope } from "../auth.ts";
import { readBodyAs } from "../body.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";
import { isoOf } from "./instant.ts";
import { allRoute, bodyErrors, endRoute, oneRoute } from "./route-kinds.ts";

/*
 *   GET, POST    /api/tokens               bearer tokens of the tenant; the secret is told once
 *   GET, DELETE  /api/tokens/{id}
 *   POST         /api/tokens/{id}/rotate   another one in its place, while it works on for a while
 */

const tags = ["Tokens"];
const tokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    profile: z.string(),
    created: z.string(),
    expiresAt: z.string().nullable(),
    lastUsed: z.string().nullable().openapi({ description: "to the minute" }),
  })
  .openapi("Token");
const madeSchema = tokenSchema.extend({ token: z.string().openapi({ description: "told this once" }) });
const instant = z.iso.datetime({ offset: true });

/** The scopes of a token or client, and the profile by which its requests are read. */
export const grantShape = {
  name: z.string().trim().min(1).max(200),
  scopes: z.array(z.enum(grantable)).min(1),
  profile: z.string().default("compatible"),
} as const;
const newTokenSchema = z.strictObject({ ...grantShape, expiresAt: instant.nullable().default(null) });
/** A day, unless somebody says otherwise; a week at most. */
const grace = { defaultSeconds: 86_400, maxSeconds: 604_800 } as const;
const rotateSchema = z.strictObject({
  graceSeconds: z.int().min(0).max(grace.maxSeconds).default(grace.defaultSeconds),
  expiresAt: instant.nullable().default(null),
});
const madeResponse = {
  description: "The token with its secret, which is told this once",
  content: { "application/json": { schema: madeSchema } },
};

const listRoute = allRoute({
  path: "/api/tokens",
  operationId: "listTokens",
  summary: "The bearer tokens of the tenant, without their secrets",
  tags,
  description: "The tokens, newest first",
  schema: z.object({ tokens: z.array(tokenSchema) }),
});

const getRoute = oneRoute({
  path: "/api/tokens/{id}",
  operationId: "getToken",
  summary: "One token, without its secret",
  tags,
  description: "The token",
  schema: tokenSchema,
});

const deleteRoute = endRoute({
  path: "/api/tokens/{id}",
  operationId: "deleteToken",
  summary: "End a token, within a second",
  tags,
  description: "It works no longer",
});

function shown({ id, name, scopes: given, profile, created, expiresAt, lastUsed }: TokenRecord) {
  const times = { created: isoOf(created), expiresAt: isoOf(expiresAt), lastUsed: isoOf(lastUsed) };
  return { id, name, scopes: [...given], profile, ...times };
}

/** @throws ScimError invalidValue when there is no such profile */
export function checkProfile(name: string): string {
  if (readProfile(name) !== undefined) return name;
  throw new ScimError("invalidValue", `profile: there is no profile ${JSON.stringify(name.slice(0, 64))}.`);
}

/** @throws ScimError invalidValue for a time that has passed */
function timeOf(text: string | null, now: number): number | null {
  if (text === null) return null;
  const at = Date.parse(text);
  if (at <= now) throw new ScimError("invalidValue", `expiresAt: ${text} has passed.`);
  return at;
}

function answerMade(c: Context<AppEnv>, { record, token }: MadeToken): Response {
  const about = { Location: `${originOf(c.req.url)}/api/tokens/${record.id}`, "Cache-Control": "no-store" };
  return c.json({ ...shown(record), token }, 201, about);
}

/** Mounts the bearer tokens. */
export function mountTokens(app: App, ports: AppPorts): void {
  const { store, now } = ports;
  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    return c.json({ tokens: (await store.access.tokens(tenantId)).map(shown) }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    return c.json(shown(await findToken(store, tenantId, c.req.valid("param").id)), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    await deleteToken(ports, tenantId, c.req.valid("param").id);
    return c.body(null, 204);
  });

  app.post("/api/tokens", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { expiresAt, profile, ...wanted } = await readBodyAs(c, newTokenSchema);
    const about = { profile: checkProfile(profile), expiresAt: timeOf(expiresAt, now()) };
    return answerMade(c, await createToken(ports, tenantId, { ...wanted, ...about }));
  });
  describe(app, {
    method: "post",
    path: "/api/tokens",
    operationId: "createToken",
    summary: "Make a bearer token",
    tags,
    requestBody: jsonBody(newTokenSchema),
    responses: { 201: madeResponse },
    errors: bodyErrors,
  });

  app.post("/api/tokens/:id/rotate", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { graceSeconds, expiresAt } = await readBodyAs(c, rotateSchema);
    const until = timeOf(expiresAt, now());
    return answerMade(c, await rotateToken(ports, tenantId, c.req.param("id"), graceSeconds * 1000, until));
  });
  describe(app, {
    method: "post",
    path: "/api/tokens/{id}/rotate",
    operationId: "rotateToken",
    summary: "Make a token in the place of this one, which works on for graceSeconds",
    tags,
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    requestBody: jsonBody(rotateSchema),
    responses: { 201: madeResponse },
    errors: ["notFound", ...bodyErrors],
  });
}
