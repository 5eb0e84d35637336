import type { AttributePath } from "../path.ts";
import { commonAttributes } from "./common.ts";
import { enterpriseUserSchema } from "./enterprise-user.ts";
import { groupSchema } from "./group.ts";
import { sapUserSchema } from "./sap-user.ts";
import type { AttributeDefinition, ResourceTypeDefinition, SchemaDefinition } from "./schema.ts";
import { userSchema } from "./user.ts";

/** A resource type with its schemas looked up. */
export interface ResourceType {
  readonly name: string;
  /** The path segment under the base URI, with its slash: `/Users`. */
  readonly endpoint: string;
  readonly description: string;
  readonly base: SchemaDefinition;
  readonly extensions: readonly { readonly schema: SchemaDefinition; readonly required: boolean }[];
}

/** An attribute path that names something: the attribute, its sub-attribute, and where in the document it stands. */
export interface BoundPath {
  /** The URN of the extension under whose key the attribute stands; absent for core and common attributes. */
  readonly extension?: string;
  readonly attribute: AttributeDefinition;
  readonly sub?: AttributeDefinition;
}

/** The schemas and resource types of one tenant. */
export interface Registry {
  readonly schemas: readonly SchemaDefinition[];
  readonly resourceTypes: readonly ResourceType[];
}

/**
 * Looks the schemas of the resource types up.
 *
 * @throws Error when a resource type names a schema that is not there: a mistake of the caller, not of a client.
 */
export function buildRegistry(
  schemas: readonly SchemaDefinition[],
  definitions: readonly ResourceTypeDefinition[],
): Registry {
  const find = (urn: string): SchemaDefinition => {
    const schema = schemas.find((candidate) => candidate.id === urn);
    if (schema === undefined) throw new Error(`no schema ${urn}`);
    return schema;
  };
  const resourceTypes = definitions.map(({ name, endpoint, description, schema, schemaExtensions }) =>
    Object.freeze({
      name,
      endpoint,
      description,
      base: find(schema),
      extensions: schemaExtensions.map((extension) => ({
        schema: find(extension.schema),
        required: extension.required,
      })),
    }),
  );
  return Object.freeze({ schemas, resourceTypes });
}

/**
 * Which end of memberships a type shows: `members`, kept as rows and not in the document, or `groups`. Memberships are
 * between any resources, but only RFC 7643's own schemas show them.
 */
export function membershipOf({ base }: ResourceType): "members" | "groups" | undefined {
  if (base.id === groupSchema.id) return "members";
  return base.id === userSchema.id ? "groups" : undefined;
}

/** Finds the attribute of that name, in any case. */
export function findAttribute(
  attributes: readonly AttributeDefinition[],
  name: string,
): AttributeDefinition | undefined {
  const key = name.toLowerCase();
  return attributes.find((attribute) => attribute.name.toLowerCase() === key);
}

/**
 * Binds a path to a resource type's schemas (RFC 7644 §3.10). A bare name is looked for in the common
 * attributes, the base schema and then, when just one of them has it, in the extensions.
 *
 * @returns undefined when no schema of the type has that attribute or sub-attribute.
 */
export function bindPath(type: ResourceType, path: AttributePath): BoundPath | undefined {
  const found = findPlace(type, path);
  if (found === undefined || path.sub === undefined) return found;
  const sub = findAttribute(found.attribute.subAttributes ?? [], path.sub);
  return sub === undefined ? undefined : { ...found, sub };
}

function findPlace(type: ResourceType, path: AttributePath): BoundPath | undefined {
  const urn = path.urn?.toLowerCase();
  if (urn === undefined || urn === type.base.id.toLowerCase()) {
    const attribute = findAttribute(commonAttributes, path.name) ?? findAttribute(type.base.attributes, path.name);
    if (attribute !== undefined) return { attribute };
  }
  const places: BoundPath[] = [];
  for (const { schema } of type.extensions) {
    if (urn !== undefined && urn !== schema.id.toLowerCase()) continue;
    const attribute = findAttribute(schema.attributes, path.name);
    if (attribute !== undefined) places.push({ extension: schema.id, attribute });
  }
  return places.length === 1 ? places[0] : undefined;
}

/** How a bound path is written to people: the shortest text that binds to it again. */
export function boundPathText(path: BoundPath): string {
  const name = path.sub === undefined ? path.attribute.name : `${path.attribute.name}.${path.sub.name}`;
  return path.extension === undefined ? name : `${path.extension}:${name}`;
}

/** User with the enterprise extension, and Group. */
export const coreResourceTypes: readonly ResourceTypeDefinition[] = Object.freeze([
  {
    name: "User",
    endpoint: "/Users",
    description: userSchema.description,
    schema: userSchema.id,
    schemaExtensions: [
      { schema: enterpriseUserSchema.id, required: false },
      { schema: sapUserSchema.id, required: false },
    ],
  },
  {
    name: "Group",
    endpoint: "/Groups",
    description: groupSchema.description,
    schema: groupSchema.id,
    schemaExtensions: [],
  },
]);

/** What every tenant has. */
export const coreRegistry: Registry = buildRegistry(
  [userSchema, enterpriseUserSchema, sapUserSchema, groupSchema],
  coreResourceTypes,
);
