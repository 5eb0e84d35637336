import { describe, expect, test } from "bun:test";
import { ScimError } from "../../src/scim/error.ts";
import { filterCharsMax } from "../../src/scim/limits.ts";
import { readFilter1 } from "../../src/scim1/filter.ts";
import { typeNamed } from "../support/scim.ts";

const [user, group] = [typeNamed("User"), typeNamed("Group")];

/** The filter as plain data, without the places of its parts. */
const read = (text: string, type = user): unknown =>
  JSON.parse(JSON.stringify(readFilter1(type, text), (key, value) => (key === "at" ? undefined : value)));
const equal = (path: object, value: unknown) => ({ kind: "compare", path, operator: "eq", value });

describe("a filter of SCIM 1.1", () => {
  const userName = { name: "userName" };
  const displayName = { name: "displayName" };
  const cases: readonly (readonly [string, unknown])[] = [
    ['userName Eq "hasinitg"', equal(userName, "hasinitg")],
    ["userName eq hasinitg", equal(userName, "hasinitg")],
    ["userNameEqhasinitg", equal(userName, "hasinitg")],
    ['  USERNAME   EQ"hasinitg"  ', equal({ name: "userName" }, "hasinitg")],
    ["userName eq eq", equal(userName, "eq")],
    ['userName eq "with \\"quotes\\" and \\u00e9"', equal(userName, 'with "quotes" and é')],
    ["userName eq PRIMARY/kim", equal(userName, "kim")],
    ["name.givenName eq Ann", equal({ name: "name", sub: "givenName" }, "Ann")],
    ["name.givenNameeqAnn", equal({ name: "name", sub: "givenName" }, "Ann")],
    ["externalId eq x", equal({ name: "externalId" }, "x")],
    ["active eq true", equal({ name: "active" }, true)],
    ['active eq "False"', equal({ name: "active" }, false)],
    [
      "urn:scim:schemas:extension:enterprise:1.0:department eq Tours",
      equal({ name: "department", urn: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User" }, "Tours"),
    ],
    ["userName eq *", { kind: "present", path: userName }],
    ["userName eq a*", { kind: "compare", path: userName, operator: "sw", value: "a" }],
    ["userName eq *a", { kind: "compare", path: userName, operator: "ew", value: "a" }],
    ["userName eq *a*", { kind: "compare", path: userName, operator: "co", value: "a" }],
    ["title eq a*", equal({ name: "title" }, "a*")],
  ];
  test.each(cases)("L-24 %s", (text, filter) => expect(read(text)).toEqual(filter));

  test("of a group is not taken apart in the middle of a name", () => {
    expect(read("displayNameEqengineer", group)).toEqual(equal(displayName, "engineer"));
    expect(read("displayName Eq sequoia", group)).toEqual(equal(displayName, "sequoia"));
    expect(read('displayName Eq "PRIMARY/engineer"', group)).toEqual(equal(displayName, "engineer"));
  });

  test("with a star between two texts begins with the one and ends with the other", () => {
    expect(read("userName eq a*b")).toMatchObject({ kind: "and", terms: [{ operator: "sw" }, { operator: "ew" }] });
  });
});

describe("a filter is refused", () => {
  const [unsupported, unknown, malformed] = [
    "Given filter operation is not supported.",
    "Filter attribute is not supported..",
    "Filter operation is not recognized",
  ];
  const cases: readonly (readonly [string, string])[] = [
    ['userName co "a"', unsupported],
    ["userName pr", unsupported],
    ["userName eq *a*b*", unsupported],
    ['colour eq "red"', unknown],
    ["coloureqred", unknown],
    ["userName", malformed],
    ["", malformed],
    ["userName eq", malformed],
    ['userName eq "a" and title eq "b"', malformed],
    ['userName eq "a', malformed],
    ["(userName eq a)", malformed],
    ["x".repeat(filterCharsMax + 1), `The filter is longer than ${filterCharsMax} characters.`],
  ];
  test.each(cases)("%#: %p", (text, detail) => {
    let thrown: unknown;
    try {
      readFilter1(user, text);
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof ScimError)) throw new Error(`${text} was read`);
    expect(thrown.kind).toBe("invalidFilter");
    expect(thrown.detail).toBe(detail);
  });
});
