import { describe, expect, test } from "bun:test";
import { resourceTypeResource, schemaResource, serviceProviderConfig } from "../../../src/scim/discovery.ts";
import { isJsonObject, type JsonObject } from "../../../src/scim/json.ts";
import { commonAttributes } from "../../../src/scim/schema/common.ts";
import { configurationSchemas } from "../../../src/scim/schema/configuration.ts";
import { coreRegistry, findAttribute } from "../../../src/scim/schema/registry.ts";
import type { AttributeDefinition, SchemaDefinition } from "../../../src/scim/schema/schema.ts";
import { resourceTypeUrn, schemaUrn, serviceProviderConfigUrn } from "../../../src/scim/urn.ts";

function schemaOf(urn: string): SchemaDefinition {
  const schema = configurationSchemas.find(({ id }) => id === urn);
  if (schema === undefined) throw new Error(`no schema ${urn}`);
  return schema;
}

/** An attribute and all inside it, a line each: its path, how many, its type, and what departs from the defaults. */
function lines(attributes: readonly AttributeDefinition[], prefix = ""): readonly string[] {
  return attributes.flatMap(({ name, type, multiValued, required, caseExact, uniqueness, subAttributes = [] }) => {
    const path = `${prefix}${name}${multiValued ? "[]" : ""}`;
    const departures = [
      required && "required",
      caseExact && "exact",
      uniqueness !== "none" && `unique in ${uniqueness}`,
    ];
    return [[`${path}: ${type}`, ...departures].filter(Boolean).join(", "), ...lines(subAttributes, `${path}.`)];
  });
}

describe("the schema of each configuration resource is that of RFC 7643 §8.7.2, with its errata", () => {
  test("D-1 ServiceProviderConfig, with the pagination of RFC 9865", () => {
    const supported = (name: string) => [`${name}: complex, required`, `${name}.supported: boolean, required`];
    expect(lines(schemaOf(serviceProviderConfigUrn).attributes)).toEqual([
      "documentationUri: reference, exact",
      ...supported("patch"),
      ...supported("bulk"),
      "bulk.maxOperations: integer, required",
      "bulk.maxPayloadSize: integer, required",
      ...supported("filter"),
      "filter.maxResults: integer, required",
      ...supported("changePassword"),
      ...supported("sort"),
      ...supported("etag"),
      "authenticationSchemes[]: complex, required",
      "authenticationSchemes[].type: string, required",
      "authenticationSchemes[].name: string, required",
      "authenticationSchemes[].description: string, required",
      "authenticationSchemes[].specUri: reference, exact",
      "authenticationSchemes[].documentationUri: reference, exact",
      "authenticationSchemes[].primary: boolean",
      "pagination: complex",
      "pagination.cursor: boolean, required",
      "pagination.index: boolean, required",
      "pagination.defaultPaginationMethod: string",
      "pagination.defaultPageSize: integer",
      "pagination.maxPageSize: integer",
      "pagination.cursorTimeout: integer",
    ]);
  });

  test("D-11 ResourceType", () => {
    expect(lines(schemaOf(resourceTypeUrn).attributes)).toEqual([
      "id: string",
      "name: string, required, exact, unique in server",
      "description: string",
      "endpoint: reference, required, exact, unique in server",
      "schema: reference, required, exact",
      "schemaExtensions[]: complex, required",
      "schemaExtensions[].schema: reference, required, exact",
      "schemaExtensions[].required: boolean, required",
    ]);
  });

  test("D-16 Schema, in which complex attributes nest", () => {
    const characteristics = (prefix: string) => [
      `${prefix}.name: string, required, exact`,
      `${prefix}.type: string, required`,
      `${prefix}.multiValued: boolean, required`,
      `${prefix}.description: string, exact`,
      `${prefix}.required: boolean`,
      `${prefix}.canonicalValues[]: string, exact`,
      `${prefix}.caseExact: boolean`,
      `${prefix}.mutability: string, exact`,
      `${prefix}.returned: string, exact`,
      `${prefix}.uniqueness: string, exact`,
      `${prefix}.referenceTypes[]: string, exact`,
    ];
    expect(lines(schemaOf(schemaUrn).attributes)).toEqual([
      "id: string, required",
      "name: string, required",
      "description: string",
      "attributes[]: complex, required",
      ...characteristics("attributes[]"),
      "attributes[].subAttributes[]: complex",
      ...characteristics("attributes[].subAttributes[]"),
    ]);
  });

  test("D-16 every type of an attribute is named, and complex inside none", () => {
    const { subAttributes = [] } = findAttribute(schemaOf(schemaUrn).attributes, "attributes") ?? {};
    const { subAttributes: inside = [] } = findAttribute(subAttributes, "subAttributes") ?? {};
    const simple = ["binary", "boolean", "dateTime", "decimal", "integer", "reference", "string"];
    expect(findAttribute(subAttributes, "type")?.canonicalValues?.toSorted()).toEqual(
      [...simple, "complex"].toSorted(),
    );
    expect(findAttribute(inside, "type")?.canonicalValues?.toSorted()).toEqual(simple);
  });
});

describe("every attribute", () => {
  const withInside = (each: AttributeDefinition): readonly AttributeDefinition[] => [
    each,
    ...(each.subAttributes ?? []).flatMap(withInside),
  ];
  const everything = configurationSchemas.flatMap(({ attributes }) => attributes).flatMap(withInside);

  test("AM-2 is read-only, is shown by default, and has a description", () => {
    for (const { mutability, returned, description } of everything) {
      expect([mutability, returned]).toEqual(["readOnly", "default"]);
      expect(description.length).toBeGreaterThan(5);
    }
  });

  test("that is complex has sub-attributes and that is a reference says to what; no other does", () => {
    for (const { name, type, subAttributes, referenceTypes } of everything) {
      expect(subAttributes !== undefined, name).toBe(type === "complex");
      expect(referenceTypes !== undefined, name).toBe(type === "reference");
    }
  });
});

/** The paths in an object that the attributes do not have. */
function strangers(object: JsonObject, attributes: readonly AttributeDefinition[], prefix = ""): readonly string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const attribute = attributes.find((candidate) => candidate.name === name);
    if (attribute === undefined) return [prefix + name];
    const values = Array.isArray(value) ? value : [value];
    expect(Array.isArray(value), prefix + name).toBe(attribute.multiValued);
    return values.flatMap((one) =>
      isJsonObject(one) ? strangers(one, attribute.subAttributes ?? [], `${prefix}${name}.`) : [],
    );
  });
}

const features = { bulk: { supported: false, maxOperations: 1, maxPayloadSize: 1 }, patch: true, sort: true };
const base = "https://example.com/scim/v2";
const shown: readonly (readonly [string, string, JsonObject])[] = [
  ["ServiceProviderConfig", serviceProviderConfigUrn, serviceProviderConfig(features, base)],
  ...coreRegistry.resourceTypes.map(
    (type) => [`the resource type ${type.name}`, resourceTypeUrn, resourceTypeResource(type, base)] as const,
  ),
  ...[...coreRegistry.schemas, ...configurationSchemas].map(
    (schema) => [`the schema ${schema.name}`, schemaUrn, schemaResource(schema, base)] as const,
  ),
];

test.each(shown)("D-9 %s is made of what its schema has", (_, urn, resource) => {
  // The schema of schemas nests once more than it can say of others.
  const deeper = resource.id === schemaUrn ? ["attributes.subAttributes.subAttributes"] : [];
  expect(strangers(resource, [...commonAttributes, ...schemaOf(urn).attributes])).toEqual(deeper);
});
