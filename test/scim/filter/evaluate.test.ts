import { describe, expect, test } from "bun:test";
import { bindElementFilter, bindFilter } from "../../../src/scim/filter/bind.ts";
import { evaluate, evaluateElement } from "../../../src/scim/filter/evaluate.ts";
import { parseFilter } from "../../../src/scim/filter/parse.ts";
import type { JsonObject } from "../../../src/scim/json.ts";
import { compatibleProfile } from "../../../src/scim/profile.ts";
import { bindPath, type ResourceType } from "../../../src/scim/schema/registry.ts";
import { enterpriseUserUrn as enterprise, userUrn } from "../../../src/scim/urn.ts";
import { devices, deviceType, groups, groupType, users, userType } from "./fixture.ts";

function holds(text: string, resource: JsonObject, type = userType): boolean {
  return evaluate(bindFilter(parseFilter(text), type, compatibleProfile), resource);
}

/** Each row: what it shows, a filter, and the names of the resources that satisfy it. */
type Rows = readonly (readonly [string, string, string])[];

function suite(type: ResourceType, resources: Readonly<Record<string, JsonObject>>, rows: Rows): void {
  for (const [name, text, expected] of rows) {
    test(`${name}: ${text}`, () => {
      const found = Object.entries(resources).filter(([, resource]) => holds(text, resource, type));
      expect(found.map(([key]) => key).join(" ")).toBe(expected);
    });
  }
}

describe("users", () => {
  suite(userType, users, [
    ["F-2 names and operators in any case", 'USERNAME EQ "bjensen@example.com"', "barbara"],
    ["F-3 and before or", 'userName eq "min" or title pr and active eq true', "barbara min"],
    ["F-3 grouping", '(userName eq "min" or title pr) and active eq true', "barbara"],
    ["F-3 not before and", 'not (userType eq "Employee") and active eq false', "jorg"],
    ["F-4 a chain", 'id eq "x" or id eq "y" or id eq "min" or id eq "ABC-1"', "jorg min"],
    ["F-5 not without a blank", "not(title pr)", "jorg min"],
    ["F-6 eq without regard to case", 'userName eq "BJENSEN@Example.com"', "barbara"],
    ["F-6 eq with regard to case", 'id eq "abc-1"', ""],
    ["F-6 eq of an extension", 'employeeNumber eq "701984"', "barbara"],
    ["F-7 ne", 'userType ne "EMPLOYEE"', "jorg min"],
    ["AM-11 ne on an absent attribute", 'title ne "Tour Guide"', "jorg min"],
    ["AM-11 ne on an absent extension", `${enterprise}:department ne "x"`, "barbara jorg min"],
    ["AM-12 ne on many values", 'emails.value ne "babs@jensen.org"', "jorg min"],
    ["AM-12 ne on many values when others differ", 'emails.type ne "work"', "min"],
    ["F-8 co", 'userName co "JENSEN"', "barbara"],
    ["F-8 sw", 'userName sw "B"', "barbara"],
    ["F-8 ew", 'userName ew ".COM"', "barbara"],
    ["F-8 co of the same text", 'userName co "min"', "min"],
    ["F-8 sw of the same text", 'userName sw "min"', "min"],
    ["F-8 ew of the same text", 'userName ew "min"', "min"],
    ["F-8 sw of a longer text", 'userName sw "minimal"', ""],
    ["F-8 co on an absent attribute", 'locale co ""', ""],
    ["F-8 the empty text is in every text", 'userName co ""', "barbara jorg min"],
    ["F-9 pr", "title pr", "barbara"],
    ["F-9 false is present", "active pr", "barbara jorg"],
    ["F-9 a complex attribute", "name pr", "barbara jorg"],
    ["F-9 an empty array is absent", "emails pr", "barbara jorg"],
    ["F-9 empty elements are absent", "roles pr", ""],
    ["F-9 a sub-attribute of many values", "emails.primary pr", "barbara"],
    ["F-9 an attribute of an extension", "manager pr", "barbara"],
    ["F-9 common attributes", "meta pr and id pr and schemas pr", "barbara jorg min"],
    ["F-10 gt on text", 'userName gt "bjensen@example.co"', "barbara jorg min"],
    ["F-10 ge on text folds", 'userName ge "MIN"', "min"],
    ["F-10 lt on text", 'userName lt "c"', "barbara"],
    ["F-10 le on text", 'userName le "jörg"', "barbara jorg"],
    ["F-10 case-exact order", 'id lt "a"', "barbara jorg"],
    ["F-10 order by code point, not UTF-16 unit", 'nickName gt "\uFFFC"', "jorg min"],
    ["F-10 order beyond the basic plane", 'nickName lt "\u{1F600}"', "min"],
    ["F-10 gt on an absent attribute", 'locale gt ""', ""],
    ["F-10 dateTime", 'meta.lastModified gt "2011-05-13T04:42:34Z"', "jorg min"],
    ["F-10 dateTime by offset", 'meta.created lt "2012-02-29T22:30:00.25+01:00"', "barbara min"],
    [
      "F-10 dateTime ge and le",
      'meta.created ge "2012-02-29T21:30:00Z" and meta.created le "2012-02-29T21:30:00Z"',
      "min",
    ],
    ["F-13 instants", 'meta.lastModified eq "2011-05-13T06:42:34.000+02:00"', "barbara"],
    ["F-13 fractions count", 'meta.created eq "2012-02-29T21:30:00.500Z"', "jorg"],
    ["AM-27 no zone is UTC", 'meta.lastModified eq "2011-05-13T04:42:34"', "barbara"],
    ["F-16 a boolean", "active eq true", "barbara"],
    ["F-16 a boolean that differs", "active ne true", "jorg min"],
    ["AM-26 a boolean as a string", 'active eq "False"', "jorg"],
    ["F-17 any value", 'emails.value eq "babs@jensen.org"', "barbara"],
    ["F-18 two elements may satisfy an and", 'emails.type eq "work" and emails.value co "jensen.org"', "barbara"],
    ["F-18 one element must satisfy brackets", 'emails[type eq "work" and value co "jensen.org"]', ""],
    ["F-18 brackets that one element satisfies", 'emails[type eq "WORK" and value co "EXAMPLE.com"]', "barbara jorg"],
    ["F-19 value is meant", 'emails co "jensen.org"', "barbara"],
    ["F-19 value of a single complex attribute", 'manager eq "26118915"', "barbara"],
    ["AM-3 value of a manager is case-exact", 'manager eq "26118915A"', ""],
    ["F-21 not in brackets", 'emails[not (type eq "work")]', "barbara"],
    ["F-21 or and parentheses", 'emails[(type eq "x" or type eq "home") and value pr]', "barbara"],
    ["F-21 ne in brackets is asked of each element", 'emails[type ne "work"]', "barbara"],
    ["F-21 ne null in brackets", "emails[primary ne null]", "barbara"],
    ["F-22 brackets on a single value", 'name[givenName eq "barbara" and familyName sw "J"]', "barbara"],
    ["F-22 brackets on an absent value", "name[not (givenName pr)]", ""],
    ["F-23 a sub-attribute after brackets", 'emails[type eq "work"].value eq "bjensen@example.com"', "barbara"],
    ["F-23 of another element", 'emails[type eq "work"].value eq "babs@jensen.org"', ""],
    ["F-23 pr", 'emails[type eq "home"].value pr', "barbara"],
    ["F-23 ne", 'emails[type eq "work"].value ne "joerg@example.com"', "barbara min"],
    ["F-24 bare brackets", 'emails[type eq "home"]', "barbara"],
    ["F-24 brackets and pr", 'emails[type eq "home"] pr', "barbara"],
    ["F-25 a core URN", `${userUrn}:userName sw "M"`, "min"],
    ["F-25 a core URN and a sub-attribute", `${userUrn}:name.givenName eq "barbara"`, "barbara"],
    ["F-25 an extension's URN", `${enterprise}:department eq "tour operations"`, "barbara"],
    ["F-25 a sub-attribute of an extension", `${enterprise}:manager.displayName co "smith"`, "barbara"],
    ["F-26 a URN in another case", `${enterprise.toUpperCase()}:MANAGER.DISPLAYNAME pr`, "barbara"],
    ["F-27 schemas", `schemas eq "${enterprise}"`, "barbara"],
    ["F-28 externalId is case-exact", 'externalId eq "HR-701984"', "barbara"],
    ["F-28 meta.resourceType", 'meta.resourceType eq "User"', "barbara jorg min"],
    ["F-28 meta.resourceType is case-exact", 'meta.resourceType eq "user"', ""],
    ["F-28 meta.version", 'meta.version eq "W/\\"a330bc54f0671c9\\""', "barbara"],
    ["F-28 meta.location", 'meta.location ew "/Users/2819c223"', "barbara"],
    ["F-29 escapes", 'name.givenName eq "J\\u00f6rg \\"Jo\\" \\\\ \\u00d6"', "jorg"],
    ["F-29 brackets and keywords as data", 'displayName eq "Babs (the) [first] and only"', "barbara"],
    ["F-31 eq null", "title eq null", "jorg min"],
    ["F-31 ne null", "title ne null", "barbara"],
    ["F-31 eq null on a complex attribute", "name eq null", "min"],
    ["F-31 eq null on many values", "emails eq null", "min"],
    ["F-39 runs of blanks", '  userName   eq    "min"  ', "min"],
    ["F-39 a missing blank", 'emails[type eq"home"]', "barbara"],
    ["F-40 wildcards are plain characters", 'displayName sw "100%_*"', "jorg"],
    ["F-40 a percent sign matches itself only", 'userName co "%"', ""],
    ["F-40 an underscore matches itself only", 'userName sw "_"', ""],
    ["F-40 quotes of SQL", 'userName eq "\' or 1=1 --"', ""],
    ["F-41 case beyond ASCII", 'userName eq "jörg"', "jorg"],
    ["F-41 a letter composed and decomposed", 'name.familyName eq "O\u0308LC\u0327ER"', "jorg"],
    ["AM-2 references are case-exact", 'profileUrl eq "https://LOGIN.example.com/bjensen"', ""],
    ["AM-2 binaries are case-exact", 'x509Certificates.value eq "miidqzccaqygawibagiceaaw"', ""],
    ["F-43 a $ref with another version", 'manager.$ref eq "https://example.com/scim/v1/Users/26118915"', "barbara"],
    ["F-43 a $ref without a version", 'manager.$ref eq "https://example.com/scim/Users/26118915"', "barbara"],
    ["F-43 a $ref to another user", 'manager.$ref eq "https://example.com/scim/v2/Users/1"', ""],
    ["EN-14 two identifiers", 'id eq "2819c223" and manager eq "26118915"', "barbara"],
  ]);
});

describe("groups", () => {
  suite(groupType, groups, [
    ["F-19 members", 'members eq "2819c223"', "guides"],
    ["AM-3 members are case-exact", 'members eq "G2"', ""],
    ["F-39 the RFC's missing blank", 'members[value eq"2819c223"]', "guides"],
    ["F-18 one member", 'members[value eq "g2" and type eq "User"]', ""],
    ["F-12 ne on members", 'members ne "2819c223"', "empty"],
    ["F-43 a member's $ref", 'members.$ref eq "https://example.com/Users/2819c223"', "guides"],
    ["F-43 in brackets", 'members[$ref eq "https://example.com/v2/Groups/g2"]', "guides"],
    ["F-9 no members", "not (members pr)", "empty"],
    ["OK-8 displayName", 'displayName eq "tour guides"', "guides"],
  ]);
});

describe("numbers and simple values", () => {
  suite(deviceType, devices, [
    ["F-9 zero is present", "serial pr", "scale"],
    ["F-15 an integer and 0.0", "serial eq 0.0", "scale"],
    ["F-15 a decimal", "weight eq 15e-1", "scale"],
    ["F-10 numbers", "weight gt 1 and weight le 1.5", "scale"],
    ["F-10 numbers by value, not as text", "readings gt 20 and readings lt 4", "scale"],
    ["F-17 simple values", 'labels eq "heavy"', "scale"],
    ["AM-12 ne on simple values", 'labels ne "heavy"', "bare"],
    ["F-17 values of a sub-attribute", 'constructor.tags eq "y"', "scale"],
    ["F-17 values of a sub-attribute in brackets", 'constructor[tags eq "y" and name eq "acme"]', "scale"],
    ["DT-6 binary", 'key eq "AAaa"', "scale"],
    ["F-11 binary ne", 'key ne "aaaa"', "scale bare"],
    ["own properties only", "constructor pr", "scale"],
    ["own properties only, with a sub-attribute", "constructor.name pr", "scale"],
  ]);
});

describe("own properties only", () => {
  test("inherited attributes, sub-attributes and extensions are not seen", () => {
    const user: JsonObject = Object.create({
      userName: "x",
      [enterprise]: { department: "y" },
      emails: [{ value: "z" }],
    });
    for (const text of ["userName pr", 'userName eq "x"', "department pr", "emails pr", "emails[value pr]"]) {
      expect(holds(text, user)).toBe(false);
    }
    const sub: JsonObject = { name: Object.create({ givenName: "x" }), emails: [Object.create({ value: "z" })] };
    for (const text of ["name pr", "name.givenName pr", 'emails eq "z"', "emails[value pr]"]) {
      expect(holds(text, sub)).toBe(false);
    }
  });

  test("nothing is read that is not there", () => {
    const touched: PropertyKey[] = [];
    const resource: JsonObject = new Proxy(
      { userName: "x" },
      {
        get: (object, key) => {
          touched.push(key);
          return Reflect.get(object, key);
        },
      },
    );
    holds('userName eq "y" or title pr or name.givenName pr or manager pr or emails[type eq "work"]', resource);
    expect(touched).toEqual(["userName"]);
  });

  test("values of the wrong type never match and never fail", () => {
    const damaged: JsonObject = {
      userName: 1,
      active: "true",
      emails: ["x", 5, null],
      name: "x",
      meta: { created: "soon" },
    };
    for (const text of [
      'userName eq "1"',
      "active eq true",
      'emails eq "x"',
      "name.givenName pr",
      "emails[value pr]",
    ]) {
      expect(holds(text, damaged)).toBe(false);
    }
    expect(holds('meta.created gt "2000-01-01T00:00:00Z"', damaged)).toBe(false);
  });
});

describe("evaluateElement", () => {
  test("F-42 selects the elements that brackets in a filter select", () => {
    const parent = bindPath(userType, { name: "emails" }) ?? expect.unreachable();
    const filter = bindElementFilter(parseFilter('type eq "WORK" or not (value co "@")'), parent, compatibleProfile);
    expect(evaluateElement(filter, { type: "work", value: "a@b" })).toBe(true);
    expect(evaluateElement(filter, { type: "home", value: "a@b" })).toBe(false);
    expect(evaluateElement(filter, {})).toBe(true);
  });
});
