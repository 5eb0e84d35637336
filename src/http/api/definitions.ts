import type { Context } from "hono";
import { resourceTypeResource, schemaResource } from "../../scim/discovery.ts";
import { ScimError } from "../../scim/error.ts";
import type { JsonObject } from "../../scim/json.ts";
import type { Types } from "../../scim/resource/type.ts";
import { requireScope } from "../auth.ts";
import { readJsonBody } from "../body.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import { ownMount } from "../mounts.ts";
import type { App } from "../openapi/components.ts";
import { describe } from "../route.ts";
import { definitionDescriptions } from "./definition-descriptions.ts";

/*
 *   GET, POST          /api/schemas                schemas and extensions, also those that are built in
 *   GET, PUT, DELETE   /api/schemas/{id}
 *   GET, POST          /api/resource-types
 *   GET, PUT, DELETE   /api/resource-types/{id}
 */

type Handler = (c: Context<AppEnv>) => Promise<Response>;

/** How definitions of one kind are read, shown and changed. */
interface Kind<Definition> {
  readonly path: string;
  readonly all: (types: Types) => readonly Definition[];
  /** By which it is found, in any case. */
  readonly keyOf: (definition: Definition) => string;
  readonly show: (definition: Definition, base: string) => JsonObject;
  readonly create: (tenantId: number, body: unknown) => Promise<Definition>;
  readonly replace: (tenantId: number, key: string, body: unknown) => Promise<Definition>;
  readonly remove: (tenantId: number, key: string) => Promise<void>;
}

/** Mounts the schemas and resource types that administrators register at run time (RFC 7643 §6, §7). */
export function mountDefinitions(app: App, { catalog, definitions }: Pick<AppPorts, "catalog" | "definitions">): void {
  mountKind(app, catalog, {
    path: "/api/schemas",
    all: ({ registry }) => registry.schemas,
    keyOf: ({ id }) => id,
    show: schemaResource,
    create: (tenantId, body) => definitions.createSchema(tenantId, body),
    replace: (tenantId, key, body) => definitions.replaceSchema(tenantId, key, body),
    remove: (tenantId, key) => definitions.deleteSchema(tenantId, key),
  });
  mountKind(app, catalog, {
    path: "/api/resource-types",
    all: ({ registry }) => registry.resourceTypes,
    keyOf: ({ name }) => name,
    show: resourceTypeResource,
    create: (tenantId, body) => definitions.createResourceType(tenantId, body),
    replace: (tenantId, key, body) => definitions.replaceResourceType(tenantId, key, body),
    remove: (tenantId, key) => definitions.deleteResourceType(tenantId, key),
  });
  for (const description of definitionDescriptions) describe(app, description);
}

function mountKind<Definition>(app: App, catalog: AppPorts["catalog"], kind: Kind<Definition>): void {
  const { path, all, keyOf, show } = kind;
  const one = `${path}/:id`;
  const key = (c: Context<AppEnv>): string => c.req.param("id") ?? "";

  function shown(c: Context<AppEnv>, definition: Definition): JsonObject {
    return show(definition, originOf(c.req.url) + ownMount.path);
  }

  const list: Handler = async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const known = all(await catalog.typesOf(tenantId));
    return c.json({ resources: known.map((definition) => shown(c, definition)) });
  };
  const create: Handler = async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const definition = await kind.create(tenantId, await readJsonBody(c));
    const location = `${originOf(c.req.url)}${path}/${encodeURIComponent(keyOf(definition))}`;
    return c.json(shown(c, definition), 201, { Location: location });
  };
  const get: Handler = async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const wanted = key(c).toLowerCase();
    const definition = all(await catalog.typesOf(tenantId)).find((each) => keyOf(each).toLowerCase() === wanted);
    if (definition === undefined) {
      throw new ScimError("notFound", `${JSON.stringify(key(c).slice(0, 200))} does not exist.`);
    }
    return c.json(shown(c, definition));
  };
  const replace: Handler = async (c) => {
    const { tenantId } = requireScope(c, "admin");
    return c.json(shown(c, await kind.replace(tenantId, key(c), await readJsonBody(c))));
  };
  const remove: Handler = async (c) => {
    const { tenantId } = requireScope(c, "admin");
    await kind.remove(tenantId, key(c));
    return c.body(null, 204);
  };

  app.get(path, list);
  app.post(path, create);
  app.get(one, get);
  app.put(one, replace);
  app.delete(one, remove);
}
