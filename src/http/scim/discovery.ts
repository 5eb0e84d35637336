import type { Context } from "hono";
import { resourceTypeResource, schemaResource, serviceProviderConfig } from "../../scim/discovery.ts";
import { ScimError } from "../../scim/error.ts";
import type { JsonObject } from "../../scim/json.ts";
import { renderList } from "../../scim/list.ts";
import type { Types } from "../../scim/resource/type.ts";
import { configurationSchemas } from "../../scim/schema/configuration.ts";
import type { SchemaDefinition } from "../../scim/schema/schema.ts";
import { requireScope } from "../auth.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { respond } from "../respond.ts";
import { baseOf, mountOf } from "./answer.ts";

type Handler = (c: Context<AppEnv>) => Response;

/** Every schema that describes something of a tenant's: its own, and those of discovery itself. */
export function schemasOf({ registry }: Types): readonly SchemaDefinition[] {
  return [...registry.schemas, ...configurationSchemas];
}

/** What the server tells of itself (RFC 7644 §4). */
export function discoveryHandlers({ bulk, publicDiscovery }: AppPorts) {
  const featuresOf = (c: Context<AppEnv>) => {
    return { bulk: { supported: true, ...bulk[mountOf(c).limits] }, patch: true, sort: true };
  };

  /** The base URI, for a caller who may read and does not try to filter (RFC 7644 §4). */
  function open(c: Context<AppEnv>): string {
    requireScope(c, "scim:read");
    if (c.req.query("filter") !== undefined) throw new ScimError("forbidden", "This endpoint can not be filtered.");
    return baseOf(c);
  }

  function listed(c: Context<AppEnv>, resources: readonly JsonObject[]): Response {
    const texts = resources.map((resource) => JSON.stringify(resource));
    return respond(c, renderList(resources.length, { startIndex: 1 }, texts));
  }

  function found(c: Context<AppEnv>, resource: JsonObject | undefined): Response {
    if (resource === undefined) throw new ScimError("notFound");
    return respond(c, JSON.stringify(resource));
  }

  const config: Handler = (c) => {
    const base = publicDiscovery ? baseOf(c) : open(c);
    return respond(c, JSON.stringify(serviceProviderConfig(featuresOf(c), base)));
  };

  const listTypes: Handler = (c) => {
    const base = open(c);
    return listed(
      c,
      c.get("types").registry.resourceTypes.map((type) => resourceTypeResource(type, base)),
    );
  };

  const getType: Handler = (c) => {
    const base = open(c);
    const compiled = c.get("types").byName.get(c.get("id"));
    return found(c, compiled && resourceTypeResource(compiled.type, base));
  };

  const listSchemas: Handler = (c) => {
    const base = open(c);
    return listed(
      c,
      schemasOf(c.get("types")).map((schema) => schemaResource(schema, base)),
    );
  };

  const getSchema: Handler = (c) => {
    const base = open(c);
    const urn = c.get("id").toLowerCase();
    const schema = schemasOf(c.get("types")).find(({ id }) => id.toLowerCase() === urn);
    return found(c, schema && schemaResource(schema, base));
  };

  return { config, listTypes, getType, listSchemas, getSchema };
}
