import { describe, expect, test } from "bun:test";
import { readCsv } from "../../../src/import/source/csv.ts";
import { CsvScanner } from "../../../src/import/source/csv-scanner.ts";
import {
  cellCharsMax,
  recordCharsMax,
  TableError,
  type TableRow,
  tableColumnsMax,
  tableRowsMax,
} from "../../../src/import/source/table.ts";
import { inPieces, readCells, readRows, refusal } from "./sample.ts";

/** Everything that can stand at a chunk boundary. */
const nasty =
  'id,"na""me",note\r\n1,"a,b\r\nc\rd\ne""",5" pipe\n\n2,,""\r3,"""",""""""\r\n"","\n",é😀\r\r\n4,"x","y"\r\nshort\n,,,,\n"end",1,"';
const nastyRows: TableRow[] = [
  { row: 1, line: 1, cells: ["id", 'na"me', "note"] },
  { row: 2, line: 2, cells: ["1", 'a,b\r\nc\rd\ne"', '5" pipe'] },
  { row: 4, line: 7, cells: ["2", "", ""] },
  { row: 5, line: 8, cells: ["3", '"', '""'] },
  { row: 6, line: 9, cells: ["", "\n", "é😀"] },
  { row: 8, line: 12, cells: ["4", "x", "y"] },
  { row: 9, line: 13, cells: ["short"] },
  { row: 10, line: 14, cells: ["", "", "", "", ""] },
];
const nastyEnd: TableRow = { row: 11, line: 15, cells: ["end", "1", 'z"'] };

describe("readCsv", () => {
  test("reads the same rows wherever the text is split", async () => {
    const text = `${nasty}z"""`;
    for (let at = 0; at <= text.length; at++) {
      const { rows, facts } = await readRows(inPieces(text, at, text.length));
      expect(rows).toEqual([...nastyRows, nastyEnd]);
      expect(facts).toEqual({ delimiter: ",", blankRows: 2 });
    }
    expect((await readRows(inPieces(text, 1))).rows).toEqual([...nastyRows, nastyEnd]);
  });

  test("does not depend on the size of the text either", async () => {
    const line = 'é,"a ""quoted"", cell\r\nof two lines",\n';
    const count = 20_000;
    const { rows } = await readRows(inPieces(line.repeat(count), 4099));
    expect(rows.length).toBe(count);
    const wrong = rows.findIndex(
      ({ row, line, cells }, index) =>
        row !== index + 1 || line !== index * 2 + 1 || cells.join("|") !== 'é|a "quoted", cell\r\nof two lines|',
    );
    expect(wrong).toBe(-1);
  });

  test("passes ragged rows on", async () => {
    expect(await readCells("a,b\n1\n1,2,3\n")).toEqual([["a", "b"], ["1"], ["1", "2", "3"]]);
  });

  test("gives no row for nothing", async () => {
    expect(await readCells("")).toEqual([]);
    const { rows, facts } = await readRows(inPieces('\n\r\n\r""\n'));
    expect([rows, facts.blankRows]).toEqual([[], 4]);
  });

  test("keeps blanks, which are no cells of their own", async () => {
    expect(await readCells(' a , "b"\n   \n')).toEqual([[" a ", ' "b"'], ["   "]]);
  });

  test("lets go of the input when the caller stops", async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) yield "a,b\n".repeat(10_000);
      } finally {
        closed = true;
      }
    }
    for await (const rows of readCsv(endless())) {
      expect(rows.length).toBeGreaterThan(0);
      break;
    }
    expect(closed).toBe(true);
  });

  test("refuses a delimiter that can not be one", async () => {
    for (const delimiter of ["", '"', "\n", "::"]) {
      await expect(readCells("a", delimiter)).rejects.toBeInstanceOf(RangeError);
    }
  });
});

describe("CsvScanner", () => {
  test("reads the same rows from blocks of any size", () => {
    const text = `${nasty}z"""`;
    for (let size = 1; size <= text.length; size++) {
      const scanner = new CsvScanner(",");
      const rows: TableRow[] = [];
      for (let start = 0; start < text.length; start += size) {
        scanner.push(text.slice(start, start + size), false, rows);
      }
      scanner.push("", true, rows);
      expect(rows).toEqual([...nastyRows, nastyEnd]);
      expect(scanner.blankRows).toBe(2);
    }
  });

  test("refuses more rows than the limit", () => {
    const scanner = new CsvScanner(",");
    const lines = 10_000;
    const block = "\n".repeat(lines);
    for (let row = 0; row < tableRowsMax; row += lines) scanner.push(block, false, []);
    expect(() => scanner.push("a\n", true, [])).toThrow(
      new TableError("too_large", `the table has more than ${tableRowsMax} rows`, tableRowsMax + 1),
    );
  });
});

describe("refused", () => {
  const faults: readonly (readonly [name: string, text: string, rowsBefore: number, message: string])[] = [
    ["an unterminated quote", nasty, 8, "line 15: the quote opened here is never closed"],
    ["an unterminated quote below quoted newlines", 'a\n"x\n\ny","z\n', 1, "line 4: the quote opened here is never"],
    ["text after a closing quote", 'a,b\n1,"a"b\n', 1, "line 2: there is text after the closing quote of column 2"],
    ["a blank after a closing quote", 'a,b\n"\r\n" ,c', 1, "line 3: there is text after the closing quote of column 1"],
    ["NUL", "a,b\n1,2\n3,\0\n", 2, "line 3: contains the character NUL"],
    ["NUL in a quoted cell", 'a,b\n"1\n\0",2\n', 1, "line 3: contains the character NUL"],
    ["NUL in the last line", "a\n\0", 1, "line 2: contains the character NUL"],
  ];
  for (const [name, text, rowsBefore, message] of faults) {
    test(`${name}, after the rows before it`, async () => {
      for (let at = 0; at <= text.length; at++) {
        const { rows, error } = await readRows(inPieces(text, at, text.length), ",");
        expect(rows.length).toBe(rowsBefore);
        expect(error?.code).toBe("bad_csv");
        expect(error?.message).toStartWith(message);
      }
    });
  }

  const limits: readonly (readonly [name: string, fits: string, message: string])[] = [
    ["a cell", "x".repeat(cellCharsMax), "line 2: column 1 has 65537 characters, more than 65536"],
    ["a quoted cell", `"${"\n".repeat(cellCharsMax - 1)}x"`, "line 2: column 1 has 65537 characters"],
    ["a row", `${"x,".repeat(tableColumnsMax - 1)}x`, "line 2: the row has 513 columns; at most 512 are accepted"],
  ];
  for (const [name, fits, message] of limits) {
    test(`${name} one beyond the limit`, async () => {
      expect((await readCells(`a\n${fits}\n`)).length).toBe(2);
      const beyond = name === "a row" ? `${fits},` : fits.replace("x", "xx");
      const [code, text] = await refusal(readCells(`a\n${beyond}\n`));
      expect(code).toBe("too_large");
      expect(text).toStartWith(message);
    });
  }

  test("a record one character beyond the limit", async () => {
    const cells = new Array(16).fill("x".repeat(cellCharsMax - 1)).join(",");
    const fits = `${cells}x`;
    expect(fits.length).toBe(recordCharsMax);
    for (const end of ["\r\n", "\n", "\r", ""]) {
      expect((await readCells(`a\n${fits}${end}`)).length).toBe(2);
      const [code, message] = await refusal(readCells(`a\n${fits},${end}`));
      expect(code).toBe("too_large");
      expect(message).toStartWith("line 2: the row that starts here is longer than 1048576 characters");
    }
  });

  for (const [name, start] of [
    ["an endless line", "a,b\n1,"],
    ["an endless quoted cell", 'a,b\n1,"\n'],
  ] as const) {
    test(`${name}, as soon as the limit is passed`, async () => {
      let pulled = 0;
      async function* endless(): AsyncGenerator<string> {
        yield start;
        for (; pulled < 64 * 1_048_576; pulled += 16_384) yield "x".repeat(16_384);
      }
      const { rows, error } = await readRows(endless());
      expect(rows.map(({ row }) => row)).toEqual([1]);
      expect([error?.code, error?.line]).toEqual(["too_large", 2]);
      expect(pulled).toBeLessThan(recordCharsMax + 2 * 65_536);
    });
  }
});
