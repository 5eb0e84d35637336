import { z } from "@hono/zod-openapi";
import { findApplication, noApplication, putApplication } from "../../applications/application.ts";
import { sendEmails } from "../../applications/send-emails.ts";
import { type ApplicationRecord, applicationAccesses } from "../../storage/application.ts";
import { requireScope } from "../auth.ts";
import { readBodyAs } from "../body.ts";
import { type AppPorts, originOf } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";
import { isoOf } from "./instant.ts";
import { allRoute, endRoute, idParameter, oneRoute } from "./route-kinds.ts";

/*
 *   GET, POST         /api/applications                    what users are imported for, and who may use it
 *   GET, PUT, DELETE  /api/applications/{id}
 *   POST              /api/applications/{id}/send-emails   a link to everybody who has no password yet
 */

const tags = ["Applications"];
/** Where people are sent on to: never a scheme that runs something. */
const homeUrl = z.url({ protocol: /^https?$/, error: "must be an http or https URL" }).max(2000);
const contentSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  homeUrl: homeUrl.nullable().default(null),
  access: z.enum(applicationAccesses).default("internal").meta({
    description: "who may use it: anybody, every active user, or those who are assigned",
  }),
});
const applicationSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    homeUrl: z.string().nullable(),
    access: z.enum(applicationAccesses),
    users: z.int().openapi({ description: "how many are assigned" }),
    created: z.string(),
    modified: z.string(),
  })
  .openapi("Application");
const sentSchema = z
  .object({
    sent: z.int().openapi({ description: "mails put into the outbox" }),
    failed: z.int().openapi({ description: "users who have no address that mail can be sent to" }),
    message: z.string(),
    failures: z.array(z.object({ userId: z.string(), userName: z.string() })).openapi({ description: "the first 100" }),
  })
  .openapi("SentEmails");
const response = { description: "The application", content: { "application/json": { schema: applicationSchema } } };
const bodyErrors = ["invalidSyntax", "invalidValue", "uniqueness", "tooLarge", "unsupportedMediaType"] as const;

const listRoute = allRoute({
  path: "/api/applications",
  operationId: "listApplications",
  summary: "The applications of the tenant, by name",
  tags,
  description: "All of them",
  schema: z.object({ applications: z.array(applicationSchema) }),
});

const getRoute = oneRoute({
  path: "/api/applications/{id}",
  operationId: "getApplication",
  summary: "One application",
  tags,
  description: "The application",
  schema: applicationSchema,
});

const deleteRoute = endRoute({
  path: "/api/applications/{id}",
  operationId: "deleteApplication",
  summary: "Forget an application, who is assigned to it, and the links that were sent for it; users stay",
  tags,
  description: "It is gone",
});

/** Mounts the applications. */
export function mountApplications(app: App, ports: AppPorts): void {
  const shown = async (tenantId: number, { created, modified, ...record }: ApplicationRecord) => {
    const users = await ports.store.applications.count(tenantId, record.id);
    return { ...record, users, created: isoOf(created), modified: isoOf(modified) };
  };

  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const all = await ports.store.applications.all(tenantId);
    return c.json({ applications: await Promise.all(all.map((each) => shown(tenantId, each))) }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const found = await findApplication(ports.store, tenantId, c.req.valid("param").id);
    return c.json(await shown(tenantId, found), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id } = c.req.valid("param");
    const [result] = await ports.store.commit([{ tenantId, changes: [{ kind: "deleteApplication", id }] }]);
    if (result?.applied !== true) throw noApplication(id);
    return c.body(null, 204);
  });

  mountWrites(app, ports, shown);
}

type Show = (tenantId: number, record: ApplicationRecord) => Promise<z.infer<typeof applicationSchema>>;

function mountWrites(app: App, ports: AppPorts, shown: Show): void {
  app.post("/api/applications", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const made = await putApplication(ports, tenantId, await readBodyAs(c, contentSchema));
    const about = { Location: `${originOf(c.req.url)}/api/applications/${made.id}` };
    return c.json(await shown(tenantId, made), 201, about);
  });
  describe(app, {
    method: "post",
    path: "/api/applications",
    operationId: "createApplication",
    summary: "Register an application",
    tags,
    requestBody: jsonBody(contentSchema),
    responses: { 201: response },
    errors: bodyErrors,
  });

  app.put("/api/applications/:id", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const known = await findApplication(ports.store, tenantId, c.req.param("id"));
    const made = await putApplication(ports, tenantId, await readBodyAs(c, contentSchema), known);
    return c.json(await shown(tenantId, made));
  });
  describe(app, {
    method: "put",
    path: "/api/applications/{id}",
    operationId: "replaceApplication",
    summary: "Change name, home URL or access of an application",
    tags,
    parameters: [idParameter],
    requestBody: jsonBody(contentSchema),
    responses: { 200: response },
    errors: ["notFound", ...bodyErrors],
  });

  app.post("/api/applications/:id/send-emails", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const result = await sendEmails(ports, tenantId, c.req.param("id"));
    ports.outbox.wake();
    return c.json(result);
  });
  describe(app, {
    method: "post",
    path: "/api/applications/{id}/send-emails",
    operationId: "sendEmails",
    summary: "Send a link to every assigned user who has no password and was not sent one; again sends nothing new",
    tags,
    parameters: [idParameter],
    responses: {
      200: { description: "What was sent", content: { "application/json": { schema: sentSchema } } },
    },
    errors: ["notFound", "conflict"],
  });
}
