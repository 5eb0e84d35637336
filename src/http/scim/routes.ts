import type { Context, MiddlewareHandler } from "hono";
import { ScimError } from "../../scim/error.ts";
import { coreTypes } from "../../scim/resource/type.ts";
import { authenticate } from "../auth.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { errorResponse } from "../error.ts";
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
import { tolerance } from "./tolerance.ts";

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

/** A path segment that can be an id; one with a dot in front is an endpoint such as `.search`. */
const idSegment = "/:id{[^./][^/]*}";

type Methods = Readonly<Partial<Record<"get" | "post" | "put" | "patch" | "delete", Handler>>>;

/** Mounts SCIM 2.0 (RFC 7644) and describes it. */
export function mountScim(app: App, ports: AppPorts): void {
  const { authenticator, catalog, publicDiscovery } = ports;
  const discovery = discoveryHandlers(ports);
  if (publicDiscovery) app.get(`${scimBasePath}/ServiceProviderConfig`, discovery.config);
  app.use(`${scimBasePath}/*`, authenticate(authenticator), tolerance(ports), async function tenantTypes(c, next) {
    const types = catalog.typesOf(c.get("principal").tenantId);
    c.set("types", types instanceof Promise ? await types : types);
    await next();
  });
  mountFixed(app, ports, discovery);
  // A version that is not spoken is told so, whatever stands behind it (RFC 7644 §3.13).
  app.all("/scim/:version{v[0-9][0-9.]*}/*", (c, next) => {
    if (c.req.param("version") === "v2") return next();
    throw new ScimError("invalidVersion", `SCIM ${c.req.param("version")} is not spoken here; ${scimBasePath} is.`);
  });

  // Types come and go while the server runs, so one route serves them all; what is no type is 404.
  const resources = resourceHandlers(ports);
  const collection = `${scimBasePath}/:type`;
  app.use(`${collection}/*`, namedType);
  app.get(collection, resources.list);
  app.post(collection, resources.create);
  app.post(`${collection}/.search`, resources.search);
  app.get(collection + idSegment, resources.get);
  app.put(collection + idSegment, resources.replace);
  app.patch(collection + idSegment, resources.patch);
  app.delete(collection + idSegment, resources.remove);
  for (const compiled of coreTypes.byName.values()) {
    for (const description of resourceDescriptions(compiled)) describe(app, description);
  }
}

/** Mounts the endpoints that every tenant has. */
function mountFixed(app: App, ports: AppPorts, discovery: ReturnType<typeof discoveryHandlers>): void {
  const root = rootHandlers(ports);
  const me = meHandlers(ports);
  const endpoints: Readonly<Record<string, Methods>> = {
    "": { get: root.list },
    "/.search": { post: root.search },
    "/Bulk": { post: bulkHandler(ports) },
    "/Me": { get: me.get, put: me.replace, patch: me.patch, delete: me.remove },
    "/ServiceProviderConfig": { get: discovery.config },
    "/ResourceTypes": { get: discovery.listTypes },
    "/ResourceTypes/:id": { get: discovery.getType },
    "/Schemas": { get: discovery.listSchemas },
    "/Schemas/:id": { get: discovery.getSchema },
  };
  for (const [path, methods] of Object.entries(endpoints)) {
    for (const [method, handler] of Object.entries(methods)) app.on(method, scimBasePath + path, handler);
    const offered = Object.keys(methods).map((method) => method.toUpperCase());
    app.all(scimBasePath + path, (c) => refuseMethod(c, offered));
  }
  for (const description of [...discoveryDescriptions, ...rootDescriptions, ...meDescriptions, bulkDescription]) {
    describe(app, description);
  }
}

function refuseMethod(c: Context<AppEnv>, offered: readonly string[]): Response {
  const response = errorResponse(c, new ScimError("methodNotAllowed", `This endpoint offers ${offered.join(", ")}.`));
  response.headers.set("Allow", offered.join(", "));
  return response;
}

/** Looks up the type whose endpoint the address names, in any case. */
const namedType: MiddlewareHandler<AppEnv> = async (c, next) => {
  const compiled = c.get("types").byEndpoint.get((c.req.param("type") ?? "").toLowerCase());
  if (compiled === undefined) throw new ScimError("notFound", "There is no such endpoint.");
  c.set("compiled", compiled);
  await next();
};
