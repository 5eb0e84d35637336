import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bindFilter } from "../../../src/scim/filter/bind.ts";
import { compareText } from "../../../src/scim/filter/comparable.ts";
import { evaluate } from "../../../src/scim/filter/evaluate.ts";
import { parseFilter } from "../../../src/scim/filter/parse.ts";
import type { JsonObject } from "../../../src/scim/json.ts";
import { strictProfile } from "../../../src/scim/profile.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { userType } from "./fixture.ts";

function holds(text: string, user: JsonObject): boolean {
  return evaluate(bindFilter(parseFilter(text), userType, strictProfile), user);
}

const word = fc.constantFrom("", "a", "A", "ab", "Ab", "b", "ä", "Ä", "\u{1F600}", "\uFFFD");
const instant = fc.constantFrom("2011-05-13T04:42:34Z", "2011-05-13T06:42:34+02:00", "2011-05-13T04:42:34.5Z");

const email = fc.record({ value: word, type: word, primary: fc.boolean() }, { requiredKeys: [] });
const user: fc.Arbitrary<JsonObject> = fc.record(
  {
    userName: word,
    externalId: word,
    active: fc.boolean(),
    name: fc.record({ givenName: word, familyName: word }, { requiredKeys: [] }),
    emails: fc.array(email, { maxLength: 3 }),
    meta: fc.record({ created: instant }),
  },
  { requiredKeys: [] },
);

const textPath = fc.constantFrom("userName", "externalId", "name.givenName", "emails", "emails.type");
const textOperator = fc.constantFrom("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le");
const literal = word.map((text) => JSON.stringify(text));
const subTerm = fc
  .tuple(fc.constantFrom("value", "type"), textOperator, literal)
  .map(([name, operator, value]) => `${name} ${operator} ${value}`);
const term = fc.oneof(
  fc.tuple(textPath, textOperator, literal).map(([path, operator, value]) => `${path} ${operator} ${value}`),
  fc.constantFrom(
    "name pr",
    "emails pr",
    "emails.primary eq true",
    "active ne false",
    "name eq null",
    "emails ne null",
  ),
  fc
    .tuple(fc.constantFrom("gt", "ge", "lt", "le", "eq", "ne"), instant)
    .map(([operator, text]) => `meta.created ${operator} "${text}"`),
  subTerm.map((inner) => `emails[${inner}]`),
);

/** Asserts that two ways to write a filter select the same users. */
function same(left: (...terms: [string, string, string]) => string, right: typeof left): void {
  const property = fc.property(term, term, term, user, (a, b, c, resource) => {
    expect(holds(left(a, b, c), resource)).toBe(holds(right(a, b, c), resource));
  });
  fc.assert(property, { numRuns: fuzzRuns(400) });
}

describe("laws of logic", () => {
  test("F-3 De Morgan: not (a or b)", () =>
    same(
      (a, b) => `not (${a} or ${b})`,
      (a, b) => `not (${a}) and not (${b})`,
    ));
  test("F-3 De Morgan: not (a and b)", () =>
    same(
      (a, b) => `not (${a} and ${b})`,
      (a, b) => `not (${a}) or not (${b})`,
    ));
  test("F-3 double negation", () =>
    same(
      (a) => `not (not (${a}))`,
      (a) => a,
    ));
  test("F-3 a or b and c", () =>
    same(
      (a, b, c) => `${a} or ${b} and ${c}`,
      (a, b, c) => `${a} or (${b} and ${c})`,
    ));
  test("F-3 a and b or c", () =>
    same(
      (a, b, c) => `${a} and ${b} or ${c}`,
      (a, b, c) => `(${a} and ${b}) or ${c}`,
    ));
  test("F-4 grouping of one chain changes nothing", () =>
    same(
      (a, b, c) => `${a} or ${b} or ${c}`,
      (a, b, c) => `${a} or (${b} or ${c})`,
    ));
  test("F-3 and distributes over or", () =>
    same(
      (a, b, c) => `${a} and (${b} or ${c})`,
      (a, b, c) => `${a} and ${b} or ${a} and ${c}`,
    ));
});

describe("laws of comparison", () => {
  /** Asserts something of a path, a literal and a user. */
  function always(law: (path: string, value: string, resource: JsonObject) => void): void {
    fc.assert(fc.property(textPath, literal, user, law), { numRuns: fuzzRuns(400) });
  }

  test("F-7 ne is the negation of eq", () =>
    always((path, value, resource) => {
      expect(holds(`${path} ne ${value}`, resource)).toBe(!holds(`${path} eq ${value}`, resource));
    }));
  test("F-23 ne after brackets is the negation of eq", () =>
    always((_, value, resource) => {
      const path = 'emails[type eq "a"].value';
      expect(holds(`${path} ne ${value}`, resource)).toBe(!holds(`${path} eq ${value}`, resource));
      expect(holds(`${path} eq null`, resource)).toBe(!holds(`${path} pr`, resource));
    }));
  test("F-10 ge is gt or eq, le is lt or eq", () =>
    always((path, value, resource) => {
      expect(holds(`${path} ge ${value}`, resource)).toBe(
        holds(`${path} gt ${value} or ${path} eq ${value}`, resource),
      );
      expect(holds(`${path} le ${value}`, resource)).toBe(
        holds(`${path} lt ${value} or ${path} eq ${value}`, resource),
      );
    }));
  test("F-8 equal texts contain, begin and end with each other", () =>
    always((path, value, resource) => {
      if (!holds(`${path} eq ${value}`, resource)) return;
      for (const operator of ["co", "sw", "ew"]) expect(holds(`${path} ${operator} ${value}`, resource)).toBe(true);
    }));
  test("F-31 eq null is the negation of pr", () =>
    always((path, _, resource) => {
      expect(holds(`${path} eq null`, resource)).toBe(!holds(`${path} pr`, resource));
      expect(holds(`${path} ne null`, resource)).toBe(holds(`${path} pr`, resource));
    }));
  test("F-18 an element that satisfies both shows that some element satisfies each", () => {
    const property = fc.property(subTerm, subTerm, user, (a, b, resource) => {
      if (!holds(`emails[${a} and ${b}]`, resource)) return;
      expect(holds(`emails[${a}] and emails[${b}]`, resource)).toBe(true);
    });
    fc.assert(property, { numRuns: fuzzRuns(400) });
  });
  test("F-10 texts order as their UTF-8 bytes do", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "\uE000", "\uFFFD", "\u{1F600}", "\u{10FFFF}") });
    const property = fc.property(text, text, (left, right) => {
      expect(Math.sign(compareText(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
    });
    fc.assert(property, { numRuns: fuzzRuns(1000) });
  });
});
