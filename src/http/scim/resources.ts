import type { Context } from "hono";
import { bindFilter } from "../../scim/filter/bind.ts";
import { parseFilter } from "../../scim/filter/parse.ts";
import { readPageRequest, renderList } from "../../scim/list.ts";
import { etagMatches, etagOf } from "../../scim/resource/etag.ts";
import { type PathOf, type ResourceView, renderResource } from "../../scim/resource/render.ts";
import type { CompiledType } from "../../scim/resource/type.ts";
import { requireScope } from "../auth.ts";
import { readJsonBody } from "../body.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import { respond } from "../respond.ts";

type Handler = (c: Context<AppEnv>) => Promise<Response>;

/** Where the native SCIM 2.0 endpoints are mounted. */
export const scimBasePath = "/scim/v2";

/** The handlers of one resource type. */
export function resourceHandlers({ directory, types }: AppPorts, compiled: CompiledType) {
  const locations = (c: Context<AppEnv>): PathOf => locationsOf(types, c);

  function answer(c: Context<AppEnv>, view: ResourceView, status: 200 | 201): Response {
    const locationOf = locations(c);
    const location = locationOf(view.stored.resourceType, view.stored.id);
    const headers = { ETag: etagOf(view.stored.version), Location: location, "Content-Location": location };
    return respond(c, renderResource(view, locationOf), status, headers);
  }

  const create: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    return answer(c, await directory.create(caller, compiled, await readJsonBody(c)), 201);
  };

  const get: Handler = async (c) => {
    const caller = requireScope(c, "scim:read");
    const view = await directory.get(caller, compiled, c.req.param("id") ?? "");
    const known = c.req.header("If-None-Match");
    if (known !== undefined && etagMatches(known, view.stored.version)) {
      return c.body(null, 304, { ETag: etagOf(view.stored.version) });
    }
    return answer(c, view, 200);
  };

  const replace: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    const body = await readJsonBody(c);
    const ifMatch = c.req.header("If-Match");
    return answer(c, await directory.replace(caller, compiled, c.req.param("id") ?? "", body, ifMatch), 200);
  };

  const remove: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    await directory.remove(caller, compiled, c.req.param("id") ?? "", c.req.header("If-Match"));
    return c.body(null, 204);
  };

  const list: Handler = async (c) => {
    const caller = requireScope(c, "scim:read");
    const page = readPageRequest(c.req.query("startIndex"), c.req.query("count"));
    const text = c.req.query("filter");
    const filter = text === undefined ? undefined : bindFilter(parseFilter(text), compiled.type, caller.profile);
    const { total, resources } = await directory.list(caller, compiled, page, filter);
    const locationOf = locations(c);
    return respond(
      c,
      renderList(
        total,
        page.startIndex,
        resources.map((view) => renderResource(view, locationOf)),
      ),
    );
  };

  return { create, get, replace, remove, list };
}

/** Absolute URIs of resources, under the host that the client used. */
function locationsOf(types: AppPorts["types"], c: Context<AppEnv>): PathOf {
  const base = originOf(c.req.url) + scimBasePath;
  return (resourceType, id) => `${base}${types.get(resourceType)?.type.endpoint ?? `/${resourceType}s`}/${id}`;
}
