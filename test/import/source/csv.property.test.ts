import { describe, expect, test } from "bun:test";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { CsvScanner } from "../../../src/import/source/csv-scanner.ts";
import { TableError, type TableRow } from "../../../src/import/source/table.ts";
import { inPieces, readRows, readTable } from "./sample.ts";

/** Characters that mean something to CSV, often, among ordinary ones. */
const cell = fc.string({
  unit: fc.constantFrom('"', ",", ";", "\t", "\n", "\r", " ", "a", "b", "1", "é", "€", "😀"),
  maxLength: 8,
});
const mustQuote = /[",;\t\r\n]/;

interface Written {
  readonly cells: string[][];
  readonly text: string;
  readonly delimiter: string;
}

/** A table, and one of the ways to write it down. */
const written: fc.Arbitrary<Written> = fc
  .record({
    cells: fc
      .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 8 }))
      .chain(([columns, rows]) =>
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
      ),
    quoting: fc.infiniteStream(fc.boolean()),
    delimiter: fc.constantFrom(",", ";", "\t"),
    lineEnd: fc.constantFrom("\r\n", "\n", "\r"),
    endsWithLineEnd: fc.boolean(),
  })
  .map(({ cells, quoting, delimiter, lineEnd, endsWithLineEnd }) => {
    const quoted = quoting[Symbol.iterator]();
    const write = (text: string): string =>
      mustQuote.test(text) || quoted.next().value ? `"${text.replaceAll('"', '""')}"` : text;
    const lines = cells.map((row) => row.map(write).join(delimiter));
    return { cells, text: lines.join(lineEnd) + (endsWithLineEnd ? lineEnd : ""), delimiter };
  });
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });

describe("any table", () => {
  test("is read as written, and as csv-parse reads it, in chunks of any size", async () => {
    const property = fc.asyncProperty(written, sizes, async ({ cells, text, delimiter }, pieces) => {
      const { rows } = await readRows(inPieces(text, ...pieces), delimiter);
      const read = rows.map((row) => row.cells);
      expect(read).toEqual(cells);
      const oracle: string[][] = parse(text, { delimiter, record_delimiter: ["\r\n", "\n", "\r"] });
      expect(read).toEqual(oracle);
    });
    await fc.assert(property, { numRuns: 1000 });
  });

  test("gives the same rows and the same fault however the scanner is fed", () => {
    const anything = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a", "\0"), maxLength: 30 });
    const property = fc.property(anything, sizes, (text, pieces) => {
      expect(scan(text, pieces)).toEqual(scan(text, [text.length + 1]));
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test("has its delimiter found when the header has no other", async () => {
    const property = fc.asyncProperty(written, sizes, async ({ cells, text, delimiter }, pieces) => {
      const header = (cells[0] ?? []).map((_, column) => `"c,;\t${column}"`);
      const { rows, delimiter: found } = await readTable(
        Buffer.from(`\ufeff${header.join(delimiter)}\n${text}`),
        ...pieces,
      );
      expect(found).toBe(delimiter);
      expect(rows.slice(1).map((row) => row.cells)).toEqual(cells);
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

/** The rows of a text fed in pieces of these sizes, over and over, and the message of what ended it. */
function scan(text: string, pieces: readonly number[]): { rows: TableRow[]; fault: string | undefined } {
  const scanner = new CsvScanner(",");
  const rows: TableRow[] = [];
  try {
    let start = 0;
    for (let index = 0; start < text.length; index++) {
      const size = pieces[index % pieces.length] ?? 1;
      scanner.push(text.slice(start, start + size), false, rows);
      start += size;
    }
    scanner.push("", true, rows);
    return { rows, fault: undefined };
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    return { rows, fault: error.message };
  }
}
