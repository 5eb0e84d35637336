import type { Context } from "hono";
import type { Principal } from "../../access/principal.ts";
import { ScimError } from "../../scim/error.ts";
import { type ListParameters, readListRequest, readNames, readSearchRequest, renderList } from "../../scim/list.ts";
import { etagMatches, etagOf } from "../../scim/resource/etag.ts";
import { type Projection, readProjection } from "../../scim/resource/projection.ts";
import { type PathOf, type ResourceView, renderResource } from "../../scim/resource/render.ts";
import type { CompiledType } from "../../scim/resource/type.ts";
import { requireScope } from "../auth.ts";
import { jsonBodyBytesMax, membersBodyBytesMax, readJsonBody } from "../body.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import { respond } from "../respond.ts";

type Handler = (c: Context<AppEnv>) => Promise<Response>;

/** Where the native SCIM 2.0 endpoints are mounted. */
export const scimBasePath = "/scim/v2";

/** How the resources of one type are asked for and answered. */
function answers({ directory, types }: AppPorts, compiled: CompiledType) {
  return {
    /** What the query asks to see of one resource, read before anything is done. */
    projectionOf(c: Context<AppEnv>): Projection | undefined {
      const names = (name: string): readonly string[] => readNames(name, c.req.query(name));
      return readProjection(compiled.type, names("attributes"), names("excludedAttributes"));
    },

    answer(c: Context<AppEnv>, view: ResourceView, projection: Projection | undefined, status: 200 | 201): Response {
      const locationOf = locationsOf(types, c);
      const location = locationOf(view.stored.resourceType, view.stored.id);
      const headers = { ETag: etagOf(view.stored.version), Location: location, "Content-Location": location };
      return respond(c, renderResource(view, locationOf, projection), status, headers);
    },

    async answerList(c: Context<AppEnv>, caller: Principal, asked: ListParameters): Promise<Response> {
      const request = readListRequest(compiled.type, caller.profile, asked);
      const { total, resources } = await directory.list(caller, compiled, request);
      const locationOf = locationsOf(types, c);
      const texts = resources.map((view) => renderResource(view, locationOf, request.projection));
      return respond(c, renderList(total, request.startIndex, texts));
    },
  };
}

/** The handlers of one resource type. */
export function resourceHandlers(ports: AppPorts, compiled: CompiledType) {
  const { directory } = ports;
  const { projectionOf, answer, answerList } = answers(ports, compiled);
  const id = (c: Context<AppEnv>): string => c.req.param("id") ?? "";
  const bytesMax = compiled.membership === "members" ? membersBodyBytesMax : jsonBodyBytesMax;
  const bodyOf = (c: Context<AppEnv>): Promise<unknown> => readJsonBody(c, bytesMax);

  const create: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    const projection = projectionOf(c);
    return answer(c, await directory.create(caller, compiled, await bodyOf(c)), projection, 201);
  };

  const get: Handler = async (c) => {
    const caller = requireScope(c, "scim:read");
    const projection = projectionOf(c);
    const view = await directory.get(caller, compiled, id(c), projection);
    const known = c.req.header("If-None-Match");
    if (known !== undefined && etagMatches(known, view.stored.version)) {
      return c.body(null, 304, { ETag: etagOf(view.stored.version) });
    }
    return answer(c, view, projection, 200);
  };

  const replace: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    const projection = projectionOf(c);
    const body = await bodyOf(c);
    const view = await directory.replace(caller, compiled, id(c), body, c.req.header("If-Match"));
    return answer(c, view, projection, 200);
  };

  const patch: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    const projection = projectionOf(c);
    const body = await bodyOf(c);
    const view = await directory.patch(caller, compiled, id(c), body, c.req.header("If-Match"));
    // RFC 7240: who does not want the resource back need not get it.
    const minimal = projection === undefined && /(^|[,;\s])return=minimal($|[,;\s])/.test(c.req.header("Prefer") ?? "");
    const answered = answer(c, view, projection, 200);
    return minimal ? new Response(null, { status: 204, headers: answered.headers }) : answered;
  };

  const remove: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    await directory.remove(caller, compiled, id(c), c.req.header("If-Match"));
    return c.body(null, 204);
  };

  const list: Handler = async (c) => {
    const caller = requireScope(c, "scim:read");
    const query = c.req.query();
    const names = (name: string): readonly string[] => readNames(name, query[name]);
    const attributes = { attributes: names("attributes"), excludedAttributes: names("excludedAttributes") };
    return answerList(c, caller, { ...query, ...attributes });
  };

  /** A search is a read though it is a POST: it keeps what is asked for out of addresses and logs. */
  const search: Handler = async (c) => {
    const caller = requireScope(c, "scim:read");
    return answerList(c, caller, readSearchRequest(await readJsonBody(c)));
  };

  return { create, get, replace, patch, remove, list, search };
}

/** Who asks sees themselves, whatever their scopes (RFC 7644 §3.11). */
export function meHandler(ports: AppPorts, users: CompiledType): Handler {
  const { projectionOf, answer } = answers(ports, users);
  return async (c) => {
    const caller = c.get("principal");
    if (caller.kind !== "user") {
      throw new ScimError("notFound", "The credentials are not those of a user of the directory.");
    }
    const projection = projectionOf(c);
    return answer(c, await ports.directory.get(caller, users, caller.id, projection), projection, 200);
  };
}

/** Absolute URIs of resources, under the host that the client used. */
function locationsOf(types: AppPorts["types"], c: Context<AppEnv>): PathOf {
  const base = originOf(c.req.url) + scimBasePath;
  return (resourceType, id) => `${base}${types.get(resourceType)?.type.endpoint ?? `/${resourceType}s`}/${id}`;
}
