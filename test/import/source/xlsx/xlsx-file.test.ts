import { describe, expect, test } from "bun:test";
import { bytesInput } from "../../../../src/import/source/input.ts";
import { openTable } from "../../../../src/import/source/open.ts";
import { cellCharsMax, tableColumnsMax } from "../../../../src/import/source/table.ts";
import { sheetOf, type WrittenCell, workbook } from "../../support/workbook.ts";
import { zip } from "../../support/zip.ts";
import { refusal, rowsBelow } from "../sample.ts";

const header = ["userName", "phone", "x"];

/** A workbook of one sheet with a header above these rows. */
function people(...rows: WrittenCell[][]): Buffer {
  return workbook({ sheets: [{ name: "People", rows: [header, ...rows] }] });
}

/** A workbook whose only sheet has this XML in its `sheetData`. */
function raw(rows: string, more: { name: string; data: string }[] = []): Buffer {
  const parts = [{ name: "xl/worksheets/sheet1.xml", data: sheetOf(rows) }, ...more];
  return workbook({ sheets: [{ name: "People", rows: [] }], parts });
}

const cellsOf = async (bytes: Uint8Array) => (await rowsBelow(bytes)).map(({ cells }) => cells);

describe("a workbook", () => {
  test("tells what it is", async () => {
    const table = await openTable(bytesInput(people(["ana", 1])));
    const { format, charset, delimiter, sheet, header: found } = table;
    expect({ format, charset, delimiter, sheet }).toEqual({
      format: "xlsx",
      charset: undefined,
      delimiter: undefined,
      sheet: "People",
    });
    expect(found).toEqual({ row: 1, line: 1, cells: header });
    await table.close();
  });

  test.each([true, false])("gives its texts as they were typed, shared: %p", async (shared) => {
    const cells = [" a\nb ", '<&>"', "_x0041_", "a\rb", "日本 😀", "007"];
    const bytes = workbook({ shared, sheets: [{ name: "S", rows: [["a"], cells] }] });
    expect(await cellsOf(bytes)).toEqual([cells]);
  });

  test("shows numbers with all their digits, dates and booleans", async () => {
    const rows: (readonly [WrittenCell, string])[] = [
      [46701234567, "46701234567"],
      [{ type: "n", content: "<v>4.6701234567E11</v>" }, "467012345670"],
      [{ type: "n", content: "<v>0.30000000000000004</v>" }, "0.3"],
      [{ value: 7, format: "00000" }, "00007"],
      [{ value: 41101, format: "000 00" }, "411 01"],
      [{ value: 45000, format: 14 }, "2023-03-15"],
      [{ value: 45000.5, format: 22 }, "2023-03-15T12:00:00Z"],
      [{ value: 45000.25, format: "yyyy\\-mm\\-dd hh:mm" }, "2023-03-15T06:00:00Z"],
      [{ value: 45000, format: '[$-409]d" of "mmmm' }, "2023-03-15"],
      [{ value: 1, format: 14 }, "1900-01-01"],
      [{ value: 61, format: 14 }, "1900-03-01"],
      [{ value: 0.75, format: 20 }, "18:00:00"],
      [{ value: 1.5, format: "0.00" }, "1.5"],
      [{ value: 12, format: '[Red]0" days"' }, "12"],
      [true, "TRUE"],
      [false, "FALSE"],
      [{ type: "d", content: "<v>2024-02-29T10:00:00</v>" }, "2024-02-29T10:00:00Z"],
      [{ type: "str", content: "<f>A1&amp;B1</f><v>joined</v>" }, "joined"],
      [{ type: "n", content: "<f>1+1</f><v>2</v>" }, "2"],
      [{ type: "inlineStr", content: "<is><r><t>ri</t></r><r><rPr/><t>ch</t></r><rPh><t>no</t></rPh></is>" }, "rich"],
    ];
    const bytes = workbook({ sheets: [{ name: "S", rows: [["a"], ...rows.map(([cell]) => [cell])] }] });
    expect((await cellsOf(bytes)).map(([cell]) => cell)).toEqual(rows.map(([, text]) => text));
  });

  test("may count its days from 1904", async () => {
    const rows = [["a"], [{ value: 0, format: 14 }], [{ value: 43538, format: 14 }]];
    const bytes = workbook({ from1904: true, sheets: [{ name: "S", rows }] });
    expect(await cellsOf(bytes)).toEqual([["1904-01-01"], ["2023-03-15"]]);
  });

  test("keeps the place of cells and rows between gaps, and leaves out what is empty at the end", async () => {
    const table = await openTable(bytesInput(people([], ["ana", null, "z"], ["", ""], ["bo", ""], [""])));
    const rows = [];
    for await (const batch of table.batches) rows.push(...batch);
    expect(rows).toEqual([
      { row: 3, line: 3, cells: ["ana", "", "z"] },
      { row: 5, line: 5, cells: ["bo"] },
    ]);
    expect(table.blankRows()).toBe(3);
  });

  test("gives the cells that have no value as wrong, beside what they show", async () => {
    const [row] = await rowsBelow(people(["ana", { type: "e", content: "<v>#N/A</v>" }, { value: -1, format: 14 }]));
    expect(row).toEqual({
      row: 2,
      line: 2,
      cells: ["ana", "#N/A", "-1"],
      wrong: [
        { index: 1, message: "cell B2 has the error #N/A" },
        { index: 2, message: "cell C2 is shown as a date, and its number is no day of the calendar" },
      ],
    });
  });

  test("is read without references, with prefixes, and with elements around the cells", async () => {
    const data = `<x:worksheet xmlns:x="m"><x:sheetPr/><x:sheetData><x:row><x:c t="str"><x:v>a</x:v></x:c></x:row>
      <x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row></x:sheetData><x:v>9</x:v></x:worksheet>`;
    const parts = [{ name: "xl/worksheets/sheet1.xml", data }];
    expect(await cellsOf(workbook({ sheets: [{ name: "S", rows: [] }], parts }))).toEqual([["1", "2"]]);
  });

  test("has its first visible sheet read, or the one that is named", async () => {
    const bytes = workbook({
      sheets: [
        { name: "Notes", state: "hidden", rows: [["n"], ["notes"]] },
        { name: "People", rows: [["p"], ["people"]] },
        { name: "Old", rows: [["o"], ["old"]] },
      ],
    });
    expect(await cellsOf(bytes)).toEqual([["people"]]);
    expect((await rowsBelow(bytes, { sheet: "old" }))[0]?.cells).toEqual(["old"]);
    expect((await rowsBelow(bytes, { sheet: "Notes" }))[0]?.cells).toEqual(["notes"]);
    expect(await refusal(rowsBelow(bytes, { sheet: "Staff" }))).toEqual([
      "unknown_sheet",
      'there is no sheet "Staff"; the sheets are "Notes", "People", "Old"',
      undefined,
    ]);
  });

  test("of many rows is read in batches, whatever is shared", async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => [`user${index}`, `${"é".repeat(300)}${index}`, "x"]);
    expect(await cellsOf(people(...rows))).toEqual(rows);
  });

  test("passes on what goes wrong with the input", async () => {
    const read = async () => Promise.reject(new Error("disk full"));
    const bytes = people(["ana"]);
    await expect(openTable({ ...bytesInput(bytes), read })).rejects.toThrow("disk full");
    let reads = 0;
    const later = {
      ...bytesInput(bytes),
      read: (at: number, n: number) => (++reads > 6 ? read() : bytesInput(bytes).read(at, n)),
    };
    await expect(openTable(later)).rejects.toThrow("disk full");
  });
});

const entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>';
const row = (cells: string) => `<row r="1">${cells}</row>`;
const bad: readonly (readonly [name: string, bytes: () => Uint8Array, code: string, message: RegExp])[] = [
  ["a bomb", () => raw(" ".repeat(60_000_000)), "too_large", /packed more than 250 times/],
  ["an external entity", () => zipWith(`${entity}<worksheet>&e;</worksheet>`), "bad_xlsx", /declares a document type/],
  ["an unknown entity", () => raw(row('<c t="str"><v>&e;</v></c>')), "bad_xlsx", /not well-formed/],
  ["XML that is cut off", () => zipWith("<worksheet><sheetData>"), "bad_xlsx", /not well-formed/],
  ["deep XML", () => zipWith("<a>".repeat(100)), "bad_xlsx", /deeper than 64/],
  [
    "10,000 columns",
    () => raw(row('<c t="str"><v>a</v></c>'.repeat(10_000))),
    "too_large",
    /cell SS1 is beyond column SR, the last of 512/,
  ],
  [
    "a cell at the far corner",
    () => raw('<row r="1"><c r="XFD1"><v>1</v></c></row>'),
    "too_large",
    /^line 1: cell XFD1/,
  ],
  ["a row beyond the last", () => raw('<row r="1048577"/>'), "too_large", /at most 1048576 rows/],
  ["rows out of order", () => raw('<row r="2"/><row r="1"/>'), "bad_xlsx", /^line 2: /],
  [
    "a long cell",
    () => raw(`<row r="17"><c r="C17" t="str"><v>${"ab".repeat(cellCharsMax)}</v></c></row>`),
    "too_large",
    /^line 17: cell C17 has more than 65536/,
  ],
  ["a long shared text", () => people(["a".repeat(cellCharsMax + 1)]), "too_large", /more than 65536 characters/],
  [
    "a long row",
    () => people(Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(60_000, "abc"))),
    "too_large",
    /^line 2: the row is longer/,
  ],
  ["an empty sheet", () => raw(""), "bad_xlsx", /"People" is empty/],
  [
    "an encrypted part",
    () => workbook({ sheets: [{ name: "P", rows: [["a"]] }], parts: [{ name: "xl/styles.xml", data: "x", flags: 1 }] }),
    "unsupported_format",
    /without a password/,
  ],
  ["an OpenDocument", () => zip([{ name: "mimetype", data: "application/vnd.oasis" }]), "unsupported_format", /\.ods/],
  ["a binary workbook", () => zip([{ name: "xl/workbook.bin", data: "" }]), "unsupported_format", /\.xlsb/],
  ["a Word document", () => zip([{ name: "word/document.xml", data: "" }]), "unsupported_format", /Word/],
  ["another archive", () => zip([{ name: "people.csv", data: "a" }]), "unsupported_format", /ZIP archive and no Excel/],
  ["an old workbook", () => old(""), "unsupported_format", /save it as \.xlsx or as CSV/],
  ["a workbook with a password", () => old("EncryptedPackage"), "unsupported_format", /remove its password/],
];

function zipWith(data: string): Buffer {
  return workbook({ sheets: [{ name: "P", rows: [] }], parts: [{ name: "xl/worksheets/sheet1.xml", data }] });
}

function old(stream: string): Buffer {
  const bytes = Buffer.alloc(4_096);
  bytes.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  bytes.writeUInt16LE(9, 30);
  bytes.writeUInt32LE(1, 48);
  bytes.write(stream, 1_152, "utf16le");
  return bytes;
}

describe("refused", () => {
  test.each(bad)("%s", async (_, bytes, code, message) => {
    const [found, text] = await refusal(rowsBelow(bytes()));
    expect(text).toMatch(message);
    expect(found).toBe(code);
  });

  test("a part that is larger or smaller than it says", async () => {
    const data = sheetOf(row("<c><v>1</v></c>".repeat(400)));
    for (const declaredBytes of [1_000, data.length + 1]) {
      const parts = [{ name: "xl/worksheets/sheet1.xml", data, declaredBytes }];
      const [code, text] = await refusal(rowsBelow(workbook({ sheets: [{ name: "P", rows: [] }], parts })));
      expect([code, text]).toEqual([
        "bad_xlsx",
        "the workbook is damaged or cut off: xl/worksheets/sheet1.xml can not be read; save it again",
      ]);
    }
  });

  test("a part that says it is too large, before it is unpacked", async () => {
    const parts = [{ name: "xl/worksheets/sheet1.xml", data: "x", declaredBytes: 3_000_000_000 }];
    const [code] = await refusal(rowsBelow(workbook({ sheets: [{ name: "P", rows: [] }], parts })));
    expect(code).toBe("too_large");
  });

  test("a file that is cut anywhere, or has a bit turned in its sheet", async () => {
    const bytes = people(["ana", 1, "x"]);
    for (let end = 4; end < bytes.length; end += 97) {
      expect((await refusal(rowsBelow(bytes.subarray(0, end))))[0]).toBe("bad_xlsx");
    }
    const sheet = bytes.indexOf("xl/worksheets/sheet1.xml") + 60;
    bytes[sheet] = (bytes[sheet] ?? 0) ^ 1;
    expect((await refusal(rowsBelow(bytes)))[0]).toBe("bad_xlsx");
  });

  test("too many parts", async () => {
    const parts = Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}`, data: "" }));
    expect((await refusal(rowsBelow(zip(parts))))[1]).toBe("the workbook has more than 10000 parts");
  });

  test("empty cells beyond the last column are no fault", async () => {
    const bytes = raw(`<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row>`);
    expect((await openTable(bytesInput(bytes))).header.cells).toEqual(["1"]);
    expect(tableColumnsMax).toBe(512);
  });
});
