import { beginBatches } from "../batches.ts";
import type { Input } from "../input.ts";
import { type OpenTable, TableError, type TableRow } from "../table.ts";
import { Archive } from "./archive.ts";
import { sheetBytesMax } from "./limits.ts";
import { SheetHandler } from "./sheet.ts";
import { readWorkbook, type WorkbookSheet } from "./workbook.ts";
import { XmlReader } from "./xml.ts";

/** Rows handed on together, about as many as there are in a block of CSV. */
const batchRowsMin = 256;

/**
 * Opens an Excel workbook (ECMA-376, Office Open XML) at one of its sheets: the one that is named, or the first one
 * that is visible. Rows that are hidden are read like others.
 * Throws TableError: `unsupported_format` for another archive, `unknown_sheet`, `bad_xlsx` where it is damaged or the
 * sheet is empty, `too_large`.
 */
export async function openWorkbook(input: Input, sheet?: string): Promise<OpenTable> {
  const archive = await Archive.open(input);
  try {
    const book = await readWorkbook(archive, sheet);
    const handler = new SheetHandler(book);
    const { first, after, close } = await beginBatches(readSheet(archive, book, handler));
    const [header, ...below] = first;
    if (header === undefined) throw new TableError("bad_xlsx", `the sheet ${JSON.stringify(book.sheet)} is empty`);
    return {
      format: "xlsx",
      charset: undefined,
      delimiter: undefined,
      sheet: book.sheet,
      warnings: [],
      header,
      batches: after(below),
      blankRows: () => handler.blankRows,
      close,
    };
  } catch (error) {
    archive.close();
    throw error;
  }
}

async function* readSheet(archive: Archive, book: WorkbookSheet, handler: SheetHandler): AsyncGenerator<TableRow[]> {
  try {
    const reader = new XmlReader(book.part, handler);
    for await (const piece of archive.text(book.part, sheetBytesMax)) {
      reader.write(piece);
      if (handler.waiting >= batchRowsMin) yield handler.taken();
    }
    reader.end();
  } catch (error) {
    // The rows before the fault come before it.
    if (handler.waiting > 0) yield handler.taken();
    throw error;
  } finally {
    archive.close();
  }
  if (handler.waiting > 0) yield handler.taken();
}
