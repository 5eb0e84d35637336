import { describe, expect, test } from "bun:test";
import { compileRules, type MappingRule, rulesMax, simpleIdServerRules } from "../../src/provisioning/mapping-rule.ts";
import { ScimError } from "../../src/scim/error.ts";
import { typeNamed } from "../support/scim.ts";

const type = typeNamed("User");
const subject: MappingRule = { from: "$.userName", type: "SUBJECT" };
const attribute = (from: string, target: string, multiple?: boolean): MappingRule => ({
  from,
  type: "ATTRIBUTE",
  target,
  ...(multiple !== undefined && { multiple }),
});
const map = (rules: readonly MappingRule[], value: unknown) =>
  compileRules([subject, ...rules], type)({ id: "1", version: "v", value });

const kim = {
  userName: "kim",
  name: { familyName: "Kim", givenName: "Ann" },
  active: false,
  emails: [
    { value: "home@x.org", type: "home" },
    { value: "work@x.org", type: "work" },
  ],
  groups: [{ display: "Sales" }, { display: "Staff" }],
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { employeeNumber: 42 },
};

describe("mapping rules", () => {
  test("of SimpleIdServer take the name of a user", () => {
    const mapped = compileRules(simpleIdServerRules, type)({ id: "1", version: "v", value: kim });
    expect(mapped).toEqual({
      sourceId: "1",
      version: "v",
      values: { userName: "kim", "name.familyName": "Kim", "name.givenName": "Ann" },
      groups: undefined,
      problems: [],
    });
  });

  test("find by JSONPath: a filter, a URN, numbers and booleans", () => {
    const rules = [
      attribute("$.emails[?@.type=='work'].value", "emails[work].value"),
      attribute("$['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'].employeeNumber", "employeeNumber"),
      attribute("$.active", "active"),
    ];
    expect(map(rules, kim).values).toEqual({
      userName: "kim",
      "emails[work].value": "work@x.org",
      employeeNumber: "42",
      active: "false",
    });
  });

  test("take more than one value where they may, and the names of groups", () => {
    const mapped = map(
      [attribute("$.emails[*].value", "emails", true), { from: "$.groups[*].display", type: "GROUPNAME" }],
      kim,
    );
    expect(mapped.values.emails).toEqual(["home@x.org", "work@x.org"]);
    expect(mapped.groups).toEqual(["Sales", "Staff"]);
  });

  test("make an empty text of what is not there, and an id of what they are told to", () => {
    const mapped = map([attribute("$.title", "title"), { from: "$.name.givenName", type: "IDENTIFIER" }], kim);
    expect([mapped.values.title, mapped.sourceId]).toEqual(["", "Ann"]);
    expect(map([attribute("$.title", "title")], { userName: "kim", title: null }).values.title).toBe("");
  });

  test("say in SimpleIdServer's words what they can not make of an entry", () => {
    expect(map([attribute("$.name", "displayName")], kim).problems).toEqual([
      "mapping rule '$.name' tried to fetch a complex element",
    ]);
    expect(map([attribute("$.emails[*].value", "displayName")], kim).problems).toEqual([
      "mapping rule '$.emails[*].value' is not configured to fetch more than one attribute",
    ]);
  });

  test("make nothing of an entry that is no object", () => {
    for (const value of [null, "text", [], 1]) expect(map([], value).values).toEqual({ userName: "" });
  });
});

describe("rules are refused", () => {
  const cases: readonly (readonly [string, readonly MappingRule[], string])[] = [
    ["without a SUBJECT", [attribute("$.a", "title")], "rules need one of type SUBJECT"],
    ["with two", [subject, subject], "rules have SUBJECT 2 times"],
    [
      "with two IDENTIFIERs",
      [subject, { from: "$.a", type: "IDENTIFIER" }, { from: "$.b", type: "IDENTIFIER" }],
      "IDENTIFIER 2 times",
    ],
    ["with a path that is none", [subject, attribute("$.[", "title")], 'rules[1].from "$.[" is no JSONPath'],
    ["with an attribute that users do not have", [subject, attribute("$.a", "shoeSize")], 'rules[1].target "shoeSize"'],
    ["with one that only the server sets", [subject, attribute("$.a", "groups")], 'rules[1].target "groups"'],
    ["without a target", [subject, { from: "$.a", type: "ATTRIBUTE" }], "rules[1].target null"],
    ["with too long a path", [subject, attribute(`$.${"a".repeat(600)}`, "title")], "rules[1].from has more than 512"],
    ["when they are too many", Array.from({ length: rulesMax + 1 }, () => subject), `at most ${rulesMax}`],
  ];
  test.each(cases)("%s", (_, rules, detail) => {
    let thrown: unknown;
    try {
      compileRules(rules, type);
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof ScimError)) throw new Error("the rules were taken");
    expect(thrown.kind).toBe("invalidValue");
    expect(thrown.detail).toContain(detail);
  });
});
