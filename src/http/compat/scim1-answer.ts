import type { Context } from "hono";
import type { Viewed } from "../../directory/steps.ts";
import { isJsonObject, type JsonObject } from "../../scim/json.ts";
import { memberValues, type PagedView, type ResourceView, renderResource } from "../../scim/resource/render.ts";
import { toAsked1, toResource1 } from "../../scim1/resource.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { respond, respondInPieces } from "../respond.ts";
import { locationsOf, shownView } from "../scim/answer.ts";

export const mediaType1 = { "Content-Type": "application/json" } as const;

/** Answers with JSON, whatever media type of SCIM the client would read. */
export function answerJson1(
  c: Context<AppEnv>,
  body: JsonObject,
  status: 200 | 201 = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return respond(c, JSON.stringify(body), status, { ...mediaType1, ...headers });
}

/** The attributes that the query names; none when all are to be shown. */
export function askedOf(c: Context<AppEnv>): readonly string[] {
  return (c.req.query("attributes") ?? "").split(",").filter((name) => name.trim() !== "");
}

/** A resource as SCIM 1.1 shows it. */
export function shown1(c: Context<AppEnv>, view: ResourceView): JsonObject {
  const resource: unknown = JSON.parse(renderResource(shownView(c, view), locationsOf(c.get("types"), c)));
  return toResource1(isJsonObject(resource) ? resource : {});
}

/**
 * Answers with a resource. A group with many members is sent in pieces to who reads it, and without them to who changed
 * it: a script that adds one member to a million does not wait for the others.
 */
export function answerResource1(c: Context<AppEnv>, view: Viewed, status: 200 | 201, log: AppPorts["log"]): Response {
  const { resourceType, id } = view.stored;
  const headers = { Location: locationsOf(c.get("types"), c)(resourceType, id) };
  const asked = askedOf(c);
  if (!("pages" in view)) return answerJson1(c, toAsked1(shown1(c, view), asked), status, headers);
  const head = toAsked1(shown1(c, { ...view, joined: [] }), asked);
  const wantsMembers = asked.length === 0 || asked.some((name) => /^members\b/i.test(name.trim()));
  if (c.req.method !== "GET" || !wantsMembers) return answerJson1(c, head, status, headers);
  return respondInPieces(c, pieces(c, head, view), status, { ...mediaType1, ...headers }, log);
}

/** The text of a large group, made while its members are read. */
async function* pieces(c: Context<AppEnv>, head: JsonObject, { pages }: PagedView): AsyncGenerator<string> {
  const locationOf = locationsOf(c.get("types"), c);
  yield `${JSON.stringify(head).slice(0, -1)},"members":[`;
  let isFirst = true;
  for await (const page of pages) {
    const { members = [] } = toResource1({ members: memberValues(page, locationOf) });
    const text = JSON.stringify(members).slice(1, -1);
    if (text === "") continue;
    yield isFirst ? text : `,${text}`;
    isFirst = false;
  }
  yield "]}";
}
