import { exportDialects, exportUsers, requireExportDialect } from "../../export/export-users.ts";
import { ScimError } from "../../scim/error.ts";
import { userTypeOf } from "../../scim/resource/type.ts";
import { requireScope } from "../auth.ts";
import type { AppPorts } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { describe } from "../route.ts";

/*
 *   GET  /api/exports/users?dialect=       all users, as one of the dialects of imports writes them
 */

const mediaTypes = { csv: "text/csv; charset=utf-8; header=present", ndjson: "application/x-ndjson" } as const;
/** The byte order mark by which Excel knows UTF-8. */
const mark = "\ufeff";

function flag(name: string, text: string | undefined): boolean {
  if (text === undefined || text === "" || text === "false" || text === "0") return false;
  if (text === "true" || text === "1") return true;
  throw new ScimError("invalidValue", `${name} must be true or false.`);
}

async function* marked(text: AsyncIterable<string>): AsyncGenerator<string> {
  yield mark;
  yield* text;
}

/** Mounts the way out: what comes in as a file can be had as one. */
export function mountExports(app: App, { store, catalog, stopping }: AppPorts): void {
  app.get("/api/exports/users", async (c) => {
    const { tenantId, scopes } = requireScope(c, "scim:read");
    const dialect = requireExportDialect(c.req.query("dialect") ?? "scim-path");
    const hashes = flag("hashes", c.req.query("hashes"));
    const ids = flag("ids", c.req.query("ids"));
    const bom = flag("bom", c.req.query("bom"));
    if (hashes && !scopes.has("admin")) throw new ScimError("forbidden", "hashes=true needs the scope admin.");
    const type = userTypeOf(await catalog.typesOf(tenantId)).type;
    const signal = AbortSignal.any([c.req.raw.signal, stopping]);
    const text = exportUsers(store, { tenantId, type, dialect, ids, hashes }, signal);
    return new Response(bom ? marked(text) : text, {
      headers: {
        "Content-Type": mediaTypes[dialect.format],
        "Content-Disposition": `attachment; filename="users-${dialect.id}.${dialect.format}"`,
        "Cache-Control": "no-store",
      },
    });
  });

  const flagParameter = (name: string, description: string) => ({
    name,
    in: "query" as const,
    description,
    schema: { type: "boolean" as const, default: false },
  });
  describe(app, {
    method: "get",
    path: "/api/exports/users",
    operationId: "exportUsers",
    summary: "All users as a file; imported again with mode upsert it changes nothing",
    tags: ["Exports"],
    parameters: [
      {
        name: "dialect",
        in: "query",
        schema: { type: "string", enum: exportDialects.map(({ id }) => id), default: "scim-path" },
      },
      flagParameter("ids", "with the ids of users, where the dialect has a place for them"),
      flagParameter("hashes", "with password hashes, of ndjson; needs the scope admin"),
      flagParameter("bom", "with the mark by which Excel knows UTF-8"),
    ],
    responses: {
      200: {
        description: "The users, in the order of their creation",
        content: {
          "text/csv": { schema: { type: "string" } },
          "application/x-ndjson": { schema: { type: "string" } },
        },
      },
    },
    errors: ["invalidValue"],
  });
}
