import type { Features } from "../scim/discovery.ts";
import type { JsonObject } from "../scim/json.ts";
import { commonAttributes } from "../scim/schema/common.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import type { AttributeDefinition } from "../scim/schema/schema.ts";
import { enterpriseUserUrn } from "../scim/urn.ts";
import { core1Urn, enterprise1Urn } from "./urn.ts";

/** What the server supports, as SCIM 1.1 asks for it (draft-scim-core-schema-01 §9). */
export function serviceProviderConfigs({ bulk }: Pick<Features, "bulk">, base: string): JsonObject {
  return {
    schemas: [core1Urn],
    patch: { supported: true },
    bulk: { ...bulk },
    // Every match is in the one list that there is.
    filter: { supported: true, maxResults: 2_147_483_647 },
    changePassword: { supported: true },
    sort: { supported: false },
    etag: { supported: false },
    xmlDataFormat: { supported: false },
    authenticationSchemes: [
      {
        name: "HTTP Basic",
        description: "userName and password of an account with a role.",
        specUrl: "https://www.rfc-editor.org/info/rfc7617",
        type: "httpbasic",
        primary: true,
      },
      {
        name: "OAuth Bearer Token",
        description: "A token made by an administrator, in the Authorization header.",
        specUrl: "https://www.rfc-editor.org/info/rfc6750",
        type: "oauthbearertoken",
      },
    ],
    meta: { location: `${base}/ServiceProviderConfigs` },
  };
}

/** A resource type as a Schema resource of SCIM 1.1, which describes the resource (draft-scim-core-schema-01 §10). */
export function schemaResource1(type: ResourceType, base: string): JsonObject {
  const { name, endpoint } = type;
  const id = endpoint.slice(1);
  const own = [...commonAttributes.filter((attribute) => attribute.name !== "schemas"), ...type.base.attributes];
  const more = type.extensions.flatMap(({ schema }) => {
    const urn = schema.id === enterpriseUserUrn ? enterprise1Urn : schema.id;
    return schema.attributes.map((attribute) => described(attribute, urn));
  });
  return {
    schemas: [core1Urn],
    id,
    name,
    description: `Core ${name}`,
    schema: core1Urn,
    endpoint,
    attributes: [...own.map((attribute) => described(attribute, core1Urn)), ...more],
    meta: { location: `${base}/Schemas/${id}` },
  };
}

/** Parts of an attribute that SCIM 1.1 does not have. */
const unknownParts: ReadonlySet<string> = new Set(["$ref", "resourceType", "version"]);

function described(attribute: AttributeDefinition, schema: string): JsonObject {
  const { name, multiValued, subAttributes = [] } = attribute;
  const isManager = schema === enterprise1Urn && name === "manager";
  const parts = subAttributes
    .filter((part) => !unknownParts.has(part.name))
    .map((part) => ({ ...characteristics(part), ...(isManager && part.name === "value" && { name: "managerId" }) }));
  return {
    ...characteristics(attribute),
    schema,
    multiValued,
    ...(multiValued && { multiValuedAttributeChildName: name.replace(/(ss)es$|s$/, "$1") }),
    ...(parts.length > 0 && { subAttributes: parts }),
  };
}

const types: Readonly<Record<string, string>> = {
  complex: "complex",
  boolean: "boolean",
  decimal: "decimal",
  integer: "integer",
  dateTime: "dateTime",
  binary: "binary",
};

function characteristics(attribute: AttributeDefinition): JsonObject {
  const { name, type, description, mutability, required, caseExact, canonicalValues } = attribute;
  return {
    name,
    type: types[type] ?? "string",
    description,
    readOnly: mutability === "readOnly",
    required,
    caseExact,
    ...(canonicalValues !== undefined && { canonicalValues: [...canonicalValues] }),
  };
}
