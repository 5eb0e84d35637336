import { describe, expect, test } from "bun:test";
import { commonAttributes } from "../../../src/scim/schema/common.ts";
import { enterpriseUserSchema } from "../../../src/scim/schema/enterprise-user.ts";
import { groupSchema } from "../../../src/scim/schema/group.ts";
import { coreRegistry, findAttribute } from "../../../src/scim/schema/registry.ts";
import { type AttributeDefinition, attribute } from "../../../src/scim/schema/schema.ts";
import { userSchema } from "../../../src/scim/schema/user.ts";

test("S-3 D-14 an attribute has the defaults of the RFC for what is not said", () => {
  expect(attribute("nickName", "The casual name.")).toEqual({
    name: "nickName",
    description: "The casual name.",
    type: "string",
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: "readWrite",
    returned: "default",
    uniqueness: "none",
  });
});

test("DT-6 DT-7 AM-2 references and binaries are case-exact", () => {
  expect(attribute("a", "b", { type: "reference" }).caseExact).toBe(true);
  expect(attribute("a", "b", { type: "binary" }).caseExact).toBe(true);
});

/** An attribute in a line: its name, how many, its type, and what departs from the defaults. */
function line({ name, type, multiValued, required, caseExact, mutability, returned, uniqueness }: AttributeDefinition) {
  return [
    `${name}${multiValued ? "[]" : ""}: ${type}`,
    required && "required",
    caseExact && "exact",
    mutability !== "readWrite" && mutability,
    returned !== "default" && returned,
    uniqueness !== "none" && `unique in ${uniqueness}`,
  ]
    .filter(Boolean)
    .join(", ");
}

const lines = (attributes: readonly AttributeDefinition[]): readonly string[] => attributes.map(line);
const subsOf = (attributes: readonly AttributeDefinition[], name: string): readonly string[] =>
  lines(findAttribute(attributes, name)?.subAttributes ?? []);

describe("the schema of users is that of RFC 7643 §8.7.1", () => {
  test("U its attributes", () => {
    expect(lines(userSchema.attributes)).toEqual([
      "userName: string, required, unique in server",
      "name: complex",
      "displayName: string",
      "nickName: string",
      "profileUrl: reference, exact",
      "title: string",
      "userType: string",
      "preferredLanguage: string",
      "locale: string",
      "timezone: string",
      "active: boolean",
      "password: string, writeOnly, never",
      "emails[]: complex",
      "phoneNumbers[]: complex",
      "ims[]: complex",
      "photos[]: complex",
      "addresses[]: complex",
      "groups[]: complex, readOnly",
      "entitlements[]: complex",
      "roles[]: complex",
      "x509Certificates[]: complex",
    ]);
  });

  const parts = ["formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"];
  const standard = ["display: string", "type: string", "primary: boolean"];
  const address = ["formatted", "streetAddress", "locality", "region", "postalCode", "country", "type"];
  const plural = ["emails", "phoneNumbers", "ims", "entitlements", "roles"];
  const subs: readonly (readonly [string, readonly string[]])[] = [
    ["name", parts.map((name) => `${name}: string`)],
    ...plural.map((name) => [name, ["value: string", ...standard]] as const),
    ["photos", ["value: reference, exact", ...standard]],
    ["x509Certificates", ["value: binary, exact", ...standard]],
    ["addresses", [...address.map((name) => `${name}: string`), "primary: boolean"]],
    [
      "groups",
      [
        "value: string, exact, readOnly",
        "$ref: reference, exact, readOnly",
        "display: string, readOnly",
        "type: string, readOnly",
      ],
    ],
  ];

  test.each(subs)("U the sub-attributes of %s", (name, expected) => {
    expect(subsOf(userSchema.attributes, name)).toEqual([...expected]);
  });

  test.each([
    ["emails", ["work", "home", "other"]],
    ["phoneNumbers", ["work", "home", "mobile", "fax", "pager", "other"]],
    ["photos", ["photo", "thumbnail"]],
    ["addresses", ["work", "home", "other"]],
    ["groups", ["direct", "indirect"]],
  ])("S-24 the canonical types of %s", (name, expected) => {
    const { subAttributes = [] } = findAttribute(userSchema.attributes, name) ?? {};
    expect(findAttribute(subAttributes, "type")?.canonicalValues).toEqual(expected);
  });
});

test("G the schema of groups is that of RFC 7643 §8.7.1, with its errata", () => {
  expect(lines(groupSchema.attributes)).toEqual(["displayName: string, required", "members[]: complex"]);
  expect(subsOf(groupSchema.attributes, "members")).toEqual([
    "value: string, exact, immutable",
    "$ref: reference, exact, immutable",
    "type: string, immutable",
    "display: string, immutable",
  ]);
});

test("E the schema of enterprise users is that of RFC 7643 §8.7.1, with its errata", () => {
  const names = ["employeeNumber", "costCenter", "organization", "division", "department"];
  expect(lines(enterpriseUserSchema.attributes)).toEqual([
    ...names.map((name) => `${name}: string`),
    "manager: complex",
  ]);
  expect(subsOf(enterpriseUserSchema.attributes, "manager")).toEqual([
    "value: string, exact",
    "$ref: reference, exact",
    "displayName: string, readOnly",
  ]);
});

test("C the common attributes are those of RFC 7643 §3.1", () => {
  expect(lines(commonAttributes)).toEqual([
    "schemas[]: reference, required, exact, always",
    "id: string, exact, readOnly, always, unique in server",
    "externalId: string, exact",
    "meta: complex, readOnly",
  ]);
  expect(subsOf(commonAttributes, "meta")).toEqual([
    "resourceType: string, exact, readOnly",
    "created: dateTime, readOnly",
    "lastModified: dateTime, readOnly",
    "location: reference, exact, readOnly",
    "version: string, exact, readOnly",
  ]);
});

/** Every attribute and sub-attribute of every schema. */
const everything = [...coreRegistry.schemas.flatMap(({ attributes }) => attributes), ...commonAttributes].flatMap(
  (each) => [each, ...(each.subAttributes ?? [])],
);

describe("every attribute", () => {
  test("S-2 AM-1 has a name of the RFC's form and a description", () => {
    for (const { name, description } of everything) {
      expect(name).toMatch(/^[$A-Za-z][$A-Za-z0-9_-]*$/);
      expect(description.length).toBeGreaterThan(5);
    }
  });

  test("S-4 that is complex has sub-attributes, which are simple; a simple one has none", () => {
    for (const { type, subAttributes } of everything) {
      expect(subAttributes !== undefined).toBe(type === "complex");
      for (const sub of subAttributes ?? []) expect(sub.type).not.toBe("complex");
    }
  });

  test("D-16 that is a reference says what it refers to, and no other does", () => {
    for (const { name, type, referenceTypes } of everything) {
      expect(referenceTypes !== undefined, name).toBe(type === "reference");
    }
  });

  test("S-1 has a name that no other at its place has in another case", () => {
    const places = [commonAttributes, ...coreRegistry.schemas.map(({ attributes }) => attributes)];
    const inside = everything.flatMap(({ subAttributes }) => (subAttributes === undefined ? [] : [subAttributes]));
    for (const place of [...places, ...inside]) {
      expect(new Set(place.map(({ name }) => name.toLowerCase())).size).toBe(place.length);
    }
  });
});
