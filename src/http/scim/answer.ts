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
import { type Mount, ownMount } from "../mounts.ts";
import { respond, respondInPieces } from "../respond.ts";

/** The way in by which a request came. */
export function mountOf(c: Context<AppEnv>): Mount {
  return c.get("mount") ?? ownMount;
}

/** The URI before the endpoints, under the host and by the way in that the client used. */
export function baseOf(c: Context<AppEnv>): string {
  return originOf(c.req.url) + mountOf(c).path;
}

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
  const base = baseOf(c);
  return (resourceType, id) => `${base}${byName.get(resourceType)?.type.endpoint ?? `/${resourceType}s`}/${id}`;
}

/** Where a resource is, and in which version. */
function headersOf({ stored }: Viewed, locationOf: PathOf) {
  const location = locationOf(stored.resourceType, stored.id);
  return { ETag: etagOf(stored.version), Location: location, "Content-Location": location };
}

/** A resource with the names that this way in shows. */
export function shownView<View extends Viewed>(c: Context<AppEnv>, view: View): View {
  const { shown, groupName } = mountOf(c).dialect;
  if (shown === undefined || groupName === undefined) return view;
  const stores = c.get("stores");
  const stored = shown(view.compiled, view.stored, stores);
  if (!("joined" in view) || view.compiled.membership !== "groups") return { ...view, stored };
  const joined = view.joined.map(({ display, ...group }) => {
    return { ...group, display: display === null ? null : groupName(display, stores) };
  });
  return { ...view, stored, joined };
}

/** Answers with a resource; with one that is large in pieces, while it is read. */
export function answerResource(
  c: Context<AppEnv>,
  given: Viewed,
  projection: Projection | undefined,
  status: 200 | 201,
  log: AppPorts["log"],
): Response {
  const locationOf = locationsOf(c.get("types"), c);
  const headers = headersOf(given, locationOf);
  const view = shownView(c, given);
  if (!("pages" in view)) return respond(c, renderResource(view, locationOf, projection), status, headers);
  return respondInPieces(c, renderPaged(view, locationOf, projection), status, headers, log);
}

/** Answers a change without a body, but with the version that it made. */
export function answerNothing(c: Context<AppEnv>, view: Viewed): Response {
  return c.body(null, 204, headersOf(view, locationsOf(c.get("types"), c)));
}

export function answerList(c: Context<AppEnv>, { total, place, resources }: ListedPage): Response {
  const locationOf = locationsOf(c.get("types"), c);
  const texts = resources.map(({ view, projection }) => renderResource(shownView(c, view), locationOf, projection));
  return respond(c, renderList(total, place, texts));
}
