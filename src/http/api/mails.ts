import { createRoute, z } from "@hono/zod-openapi";
import { ScimError } from "../../scim/error.ts";
import type { MailRecord } from "../../storage/application.ts";
import { requireScope } from "../auth.ts";
import type { AppPorts } from "../context.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { isoOf } from "./instant.ts";
import { always, beforeParameter, limitParameter, oneRoute } from "./route-kinds.ts";

/*
 *   GET   /api/mail              the outbox: what waits, what was sent, what nobody could deliver
 *   GET   /api/mail/{id}         one mail, as it is sent
 *   POST  /api/mail/{id}/retry   another try for one that was given up
 */

const tags = ["Mail"];
const idParams = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" } }) });
const states = ["queued", "sent", "dead", "withdrawn"] as const;
const query = z.object({
  state: z
    .enum(states)
    .optional()
    .openapi({ param: { name: "state", in: "query" } }),
  before: beforeParameter,
  limit: limitParameter,
});
const listedShape = {
  id: z.string(),
  to: z.string(),
  subject: z.string(),
  state: z.enum(states).openapi({ description: "`dead`: given up; `withdrawn`: its link ended before it was sent" }),
  attempts: z.int(),
  created: z.string(),
  dueAt: z.string().openapi({ description: "when it is tried next, if it is queued" }),
  sentAt: z.string().nullable(),
  error: z.string().nullable().openapi({ description: "what the mail server said last" }),
} as const;
const listedSchema = z.object(listedShape).openapi("ListedMail");
const mailSchema = z
  .object({ ...listedShape, text: z.string(), html: z.string() })
  .openapi("Mail", { description: "Its link is gone from it once that was used, revoked, or is too old." });
const response = { description: "The mail", content: { "application/json": { schema: mailSchema } } };

const listRoute = createRoute({
  method: "get",
  path: "/api/mail",
  operationId: "listMails",
  summary: "The outbox, newest first",
  tags,
  security,
  request: { query },
  responses: {
    200: {
      description: "A page; `next` is there when more follow",
      content: { "application/json": { schema: z.object({ mails: z.array(listedSchema), next: z.int().optional() }) } },
    },
    ...errorResponses(["invalidValue", ...always]),
  },
});

const getRoute = oneRoute({
  path: "/api/mail/{id}",
  operationId: "getMail",
  summary: "One mail, as it is sent",
  tags,
  description: "The mail",
  schema: mailSchema,
});

const retryRoute = createRoute({
  method: "post",
  path: "/api/mail/{id}/retry",
  operationId: "retryMail",
  summary: "Try a mail again that was given up",
  tags,
  security,
  request: { params: idParams },
  responses: { 200: response, ...errorResponses(["notFound", "conflict", ...always]) },
});

const noMail = (id: string) => new ScimError("notFound", `There is no mail ${JSON.stringify(id.slice(0, 64))}.`);

/** Mounts the outbox. */
export function mountMails(app: App, { store, outbox, now }: AppPorts): void {
  const listed = (mail: MailRecord) => ({
    id: mail.id,
    to: mail.recipient,
    subject: outbox.render(mail).subject,
    state: mail.state,
    attempts: mail.attempts,
    created: isoOf(mail.created),
    dueAt: isoOf(mail.dueAt),
    sentAt: isoOf(mail.sentAt),
    error: mail.error,
  });
  const shown = (mail: MailRecord) => {
    const { text, html } = outbox.render(mail);
    return { ...listed(mail), text, html };
  };

  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { limit, ...asked } = c.req.valid("query");
    const mails = await store.mails.all({ tenantId, limit, ...asked });
    const last = mails.at(-1);
    const next = mails.length < limit || last === undefined ? {} : { next: last.place };
    return c.json({ mails: mails.map(listed), ...next }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id } = c.req.valid("param");
    const mail = await store.mails.get(tenantId, id);
    if (mail === undefined) throw noMail(id);
    return c.json(shown(mail), 200, { "Cache-Control": "no-store" });
  });

  app.openapi(retryRoute, async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const { id } = c.req.valid("param");
    if ((await store.mails.get(tenantId, id)) === undefined) throw noMail(id);
    const [result] = await store.commit([{ tenantId, changes: [{ kind: "retryMail", id, at: now() }] }]);
    const mail = await store.mails.get(tenantId, id);
    if (result?.applied !== true || mail === undefined) {
      throw new ScimError("conflict", "The mail was not given up: only such a mail can be tried again.");
    }
    outbox.wake();
    return c.json(shown(mail), 200, { "Cache-Control": "no-store" });
  });
}
