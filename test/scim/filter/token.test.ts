import { describe, expect, test } from "bun:test";
import { tokenize } from "../../../src/scim/filter/token.ts";
import { filterCharsMax } from "../../../src/scim/limits.ts";
import { refused } from "./refused.ts";

const kinds = (text: string) => tokenize(text).map(({ kind, at, text: value }) => [kind, at, value]);

describe("tokens", () => {
  const rows: readonly (readonly [string, string, readonly (readonly [string, number, string])[]])[] = [
    ["empty text", "", [["end", 0, ""]]],
    [
      "words and a string",
      'a eq "x"',
      [
        ["word", 0, "a"],
        ["word", 2, "eq"],
        ["string", 5, "x"],
        ["end", 8, ""],
      ],
    ],
    [
      "F-39 runs of blanks",
      " a \t\r\n pr ",
      [
        ["word", 1, "a"],
        ["word", 7, "pr"],
        ["end", 10, ""],
      ],
    ],
    [
      "F-39 no blank before a string",
      'a eq"x"',
      [
        ["word", 0, "a"],
        ["word", 2, "eq"],
        ["string", 4, "x"],
        ["end", 7, ""],
      ],
    ],
    [
      "brackets part words",
      "(a[b].c)",
      [
        ["(", 0, "("],
        ["word", 1, "a"],
        ["[", 2, "["],
        ["word", 3, "b"],
        ["]", 4, "]"],
        ["word", 5, ".c"],
        [")", 7, ")"],
        ["end", 8, ""],
      ],
    ],
    [
      "a URN is one word",
      "urn:x:2.0:User:a.b",
      [
        ["word", 0, "urn:x:2.0:User:a.b"],
        ["end", 18, ""],
      ],
    ],
    [
      "F-29 brackets and keywords in a string are data",
      '"(a] and"',
      [
        ["string", 0, "(a] and"],
        ["end", 9, ""],
      ],
    ],
    [
      "F-29 escapes are decoded",
      '"\\"\\\\\\/\\u00e9\\n"',
      [
        ["string", 0, '"\\/é\n'],
        ["end", 16, ""],
      ],
    ],
    [
      "F-29 an escaped backslash ends before the quote",
      '"\\\\" "x"',
      [
        ["string", 0, "\\"],
        ["string", 5, "x"],
        ["end", 8, ""],
      ],
    ],
  ];
  for (const [name, text, expected] of rows) {
    test(name, () => expect<unknown>(kinds(text)).toEqual(expected));
  }

  test("only the part between the offsets is read, positions are those of the whole", () => {
    expect(tokenize("a[b pr].c", 2, 6).map(({ at, text }) => [at, text])).toEqual([
      [2, "b"],
      [4, "pr"],
      [6, ""],
    ]);
  });
});

describe("refused", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["F-33 an open string", 'a eq "x', "A string is not closed (character 6)."],
    ["F-33 an escaped closing quote", '"\\"', "A string is not closed (character 1)."],
    ["F-29 an unknown escape", '"\\x41"', '"\\x41" is not a JSON string (character 1).'],
    ["F-29 a short \\u", '"\\u00"', '"\\u00" is not a JSON string (character 1).'],
    ["F-29 a line end in a string", 'a eq "x\ny"', '"x\ny" is not a JSON string (character 6).'],
    ["NUL in a string", '"a\\u0000b"', "A string contains the character NUL (character 1)."],
    ["half a surrogate pair", '"\\ud800"', "A string contains half of a surrogate pair (character 1)."],
    ["a control character between words", "a\u0001pr", "A control character is not allowed here (character 2)."],
  ];
  for (const [name, text, detail] of rows) {
    test(name, () => expect(refused(() => tokenize(text))).toBe(`invalidFilter: ${detail}`));
  }

  test("F-38 the length is checked before anything is read", () => {
    const length = filterCharsMax + 1;
    expect(refused(() => tokenize('"'.repeat(length)))).toBe(
      `invalidFilter: The filter has ${length} characters; at most ${filterCharsMax} are accepted.`,
    );
  });

  test("no more than 40 characters of the input are echoed", () => {
    expect(refused(() => tokenize(`"\\x${"a".repeat(1000)}"`))).toBe(
      `invalidFilter: "\\x${"a".repeat(37)}…" is not a JSON string (character 1).`,
    );
  });
});
