import { createRoute, z } from "@hono/zod-openapi";
import { assignmentAttributes, findApplication, judgeAccess } from "../../applications/application.ts";
import { activationState, statusOf } from "../../applications/status.ts";
import { ScimError } from "../../scim/error.ts";
import { sapUserUrn } from "../../scim/urn.ts";
import type { AssignedUser } from "../../storage/application.ts";
import type { Store } from "../../storage/port.ts";
import { requireScope } from "../auth.ts";
import { readBodyAs } from "../body.ts";
import type { AppPorts } from "../context.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";
import { isoOf } from "./instant.ts";
import { idParameter, limitParameter } from "./route-kinds.ts";

/*
 *   GET, POST, DELETE  /api/applications/{id}/users           who is assigned, and what became of their mails
 *   GET                /api/applications/{id}/access?user=    whether somebody may use it, and why
 */

const tags = ["Applications"];
const idParams = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" } }) });
// Optional here, so that an application that is not there is told before a user that is not named.
const userQuery = z.object({
  user: z
    .string()
    .optional()
    .openapi({ param: { name: "user", in: "query" }, description: "the id of the user; it must be there" }),
});
const pageQuery = z.object({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .openapi({ param: { name: "after", in: "query" }, description: "the `next` of the page before" }),
  limit: limitParameter,
});

const attribute = z.string().max(1000).optional();
const attributeShape = Object.fromEntries(assignmentAttributes.map((name) => [name, attribute]));
const assignSchema = z.strictObject({ userId: z.string().min(1).max(64), ...attributeShape });
const states = ["none", "queued", "sent", "failed", "expired", "activated", "revoked"] as const;
const userSchema = z
  .object({
    userId: z.string(),
    userName: z.string(),
    status: z.enum(["active", "inactive", "new", "pending"]),
    activation: z.enum(states),
    activationId: z.string().nullable(),
    assigned: z.string(),
    validFrom: z.string().nullable(),
    validTo: z.string().nullable(),
    attributes: z.record(z.string(), z.string()).openapi({ description: assignmentAttributes.join(", ") }),
  })
  .openapi("AssignedUser");
const accessSchema = z
  .object({
    allowed: z.boolean(),
    reason: z.enum(["public", "active", "assigned", "inactive", "notAssigned"]),
    status: z.enum(["active", "inactive", "new", "pending"]),
    validFrom: z.string().nullable().openapi({ description: "told and not judged by" }),
    validTo: z.string().nullable(),
  })
  .openapi("ApplicationAccess");
const always = ["notFound", "unauthorized", "forbidden", "internal", "unavailable"] as const;

const listRoute = createRoute({
  method: "get",
  path: "/api/applications/{id}/users",
  operationId: "listAssignedUsers",
  summary: "Who is assigned to an application, in the order in which they came into the directory",
  tags,
  security,
  request: { params: idParams, query: pageQuery },
  responses: {
    200: {
      description: "A page; `next` is there when more follow",
      content: {
        "application/json": {
          schema: z.object({ total: z.int(), users: z.array(userSchema), next: z.int().optional() }),
        },
      },
    },
    ...errorResponses(["invalidValue", ...always]),
  },
});

const unassignRoute = createRoute({
  method: "delete",
  path: "/api/applications/{id}/users",
  operationId: "unassignUser",
  summary: "Take a user away from an application",
  tags,
  security,
  request: { params: idParams, query: userQuery },
  responses: { 204: { description: "The user is not assigned" }, ...errorResponses(["invalidValue", ...always]) },
});

const accessRoute = createRoute({
  method: "get",
  path: "/api/applications/{id}/access",
  operationId: "getApplicationAccess",
  summary: "Whether a user may use an application, and why",
  tags,
  security,
  request: { params: idParams, query: userQuery },
  responses: {
    200: { description: "The answer", content: { "application/json": { schema: accessSchema } } },
    ...errorResponses(["invalidValue", ...always]),
  },
});

/** From when until when a user is valid, as SAP's extension keeps it. */
export function validityOf(user: Readonly<Record<string, unknown>>): {
  readonly validFrom: string | null;
  readonly validTo: string | null;
} {
  const extension = (user[sapUserUrn] ?? {}) as { readonly validFrom?: string; readonly validTo?: string };
  return { validFrom: extension.validFrom ?? null, validTo: extension.validTo ?? null };
}

function shown({ userId, doc, attributes, assigned, hasPassword, activation }: AssignedUser, now: number) {
  const user = JSON.parse(doc);
  const links = activation === undefined ? [] : [activation];
  return {
    userId,
    userName: String(user.userName),
    status: statusOf(user, hasPassword, links, now),
    activation: activationState(activation, now),
    activationId: activation?.id ?? null,
    assigned: isoOf(assigned),
    ...validityOf(user),
    attributes,
  };
}

/** @throws ScimError invalidValue */
function requireUser(user: string | undefined): string {
  if (user !== undefined && user !== "") return user;
  throw new ScimError("invalidValue", "user is missing: the id of a user.");
}

/** @throws ScimError notFound */
export async function findUser({ resources }: Store, tenantId: number, id: string) {
  const record = await resources.get(tenantId, "User", id);
  if (record !== undefined) return record;
  throw new ScimError("notFound", `There is no user ${JSON.stringify(id.slice(0, 64))}.`);
}

/** Mounts who is assigned to applications, and who may use them. */
export function mountApplicationUsers(app: App, { store, now }: AppPorts): void {
  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id } = await findApplication(store, tenantId, c.req.valid("param").id);
    const { after, limit } = c.req.valid("query");
    const users = await store.applications.assigned({ tenantId, applicationId: id, after, limit });
    const total = await store.applications.count(tenantId, id);
    const last = users.at(-1);
    const next = users.length < limit || last === undefined ? {} : { next: last.place };
    return c.json({ total, users: users.map((user) => shown(user, now())), ...next }, 200);
  });

  app.openapi(unassignRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id: applicationId } = await findApplication(store, tenantId, c.req.valid("param").id);
    const userId = requireUser(c.req.valid("query").user);
    const change = { kind: "unassignUser", applicationId, userId } as const;
    const [result] = await store.commit([{ tenantId, changes: [change] }]);
    if (result?.applied === true) return c.body(null, 204);
    throw new ScimError("notFound", `User ${JSON.stringify(userId.slice(0, 64))} is not assigned.`);
  });

  app.openapi(accessRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id, access } = await findApplication(store, tenantId, c.req.valid("param").id);
    const { doc, id: userId } = await findUser(store, tenantId, requireUser(c.req.valid("query").user));
    const user = JSON.parse(doc);
    const assigned = await store.applications.assignment(tenantId, id, userId);
    const links = await store.applications.activations(tenantId, userId);
    const status = statusOf(user, await store.access.hasPassword(tenantId, userId), links, now());
    return c.json({ ...judgeAccess(access, user, assigned !== undefined), status, ...validityOf(user) }, 200);
  });

  app.post("/api/applications/:id/users", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id: applicationId } = await findApplication(store, tenantId, c.req.param("id"));
    const { userId, ...rest } = await readBodyAs(c, assignSchema);
    const given = Object.entries(rest).filter((entry): entry is [string, string] => (entry[1] ?? "") !== "");
    const attributes = Object.fromEntries(given);
    const change = { kind: "assignUser", applicationId, userId, attributes, at: now() } as const;
    const [result] = await store.commit([{ tenantId, changes: [change] }]);
    const user = await store.applications.assignment(tenantId, applicationId, userId);
    if (result?.applied === true && user !== undefined) return c.json(shown(user, now()));
    throw new ScimError("notFound", `There is no user ${JSON.stringify(userId.slice(0, 64))}.`);
  });
  describe(app, {
    method: "post",
    path: "/api/applications/{id}/users",
    operationId: "assignUser",
    summary: "Assign a user to an application, or set what is kept of one who is",
    tags,
    parameters: [idParameter],
    requestBody: jsonBody(assignSchema),
    responses: {
      200: { description: "The user", content: { "application/json": { schema: userSchema } } },
    },
    errors: ["notFound", "invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType"],
  });
}
