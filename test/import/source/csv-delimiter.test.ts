import { describe, expect, test } from "bun:test";
import { detectDelimiter, readSeparatorLine } from "../../../src/import/source/csv-delimiter.ts";
import { inPieces, readRows } from "./sample.ts";

describe("detectDelimiter", () => {
  const samples: readonly (readonly [name: string, text: string, delimiter: string])[] = [
    ["commas", "a,b,c\n1;2;3;4;5", ","],
    ["semicolons", "a;b\n1,5;2,5", ";"],
    ["tabs", "a\tb\n1,5\t2", "\t"],
    ["an empty first cell", "\ta;b\tc\n", "\t"],
    ["bars", "a|b|c\n", "|"],
    ["the most frequent", "a;b;c,d\n", ";"],
    ["delimiters inside quotes", 'a;"b,c,d,e"\n', ";"],
    ["delimiters inside quotes with quotes", '"a"",""";"b,c,""d",e;f\n', ";"],
    ["a quoted newline in the header", '"a\n,,,,";b\n', ";"],
    ["a quote inside a cell", 'pipe 5";b;c,d\n', ";"],
    ["blank lines above the header", "\r\n\n\r\na;b\n", ";"],
    ["one column", "userName\nasa\nbo\n", ","],
    ["nothing", "", ","],
    ["a tie, told by the rows", "a,b;c\n1;2\n3;4\n", ";"],
    ["a tie that only one can read", '"a";b,c\n"1";2\n"3";4\n', ";"],
    ["a tie without rows", "a,b;c\n", ","],
    ["a title above the table", "Employees\na;b\n1;2\n3;4\n", ";"],
    ["a list with few semicolons", "note\nx; y\nz\nw\nv; u\nt\n", ","],
  ];
  for (const [name, text, delimiter] of samples) test(name, () => expect(detectDelimiter(text, true)).toBe(delimiter));
});

describe("sep=", () => {
  for (const [line, chars] of [
    ["sep=#\r\n", 7],
    ["SEP=#\n", 6],
    ["sep=#\r", 6],
    ["sep=#", 5],
    ['"sep=#"\r\n', 9],
  ] as const) {
    test(JSON.stringify(line), () => expect(readSeparatorLine(line)).toEqual({ delimiter: "#", chars }));
  }

  for (const line of ["sep=\n", "sep=;;\n", 'sep="\n', "a\nsep=;\n", '"sep=;\n']) {
    test(`is not ${JSON.stringify(line)}`, () => expect(readSeparatorLine(line)).toBeUndefined());
  }

  test("is a line and not a row, and overrides detection", async () => {
    const { rows, facts } = await readRows(inPieces("sep=;\r\na,b;c\r\n1;2\r\n", 1));
    expect(facts.delimiter).toBe(";");
    expect(rows).toEqual([
      { row: 1, line: 2, cells: ["a,b", "c"] },
      { row: 2, line: 3, cells: ["1", "2"] },
    ]);
  });

  test("is overridden by the caller, and still no row", async () => {
    const { rows } = await readRows(inPieces("sep=;\na,b\n"), ",");
    expect(rows).toEqual([{ row: 1, line: 2, cells: ["a", "b"] }]);
  });
});
