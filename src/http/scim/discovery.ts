import type { Context } from "hono";
import { resourceTypeResource, schemaResource, serviceProviderConfig } from "../../scim/discovery.ts";
import { ScimError } from "../../scim/error.ts";
import type { JsonObject } from "../../scim/json.ts";
import { renderList } from "../../scim/list.ts";
import { requireScope } from "../auth.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import { respond } from "../respond.ts";
import { scimBasePath } from "./resources.ts";

type Handler = (c: Context<AppEnv>) => Response;

/** What the server tells of itself (RFC 7644 §4). */
export function discoveryHandlers({ types, bulk }: AppPorts) {
  const resourceTypes = [...types.values()].map(({ type }) => type);
  const schemas = [
    ...new Set(resourceTypes.flatMap(({ base, extensions }) => [base, ...extensions.map(({ schema }) => schema)])),
  ];
  const features = { bulk: { supported: false, ...bulk }, patch: true, sort: true };

  /** The base URI, for a caller who may read and does not try to filter (RFC 7644 §4). */
  function open(c: Context<AppEnv>): string {
    requireScope(c, "scim:read");
    if (c.req.query("filter") !== undefined) throw new ScimError("forbidden", "This endpoint can not be filtered.");
    return originOf(c.req.url) + scimBasePath;
  }

  function listed(c: Context<AppEnv>, resources: readonly JsonObject[]): Response {
    return respond(
      c,
      renderList(
        resources.length,
        1,
        resources.map((resource) => JSON.stringify(resource)),
      ),
    );
  }

  function found(c: Context<AppEnv>, resource: JsonObject | undefined): Response {
    if (resource === undefined) throw new ScimError("notFound");
    return respond(c, JSON.stringify(resource));
  }

  const config: Handler = (c) => respond(c, JSON.stringify(serviceProviderConfig(features, open(c))));

  const listTypes: Handler = (c) => {
    const base = open(c);
    return listed(
      c,
      resourceTypes.map((type) => resourceTypeResource(type, base)),
    );
  };

  const getType: Handler = (c) => {
    const base = open(c);
    const type = resourceTypes.find(({ name }) => name === c.req.param("id"));
    return found(c, type && resourceTypeResource(type, base));
  };

  const listSchemas: Handler = (c) => {
    const base = open(c);
    return listed(
      c,
      schemas.map((schema) => schemaResource(schema, base)),
    );
  };

  const getSchema: Handler = (c) => {
    const base = open(c);
    const urn = c.req.param("id")?.toLowerCase();
    const schema = schemas.find(({ id }) => id.toLowerCase() === urn);
    return found(c, schema && schemaResource(schema, base));
  };

  return { config, listTypes, getType, listSchemas, getSchema };
}
