import type { Context } from "hono";
import { actingAs } from "../../access/actor.ts";
import { ScimError } from "../../scim/error.ts";
import { coreTypes } from "../../scim/resource/type.ts";
import { identify } from "../auth.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { answerError, errorResponse } from "../error.ts";
import type { App } from "../openapi/components.ts";
import { describe, type Handler } from "../route.ts";
import { scimBasePath } from "./answer.ts";
import { bulkHandler } from "./bulk.ts";
import {
  bulkDescription,
  discoveryDescriptions,
  meDescriptions,
  resourceDescriptions,
  rootDescriptions,
} from "./descriptions.ts";
import { discoveryHandlers } from "./discovery.ts";
import { meHandlers, resourceHandlers, rootHandlers } from "./resources.ts";
import { tellTolerated } from "./tolerance.ts";

/*
 *   GET  /scim/v2/ServiceProviderConfig · ResourceTypes · ResourceTypes/{id} · Schemas · Schemas/{id}
 *   GET               /scim/v2             over all types
 *   POST              /scim/v2/.search     over all types
 *   POST              /scim/v2/Bulk
 *   GET, PUT, PATCH, DELETE  /scim/v2/Me
 *   GET, POST         /scim/v2/{type}
 *   POST              /scim/v2/{type}/.search
 *   GET, PUT, PATCH, DELETE  /scim/v2/{type}/{id}
 */

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Methods = Readonly<Partial<Record<Method, Handler>>>;

type Discovery = ReturnType<typeof discoveryHandlers>;

/** What is offered at an endpoint, and at the addresses one segment below it. */
interface Endpoint {
  readonly whole: Methods;
  readonly one?: Methods;
}

/** Mounts SCIM 2.0 (RFC 7644) and describes it. */
export function mountScim(app: App, ports: AppPorts): void {
  const serve = scimServer(ports);
  app.all(scimBasePath, serve);
  app.all(`${scimBasePath}/*`, serve);
  const resources = [...coreTypes.byName.values()].flatMap(resourceDescriptions);
  const fixed = [...discoveryDescriptions, ...rootDescriptions, ...meDescriptions, bulkDescription];
  for (const description of [...fixed, ...resources]) describe(app, description);
}

/** The refusal of an address in a version that is not spoken, whatever stands behind it (RFC 7644 §3.13). */
export function refusalOfVersion(path: string): ScimError | undefined {
  const version = /^\/scim\/(v\d[\d.]*)(?:\/|$)/.exec(path)?.[1];
  if (version === undefined) return undefined;
  return new ScimError("invalidVersion", `SCIM ${version} is not spoken here; ${scimBasePath} is.`);
}

/**
 * Serves every address under the base. Types come and go while the server runs, so addresses are looked up in what the
 * tenant has, and not in routes: what is no type is 404, and what an endpoint does not offer is 405.
 */
function scimServer(ports: AppPorts): Handler {
  const { authenticator, catalog, publicDiscovery, metrics, log } = ports;
  const discovery = discoveryHandlers(ports);
  const find = endpointFinder(ports, discovery);
  return async (c) => {
    const segments = segmentsOf(c.req.path);
    const method = c.req.method === "HEAD" ? "GET" : c.req.method;
    if (publicDiscovery && method === "GET" && segments.length === 1 && segments[0] === "ServiceProviderConfig")
      return discovery.config(c);
    const principal = await identify(c, authenticator);
    try {
      const types = catalog.typesOf(principal.tenantId);
      c.set("types", types instanceof Promise ? await types : types);
      const methods = find(c, segments);
      const handler = isOffered(methods, method) ? methods[method] : undefined;
      const response =
        handler === undefined
          ? refuseMethod(c, Object.keys(methods))
          : await (method === "GET" ? handler(c) : actingAs(principal.actor, () => handler(c)));
      return tellTolerated(c, principal, metrics, response);
    } catch (error) {
      return tellTolerated(c, principal, metrics, answerError(c, error, log));
    }
  };
}

function isOffered(methods: Methods, method: string): method is Method {
  return Object.hasOwn(methods, method);
}

/** The segments of an address behind the base; a trailing slash changes nothing. */
function segmentsOf(path: string): readonly string[] {
  const segments = path.slice(scimBasePath.length + 1).split("/");
  return segments.at(-1) === "" ? segments.slice(0, -1) : segments;
}

/** Finds what is offered at an address, and notes the type and the id that it names. */
function endpointFinder(
  ports: AppPorts,
  discovery: Discovery,
): (c: Context<AppEnv>, segments: readonly string[]) => Methods {
  const fixed = fixedEndpoints(ports, discovery);
  const resources = resourceHandlers(ports);
  const collection: Methods = { GET: resources.list, POST: resources.create };
  const search: Methods = { POST: resources.search };
  const one: Methods = {
    GET: resources.get,
    PUT: resources.replace,
    PATCH: resources.patch,
    DELETE: resources.remove,
  };
  return (c, [name = "", id, ...more]) => {
    const endpoint = Object.hasOwn(fixed, name) ? fixed[name] : undefined;
    const compiled = endpoint === undefined ? c.get("types").byEndpoint.get(name.toLowerCase()) : undefined;
    if (compiled !== undefined) c.set("compiled", compiled);
    if (id !== undefined) c.set("id", decoded(id));
    const methods =
      id === undefined ? (endpoint?.whole ?? (compiled && collection)) : (endpoint?.one ?? (compiled && one));
    if (methods === undefined || more.length > 0) throw new ScimError("notFound", "There is no such endpoint.");
    return compiled !== undefined && id === ".search" ? search : methods;
  };
}

/** The endpoints that every tenant has, by their first segment. */
function fixedEndpoints(ports: AppPorts, discovery: Discovery): Readonly<Record<string, Endpoint>> {
  const root = rootHandlers(ports);
  const me = meHandlers(ports);
  return {
    "": { whole: { GET: root.list } },
    ".search": { whole: { POST: root.search } },
    Bulk: { whole: { POST: bulkHandler(ports) } },
    Me: { whole: { GET: me.get, PUT: me.replace, PATCH: me.patch, DELETE: me.remove } },
    ServiceProviderConfig: { whole: { GET: discovery.config } },
    ResourceTypes: { whole: { GET: discovery.listTypes }, one: { GET: discovery.getType } },
    Schemas: { whole: { GET: discovery.listSchemas }, one: { GET: discovery.getSchema } },
  };
}

function decoded(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function refuseMethod(c: Context<AppEnv>, offered: readonly string[]): Response {
  const response = errorResponse(c, new ScimError("methodNotAllowed", `This endpoint offers ${offered.join(", ")}.`));
  response.headers.set("Allow", offered.join(", "));
  return response;
}
