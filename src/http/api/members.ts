import type { Context } from "hono";
import { ScimError } from "../../scim/error.ts";
import { pageResourcesDefault, pageResourcesMax } from "../../scim/limits.ts";
import { readCursorRequest, renderList } from "../../scim/list.ts";
import { memberValues } from "../../scim/resource/render.ts";
import { groupTypeOf } from "../../scim/resource/type.ts";
import { requireScope } from "../auth.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { type App, pageSchema, scimContent } from "../openapi/components.ts";
import { respond } from "../respond.ts";
import { type Description, describe } from "../route.ts";
import { locationsOf } from "../scim/answer.ts";

/*
 *   GET  /api/groups/{id}/members    a page of the members of a group
 */

/** Mounts the members of groups, which SCIM itself shows all at once. */
export function mountMembers(app: App, { catalog, directory }: Pick<AppPorts, "catalog" | "directory">): void {
  app.get("/api/groups/:id/members", async (c) => {
    const caller = requireScope(c, "scim:read");
    const types = await catalog.typesOf(caller.tenantId);
    const { count, cursor } = c.req.query();
    const page = readCursorRequest(cursor, count);
    const asked = { id: c.req.param("id"), page, indirect: isIndirect(c) };
    const { total, nextCursor, members } = await directory.members(caller, groupTypeOf(types), asked);
    const texts = memberValues(members, locationsOf(types, c)).map((member) => JSON.stringify(member));
    return respond(c, renderList(total, { nextCursor }, texts));
  });
  describe(app, description);
}

function isIndirect(c: Context<AppEnv>): boolean {
  const asked = c.req.query("indirect") ?? "false";
  if (asked === "true" || asked === "false") return asked === "true";
  throw new ScimError("invalidValue", "indirect must be true or false.");
}

const memberSchema = {
  type: "object",
  required: ["value", "$ref", "type"],
  properties: {
    value: { type: "string", description: "the id" },
    $ref: { type: "string", format: "uri" },
    type: { type: "string", examples: ["User", "Group"] },
    display: { type: "string" },
  },
};

const description: Description = {
  method: "get",
  path: "/api/groups/{id}/members",
  operationId: "listMembers",
  summary: "The members of a group, a page at a time",
  tags: ["SCIM Group"],
  parameters: [
    { name: "id", in: "path", required: true, schema: { type: "string" } },
    {
      name: "count",
      in: "query",
      schema: { type: "integer", minimum: 0, maximum: pageResourcesMax, default: pageResourcesDefault },
      description: "members at most; 0 asks for the total alone",
    },
    {
      name: "cursor",
      in: "query",
      schema: { type: "string" },
      description: "the nextCursor of the page before; left out for the first page",
    },
    {
      name: "indirect",
      in: "query",
      schema: { type: "boolean", default: false },
      description: "true adds everybody who is in it through groups in groups, each once",
    },
  ],
  responses: { 200: scimContent("A page of members", pageSchema(memberSchema)) },
  errors: ["notFound", "invalidValue", "invalidCursor", "expiredCursor", "invalidCount"],
};
