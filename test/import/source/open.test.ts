import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bytesInput } from "../../../src/import/source/input.ts";
import { describeFormat, openTable } from "../../../src/import/source/open.ts";
import { workbook } from "../support/workbook.ts";
import { encode, inPieces, piecedInput, readTable, refusal, rowsBelow } from "./sample.ts";

/** Cells that a spreadsheet can hold as text; XML keeps no lone CR and no half characters, so neither has this. */
const cell = fc.string({
  unit: fc.constantFrom('"', ",", ";", "\t", "|", "\n", " ", "a", "0", "é", "€", "😀", "&"),
  maxLength: 6,
});
const tables = fc
  .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 6 }))
  .chain(([columns, rows]) =>
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
  )
  // Where nothing is empty at the end, CSV and a sheet have the same cells.
  .map((rows) => rows.map((cells) => [...cells.slice(0, -1), `${cells.at(-1)}z`]));

function csv(rows: readonly (readonly string[])[], delimiter: string, lineEnd: string): string {
  return rows.map((cells) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(delimiter) + lineEnd).join("");
}

describe("a table", () => {
  test("is the same in every encoding, with every delimiter and line end, and in a workbook", async () => {
    const property = fc.asyncProperty(
      tables,
      fc.boolean(),
      fc.integer({ min: 1, max: 50 }),
      async (below, shared, size) => {
        const rows = [(below[0] ?? []).map((_, column) => `column ${column}`), ...below];
        const sheets = [{ name: "S", rows }];
        const read = [(await readTable(workbook({ sheets, shared }))).rows.map(({ cells }) => cells)];
        for (const charset of ["utf-8", "utf-16le", "utf-16be"] as const) {
          for (const delimiter of [",", ";", "\t", "|"]) {
            for (const lineEnd of ["\r\n", "\n"]) {
              const bytes = encode(csv(rows, delimiter, lineEnd), charset);
              read.push((await readTable(bytes, size)).rows.map(({ cells }) => cells));
            }
          }
        }
        for (const found of read) expect<unknown>(found).toEqual(rows);
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });
});

describe("what is said about a file", () => {
  test("overrides its encoding and its delimiter", async () => {
    const bytes = Buffer.from("a;b,c\nR\xe9;\xc3\xa9,1\n", "latin1");
    const options = { charset: "windows-1252", delimiter: ";" } as const;
    expect((await rowsBelow(bytes, options))[0]?.cells).toEqual(["Ré", "Ã©,1"]);
    expect(await refusal(rowsBelow(bytes, { charset: "utf-8" }))).toEqual([
      "bad_encoding",
      "line 2: byte 7 (0xE9) is not UTF-8, though the text before it is; save the file as UTF-8 throughout",
      2,
    ]);
    expect((await rowsBelow(encode("å,b\n日,2\n", "utf-16be", false), { charset: "utf-16be" }))[0]?.cells[0]).toBe(
      "日",
    );
  });

  test("may be that it has a byte order mark of its own", async () => {
    const table = await openTable(bytesInput(encode("a,b")), { charset: "utf-8" });
    expect([table.charset, table.header.cells]).toEqual(["utf-8", ["a", "b"]]);
    await table.close();
  });

  test("is told in words", async () => {
    const words = async (bytes: Uint8Array) => describeFormat(await openTable(bytesInput(bytes)));
    expect(await words(encode("a;b"))).toBe("delimiter semicolon, utf-8");
    expect(await words(encode("sep=#\na#b"))).toBe('delimiter "#", utf-8');
    expect(await words(encode("[{}]"))).toBe("JSON, utf-8");
    expect(await words(encode("{}\n{}", "utf-16le"))).toBe("JSON lines, utf-16le");
    expect(await words(workbook({ sheets: [{ name: "P", rows: [["a"]] }] }))).toBe('sheet "P" of an Excel workbook');
  });
});

describe("refused, whatever it is called", () => {
  const foreign: readonly (readonly [head: string, what: string])[] = [
    ["%PDF-1.7\n", "a PDF document"],
    ["\x89PNG\r\n\x1a\n", "a picture (PNG)"],
    ["\xff\xd8\xff\xe0", "a picture (JPEG)"],
    ["GIF89a", "a picture (GIF)"],
    ["\x1f\x8b\x08\0", "compressed with gzip"],
    ["7z\xbc\xaf\x27\x1c", "a 7z archive"],
    ["SQLite format 3\0", "an SQLite database"],
    ["{\\rtf1", "a text document (RTF)"],
    ["\0\0\xfe\xff\0\0\0a", "UTF-32 text"],
    ["\n <!DOCTYPE html><table>", "a web page (HTML)"],
    ["<html><table>", "a web page (HTML)"],
    ['<?xml version="1.0"?>', "an XML document"],
  ];
  test.each(foreign)("%j", async (head, what) => {
    const [code, message] = await refusal(openTable(bytesInput(Buffer.from(head, "latin1"))));
    expect(code).toBe("unsupported_format");
    expect(message).toStartWith(`the file is ${what}; `);
    expect(message).toMatch(/save the table as CSV|unpack it/);
  });

  test("and lets go of the input", async () => {
    let closed = false;
    async function* stream(): AsyncGenerator<Uint8Array> {
      try {
        yield* inPieces(Buffer.from(`<html>${"x".repeat(1_000)}`), 600);
      } finally {
        closed = true;
      }
    }
    await refusal(openTable({ ...piecedInput(Buffer.from("<html>")), stream }));
    expect(closed).toBe(true);
  });
});
