import type { JsonObject } from "./json.ts";
import { cursorSecondsMax, pageResourcesDefault, pageResourcesMax } from "./limits.ts";
import type { ResourceType } from "./schema/registry.ts";
import type { SchemaDefinition } from "./schema/schema.ts";
import { resourceTypeUrn, schemaUrn, serviceProviderConfigUrn } from "./urn.ts";

/** What a server offers beside the engine. */
export interface Features {
  readonly bulk: { readonly supported: boolean; readonly maxOperations: number; readonly maxPayloadSize: number };
  readonly patch: boolean;
  readonly sort: boolean;
}

/** The ServiceProviderConfig resource (RFC 7643 §5, RFC 7644 §4). `base` is the URI of the SCIM endpoints. */
export function serviceProviderConfig(features: Features, base: string): JsonObject {
  return {
    schemas: [serviceProviderConfigUrn],
    patch: { supported: features.patch },
    bulk: { ...features.bulk },
    filter: { supported: true, maxResults: pageResourcesMax },
    changePassword: { supported: true },
    sort: { supported: features.sort },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: "index",
      defaultPageSize: pageResourcesDefault,
      maxPageSize: pageResourcesMax,
      cursorTimeout: cursorSecondsMax,
    },
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "Bearer token",
        description: "A token made by an administrator, in the Authorization header.",
        specUri: "https://www.rfc-editor.org/info/rfc6750",
        primary: true,
      },
      {
        type: "httpbasic",
        name: "Basic",
        description: "userName and password of an account with a role.",
        specUri: "https://www.rfc-editor.org/info/rfc7617",
      },
    ],
    meta: { resourceType: "ServiceProviderConfig", location: `${base}/ServiceProviderConfig` },
  };
}

/** A resource type as a resource (RFC 7643 §6). */
export function resourceTypeResource(type: ResourceType, base: string): JsonObject {
  const extensions = type.extensions.map(({ schema, required }) => ({ schema: schema.id, required }));
  return {
    schemas: [resourceTypeUrn],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.base.id,
    ...(extensions.length > 0 && { schemaExtensions: extensions }),
    meta: { resourceType: "ResourceType", location: `${base}/ResourceTypes/${type.name}` },
  };
}

/** A schema as a resource (RFC 7643 §7). */
export function schemaResource({ id, name, description, attributes }: SchemaDefinition, base: string): JsonObject {
  return {
    schemas: [schemaUrn],
    id,
    name,
    description,
    attributes: attributes.map(attributeJson),
    meta: { resourceType: "Schema", location: `${base}/Schemas/${id}` },
  };
}

function attributeJson({
  subAttributes,
  indexed: _,
  ...characteristics
}: SchemaDefinition["attributes"][number]): JsonObject {
  return {
    ...characteristics,
    ...(subAttributes !== undefined && { subAttributes: subAttributes.map(attributeJson) }),
  };
}
