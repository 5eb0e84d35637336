import { ScimError } from "../scim/error.ts";
import { compileTypes, coreTypes, type Types } from "../scim/resource/type.ts";
import { readResourceTypeDefinition, readSchemaDefinition } from "../scim/schema/read-definition.ts";
import { buildRegistry, coreRegistry, coreResourceTypes, type ResourceType } from "../scim/schema/registry.ts";
import type { ResourceTypeDefinition, SchemaDefinition } from "../scim/schema/schema.ts";
import type { DefinitionRecord, Store } from "../storage/port.ts";
import { choicesFrom, ensureIndexes } from "./index-choices.ts";

/** What a tenant registered beside what is built in. */
export interface Definitions {
  readonly schemas: readonly SchemaDefinition[];
  readonly resourceTypes: readonly ResourceTypeDefinition[];
}

/** The resource types of each tenant, kept in memory until they change. */
export interface Catalog {
  /** At once when they are known, as they are but for the first request of a tenant. */
  typesOf(tenantId: number): Types | Promise<Types>;
  /** Forgets what is known of a tenant: it changed. */
  forget(tenantId: number): void;
}

/** @param onIndexes called when attributes of a tenant came to be indexed, or are so no more: there is something to build */
export function createCatalog(store: Store, onIndexes: () => void = () => undefined): Catalog {
  const known = new Map<number, Types | Promise<Types>>();

  function load(tenantId: number): Promise<Types> {
    const loading: Promise<Types> = loadTypes(store, tenantId, onIndexes).then(
      (types) => settle(tenantId, loading, types),
      (error: unknown) => {
        settle(tenantId, loading, undefined);
        throw error;
      },
    );
    known.set(tenantId, loading);
    return loading;
  }

  /** Keeps what was loaded, unless the tenant changed in between: whoever waits for it asked before that. */
  function settle<T extends Types | undefined>(tenantId: number, loading: Promise<Types>, types: T): T {
    if (known.get(tenantId) !== loading) return types;
    if (types === undefined) known.delete(tenantId);
    else known.set(tenantId, types);
    return types;
  }

  return {
    typesOf: (tenantId) => known.get(tenantId) ?? load(tenantId),
    forget: (tenantId) => void known.delete(tenantId),
  };
}

/** The types of a tenant as they are stored now; sees to it that the attributes are indexed that they mark. */
export async function loadTypes(
  store: Store,
  tenantId: number,
  onIndexes: () => void = () => undefined,
): Promise<Types> {
  const records = await store.definitions.all(tenantId);
  const types = records.length === 0 ? coreTypes : typesFrom(definitionsFrom(records));
  if (await ensureIndexes(store, tenantId, types, choicesFrom(records))) onIndexes();
  return types;
}

/** Reads what is stored, which passed the same readers before it was. */
export function definitionsFrom(records: readonly DefinitionRecord[]): Definitions {
  const docsOf = (kind: DefinitionRecord["definition"]): readonly unknown[] =>
    records.filter(({ definition }) => definition === kind).map(({ doc }) => JSON.parse(doc));
  return {
    schemas: docsOf("schema").map(readSchemaDefinition),
    resourceTypes: docsOf("resourceType").map(readResourceTypeDefinition),
  };
}

/**
 * The types that a tenant has with these definitions: one of a built-in name takes the place of that type.
 *
 * @throws Error when a resource type names a schema that is not there
 */
export function typesFrom({ schemas, resourceTypes }: Definitions): Types {
  const names = new Set(resourceTypes.map(({ name }) => name));
  const definitions = [...coreResourceTypes.filter(({ name }) => !names.has(name)), ...resourceTypes];
  return compileTypes(buildRegistry([...coreRegistry.schemas, ...schemas], definitions));
}

/**
 * The type of that name, in any case: two names that differ in nothing else can not both be registered.
 *
 * @throws ScimError notFound
 */
export function requireType({ registry }: Types, name: string): ResourceType {
  const type = registry.resourceTypes.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (type !== undefined) return type;
  throw new ScimError("notFound", `Resource type ${JSON.stringify(name.slice(0, 200))} does not exist.`);
}
