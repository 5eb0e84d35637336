import { coreRegistry, membershipOf, type Registry, type ResourceType } from "../schema/registry.ts";
import type { AttributeDefinition } from "../schema/schema.ts";
import { userUrn } from "../urn.ts";
import { hasImmutable } from "./immutable.ts";
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
  /** Whether a replacement must leave some values as they are (RFC 7644 §3.5.1). */
  readonly hasImmutable: boolean;
  /** Whether a resource is active unless somebody says otherwise: users are (RFC 7643 §4.1.1). */
  readonly hasActive: boolean;
}

/** True for an attribute that is shown only to those who name it, or that has such a part. */
function isRequested({ returned, subAttributes = [] }: AttributeDefinition): boolean {
  return returned === "request" || subAttributes.some(isRequested);
}

/** Derives everything from a type's schemas. */
export function compileType(type: ResourceType): CompiledType {
  return Object.freeze({
    type,
    read: compileResource(type),
    unique: type.base.attributes.find(({ uniqueness }) => uniqueness !== "none"),
    membership: membershipOf(type),
    hasRequested: [type.base, ...type.extensions.map(({ schema }) => schema)].some(({ attributes }) =>
      attributes.some(isRequested),
    ),
    hasImmutable: hasImmutable(type),
    hasActive: type.base.id === userUrn,
  });
}

/** The resource types of a tenant, compiled. */
export interface Types {
  readonly registry: Registry;
  readonly byName: ReadonlyMap<string, CompiledType>;
  /** By the path segment of their endpoint, in lower case. */
  readonly byEndpoint: ReadonlyMap<string, CompiledType>;
}

/** Compiles the types of a registry. */
export function compileTypes(registry: Registry): Types {
  const compiled = registry.resourceTypes.map(compileType);
  return Object.freeze({
    registry,
    byName: new Map(compiled.map((each) => [each.type.name, each])),
    byEndpoint: new Map(compiled.map((each) => [each.type.endpoint.slice(1).toLowerCase(), each])),
  });
}

/** The types that every tenant has. */
export const coreTypes: Types = compileTypes(coreRegistry);

/** The User type of these: what imports make and accounts are. */
export function userTypeOf(types: Types): CompiledType {
  return builtIn(types, "User");
}

/** The type of these that has members. */
export function groupTypeOf(types: Types): CompiledType {
  return builtIn(types, "Group");
}

function builtIn({ byName }: Types, name: string): CompiledType {
  const type = byName.get(name);
  if (type === undefined) throw new Error(`no resource type ${name}`);
  return type;
}
