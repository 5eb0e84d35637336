import { describe, expect, test } from "bun:test";
import { bindElementFilter, bindFilter, bindFilterAmongTypes } from "../../../src/scim/filter/bind.ts";
import { evaluate } from "../../../src/scim/filter/evaluate.ts";
import { parseFilter } from "../../../src/scim/filter/parse.ts";
import { compatibleProfile, strictProfile } from "../../../src/scim/profile.ts";
import { bindPath, type ResourceType } from "../../../src/scim/schema/registry.ts";
import { attribute } from "../../../src/scim/schema/schema.ts";
import { enterpriseUserUrn, userUrn } from "../../../src/scim/urn.ts";
import { deviceType, groupType, userType } from "./fixture.ts";
import { refusalMsMax, refused } from "./refused.ts";

const bound = (text: string, type = userType) => bindFilter(parseFilter(text), type, strictProfile);

const compare = (attribute: string, rest: object, operator: string, value: unknown) => ({
  kind: "compare",
  target: { attribute, type: "string", multiValued: false, caseExact: false, ...rest },
  operator,
  value,
});
const present = (attribute: string, rest: object = {}) => ({
  kind: "present",
  target: { attribute, type: "string", multiValued: false, caseExact: false, ...rest },
});
const not = (filter: object) => ({ kind: "not", filter });
const mail = { sub: "value", multiValued: true };
const extension = enterpriseUserUrn;
const manager = { extension, sub: "value", caseExact: true };

describe("bindFilter", () => {
  const rows: readonly (readonly [string, string, object])[] = [
    ["F-26 names get the schema's case, text is folded", 'USERNAME eq "BJ"', compare("userName", {}, "eq", "bj")],
    ["F-41 folding goes beyond ASCII", 'userName eq "ÄΣ"', compare("userName", {}, "eq", "äσ")],
    ["F-28 case-exact text is kept", 'id eq "AbC"', compare("id", { caseExact: true }, "eq", "AbC")],
    ["F-28 externalId is case-exact", 'externalId eq "A"', compare("externalId", { caseExact: true }, "eq", "A")],
    ["F-25 a core URN", `${userUrn}:userName sw "J"`, compare("userName", {}, "sw", "j")],
    ["F-25 a core URN and a sub-attribute", `${userUrn}:name.givenName pr`, present("name", { sub: "givenName" })],
    ["F-26 a URN in another case", `${userUrn.toUpperCase()}:userName pr`, present("userName")],
    ["F-25 an extension", `${extension}:department eq "X"`, compare("department", { extension }, "eq", "x")],
    ["F-25 an extension's attribute without its URN", "department pr", present("department", { extension })],
    ["F-19 a multi-valued complex attribute means value", 'emails co "X"', compare("emails", mail, "co", "x")],
    ["F-19 a complex attribute means value", 'manager eq "X"', compare("manager", manager, "eq", "X")],
    ["F-9 pr asks the whole attribute", "emails pr", present("emails", { type: "complex", multiValued: true })],
    ["F-18 a sub-attribute", 'emails.type eq "Work"', compare("emails", { ...mail, sub: "type" }, "eq", "work")],
    ["F-31 eq null", "title eq null", not(present("title"))],
    ["F-31 ne null", "title ne null", present("title")],
    ["F-31 null asks the whole attribute", "name eq null", not(present("name", { type: "complex" }))],
    ["F-16 a boolean", "active eq true", compare("active", { type: "boolean" }, "eq", true)],
    [
      "F-13 a dateTime is an instant",
      'meta.created ge "2011-05-13T06:42:34+02:00"',
      compare("meta", { sub: "created", type: "dateTime" }, "ge", Date.UTC(2011, 4, 13, 4, 42, 34)),
    ],
    [
      "AM-27 a dateTime without zone is UTC",
      'meta.created eq "1970-01-01T00:00:01"',
      compare("meta", { sub: "created", type: "dateTime" }, "eq", 1000),
    ],
    [
      "AM-2 references are case-exact",
      'profileUrl co "A"',
      compare("profileUrl", { type: "reference", caseExact: true }, "co", "A"),
    ],
    [
      "F-43 a $ref loses its version",
      'manager.$ref eq "https://x/v2/Users/A"',
      compare("manager", { ...manager, sub: "$ref", type: "reference" }, "eq", "https://x/Users/A"),
    ],
    [
      "F-43 part of a $ref is kept",
      'manager.$ref co "x/v2/Users/A"',
      compare("manager", { ...manager, sub: "$ref", type: "reference" }, "co", "x/v2/Users/A"),
    ],
    [
      "F-21 names in brackets are sub-attributes, each with one value",
      'emails[TYPE eq "Work" and primary eq true]',
      {
        kind: "element",
        target: { attribute: "emails", type: "complex", multiValued: true, caseExact: false },
        filter: {
          kind: "and",
          terms: [
            compare("emails", { sub: "type" }, "eq", "work"),
            compare("emails", { sub: "primary", type: "boolean" }, "eq", true),
          ],
        },
      },
    ],
    [
      "F-22 brackets on a single-valued complex attribute",
      "manager[value pr]",
      {
        kind: "element",
        target: { extension, attribute: "manager", type: "complex", multiValued: false, caseExact: false },
        filter: present("manager", manager),
      },
    ],
  ];
  for (const [name, text, expected] of rows) test(name, () => expect<unknown>(bound(text)).toEqual(expected));

  test("AM-3 identifiers of members, managers and groups are case-exact", () => {
    expect<unknown>(bound('members eq "A"', groupType)).toEqual(
      compare("members", { sub: "value", multiValued: true, caseExact: true }, "eq", "A"),
    );
    expect<unknown>(bound('groups.value eq "A"')).toMatchObject({ target: { caseExact: true }, value: "A" });
  });

  test("a sub-attribute of many values has many in brackets too", () => {
    expect<unknown>(bound('constructor[tags eq "X"]', deviceType)).toMatchObject({
      target: { multiValued: false },
      filter: { target: { sub: "tags", multiValued: true }, value: "x" },
    });
  });

  test("bound nodes are frozen", () => {
    const visit = (value: unknown): boolean =>
      typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(visit));
    expect(visit(bound('userName eq "x" and not (emails[type eq "y"] or title eq null)'))).toBe(true);
  });
});

describe("bindFilter refuses", () => {
  const invalid: readonly (readonly [string, ResourceType, string, string])[] = [
    ["F-34 an unknown attribute", userType, 'foo eq "x"', '"foo" is not an attribute of User (character 1).'],
    [
      "F-34 an attribute of another type",
      groupType,
      "userName pr",
      '"userName" is not an attribute of Group (character 1).',
    ],
    [
      "F-34 an unknown URN",
      userType,
      "title pr or urn:x:title pr",
      '"urn:x:title" is not an attribute of User (character 13).',
    ],
    ["F-34 an unknown sub-attribute", userType, "name.foo pr", '"foo" is not a sub-attribute of name (character 1).'],
    [
      "F-34 an unknown name in brackets",
      userType,
      "emails[foo pr]",
      '"foo" is not a sub-attribute of emails (character 8).',
    ],
    [
      "F-44 a sub-attribute of a simple attribute",
      userType,
      'userName.x eq "y"',
      '"x" is not a sub-attribute of userName (character 1).',
    ],
    [
      "F-44 a third level in brackets",
      userType,
      "emails[type.x pr]",
      '"type.x" is not a sub-attribute of emails (character 8).',
    ],
    [
      "F-21 a URN in brackets",
      userType,
      "emails[urn:x:type pr]",
      '"urn:x:type" is not a sub-attribute of emails (character 8).',
    ],
    [
      "F-22 brackets on a simple attribute",
      userType,
      "title[value pr]",
      "title has no sub-attributes to filter by (character 1).",
    ],
    [
      "F-22 brackets on simple values",
      userType,
      "schemas[value pr]",
      "schemas has no sub-attributes to filter by (character 1).",
    ],
    [
      "F-11 gt on a boolean",
      userType,
      "active gt true",
      "active has the type boolean, which has no operator gt (character 1).",
    ],
    [
      "F-11 le on a binary",
      deviceType,
      'key le "AA"',
      "key has the type binary, which has no operator le (character 1).",
    ],
    [
      "F-12 co on a boolean",
      userType,
      "active co true",
      "active has the type boolean, which has no operator co (character 1).",
    ],
    [
      "F-12 sw on a dateTime",
      userType,
      'meta.created sw "2011"',
      "meta.created has the type dateTime, which has no operator sw (character 1).",
    ],
    [
      "F-12 ew on an integer",
      deviceType,
      "serial ew 1",
      "serial has the type integer, which has no operator ew (character 1).",
    ],
    [
      "F-12 co on a decimal",
      deviceType,
      "weight co 1",
      "weight has the type decimal, which has no operator co (character 1).",
    ],
    [
      "F-12 co on a binary",
      userType,
      'x509Certificates co "MII"',
      "x509Certificates has the type binary, which has no operator co (character 1).",
    ],
    [
      "F-14 what is no dateTime",
      userType,
      'meta.created gt "2011-02-30T00:00:00Z"',
      'meta.created must be compared to a date with a time, such as 2026-11-22T09:30:00Z, not "2011-02-30T00:00:00Z" (character 1).',
    ],
    [
      "F-16 a string for a boolean",
      userType,
      'active eq "true"',
      'active must be compared to true or false, not "true" (character 1).',
    ],
    [
      "F-16 a number for a string",
      userType,
      "employeeNumber eq 1",
      `${extension}:employeeNumber must be compared to a string, not number (character 1).`,
    ],
    [
      "F-16 a boolean for a reference",
      userType,
      "profileUrl eq true",
      "profileUrl must be compared to a string, not boolean (character 1).",
    ],
    [
      "F-16 a string for an integer",
      deviceType,
      'serial eq "1"',
      'serial must be compared to a number, not "1" (character 1).',
    ],
    ["F-31 an order with null", userType, "title gt null", "title can not be compared to null by gt (character 1)."],
    [
      "F-19 a complex attribute without value",
      userType,
      'name eq "x"',
      "name is complex; compare one of its sub-attributes (character 1).",
    ],
    ["constructor", userType, 'constructor.name eq "x"', '"constructor" is not an attribute of User (character 1).'],
    [
      "hasOwnProperty",
      userType,
      "emails[hasOwnProperty pr]",
      '"hasOwnProperty" is not a sub-attribute of emails (character 8).',
    ],
  ];
  for (const [name, type, text, detail] of invalid) {
    test(name, () => expect(refused(() => bound(text, type))).toBe(`invalidFilter: ${detail}`));
  }

  const secret = "sensitive: password can not be used in a filter.";
  for (const text of [
    'password eq "x"',
    "password pr",
    "password eq null",
    "not (password ne null)",
    "title pr or password gt true",
  ]) {
    test(`F-36 a secret: ${text}`, () => expect(refused(() => bound(text))).toBe(secret));
  }

  test("F-38 long names are cut", () => {
    const outcome = refused(() => bound(`${"a".repeat(10_000)} pr`));
    expect(outcome).toBe(`invalidFilter: "${"a".repeat(39)}…" is not an attribute of User (character 1).`);
  });

  for (const text of ["__proto__ pr", 'constructor.name eq "x"', '__proto__.polluted eq "x"', "emails[__proto__ pr]"]) {
    test(`hostile: ${text}`, () => {
      const start = performance.now();
      expect(refused(() => bound(text))).toStartWith("invalidFilter: ");
      expect(performance.now() - start).toBeLessThan(refusalMsMax);
    });
  }
});

describe("profiles", () => {
  for (const text of ["True", "FALSE", "false"]) {
    test(`AM-26 the compatible profile takes "${text}" for a boolean`, () => {
      const filter = parseFilter(`active eq "${text}"`);
      const value = text.toLowerCase() === "true";
      expect<unknown>(bindFilter(filter, userType, compatibleProfile)).toMatchObject({ value });
      expect(refused(() => bindFilter(filter, userType, strictProfile))).toStartWith("invalidFilter: ");
    });
  }

  test("AM-26 other strings are no booleans", () => {
    const filter = parseFilter('active eq "yes"');
    expect(refused(() => bindFilter(filter, userType, compatibleProfile))).toStartWith("invalidFilter: active must be");
  });

  test("AM-24 an unknown attribute is refused by both", () => {
    const filter = parseFilter("foo pr");
    expect(refused(() => bindFilter(filter, userType, compatibleProfile))).toStartWith("invalidFilter: ");
  });
});

describe("bindElementFilter", () => {
  const parent = (name: string) => bindPath(userType, { name }) ?? expect.unreachable();

  test("F-42 binds as brackets in a filter do", () => {
    const inner = bindElementFilter(parseFilter('type eq "Work"'), parent("emails"), strictProfile);
    expect<unknown>(bound('emails[type eq "Work"]')).toMatchObject({ filter: inner });
  });

  test("refuses a simple attribute", () => {
    const bind = () => bindElementFilter(parseFilter("value pr"), parent("title"), strictProfile);
    expect(refused(bind)).toBe("invalidFilter: title has no sub-attributes to filter by.");
  });
});

describe("bindFilterAmongTypes", () => {
  const count = attribute("displayName", "A number under the name of a text.", { type: "integer" });
  const gauge: ResourceType = { ...groupType, name: "Gauge", base: { ...groupType.base, attributes: [count] } };
  const types = [userType, gauge];
  const among = (text: string) => bindFilterAmongTypes(parseFilter(text), types, strictProfile);
  const matches = (text: string) => among(text).map((filter) => evaluate(filter, { displayName: "a", userName: "u" }));

  test("Q-7 what a type lacks, or has of another kind, has no value there", () => {
    expect(matches('displayName eq "a"')).toEqual([true, false]);
    expect(matches('displayName ne "a"')).toEqual([false, true]);
    expect(matches('displayName eq "x" or userName eq "u"')).toEqual([true, false]);
    expect(matches('not (displayName co "a")')).toEqual([false, true]);
    expect(among("displayName gt 3")).toHaveLength(2);
  });

  test("F-14 F-16 what none of the types that have the attribute understands is refused", () => {
    for (const text of [
      "active gt true",
      'meta.created gt "soon"',
      "displayName eq true",
      'name co "a"',
      "title[value pr]",
    ]) {
      expect([text, refused(() => among(text)).slice(0, 13)]).toEqual([text, "invalidFilter"]);
    }
  });
});
