import { ScimError } from "../scim/error.ts";
import { compare } from "../scim/filter/ast.ts";
import { bindFilter } from "../scim/filter/bind.ts";
import { strictProfile } from "../scim/profile.ts";
import type { Types } from "../scim/resource/type.ts";
import { configurationSchemas } from "../scim/schema/configuration.ts";
import { resourceTypesMax, schemasMax } from "../scim/schema/limits.ts";
import { pathClash } from "../scim/schema/path-clash.ts";
import { readResourceTypeDefinition, readSchemaDefinition } from "../scim/schema/read-definition.ts";
import { coreRegistry, coreResourceTypes, type ResourceType } from "../scim/schema/registry.ts";
import type { ResourceTypeDefinition, SchemaDefinition } from "../scim/schema/schema.ts";
import { schemaChangeProblem } from "../scim/schema/schema-change.ts";
import type { Change, DefinitionKind } from "../storage/change.ts";
import type { Store } from "../storage/port.ts";
import { type Catalog, definitionsFrom, requireType, typesFrom } from "./catalog.ts";

/** Registers schemas and resource types of a tenant (RFC 7643 §6, §7); everything throws ScimError. */
export interface DefinitionAdmin {
  /** Throws invalidSyntax, invalidValue, tooLarge, or uniqueness when the URN is in use. */
  createSchema(tenantId: number, body: unknown): Promise<SchemaDefinition>;
  /** Throws what createSchema throws, notFound, mutability for a built-in one, conflict for what resources do not allow. */
  replaceSchema(tenantId: number, id: string, body: unknown): Promise<SchemaDefinition>;
  /** Throws notFound, mutability, or conflict while a resource type names it. */
  deleteSchema(tenantId: number, id: string): Promise<void>;
  /** Throws invalidSyntax, invalidValue, tooLarge, or uniqueness when the name or the endpoint is in use. */
  createResourceType(tenantId: number, body: unknown): Promise<ResourceType>;
  /** Throws what createResourceType throws, notFound, mutability, or conflict for what resources do not allow. */
  replaceResourceType(tenantId: number, name: string, body: unknown): Promise<ResourceType>;
  /** Throws notFound, mutability for a built-in one, or conflict while there are resources of it. */
  deleteResourceType(tenantId: number, name: string): Promise<void>;
}

/** What the changes of a tenant's definitions need. */
interface Workshop {
  readonly store: Store;
  /** One change at a time: each is judged by what the one before left. */
  inTurn<T>(tenantId: number, change: (types: Types) => Promise<T>): Promise<T>;
  /** Stores a definition, if a registry can be built with it. */
  put(tenantId: number, definition: DefinitionKind, key: string, value: object): Promise<Types>;
  remove(tenantId: number, change: Extract<Change, { kind: "deleteDefinition" }>): Promise<void>;
}

export function createDefinitionAdmin(store: Store, catalog: Catalog): DefinitionAdmin {
  const workshop = openWorkshop(store, catalog);
  return { ...schemaAdmin(workshop), ...typeAdmin(workshop) };
}

function openWorkshop(store: Store, catalog: Catalog): Workshop {
  let earlier: Promise<unknown> = Promise.resolve();

  async function commit(tenantId: number, change: Change): Promise<void> {
    const [result] = await store.commit([{ tenantId, changes: [change] }]);
    catalog.forget(tenantId);
    if (result?.applied !== false) return;
    if (result.refusal.kind !== "inUse") throw new ScimError("notFound");
    throw new ScimError("conflict", `There are ${result.refusal.resources} resources of this type; delete them first.`);
  }

  return {
    store,
    inTurn(tenantId, change) {
      const turn = earlier.then(async () => change(await catalog.typesOf(tenantId)));
      earlier = turn.catch(() => undefined);
      return turn;
    },
    async put(tenantId, definition, key, value) {
      const doc = JSON.stringify(value);
      const records = await store.definitions.all(tenantId);
      const others = records.filter((record) => record.definition !== definition || record.key !== key);
      typesFrom(definitionsFrom([...others, { definition, key, doc }]));
      await commit(tenantId, { kind: "putDefinition", definition, key, doc });
      return catalog.typesOf(tenantId);
    },
    remove: commit,
  };
}

type SchemaAdmin = Pick<DefinitionAdmin, "createSchema" | "replaceSchema" | "deleteSchema">;

function schemaAdmin({ store, inTurn, put, remove }: Workshop): SchemaAdmin {
  const save = async (tenantId: number, schema: SchemaDefinition): Promise<SchemaDefinition> => {
    await put(tenantId, "schema", keyOf(schema.id), schema);
    return schema;
  };
  return {
    createSchema: (tenantId, body) =>
      inTurn(tenantId, async ({ registry }) => {
        const schema = readSchemaDefinition(body);
        if (findSchema(registry.schemas, schema.id) !== undefined) throw taken("The id", schema.id);
        requireRoom("schemas", registry.schemas.length, schemasMax);
        requireNoClash(schema, registry.schemas);
        return save(tenantId, schema);
      }),

    replaceSchema: (tenantId, id, body) =>
      inTurn(tenantId, async (types) => {
        const before = requireSchema(types, id);
        const schema = readSchemaDefinition(body);
        if (schema.id !== before.id) throw new ScimError("mutability", `The id ${before.id} can not change.`);
        requireNoClash(
          schema,
          types.registry.schemas.filter((other) => other !== before),
        );
        requireNotUnique(types, before, schema);
        const problem = schemaChangeProblem(before, schema);
        const resources = problem === undefined ? 0 : await countOf(store, tenantId, typesWith(types, before));
        if (resources === 0) return save(tenantId, schema);
        throw new ScimError("conflict", `${problem}: there are ${resources} resources that may have it.`);
      }),

    deleteSchema: (tenantId, id) =>
      inTurn(tenantId, async (types) => {
        const schema = requireSchema(types, id);
        const users = typesWith(types, schema).map(({ name }) => name);
        if (users.length > 0)
          throw new ScimError("conflict", `The resource type ${users.join(", ")} names this schema.`);
        await remove(tenantId, { kind: "deleteDefinition", definition: "schema", key: keyOf(schema.id) });
      }),
  };
}

type TypeAdmin = Omit<DefinitionAdmin, keyof SchemaAdmin>;

function typeAdmin({ store, inTurn, put, remove }: Workshop): TypeAdmin {
  const save = async (tenantId: number, definition: ResourceTypeDefinition): Promise<ResourceType> =>
    requireType(await put(tenantId, "resourceType", definition.name, definition), definition.name);
  return {
    createResourceType: (tenantId, body) =>
      inTurn(tenantId, async (types) => {
        const definition = readResourceTypeDefinition(body);
        requireRoom("resource types", types.byName.size, resourceTypesMax);
        requireFree(types, definition, undefined);
        return save(tenantId, withSchemas(types, definition));
      }),

    replaceResourceType: (tenantId, name, body) =>
      inTurn(tenantId, async (types) => {
        const before = requireType(types, name);
        const read = readResourceTypeDefinition(body);
        if (read.name !== before.name) throw new ScimError("mutability", `The name ${before.name} can not change.`);
        const definition = withSchemas(types, read);
        requireFree(types, definition, before);
        await requireKeeps(store, tenantId, before, definition);
        return save(tenantId, definition);
      }),

    deleteResourceType: (tenantId, name) =>
      inTurn(tenantId, async (types) => {
        const { name: key } = requireType(types, name);
        if (isBuiltInType(key)) throw new ScimError("mutability", `${key} is built in and can not be deleted.`);
        await remove(tenantId, { kind: "deleteDefinition", definition: "resourceType", key, emptyType: key });
      }),
  };
}

/** What nobody registers and nobody changes. */
const builtInSchemas: readonly SchemaDefinition[] = [...coreRegistry.schemas, ...configurationSchemas];

const keyOf = (id: string): string => id.toLowerCase();

function findSchema(schemas: readonly SchemaDefinition[], id: string): SchemaDefinition | undefined {
  return schemas.find((schema) => keyOf(schema.id) === keyOf(id));
}

function isBuiltInType(name: string): boolean {
  return coreResourceTypes.some((type) => type.name === name);
}

function taken(what: string, value: string): ScimError {
  return new ScimError("uniqueness", `${what} ${JSON.stringify(value)} is in use.`);
}

function requireRoom(what: string, count: number, max: number): void {
  if (count >= max) throw new ScimError("tooLarge", `There are ${count} ${what}; at most ${max} are accepted.`);
}

function requireNoClash(schema: SchemaDefinition, others: readonly SchemaDefinition[]): void {
  const clash = pathClash(schema, others);
  if (clash !== undefined) throw new ScimError("invalidValue", `${clash}.`);
}

/** The schema of that URN, if it may change. */
function requireSchema({ registry }: Types, id: string): SchemaDefinition {
  const builtIn = findSchema(builtInSchemas, id);
  if (builtIn !== undefined) throw new ScimError("mutability", `${builtIn.id} is built in and can not be changed.`);
  const schema = findSchema(registry.schemas, id);
  if (schema !== undefined) return schema;
  throw new ScimError("notFound", `Schema ${JSON.stringify(id.slice(0, 200))} does not exist.`);
}

/** Neither name nor endpoint may be another type's, in any case. */
function requireFree({ byName }: Types, wanted: ResourceTypeDefinition, before: ResourceType | undefined): void {
  const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();
  for (const { type } of byName.values()) {
    if (type === before) continue;
    if (same(type.name, wanted.name)) throw taken("The name", wanted.name);
    if (same(type.endpoint, wanted.endpoint)) throw taken("The endpoint", wanted.endpoint);
  }
}

/**
 * The definition with the URNs of its schemas as they are registered.
 *
 * @throws ScimError invalidValue for a schema that is not there, or that can not be what the type makes of it
 */
function withSchemas({ registry }: Types, definition: ResourceTypeDefinition): ResourceTypeDefinition {
  const schemaAt = (place: string, urn: string): SchemaDefinition => {
    const schema = findSchema(registry.schemas, urn);
    if (schema === undefined) throw badSchema(place, urn, "is not registered; register it first");
    // Passwords and memberships are no values of a document, and of no other type.
    const owner = coreResourceTypes.find((type) => type.schema === schema.id)?.name;
    if (owner === undefined || (place === "schema" && owner === definition.name)) return schema;
    throw badSchema(place, urn, `is the schema of ${owner} alone`);
  };
  const { id } = schemaAt("schema", definition.schema);
  const schemaExtensions = definition.schemaExtensions.map(({ schema, required }, index) => {
    const place = `schemaExtensions[${index}].schema`;
    const extension = schemaAt(place, schema);
    const unique = uniqueIn(extension);
    if (unique === undefined) return { schema: extension.id, required };
    throw badSchema(place, schema, `can not be an extension: ${unique} is unique, which a base schema alone may have`);
  });
  return { ...definition, schema: id, schemaExtensions };
}

function badSchema(place: string, urn: string, what: string): ScimError {
  return new ScimError("invalidValue", `${place} ${JSON.stringify(urn)} ${what}.`);
}

/** The name of the attribute of which no two resources may have one value. */
function uniqueIn({ attributes }: SchemaDefinition): string | undefined {
  return attributes.find(({ uniqueness }) => uniqueness !== "none")?.name;
}

/** The store knows the unique value of a base schema: no extension may come to have one. */
function requireNotUnique({ registry }: Types, before: SchemaDefinition, after: SchemaDefinition): void {
  const unique = uniqueIn(after);
  const extended = registry.resourceTypes.filter(({ extensions }) =>
    extensions.some(({ schema }) => schema === before),
  );
  if (unique === undefined || extended.length === 0) return;
  const names = extended.map(({ name }) => name).join(", ");
  throw new ScimError("invalidValue", `${unique} can not be unique: the schema is an extension of ${names}.`);
}

function typesWith({ registry }: Types, schema: SchemaDefinition): readonly ResourceType[] {
  return registry.resourceTypes.filter(
    ({ base, extensions }) => base === schema || extensions.some((extension) => extension.schema === schema),
  );
}

async function countOf(store: Store, tenantId: number, types: readonly ResourceType[]): Promise<number> {
  if (types.length === 0) return 0;
  const { total } = await store.resources.list({
    tenantId,
    types: types.map((type) => ({ type })),
    start: { offset: 0 },
    limit: 0,
  });
  return total;
}

/**
 * A type keeps, while there are resources, everything that these rely on; a built-in one also without.
 *
 * @throws ScimError mutability or conflict
 */
async function requireKeeps(
  store: Store,
  tenantId: number,
  before: ResourceType,
  after: ResourceTypeDefinition,
): Promise<void> {
  const isMoved = after.endpoint !== before.endpoint || after.schema !== before.base.id;
  if (isMoved && isBuiltInType(before.name)) {
    throw new ScimError("mutability", `${before.name} is built in: its endpoint and its schema can not change.`);
  }
  const wasRequired = new Set(before.extensions.filter(({ required }) => required).map(({ schema }) => schema.id));
  const demanded = after.schemaExtensions.find(({ schema, required }) => required && !wasRequired.has(schema));
  const resources = isMoved || demanded !== undefined ? await countOf(store, tenantId, [before]) : 0;
  if (resources > 0) {
    const what = isMoved ? "Its endpoint and its schema can not change" : `${demanded?.schema} can not become required`;
    throw new ScimError("conflict", `${what}: there are ${resources} resources of the type.`);
  }
  const kept = new Set(after.schemaExtensions.map(({ schema }) => schema));
  for (const { schema } of before.extensions) {
    if (kept.has(schema.id)) continue;
    const resources = await countWith(store, tenantId, before, schema.id);
    if (resources === 0) continue;
    throw new ScimError("conflict", `${resources} resources have values of ${schema.id}; remove these first.`);
  }
}

/** How many resources of a type have values of an extension. */
async function countWith(store: Store, tenantId: number, type: ResourceType, urn: string): Promise<number> {
  const filter = bindFilter(compare({ name: "schemas" }, "eq", urn, 0), type, strictProfile);
  const { total } = await store.resources.list({ tenantId, types: [{ type, filter }], start: { offset: 0 }, limit: 0 });
  return total;
}
