import type { Context } from "hono";
import type { Principal } from "../../access/principal.ts";
import type { ListedPage } from "../../directory/list.ts";
import type { Viewed } from "../../directory/steps.ts";
import { type ListParameters, readNames, renderList } from "../../scim/list.ts";
import { forgives } from "../../scim/profile.ts";
import { etagOf } from "../../scim/resource/etag.ts";
import { type Projection, readProjection } from "../../scim/resource/projection.ts";
import { type PathOf, renderPaged, renderResource } from "../../scim/resource/render.ts";
import type { CompiledType, Types } from "../../scim/resource/type.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import { respond, respondInPieces } from "../respond.ts";

/** Where the native SCIM 2.0 endpoints are mounted. */
export const scimBasePath = "/scim/v2";

/** What the query asks to see of one resource, read before anything is done. */
export function projectionOf(c: Context<AppEnv>, { type }: CompiledType): Projection | undefined {
  const names = (name: string): readonly string[] => readNames(name, c.req.query(name));
  return readProjection(type, names("attributes"), names("excludedAttributes"), c.get("principal").profile);
}

/** What the query of a list asks for. */
export function listParameters(c: Context<AppEnv>): ListParameters {
  const query = c.req.query();
  const names = (name: string): readonly string[] => readNames(name, query[name]);
  return { ...query, attributes: names("attributes"), excludedAttributes: names("excludedAttributes") };
}

/** The condition on the version that a request has, unless the profile does not look at it. */
export function conditionOf(
  c: Context<AppEnv>,
  name: "If-Match" | "If-None-Match",
  { profile }: Principal,
): string | undefined {
  const condition = c.req.header(name);
  return condition === undefined || forgives(profile, "ignoreConditions") ? undefined : condition;
}

/** Absolute URIs of resources, under the host that the client used. */
export function locationsOf({ byName }: Types, c: Context<AppEnv>): PathOf {
  const base = originOf(c.req.url) + scimBasePath;
  return (resourceType, id) => `${base}${byName.get(resourceType)?.type.endpoint ?? `/${resourceType}s`}/${id}`;
}

/** Where a resource is, and in which version. */
function headersOf({ stored }: Viewed, locationOf: PathOf) {
  const location = locationOf(stored.resourceType, stored.id);
  return { ETag: etagOf(stored.version), Location: location, "Content-Location": location };
}

/** Answers with a resource; with one that is large in pieces, while it is read. */
export function answerResource(
  c: Context<AppEnv>,
  view: Viewed,
  projection: Projection | undefined,
  status: 200 | 201,
  log: AppPorts["log"],
): Response {
  const locationOf = locationsOf(c.get("types"), c);
  const headers = headersOf(view, locationOf);
  if (!("pages" in view)) return respond(c, renderResource(view, locationOf, projection), status, headers);
  return respondInPieces(c, renderPaged(view, locationOf, projection), status, headers, log);
}

/** Answers a change without a body, but with the version that it made. */
export function answerNothing(c: Context<AppEnv>, view: Viewed): Response {
  return c.body(null, 204, headersOf(view, locationsOf(c.get("types"), c)));
}

export function answerList(c: Context<AppEnv>, { total, place, resources }: ListedPage): Response {
  const locationOf = locationsOf(c.get("types"), c);
  const texts = resources.map(({ view, projection }) => renderResource(view, locationOf, projection));
  return respond(c, renderList(total, place, texts));
}
