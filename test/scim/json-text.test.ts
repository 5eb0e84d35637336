import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { jsonDepthMax, jsonTextProblem } from "../../src/scim/json-text.ts";
import { fuzzRuns } from "../support/fuzz.ts";

const nested = (depth: number, open = "[", close = "]") => open.repeat(depth) + close.repeat(depth);
const twice = (key: string, character: number) =>
  `The body gives "${key}" twice in one object (character ${character})`;

describe("a key twice in one object is found", () => {
  const manyKeys = Array.from({ length: 40 }, (_, index) => `"key${index}":${index}`).join();
  test.each([
    ["side by side", '{"a":1,"a":2}', twice("a", 8)],
    ["apart", '{"userName":"x","b":{"userName":1},"userName":"y"}', twice("userName", 36)],
    ["with blanks", '{ "a" : 1 ,\n\t"a" : 2 }', twice("a", 14)],
    ["in an object in an array", '[1,{"a":[{"b":1,"c":2,"b":3}]}]', twice("b", 23)],
    ["after an object that closed", '{"a":{"x":1},"a":1}', twice("a", 14)],
    ["in the second of two siblings", '[{"a":1},{"a":1,"a":1}]', twice("a", 17)],
    ["written with an escape once", '{"a":1,"\\u0061":2}', twice("a", 8)],
    ["written with an escape first", '{"\\u0061":1,"a":2}', twice("a", 13)],
    ["written with two escapes", '{"\\/":1,"\\u002F":2}', twice("/", 9)],
    ["that holds a quote", '{"\\"":1,"\\"":2}', twice('"', 9)],
    ["that ends in a backslash", '{"\\\\":1,"\\\\":2}', twice("\\", 9)],
    ["that is empty", '{"":1,"":2}', twice("", 7)],
    ["that is __proto__", '{"__proto__":1,"__proto__":2}', twice("__proto__", 16)],
    ["among many keys", `{${manyKeys},"key17":0}`, twice("key17", manyKeys.length + 3)],
    ["the last of many keys", `{${manyKeys},"z":0,"z":1}`, twice("z", manyKeys.length + 9)],
    ["of half a surrogate pair", '{"\\ud800":1,"\\ud800":2}', twice("\ufffd", 13)],
    ["of many characters", `{"${"k".repeat(50)}":1,"${"k".repeat(50)}":2}`, twice(`${"k".repeat(39)}…`, 57)],
    ["after a value with a backslash", '{"a":"\\\\","b":"\\"}{","a":2}', twice("a", 22)],
  ])("%s", (_, text, problem) => {
    expect(jsonTextProblem(text)).toBe(problem);
  });
});

describe("nothing is found where a key", () => {
  test.each([
    ["stands in two objects", '[{"a":1},{"a":1}]'],
    ["stands in an object and in the one inside", '{"a":{"a":{"a":1}}}'],
    ["is the beginning of another", '{"a":1,"aa":2,"aaa":3,"b":4}'],
    ["differs in case", '{"userName":1,"username":2}'],
    ["is also a value", '{"a":"a","b":["a","a",{"a":"a"}]}'],
    ["differs in its first character", '{"xkey":1,"ykey":2}'],
    ["looks like one in a string", '{"a":"\\",\\"a\\":","b":1}'],
  ])("%s", (_, text) => {
    expect(jsonTextProblem(text)).toBeUndefined();
    expect(JSON.parse(text)).toBeDefined();
  });
});

describe("nesting", () => {
  test.each([
    ["[", "]"],
    ['{"a":', "}"],
  ])("of %p up to the limit is let pass, one more is not", (open, close) => {
    const inner = close === "}" ? "{}" : "[]";
    const text = (depth: number) => open.repeat(depth - 1) + inner + close.repeat(depth - 1);
    expect(jsonTextProblem(text(jsonDepthMax))).toBeUndefined();
    const character = open.length * jsonDepthMax + 1;
    const problem = `The body is nested deeper than 64 levels (character ${character})`;
    expect(jsonTextProblem(text(jsonDepthMax + 1))).toBe(problem);
  });

  test("counts what is open, not what there is", () => {
    expect(jsonTextProblem(`[${Array(200).fill("[[]]").join()}]`)).toBeUndefined();
    expect(jsonTextProblem(`["${nested(100)}"]`)).toBeUndefined();
  });

  test("a million levels are refused like any", () => {
    expect(jsonTextProblem(nested(1_000_000))).toContain("deeper than 64 levels (character 65)");
  });
});

describe("text that is no JSON is left to the parser", () => {
  test.each([
    ["nothing", ""],
    ["an open string", '{"a":1,"a'],
    ["an open string with escapes", '{"a":1,"\\"\\'],
    ["closers alone", "]]}}]"],
    ["commas alone", "{,,,,"],
    ["an escape that JSON has not", '{"\\x":1,"\\x":2}'],
    ["a word", "true"],
    ["a closer of the other kind", '{"a":1]'],
  ])("%s", (_, text) => {
    expect(jsonTextProblem(text)).toBeUndefined();
  });
});

/** Values that nest less deep than the limit, with keys that need escapes. */
const json = fc.jsonValue({ maxDepth: 12, stringUnit: "binary" });

/** Writes every character as an escape, which changes the text and not what it says. */
const escaped = (key: string) => {
  const units = key.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `"${units.join("")}"`;
};

describe("for any value", () => {
  const blanks = fc.constantFrom(undefined, 2, "\t");

  test("what JSON.stringify writes has no problem", () => {
    fc.assert(
      fc.property(json, blanks, (value, space) => {
        expect(jsonTextProblem(JSON.stringify(value, undefined, space))).toBeUndefined();
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  const objects = fc.dictionary(fc.string({ unit: "binary", maxLength: 6 }), json, { minKeys: 1, maxKeys: 30 });
  const numbers = fc.nat();

  test("a key that is given once more is found, however it is written and wherever the object stands", () => {
    fc.assert(
      fc.property(objects, numbers, fc.boolean(), fc.nat({ max: 20 }), (object, number, isEscaped, depth) => {
        const keys = Object.keys(object);
        const key = keys[number % keys.length] ?? "";
        const again = isEscaped ? escaped(key) : JSON.stringify(key);
        const body = `${JSON.stringify(object).slice(0, -1)},${again}:null}`;
        const text = `${'[{"a":'.repeat(depth)}${body}${"}]".repeat(depth)}`;
        expect(jsonTextProblem(text)).toContain("twice in one object");
        expect(JSON.parse(text)).toBeDefined();
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});

test("no text makes it fail, and what it finds is well-formed", () => {
  const pieces = ["{", "}", "[", "]", ",", ":", '"', "\\", "\\u00", "a", '"a"', '"a":', " ", "1", "\ud800"];
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((found) => found.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const problem = jsonTextProblem(text);
      expect(problem === undefined || problem.isWellFormed()).toBeTrue();
    }),
    { numRuns: fuzzRuns(3000) },
  );
});
