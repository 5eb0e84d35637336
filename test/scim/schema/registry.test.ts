import { describe, expect, test } from "bun:test";
import { parseAttributePath } from "../../../src/scim/path.ts";
import {
  bindPath,
  boundPathText,
  buildRegistry,
  coreRegistry,
  findAttribute,
  type ResourceType,
} from "../../../src/scim/schema/registry.ts";
import { attribute } from "../../../src/scim/schema/schema.ts";
import { userSchema } from "../../../src/scim/schema/user.ts";
import { enterpriseUserUrn, userUrn } from "../../../src/scim/urn.ts";
import { typeNamed } from "../../support/scim.ts";

const user = typeNamed("User");

/** Where a path leads, as the shortest text that leads there; "nowhere" when it does not. */
function placeOf(text: string, type: ResourceType = user): string {
  const path = parseAttributePath(text);
  const bound = path && bindPath(type, path);
  return bound === undefined ? "nowhere" : boundPathText(bound);
}

describe("bindPath", () => {
  const department = `${enterpriseUserUrn}:department`;
  const manager = `${enterpriseUserUrn}:manager`;
  test.each([
    ["S-1", "USERNAME", "userName"],
    ["C-12", "id", "id"],
    ["C-12", "META.lastmodified", "meta.lastModified"],
    ["F-25", "name.GIVENNAME", "name.givenName"],
    ["F-25", `${userUrn}:userName`, "userName"],
    ["F-25", `${userUrn.toUpperCase()}:name.familyName`, "name.familyName"],
    ["F-25", `${userUrn}:id`, "id"],
    ["E-4", department, department],
    ["E-4", `${manager}.value`, `${manager}.value`],
    ["E-4 AM-1", `${manager}.$ref`, `${manager}.$ref`],
    ["F-26", department.toUpperCase(), department],
    ["E-5", "department", department],
    ["E-5", "manager.displayName", `${manager}.displayName`],
    ["F-34", "favouriteColour", "nowhere"],
    ["F-34", "name.petName", "nowhere"],
    ["F-44", "userName.value", "nowhere"],
    ["F-25", `${enterpriseUserUrn}:userName`, "nowhere"],
    ["F-25", `${userUrn}:department`, "nowhere"],
    ["F-25", "urn:example:Thing:userName", "nowhere"],
    ["F-25", enterpriseUserUrn, "nowhere"],
    ["names of Object's methods", "constructor", "nowhere"],
    ["names of Object's methods", "toString", "nowhere"],
  ])("%s %s leads to %s", (_, text, place) => {
    expect(placeOf(text)).toBe(place);
  });

  test("C-13 the common attribute wins over one of the same name in the schema", () => {
    const id = "urn:example:Odd";
    const odd = {
      id,
      name: "Odd",
      description: "d",
      attributes: [attribute("externalId", "Not this.", { type: "integer" })],
    };
    const definition = { name: "Odd", endpoint: "/Odds", description: "d", schema: id, schemaExtensions: [] };
    const [type] = buildRegistry([odd], [definition]).resourceTypes;
    expect(type && bindPath(type, { name: "externalId" })?.attribute.type).toBe("string");
  });

  test("E-5 a bare name that two extensions have leads nowhere, and with its URN to its own", () => {
    const schema = (id: string) => ({ id, name: id, description: "d", attributes: [attribute("badge", "A badge.")] });
    const extensions = ["urn:example:One", "urn:example:Two"];
    const definition = {
      name: "Person",
      endpoint: "/People",
      description: "d",
      schema: userUrn,
      schemaExtensions: extensions.map((urn) => ({ schema: urn, required: false })),
    };
    const [type] = buildRegistry([userSchema, ...extensions.map(schema)], [definition]).resourceTypes;
    expect(placeOf("badge", type)).toBe("nowhere");
    expect(placeOf("urn:example:two:BADGE", type)).toBe("urn:example:Two:badge");
  });
});

describe("parseAttributePath", () => {
  test.each([
    ["userName", { name: "userName" }],
    ["name.givenName", { name: "name", sub: "givenName" }],
    ["$ref", { name: "$ref" }],
    ["manager.$ref", { name: "manager", sub: "$ref" }],
    [`${userUrn}:name.givenName`, { urn: userUrn, name: "name", sub: "givenName" }],
    ["urn:x:2.0:a-b_c9", { urn: "urn:x:2.0", name: "a-b_c9" }],
  ])("F-25 reads %s", (text, path) => {
    expect(parseAttributePath(text)).toEqual(path);
  });

  test.each([
    "",
    ".",
    "a.",
    ".a",
    "a.b.c",
    "a b",
    "a[b]",
    "1a",
    "_a",
    ":a",
    "urn:x:",
    "a..b",
    "ä",
    "a\n",
    "a,b",
    "a.1",
  ])("S-2 F-44 %p is none", (text) => {
    expect(parseAttributePath(text)).toBeUndefined();
  });
});

describe("buildRegistry", () => {
  test("D-10 demands the schemas that its types name", () => {
    const definition = { name: "X", endpoint: "/Xs", description: "d", schema: "urn:none", schemaExtensions: [] };
    expect(() => buildRegistry([], [definition])).toThrow("urn:none");
    const extended = { ...definition, schema: userUrn, schemaExtensions: [{ schema: "urn:other", required: true }] };
    expect(() => buildRegistry([userSchema], [extended])).toThrow("urn:other");
  });

  test("D-11 the core has users at /Users and groups at /Groups", () => {
    expect(coreRegistry.resourceTypes.map(({ name, endpoint }) => [name, endpoint])).toEqual([
      ["User", "/Users"],
      ["Group", "/Groups"],
    ]);
  });
});

test("S-1 findAttribute finds a name in any case, and no other", () => {
  expect(findAttribute(userSchema.attributes, "x509CERTIFICATES")?.name).toBe("x509Certificates");
  for (const name of ["", "user", "userName ", "toString", "__proto__"]) {
    expect(findAttribute(userSchema.attributes, name)).toBeUndefined();
  }
});
