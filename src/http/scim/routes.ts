import type { AppPorts } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { describe } from "../route.ts";
import { discoveryDescriptions, meDescription, resourceDescriptions } from "./descriptions.ts";
import { discoveryHandlers } from "./discovery.ts";
import { meHandler, resourceHandlers, scimBasePath } from "./resources.ts";

/*
 *   GET  /scim/v2/ServiceProviderConfig · ResourceTypes · ResourceTypes/{id} · Schemas · Schemas/{id}
 *   GET, POST         /scim/v2/{type}
 *   POST              /scim/v2/{type}/.search
 *   GET, PUT, PATCH, DELETE  /scim/v2/{type}/{id}
 *   GET               /scim/v2/Me
 */

/** A path segment that can be an id; one with a dot in front is an endpoint such as `.search`. */
const idSegment = "/:id{[^./][^/]*}";

/** Mounts SCIM 2.0 (RFC 7644) and describes it, a path for each resource type. */
export function mountScim(app: App, ports: AppPorts): void {
  const discovery = discoveryHandlers(ports);
  app.get(`${scimBasePath}/ServiceProviderConfig`, discovery.config);
  app.get(`${scimBasePath}/ResourceTypes`, discovery.listTypes);
  app.get(`${scimBasePath}/ResourceTypes/:id`, discovery.getType);
  app.get(`${scimBasePath}/Schemas`, discovery.listSchemas);
  app.get(`${scimBasePath}/Schemas/:id`, discovery.getSchema);
  for (const description of discoveryDescriptions) describe(app, description);

  // A route for each type and not for any name: what is no endpoint is 404, and discovery is read only.
  for (const compiled of ports.types.values()) {
    const resources = resourceHandlers(ports, compiled);
    const collection = scimBasePath + compiled.type.endpoint;
    app.get(collection, resources.list);
    app.post(collection, resources.create);
    app.post(`${collection}/.search`, resources.search);
    app.get(collection + idSegment, resources.get);
    app.put(collection + idSegment, resources.replace);
    app.patch(collection + idSegment, resources.patch);
    app.delete(collection + idSegment, resources.remove);
    for (const description of resourceDescriptions(compiled)) describe(app, description);
    if (compiled.type.name === "User") app.get(`${scimBasePath}/Me`, meHandler(ports, compiled));
  }
  describe(app, meDescription);
}
