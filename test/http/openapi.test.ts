import { describe, expect, test } from "bun:test";
import { version } from "../../src/assets.ts";
import { openApiText } from "../../src/http/app.ts";
import { commonAttributes } from "../../src/scim/schema/common.ts";
import { coreRegistry } from "../../src/scim/schema/registry.ts";
import type { AttributeDefinition, AttributeType } from "../../src/scim/schema/schema.ts";
import { describedApp } from "../../src/server.ts";
import { typeNamed } from "../support/scim.ts";
import { type Body, object } from "../support/server.ts";
import { openapi } from "./routes.ts";

const committed = new URL("../../openapi.json", import.meta.url);

test("openapi.json is what the routes say; if it is not: bun run openapi", async () => {
  const current = openApiText(describedApp(), version);
  const isStale = (await Bun.file(committed).text()) !== current;
  expect(isStale ? "openapi.json is stale: bun run openapi" : "fresh").toBe("fresh");
});

test("the document says its version, its title and that its paths start at the root", () => {
  expect(openapi.openapi).toBe("3.1.0");
  expect(openapi.info).toMatchObject({ title: "Muster", version });
  expect(openapi.servers).toEqual([{ url: "/" }]);
});

const componentOf = (name: string): Body => object(object(object(openapi.components).schemas)[name]);

/** What JSON Schema says of a value of each type (RFC 7643 §2.3). */
const jsonTypes: Readonly<Record<AttributeType, Body>> = {
  string: { type: "string" },
  boolean: { type: "boolean" },
  decimal: { type: "number" },
  integer: { type: "integer" },
  dateTime: { type: "string", format: "date-time" },
  reference: { type: "string", format: "uri-reference" },
  binary: { type: "string", contentEncoding: "base64" },
  complex: { type: "object" },
};

/** Every attribute and sub-attribute with the component's schema at its place. */
function walk(
  attributes: readonly AttributeDefinition[],
  schema: Body,
  prefix = "",
): [string, AttributeDefinition, Body][] {
  return attributes.flatMap((attribute) => {
    const name = prefix + attribute.name;
    const found = object(schema.properties)[attribute.name];
    const described = found === undefined ? {} : object(found);
    const value = attribute.multiValued && described.items !== undefined ? object(described.items) : described;
    const below =
      attribute.subAttributes === undefined || value.properties === undefined ? [] : attribute.subAttributes;
    return [[name, attribute, described], ...walk(below, value, `${name}.`)];
  });
}

/** The number of attributes, with those inside of others. */
function count(attributes: readonly AttributeDefinition[]): number {
  return attributes.reduce((sum, { subAttributes = [] }) => sum + 1 + count(subAttributes), 0);
}

const places = [
  ...coreRegistry.resourceTypes.map((type) => [type.name, [...commonAttributes, ...type.base.attributes]] as const),
  ...coreRegistry.resourceTypes.flatMap(({ extensions }) =>
    extensions.map(({ schema }) => [schema.name, schema.attributes] as const),
  ),
];

describe.each(places)("the component %s", (name, attributes) => {
  const walked = walk(attributes, componentOf(name));

  test("has every attribute of its schema", () => {
    expect(walked.length).toBe(count(attributes));
  });

  test.each(walked)("describes %s with its type and who may set it", (_, attribute, described) => {
    const value = attribute.multiValued ? object(described.items) : described;
    if (attribute.multiValued) expect(described.type).toBe("array");
    expect(value).toMatchObject(jsonTypes[attribute.type]);
    expect(described.description).toBe(attribute.description);
    expect(described.readOnly ?? false).toBe(attribute.mutability === "readOnly");
    expect(described.writeOnly ?? false).toBe(attribute.mutability === "writeOnly");
    expect(value.enum, "canonical values are suggestions").toBeUndefined();
  });

  test("demands what its schema demands, and nothing else", () => {
    const required = attributes.filter((attribute) => attribute.required).map((attribute) => attribute.name);
    expect(componentOf(name).required ?? []).toEqual(required);
  });
});

test("the component User has its extension under the extension's URN", () => {
  const properties = object(componentOf("User").properties);
  for (const { schema } of typeNamed("User").extensions) {
    expect(properties[schema.id]).toEqual({ $ref: `#/components/schemas/${schema.name}` });
  }
});
