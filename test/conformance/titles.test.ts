import { describe, expect, test } from "bun:test";
import { parseSource } from "../tidy/source.ts";
import { section } from "./statements/statement.ts";
import { leadingIds, titlesIn } from "./titles.ts";

/** The titles of a made-up file, as `ids: text`. */
const titlesOf = (text: string): readonly string[] =>
  titlesIn(parseSource("test/some.test.ts", text)).map(({ ids, text }) => `${ids.join(" ")}: ${text}`);

describe("leadingIds", () => {
  test.each([
    ["no ids at all", []],
    ["S-1 a name", ["S-1"]],
    ["PA-A1 and not A-1", ["PA-A1"]],
    ["DL-10 C-4 U-4 several", ["DL-10", "C-4", "U-4"]],
    ["H-4", ["H-4"]],
    ["H-3 H-5: with a colon", ["H-3", "H-5"]],
    ["R-2, ER-7, with commas", ["R-2", "ER-7"]],
    ["a S-1 that does not lead", []],
    ["S-1x", []],
    ["XS-1-2", []],
    ["s-1", []],
    ["UTF-8 is an encoding", []],
    ["", []],
  ])("of %p are %p", (text, expected) => {
    expect(leadingIds(text)).toEqual([...expected]);
  });
});

describe("titlesIn", () => {
  test("finds tests and groups, however they are called", () => {
    const text = [
      'test("F-1 plain", () => {});',
      'test.each(rows)("F-2 %s", () => {});',
      'test.skipIf(never)("F-3 perhaps", () => {});',
      'describe("F-4 a group", () => {});',
      'describe.each(rows)("F-5 groups", () => {});',
      "test(`F-6 of $" + "{name}`, () => {});",
    ].join("\n");
    expect(titlesOf(text)).toEqual([
      "F-1: F-1 plain",
      "F-2: F-2 %s",
      "F-3: F-3 perhaps",
      "F-4: F-4 a group",
      "F-5: F-5 groups",
      "F-6: F-6 of ",
    ]);
  });

  test("finds what a table gives its tests: the first text of a row, and names of properties", () => {
    const text = `
      const rows = [["F-1 a row", "F-2 no title"], ["nothing", 1], [1, "F-3 no title"]];
      const cases = { "F-4 a case": "F-5 no title", other: 1 };
    `;
    expect(titlesOf(text)).toEqual(["F-1: F-1 a row", "F-4: F-4 a case"]);
  });

  test("finds nothing in other calls, comments and messages", () => {
    const text = 'expect(1, "F-1 a message").toBe(1); call("F-2"); // test("F-3")';
    expect(titlesOf(text)).toEqual([]);
  });
});

describe("a section", () => {
  test("is read from a line a statement", () => {
    const read = section("Some", "\n  F-1 M | 44 §1 | one thing\n  F-2  O | clients | another\n  ");
    expect(read.statements).toEqual([
      { id: "F-1", level: "M", source: "44 §1", text: "one thing" },
      { id: "F-2", level: "O", source: "clients", text: "another" },
    ]);
  });

  test.each(["F-1 X | 44 | no such level", "F-1 M | 44", "no id | M | 44 | x", ""])("is refused for %p", (line) => {
    expect(() => section("Some", line)).toThrow("not a statement");
  });
});
