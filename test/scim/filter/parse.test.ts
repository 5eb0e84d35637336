import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Filter, Literal, Operator } from "../../../src/scim/filter/ast.ts";
import { parseFilter } from "../../../src/scim/filter/parse.ts";
import { filterDepthMax, filterTermsMax } from "../../../src/scim/limits.ts";
import type { AttributePath } from "../../../src/scim/path.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { bare, print } from "./print.ts";
import { refusalMsMax, refused } from "./refused.ts";

const parsed = (text: string) => bare(parseFilter(text));
const pr = (name: string): Filter => ({ kind: "present", path: { name } });
const eq = (name: string, value: Literal): Filter => ({ kind: "compare", path: { name }, operator: "eq", value });
const and = (...terms: Filter[]): Filter => ({ kind: "and", terms });
const or = (...terms: Filter[]): Filter => ({ kind: "or", terms });
const not = (filter: Filter): Filter => ({ kind: "not", filter });
const emails = (filter: Filter): Filter => ({ kind: "element", path: { name: "emails" }, filter });

describe("parseFilter", () => {
  const work = eq("type", "work");
  const rows: readonly (readonly [string, string, Filter])[] = [
    ["F-3 and binds tighter than or", "a pr or b pr and c pr", or(pr("a"), and(pr("b"), pr("c")))],
    ["F-3 not binds tighter than and", "not (a pr) and b pr", and(not(pr("a")), pr("b"))],
    ["F-3 parentheses group", "(a pr or b pr) and c pr", and(or(pr("a"), pr("b")), pr("c"))],
    ["F-3 parentheses around one term vanish", "((a pr))", pr("a")],
    ["F-4 a chain is one node", "a pr or b pr or c pr", or(pr("a"), pr("b"), pr("c"))],
    ["F-4 a grouped chain stays grouped", "(a pr and b pr) and c pr", and(and(pr("a"), pr("b")), pr("c"))],
    ["F-5 not without a blank", "not(a pr)", not(pr("a"))],
    ["F-5 not with blanks", "NOT   ( a pr )", not(pr("a"))],
    ["F-5 not of not", "not (not (a pr))", not(not(pr("a")))],
    ["F-2 keywords and operators in any case", 'a EQ "x" AnD b Pr oR c PR', or(and(eq("a", "x"), pr("b")), pr("c"))],
    ["F-2 literals", "a eq true and a eq false and a eq null", and(eq("a", true), eq("a", false), eq("a", null))],
    ["F-15 numbers", "a eq 0 and a eq -1.50 and a eq 1e3", and(eq("a", 0), eq("a", -1.5), eq("a", 1000))],
    ["F-29 keywords in strings are data", 'a eq "x) and (b pr"', eq("a", "x) and (b pr")],
    ["F-39 no blank before a string", 'emails[value eq"x"]', emails(eq("value", "x"))],
    ["F-39 runs of blanks", '  a   eq   "x"  ', eq("a", "x")],
    ["F-39 blanks around brackets", 'emails [ type eq "work" ]', emails(work)],
    ["F-39 keywords next to parentheses", "(a pr)and(b pr)", and(pr("a"), pr("b"))],
    [
      "F-21 everything inside brackets",
      "emails[not (a pr) and (b pr or c pr)]",
      emails(and(not(pr("a")), or(pr("b"), pr("c")))),
    ],
    ["F-23 a sub-attribute after brackets", 'emails[type eq "work"].value eq "x"', emails(and(work, eq("value", "x")))],
    ["F-23 pr after it", 'emails[type eq "work"].value pr', emails(and(work, pr("value")))],
    ["F-23 ne after it denies eq", 'emails[type eq "work"].value ne "x"', not(emails(and(work, eq("value", "x"))))],
    ["F-23 eq null after it denies pr", 'emails[type eq "work"].value eq null', not(emails(and(work, pr("value"))))],
    ["F-23 ne null after it is pr", 'emails[type eq "work"].value ne null', emails(and(work, pr("value")))],
    ["F-24 pr after brackets", 'emails[type eq "work"] pr and a pr', and(emails(work), pr("a"))],
    ["names that are keywords elsewhere", "and pr or eq pr", or(pr("and"), pr("eq"))],
    ["AM-1 $ref", "$ref pr", pr("$ref")],
  ];
  for (const [name, text, expected] of rows) test(name, () => expect(parsed(text)).toEqual(expected));

  const operators: readonly Operator[] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];
  for (const operator of operators) {
    test(`F-2 ${operator} in any case`, () => {
      const expected: Filter = { kind: "compare", path: { name: "a", sub: "b" }, operator, value: "x" };
      expect(parsed(`a.b ${operator} "x"`)).toEqual(expected);
      expect(parsed(`a.b ${operator.toUpperCase()} "x"`)).toEqual(expected);
    });
  }

  test("F-25 a URN is parted at its last colon", () => {
    const path: AttributePath = { urn: "urn:ietf:params:scim:schemas:core:2.0:User", name: "name", sub: "givenName" };
    expect(parsed(`${path.urn}:name.givenName pr`)).toEqual({ kind: "present", path });
  });

  test("nodes are frozen and know where they stand", () => {
    const filter = parseFilter('a pr and emails[type eq "x"].value pr');
    expect(filter).toMatchObject({ terms: [{ at: 0 }, { at: 9, filter: { terms: [{ at: 16 }, { at: 28 }] } }] });
    const unfrozen: unknown[] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      if (!Object.isFrozen(value)) unfrozen.push(value);
      for (const part of Object.values(value)) visit(part);
    };
    visit(filter);
    expect(unfrozen).toEqual([]);
  });
});

describe("parseFilter refuses", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["F-33 the empty string", "", "Expected an attribute, not the end of the text (character 1)."],
    ["F-33 blanks alone", "  ", "Expected an attribute, not the end of the text (character 3)."],
    ["F-33 a missing operator", "userName", "Expected an operator, not the end of the text (character 9)."],
    ["F-33 a missing value", "userName eq", "Expected a value, not the end of the text (character 12)."],
    ["F-33 a missing term", "a pr and", "Expected an attribute, not the end of the text (character 9)."],
    ["F-33 trailing text", "a pr b pr", 'Expected the end of the filter, not "b" (character 6).'],
    ["F-33 an open parenthesis", "(a pr", 'Expected ")", not the end of the text (character 6).'],
    ["F-33 a stray parenthesis", "a pr)", 'Expected the end of the filter, not ")" (character 5).'],
    ["F-33 empty parentheses", "()", 'Expected an attribute, not ")" (character 2).'],
    ["F-33 an open bracket", 'emails[type eq "work"', 'Expected "]", not the end of the text (character 22).'],
    ["F-33 the wrong bracket", "emails[type pr)", 'Expected "]", not ")" (character 15).'],
    ["F-33 a string as attribute", '"a" eq "x"', 'Expected an attribute, not "a" (character 1).'],
    ["F-33 an unbalanced quote", 'a eq "x', "A string is not closed (character 6)."],
    ["F-32 an unknown operator", 'a like "x"', '"like" is not an operator (character 3).'],
    ["F-32 an operator of Object.prototype", 'a constructor "x"', '"constructor" is not an operator (character 3).'],
    ["F-5 not needs a parenthesis", "not a pr", 'Expected "(" after "not", not "a" (character 5).'],
    ["F-21 no brackets inside brackets", "a[b[c pr]]", "Brackets may not stand inside brackets (character 4)."],
    ["F-44 three levels", 'a.b.c eq "x"', '"a.b.c" is not an attribute path (character 1).'],
    ["F-44 three levels by brackets", "a.b[c pr]", 'Brackets may not follow a sub-attribute, "b" (character 4).'],
    ["F-44 three levels after brackets", "a[b pr].c.d pr", '".c.d" is not a sub-attribute (character 8).'],
    [
      "F-30 an unquoted value",
      "externalId eq jyoung",
      '"jyoung" is not a value; texts stand in double quotes (character 15).',
    ],
    ["F-30 single quotes", "userName sw 'J'", "\"'J'\" is not a value; texts stand in double quotes (character 13)."],
    [
      "F-2 literals in another case",
      "active eq True",
      '"True" is not a value; texts stand in double quotes (character 11).',
    ],
    ["a number JSON does not have", "a eq 01", '"01" is not a value; texts stand in double quotes (character 6).'],
    [
      "a number beyond all numbers",
      "a eq 1e999",
      '"1e999" is not a value; texts stand in double quotes (character 6).',
    ],
    ["__proto__", "__proto__ pr", '"__proto__" is not an attribute path (character 1).'],
  ];
  for (const [name, text, detail] of rows) {
    test(name, () => expect(refused(() => parseFilter(text))).toBe(`invalidFilter: ${detail}`));
  }

  test("F-38 what goes too deep, at the limit and beyond it", () => {
    const nested = (depth: number) => `${"(".repeat(depth)}a pr${")".repeat(depth)}`;
    expect(refused(() => parseFilter(nested(filterDepthMax)))).toBe("accepted");
    const detail = `invalidFilter: The filter is nested deeper than ${filterDepthMax} levels`;
    const outcome = refused(() => parseFilter(nested(filterDepthMax + 1)));
    expect(outcome).toBe(`${detail} (character ${filterDepthMax + 1}).`);
    expect(refused(() => parseFilter(`${"(".repeat(filterDepthMax)}a[b pr]`))).toStartWith(detail);
  });

  test("F-38 depth counts nesting, not how many groups there are", () => {
    const groups = Array.from({ length: filterTermsMax }, () => "(a pr)").join(" or ");
    expect(refused(() => parseFilter(groups))).toBe("accepted");
  });

  test("F-38 what has too many comparisons, at the limit and beyond it", () => {
    const chain = (terms: number) => Array.from({ length: terms }, () => "a pr").join(" or ");
    expect(refused(() => parseFilter(chain(filterTermsMax)))).toBe("accepted");
    expect(refused(() => parseFilter(chain(filterTermsMax + 1)))).toBe(
      `invalidFilter: The filter has more than ${filterTermsMax} comparisons (character ${filterTermsMax * 8 + 1}).`,
    );
  });

  const hostile: readonly (readonly [string, string])[] = [
    ["100,000 characters", "a".repeat(100_000)],
    ["100,000 quotes", '"'.repeat(100_000)],
    ["10,000 parentheses", "(".repeat(10_000)],
    ["10,000 negations", "not(".repeat(4000)],
    ["10,000 brackets", "a[".repeat(5000)],
    ["5,000 terms", Array.from({ length: 5000 }, () => "a pr").join(" or ")],
    ["3,000 short terms", Array.from({ length: 3000 }, () => "a pr").join("or")],
    ["a long number", `a eq ${"1".repeat(16_000)}`],
    ["a long broken number", `a eq ${"1".repeat(16_000)}x`],
    ["many dots", `a${".a".repeat(8000)} pr`],
    ["many colons", `${":".repeat(16_000)} pr`],
    ["many escapes", `a eq "${"\\".repeat(16_001)}"`],
  ];
  for (const [name, text] of hostile) {
    test(`hostile: ${name}`, () => {
      const start = performance.now();
      const outcome = refused(() => parseFilter(text));
      expect(performance.now() - start).toBeLessThan(refusalMsMax);
      expect(outcome).toStartWith("invalidFilter: ");
      expect(outcome.length).toBeLessThan(160);
    });
  }
});

describe("laws", () => {
  const name = fc.stringMatching(/^[$A-Za-z][$A-Za-z0-9_-]{0,8}$/).filter((text) => text.toLowerCase() !== "not");
  const path = fc.record(
    { urn: fc.constantFrom("urn:x:2.0:User", "urn:Y"), name, sub: name },
    { requiredKeys: ["name"] },
  );
  const value = fc.oneof(
    fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((figure) => figure + 0),
    fc.boolean(),
    fc.constant(null),
  );
  const operator = fc.constantFrom<Operator[]>("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le");
  const leaf: fc.Arbitrary<Filter> = fc.oneof(
    fc.record({ kind: fc.constant("present" as const), path }),
    fc.record({ kind: fc.constant("compare" as const), path, operator, value }),
  );
  const composed = (tie: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
    fc.oneof(
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        terms: fc.array(tie, { minLength: 2, maxLength: 4 }),
      }),
      tie.map(not),
    );
  const { filter } = fc.letrec<{ inner: Filter; filter: Filter }>((tie) => ({
    inner: fc.oneof({ maxDepth: 3 }, leaf, composed(tie("inner"))),
    filter: fc.oneof(
      { maxDepth: 3 },
      leaf,
      composed(tie("filter")),
      fc.record({ kind: fc.constant("element" as const), path: fc.record({ name }), filter: tie("inner") }),
    ),
  }));

  test("parsing what was printed gives the same tree", () => {
    fc.assert(
      fc.property(filter, (tree) => expect(parsed(print(tree))).toEqual(tree)),
      { numRuns: fuzzRuns(500) },
    );
  });

  test("any text is parsed or refused, never anything else", () => {
    const piece = fc.oneof(
      fc.constantFrom("(", ")", "[", "]", " ", "and ", "or ", "not", 'a eq "x"', "a pr", '"', "\\", ".b", "1", "null"),
      fc.string(),
    );
    const text = fc.array(piece).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, (input) => expect(refused(() => parseFilter(input))).toMatch(/^(accepted|invalidFilter)/)),
    );
  });
});
