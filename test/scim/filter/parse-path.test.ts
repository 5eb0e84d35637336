import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Filter } from "../../../src/scim/filter/ast.ts";
import { parsePath } from "../../../src/scim/filter/parse-path.ts";
import { bare } from "./print.ts";
import { refusalMsMax, refused } from "./refused.ts";

const eq = (name: string, value: string): Filter => ({ kind: "compare", path: { name }, operator: "eq", value });

describe("parsePath", () => {
  const filter = eq("type", "work");
  const rows: readonly (readonly [string, string, object])[] = [
    ["an attribute", "userName", { path: { name: "userName" } }],
    ["a sub-attribute", "name.givenName", { path: { name: "name", sub: "givenName" } }],
    ["an attribute of an extension", "urn:x:2.0:User:manager", { path: { urn: "urn:x:2.0:User", name: "manager" } }],
    ["values", 'emails[type eq "work"]', { path: { name: "emails" }, filter }],
    ["a sub-attribute of values", 'emails[type eq "work"].value', { path: { name: "emails" }, filter, sub: "value" }],
    [
      "PA-16 values of an extension",
      'urn:x:2.0:User:a[type eq "work"].$ref',
      { path: { urn: "urn:x:2.0:User", name: "a" }, filter, sub: "$ref" },
    ],
    [
      "F-29 a bracket in a string",
      'emails[value eq "]\\"]"].type',
      { path: { name: "emails" }, filter: eq("value", ']"]'), sub: "type" },
    ],
  ];
  for (const [name, text, expected] of rows) {
    test(name, () => {
      const path = parsePath(text);
      expect<unknown>(path.filter === undefined ? path : { ...path, filter: bare(path.filter) }).toEqual(expected);
    });
  }

  const bad: readonly (readonly [string, string, string])[] = [
    ["the empty string", "", 'invalidPath: "" is not an attribute path.'],
    ["PA-X2 an empty name", "a..b", 'invalidPath: "a..b" is not an attribute path.'],
    ["PA-X2 no attribute", "[x]", 'invalidPath: "" is not an attribute path.'],
    ["PA-X2 an open bracket", "emails[type eq", "invalidPath: The bracket at character 7 is not closed."],
    ["PA-X2 an open string", 'emails[type eq "]', "invalidPath: The bracket at character 7 is not closed."],
    ["PA-22 an index", "emails[0]", 'invalidPath: "0" is an index; values are selected by a filter.'],
    ["blanks", " userName", 'invalidPath: " userName" is not an attribute path.'],
    ["three levels", "a.b[c pr]", 'invalidPath: Brackets may not follow a sub-attribute, "b".'],
    ["three levels after brackets", "a[b pr].c.d", 'invalidPath: ".c.d" may not follow the brackets.'],
    ["text after brackets", "a[b pr]c", 'invalidPath: "c" may not follow the brackets.'],
    ["a dot alone", "a[b pr].", 'invalidPath: "." may not follow the brackets.'],
    ["AM-18 a bad operator", 'emails[type is "work"]', 'invalidFilter: "is" is not an operator (character 13).'],
    [
      "AM-18 an empty filter",
      "emails[]",
      "invalidFilter: Expected an attribute, not the end of the text (character 8).",
    ],
    [
      "AM-18 brackets inside brackets",
      "a[b[c pr]]",
      "invalidFilter: Brackets may not stand inside brackets (character 4).",
    ],
    ["__proto__", "__proto__.x", 'invalidPath: "__proto__.x" is not an attribute path.'],
  ];
  for (const [name, text, expected] of bad) {
    test(`refuses ${name}`, () => expect(refused(() => parsePath(text))).toBe(expected));
  }

  for (const text of ["a".repeat(100_000), "a[".repeat(8000), `a[${'"'.repeat(16_001)}`, `a[${"(".repeat(10_000)}]`]) {
    test(`refuses at once: ${text.slice(0, 6)}…`, () => {
      const start = performance.now();
      expect(refused(() => parsePath(text))).not.toBe("accepted");
      expect(performance.now() - start).toBeLessThan(refusalMsMax);
    });
  }

  test("any text is parsed or refused, never anything else", () => {
    const piece = fc.oneof(fc.constantFrom("[", "]", ".b", "urn:x:", "a pr", '"', "\\", "0"), fc.string());
    const text = fc.array(piece).map((pieces) => `a${pieces.join("")}`);
    const known = /^(accepted|invalidFilter|invalidPath)/;
    fc.assert(fc.property(text, (input) => expect(refused(() => parsePath(input))).toMatch(known)));
  });
});
