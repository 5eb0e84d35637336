import { describe, expect, test } from "bun:test";
import { convertCell, readColumn } from "../../src/import/column.ts";
import type { Json } from "../../src/scim/json.ts";
import { enterpriseUserUrn, userUrn } from "../../src/scim/urn.ts";
import { userType } from "./support/table.ts";

interface Place {
  readonly text: string;
  readonly slot: string | undefined;
  readonly given: Readonly<Record<string, Json>>;
}

function place(header: string): Place | undefined {
  const target = readColumn(header, userType);
  return target && { text: target.text, slot: target.slot, given: target.given };
}

const single = (text: string): Place => ({ text, slot: "", given: {} });
const list = (text: string): Place => ({ text, slot: undefined, given: {} });
const numbered = (text: string, index: number): Place => ({ text, slot: `#${index}`, given: {} });
const ofType = (text: string, type: string): Place => ({ text, slot: `type ${type.toLowerCase()}`, given: { type } });
const primary = (text: string): Place => ({ text, slot: "primary", given: { primary: true } });

const understood: readonly (readonly [header: string, place: Place])[] = [
  ["userName", single("userName")],
  ["USERNAME", single("userName")],
  ["  userName\t", single("userName")],
  ["externalId", single("externalId")],
  ["password", single("password")],
  [`${userUrn}:userName`, single("userName")],
  [`${userUrn.toUpperCase()}:USERNAME`, single("userName")],
  ["name.givenName", single("name.givenName")],
  ["NAME.GIVENNAME", single("name.givenName")],
  [`${userUrn}:name.familyName`, single("name.familyName")],
  ["department", single(`${enterpriseUserUrn}:department`)],
  ["DEPARTMENT", single(`${enterpriseUserUrn}:department`)],
  [`${enterpriseUserUrn}:department`, single(`${enterpriseUserUrn}:department`)],
  ["manager.value", single(`${enterpriseUserUrn}:manager.value`)],
  ["emails", list("emails")],
  ["roles", list("roles")],
  ["emails.value", numbered("emails.value", 0)],
  ["emails.type", numbered("emails.type", 0)],
  ["emails[0].value", numbered("emails.value", 0)],
  ["emails[00].value", numbered("emails.value", 0)],
  ["emails[12].value", numbered("emails.value", 12)],
  ["emails[0]", numbered("emails.value", 0)],
  ["emails[0].primary", numbered("emails.primary", 0)],
  ["emails[work].value", ofType("emails.value", "work")],
  ["emails[work]", ofType("emails.value", "work")],
  ["EMAILS[Work].VALUE", ofType("emails.value", "Work")],
  [`${userUrn}:emails[work].value`, ofType("emails.value", "work")],
  ["emails[primary].value", primary("emails.value")],
  ["emails[PRIMARY].value", primary("emails.value")],
  ['emails[type eq "home"].value', ofType("emails.value", "home")],
  ['emails[type eq "home"]', ofType("emails.value", "home")],
  ['EMAILS[TYPE EQ "home"].VALUE', ofType("emails.value", "home")],
  [`${userUrn}:emails[type eq "home"].value`, ofType("emails.value", "home")],
  ["addresses[work].country", ofType("addresses.country", "work")],
  ["addresses.country", numbered("addresses.country", 0)],
];

describe("a header is understood", () => {
  test.each(understood)("%s", (header, expected) => {
    expect(place(header)).toEqual(expected);
  });
});

describe("two headers that name one value share the object it stands in", () => {
  const same: readonly (readonly [string, string])[] = [
    ["emails.value", "emails[0].type"],
    ["emails[work].value", "EMAILS[WORK].display"],
    ["emails[work].value", 'emails[type eq "work"].display'],
    ["emails[primary].value", "emails[primary].type"],
    ["name.givenName", `${userUrn}:name.familyName`],
    ["manager.value", `${enterpriseUserUrn}:manager.$ref`],
  ];
  test.each(same)("%s and %s", (first, second) => {
    expect(readColumn(first, userType)?.home ?? "none").toBe(readColumn(second, userType)?.home ?? "no second");
  });

  test("emails[0], emails[1], emails[work] and emails[primary] are four", () => {
    const homes = ["0", "1", "work", "primary"].map((name) => readColumn(`emails[${name}].value`, userType)?.home);
    expect(new Set(homes).size).toBe(4);
  });
});

describe("a header is not understood when", () => {
  const unknown: readonly (readonly [why: string, header: string])[] = [
    ["it is empty", ""],
    ["no schema has the name", "shoeSize"],
    ["no schema has the sub-attribute", "name.shoeSize"],
    ["its schema is unknown", "urn:example:userName"],
    ["its schema does not have the name", `${enterpriseUserUrn}:userName`],
    ["it has two dots", "name.givenName.value"],
    ["it is a name that every object has", "constructor"],
    ["it is the name of a prototype", "__proto__"],
    ["its sub-attribute is the name of a prototype", "name.__proto__"],
    ["it has parts and names none", "name"],
    ["it has parts and names none, in an extension", "manager"],
    ["it has several parts per value and names none", "addresses"],
    ["it chooses a value of parts and names no part", "addresses[work]"],
    ["it chooses a value of what has one", "userName[0]"],
    ["it chooses an object of what has one", "name[0].givenName"],
    ["the server sets it", "id"],
    ["the server sets it, as a whole", "meta.created"],
    ["the server sets the groups", "groups.value"],
    ["the server sets the part", "manager.displayName"],
    ["the bracket is empty", "emails[].value"],
    ["the bracket is open", "emails[work.value"],
    ["the bracket has a blank", "emails[my work].value"],
    ["the filter is not by type", 'emails[value eq "a"].value'],
    ["the filter is not by equality", 'emails[type ne "work"].value'],
    ["the filter is of several parts", 'emails[type eq "work" and primary eq true].value'],
    ["the filter is by a type that is no text", "emails[type eq true].value"],
  ];
  test.each(unknown)("%s: %s", (_, header) => {
    expect(place(header)).toBeUndefined();
  });
});

describe("the text of a cell becomes", () => {
  function convert(header: string, text: string): Json | undefined {
    const target = readColumn(header, userType);
    if (target === undefined) throw new Error(`no column ${header}`);
    return convertCell(text, target.path);
  }

  const words: readonly (readonly [string, boolean])[] = [
    ...["true", "TRUE", "True", "yes", "YES", "1", "active", "Active", " true\t"].map((word) => [word, true] as const),
    ...["false", "FALSE", "no", "No", "0", "inactive", "INACTIVE", " no "].map((word) => [word, false] as const),
  ];
  test.each(words)("of %j the boolean %s", (text, value) => {
    expect(convert("active", text)).toBe(value);
  });

  test.each(["", "maybe", "y", "t", "2", "truefalse", "constructor", "toString", "ja"])("no boolean of %j", (text) => {
    expect(convert("active", text)).toBeUndefined();
  });

  test("the text itself where the attribute is a text, whatever it looks like", () => {
    for (const text of ["007", "1E+05", "true", "2026-01-01", " a "]) expect(convert("userName", text)).toBe(text);
  });
});
