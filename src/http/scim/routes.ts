import type { Context } from "hono";
import { actingAs } from "../../access/actor.ts";
import type { Principal } from "../../access/principal.ts";
import { withAliases } from "../../access/scope.ts";
import { ScimError } from "../../scim/error.ts";
import { coreTypes } from "../../scim/resource/type.ts";
import { profileIn } from "../../scim1/dialect.ts";
import { identify } from "../auth.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { answerError, refuseMethod } from "../error.ts";
import { type Mount, ownMount } from "../mounts.ts";
import type { App } from "../openapi/components.ts";
import { describe, type Handler } from "../route.ts";
import { decoded, segmentsOf } from "../segments.ts";
import { bulkHandler } from "./bulk.ts";
import { scimDescriptions } from "./descriptions.ts";
import { discoveryHandlers } from "./discovery.ts";
import { meHandlers, resourceHandlers, rootHandlers } from "./resources.ts";
import { tellTolerated } from "./tolerance.ts";

/*
 *   GET  {mount}/ServiceProviderConfig · ResourceTypes · ResourceTypes/{id} · Schemas · Schemas/{id}
 *   GET               {mount}             over all types
 *   POST              {mount}/.search     over all types
 *   POST              {mount}/Bulk
 *   GET, PUT, PATCH, DELETE  {mount}/Me
 *   GET, POST         {mount}/{type}
 *   POST              {mount}/{type}/.search
 *   GET, PUT, PATCH, DELETE  {mount}/{type}/{id}
 */

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Methods = Readonly<Partial<Record<Method, Handler>>>;

type Discovery = ReturnType<typeof discoveryHandlers>;

/** What is offered at an endpoint, and at the addresses one segment below it. */
interface Endpoint {
  readonly whole: Methods;
  readonly one?: Methods;
}

/** Mounts SCIM 2.0 (RFC 7644) where it has a path of its own, and describes it. */
export function mountScim(app: App, ports: AppPorts, mount: Mount): void {
  const serve = scimServer(ports, mount);
  app.all(mount.path, serve);
  app.all(`${mount.path}/*`, serve);
  describeScim(app, mount);
}

export function describeScim(app: App, mount: Mount): void {
  for (const description of scimDescriptions(mount, coreTypes.byName.values())) describe(app, description);
}

/** The refusal of an address in a version that is not spoken, whatever stands behind it (RFC 7644 §3.13). */
export function refusalOfVersion(path: string): ScimError | undefined {
  const version = /^\/scim\/(v\d[\d.]*)(?:\/|$)/.exec(path)?.[1];
  if (version === undefined) return undefined;
  return new ScimError("invalidVersion", `SCIM ${version} is not spoken here; ${ownMount.path} is.`);
}

/**
 * Serves every address under a way in. Types come and go while the server runs, so addresses are looked up in what the
 * tenant has, and not in routes: what is no type is 404, and what an endpoint does not offer is 405.
 */
export function scimServer(ports: AppPorts, mount: Mount): Handler {
  const { authenticator, catalog, rules, publicDiscovery, metrics, log } = ports;
  const discovery = discoveryHandlers(ports);
  const find = endpointFinder(ports, discovery);
  return async (c) => {
    c.set("mount", mount);
    const segments = segmentsOf(c.req.path, mount.path);
    const method = c.req.method === "HEAD" ? "GET" : c.req.method;
    if (publicDiscovery && method === "GET" && segments.length === 1 && segments[0] === "ServiceProviderConfig")
      return discovery.config(c);
    const { actor, ...known } = await identify(c, authenticator);
    const principal = mount === ownMount ? known : principalIn(mount, known, segments[0]);
    c.set("principal", principal);
    try {
      const types = catalog.typesOf(principal.tenantId);
      c.set("types", types instanceof Promise ? await types : types);
      if (mount.dialect.shown !== undefined) c.set("stores", (await rules.of(principal.tenantId)).userStores);
      const methods = find(c, segments);
      const handler = isOffered(methods, method) ? methods[method] : undefined;
      const response =
        handler === undefined
          ? refuseMethod(c, Object.keys(methods))
          : await (method === "GET" ? handler(c) : actingAs(actor, () => handler(c)));
      return tellTolerated(c, principal, metrics, response);
    } catch (error) {
      return tellTolerated(c, principal, metrics, answerError(c, error, log));
    }
  };
}

/** Who asks, by another system's rules: what that system forgives, and what its own scopes allow at an endpoint. */
export function principalIn({ dialect, aliases }: Mount, known: Principal, endpoint = ""): Principal {
  return {
    ...known,
    profile: profileIn(dialect, known.profile),
    scopes: withAliases(known.scopes, known.granted, aliases, endpoint),
  };
}

function isOffered(methods: Methods, method: string): method is Method {
  return Object.hasOwn(methods, method);
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
