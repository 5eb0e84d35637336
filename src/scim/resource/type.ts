import { coreRegistry, findAttribute, type Registry, type ResourceType } from "../schema/registry.ts";
import type { AttributeDefinition } from "../schema/schema.ts";
import { compileResource, type ReadResourceBody } from "./resource.ts";

/** A resource type with everything that is derived from its schemas once. */
export interface CompiledType {
  readonly type: ResourceType;
  readonly read: ReadResourceBody;
  /** The attribute that no two resources of the tenant may share: `userName`; undefined where there is none. */
  readonly unique: AttributeDefinition | undefined;
  /** Which end of memberships the type shows: `members`, kept as rows and not in the document, or `groups`. */
  readonly membership: "members" | "groups" | undefined;
  /** Whether some attribute is shown only to those who name it. */
  readonly hasRequested: boolean;
  /** Whether a resource is active unless somebody says otherwise (RFC 7643 §4.1.1). */
  readonly hasActive: boolean;
}

/** Derives everything from a type's schemas. */
export function compileType(type: ResourceType): CompiledType {
  const has = (name: string): boolean => findAttribute(type.base.attributes, name) !== undefined;
  return Object.freeze({
    type,
    read: compileResource(type),
    unique: type.base.attributes.find(({ uniqueness }) => uniqueness !== "none"),
    membership: has("members") ? "members" : has("groups") ? "groups" : undefined,
    hasRequested: [type.base, ...type.extensions.map(({ schema }) => schema)].some(({ attributes }) =>
      attributes.some(({ returned }) => returned === "request"),
    ),
    hasActive: has("active"),
  });
}

/** The compiled types of a registry, by name. */
export function compileTypes(registry: Registry): ReadonlyMap<string, CompiledType> {
  return new Map(registry.resourceTypes.map((type) => [type.name, compileType(type)]));
}

/** The User type that is always there: what imports make and accounts are. */
export function coreUserType(): CompiledType {
  const user = coreRegistry.resourceTypes.find(({ name }) => name === "User");
  if (user === undefined) throw new Error("no resource type User");
  return compileType(user);
}
