import { createRoute, z } from "@hono/zod-openapi";
import { roleNamesOf } from "../../access/scope.ts";
import { findApplication } from "../../applications/application.ts";
import { inviteAgain } from "../../applications/send-emails.ts";
import { activationState, statusOf } from "../../applications/status.ts";
import { ScimError } from "../../scim/error.ts";
import type { ActivationRecord } from "../../storage/application.ts";
import { requireScope } from "../auth.ts";
import { readBodyAs } from "../body.ts";
import type { AppPorts } from "../context.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";
import { findUser, validityOf } from "./application-users.ts";
import { isoOf } from "./instant.ts";
import { endRoute, idParameter, oneRoute } from "./route-kinds.ts";

/*
 *   GET          /api/users/{id}/access       roles, status, applications and links of a user
 *   POST         /api/users/{id}/activation   another link to set a password by, in the place of the one before
 *   GET, DELETE  /api/activations/{id}        one link; ends it
 */

const tags = ["Activation"];
const idParams = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" } }) });
const linkSchema = z
  .object({
    id: z.string(),
    userId: z.string(),
    applicationId: z.string().nullable(),
    state: z.enum(["none", "queued", "sent", "failed", "expired", "activated", "revoked"]),
    sent: z.string().openapi({ description: "when its last mail was made" }),
    expiresAt: z.string().nullable(),
    mailId: z.string(),
  })
  .openapi("Activation");
const accessSchema = z
  .object({
    roles: z.array(z.string()).openapi({ description: "`Everyone` is the role of every user" }),
    status: z.enum(["active", "inactive", "new", "pending"]),
    hasPassword: z.boolean(),
    validFrom: z.string().nullable(),
    validTo: z.string().nullable(),
    applications: z.array(z.object({ id: z.string(), name: z.string() })),
    activations: z.array(linkSchema),
  })
  .openapi("UserAccess");
const inviteSchema = z.strictObject({
  applicationId: z.string().min(1).max(64).nullable().default(null).meta({
    description: "the application that it is for: its link works longer, and leads to its home",
  }),
});
const linkResponse = { description: "The link", content: { "application/json": { schema: linkSchema } } };
const always = ["notFound", "unauthorized", "forbidden", "internal", "unavailable"] as const;

const accessRoute = createRoute({
  method: "get",
  path: "/api/users/{id}/access",
  operationId: "getUserAccess",
  summary: "What a user may do and use, and by which links a password may be set",
  tags,
  security,
  request: { params: idParams },
  responses: {
    200: { description: "The user's access", content: { "application/json": { schema: accessSchema } } },
    ...errorResponses(always),
  },
});

const getRoute = oneRoute({
  path: "/api/activations/{id}",
  operationId: "getActivation",
  summary: "One link to set a password by, without its secret",
  tags,
  description: "The link",
  schema: linkSchema,
});

const revokeRoute = endRoute({
  path: "/api/activations/{id}",
  operationId: "revokeActivation",
  summary: "End a link; its mail is not sent any more if it waits",
  tags,
  description: "It opens nothing",
  errors: ["conflict"],
});

function shown(link: ActivationRecord, now: number): z.infer<typeof linkSchema> {
  const { id, userId, applicationId, mailId } = link;
  const times = { sent: isoOf(link.sent), expiresAt: isoOf(link.expiresAt) };
  return { id, userId, applicationId, state: activationState(link, now), ...times, mailId };
}

const noLink = (id: string) => new ScimError("notFound", `There is no activation ${JSON.stringify(id.slice(0, 64))}.`);

/** Mounts what a user may do, and the links by which passwords are set. */
export function mountUserAccess(app: App, ports: AppPorts): void {
  const { store, now } = ports;
  app.openapi(accessRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id, doc } = await findUser(store, tenantId, c.req.valid("param").id);
    const user = JSON.parse(doc);
    const [roles, hasPassword, applications, links] = await Promise.all([
      store.access.roles(tenantId, id),
      store.access.hasPassword(tenantId, id),
      store.applications.of(tenantId, id),
      store.applications.activations(tenantId, id),
    ]);
    return c.json(
      {
        roles: roleNamesOf(roles),
        status: statusOf(user, hasPassword, links, now()),
        hasPassword,
        ...validityOf(user),
        applications: applications.map(({ id: applicationId, name }) => ({ id: applicationId, name })),
        activations: links.map((link) => shown(link, now())),
      },
      200,
    );
  });

  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id } = c.req.valid("param");
    const link = await store.applications.activation(tenantId, id);
    if (link === undefined) throw noLink(id);
    return c.json(shown(link, now()), 200);
  });

  app.openapi(revokeRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id } = c.req.valid("param");
    if ((await store.applications.activation(tenantId, id)) === undefined) throw noLink(id);
    const [result] = await store.commit([{ tenantId, changes: [{ kind: "revokeActivation", id }] }]);
    if (result?.applied !== true) throw new ScimError("conflict", "The link was used or ended before.");
    return c.body(null, 204);
  });

  app.post("/api/users/:id/activation", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id: userId } = await findUser(store, tenantId, c.req.param("id"));
    const { applicationId } = await readBodyAs(c, inviteSchema);
    const application = applicationId === null ? undefined : await findApplication(store, tenantId, applicationId);
    await inviteAgain(ports, tenantId, userId, application);
    ports.outbox.wake();
    const links = await store.applications.activations(tenantId, userId);
    const link = links.find((each) => each.applicationId === applicationId);
    if (link === undefined) throw noLink(userId);
    return c.json(shown(link, now()), 201);
  });
  describe(app, {
    method: "post",
    path: "/api/users/{id}/activation",
    operationId: "createActivation",
    summary: "Send a user another link to set a password by, in the place of the one before",
    tags,
    parameters: [idParameter],
    requestBody: jsonBody(inviteSchema),
    responses: { 201: linkResponse },
    errors: ["notFound", "invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType"],
  });
}
