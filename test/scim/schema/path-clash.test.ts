import { expect, test } from "bun:test";
import { pathClash } from "../../../src/scim/schema/path-clash.ts";
import { attribute, type SchemaDefinition } from "../../../src/scim/schema/schema.ts";

const schema = (id: string): SchemaDefinition => ({
  id,
  name: "Some",
  description: "",
  attributes: [attribute("number", "A number.")],
});
const badge = schema("urn:example:Badge");

test.each([
  ["urn:example:Badge:number", "urn:example:Badge"],
  ["urn:example:BADGE:Number", "urn:example:Badge"],
  ["urn:example:Badge:number.part", "urn:example:Badge"],
  ["urn:example:Badge:externalId", "urn:example:Badge"],
])("PA-16 %s is a path into %s, in whichever order they come", (id, owner) => {
  const clash = `${id} would name both a schema and an attribute of ${owner}`;
  expect(pathClash(schema(id), [schema("urn:example:Other"), badge])).toBe(clash);
  expect(pathClash(badge, [schema("urn:example:Other"), schema(id)])).toBe(clash);
});

test.each(["urn:example:Badge", "urn:example:number", "urn:example:Badge:colour", "urn:example:Badge:number:Old"])(
  "PA-16 %s stands beside urn:example:Badge",
  (id) => {
    expect(pathClash(schema(id), [badge])).toBeUndefined();
  },
);
