import { createRoute, z } from "@hono/zod-openapi";
import type { AuditLine } from "../../storage/audit.ts";
import { requireScope } from "../auth.ts";
import type { AppPorts } from "../context.ts";
import { type App, errorResponses, security } from "../openapi/components.ts";
import { isoOf } from "./instant.ts";
import { always, beforeParameter, limitParameter } from "./route-kinds.ts";

/*
 *   GET  /api/audit        who did what, and who was refused: newest first
 *   GET  /api/audit/head   the last line and its hash, to be kept elsewhere
 */

const tags = ["Audit"];
const text = (name: string, description: string) =>
  z
    .string()
    .max(300)
    .optional()
    .openapi({ param: { name, in: "query" }, description });
const time = (name: string, description: string) =>
  z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ param: { name, in: "query" }, description });
const query = z.object({
  action: text("action", "such as create, replace, delete, changeMembers, setPassword, refuseLogin"),
  actor: text("actor", "the id or the name of who did it"),
  targetType: text("targetType", "such as User, Group, Token, Application"),
  targetId: text("targetId", "the id of what it was done to"),
  from: time("from", "only lines from then on"),
  to: time("to", "only lines before then"),
  before: beforeParameter,
  limit: limitParameter,
});
const document = z.record(z.string(), z.unknown()).nullable();
const lineSchema = z
  .object({
    sequence: z.int(),
    at: z.string(),
    action: z.string(),
    actor: z.object({
      kind: z.string().openapi({ description: "token, user, builtIn, client, link, import, operator or system" }),
      id: z.string(),
      name: z.string(),
      address: z.string(),
    }),
    target: z.object({ type: z.string(), id: z.string() }),
    details: document,
    before: document.openapi({ description: "the document before; null where there was none" }),
    after: document.openapi({
      description: "the document after; null where none is left, or nobody knows it any more",
    }),
    hash: z.string().openapi({ description: "SHA-256 of the line and of the hash of the line before" }),
  })
  .openapi("AuditLine");

const listRoute = createRoute({
  method: "get",
  path: "/api/audit",
  operationId: "listAuditLines",
  summary: "Who did what, and who was refused",
  tags,
  security,
  request: { query },
  responses: {
    200: {
      description: "A page, newest first; `next` is there when there may be more, also after a page of few lines",
      content: { "application/json": { schema: z.object({ lines: z.array(lineSchema), next: z.int().optional() }) } },
    },
    ...errorResponses(["invalidValue", ...always]),
  },
});

const headRoute = createRoute({
  method: "get",
  path: "/api/audit/head",
  operationId: "getAuditHead",
  summary: "The last line and its hash: kept elsewhere, they tell whether the end of the trail was cut off",
  tags,
  security,
  responses: {
    200: {
      description: "The number of lines, and the hash of the last; null without any",
      content: { "application/json": { schema: z.object({ sequence: z.int(), hash: z.string().nullable() }) } },
    },
    ...errorResponses(always),
  },
});

function shown(line: AuditLine): z.infer<typeof lineSchema> {
  const { sequence, at, action, actor, targetType, targetId, details, before, after, hash } = line;
  const parsed = (json: string | null) => (json === null ? null : JSON.parse(json));
  return {
    sequence,
    at: isoOf(at),
    action,
    actor: { ...actor },
    target: { type: targetType, id: targetId },
    details: parsed(details),
    before: parsed(before),
    after: parsed(after),
    hash,
  };
}

/** Mounts the audit trail. */
export function mountAudit(app: App, { store }: AppPorts): void {
  app.openapi(headRoute, async (c) => {
    const { tenantId } = requireScope(c, "audit:read");
    return c.json((await store.audit.head(tenantId)) ?? { sequence: 0, hash: null }, 200);
  });

  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "audit:read");
    const { from, to, ...asked } = c.req.valid("query");
    const times = {
      ...(from !== undefined && { from: Date.parse(from) }),
      ...(to !== undefined && { to: Date.parse(to) }),
    };
    const { lines, next } = await store.audit.lines({ tenantId, ...asked, ...times });
    return c.json({ lines: lines.map(shown), ...(next !== undefined && { next }) }, 200);
  });
}
