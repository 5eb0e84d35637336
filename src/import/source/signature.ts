import { TableError } from "./table.ts";

/** Bytes at the start of a file by which its format is told. */
export const signatureBytes = 16;

interface Signature {
  readonly bytes: readonly number[];
  readonly what: string;
  readonly advice: string;
}

const saveTable = "save the table as CSV (UTF-8) or as an Excel workbook (.xlsx) instead";
const unpack = "unpack it and upload the table in it";

function ascii(text: string): readonly number[] {
  return [...Buffer.from(text, "latin1")];
}

/** Files that are sent by mistake; what is no text and not in here is found out while it is decoded. */
const foreignSignatures: readonly Signature[] = [
  { bytes: ascii("PK\x03\x04"), what: "an Excel workbook (.xlsx) or another ZIP archive", advice: saveTable },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: "an old Excel workbook (.xls)", advice: saveTable },
  { bytes: [0xff, 0xfe, 0x00, 0x00], what: "UTF-32 text", advice: saveTable },
  { bytes: [0x00, 0x00, 0xfe, 0xff], what: "UTF-32 text", advice: saveTable },
  { bytes: ascii("%PDF-"), what: "a PDF document", advice: saveTable },
  { bytes: ascii("\x89PNG"), what: "a picture (PNG)", advice: saveTable },
  { bytes: [0xff, 0xd8, 0xff], what: "a picture (JPEG)", advice: saveTable },
  { bytes: ascii("GIF87a"), what: "a picture (GIF)", advice: saveTable },
  { bytes: ascii("GIF89a"), what: "a picture (GIF)", advice: saveTable },
  { bytes: [0x1f, 0x8b], what: "compressed with gzip", advice: unpack },
  { bytes: ascii("7z\xbc\xaf\x27\x1c"), what: "a 7z archive", advice: unpack },
  { bytes: ascii("Rar!\x1a\x07"), what: "a RAR archive", advice: unpack },
  { bytes: ascii("\xfd7zXZ\0"), what: "compressed with xz", advice: unpack },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: "compressed with zstd", advice: unpack },
  { bytes: ascii("SQLite format 3"), what: "an SQLite database", advice: saveTable },
  { bytes: ascii("{\\rtf"), what: "a text document (RTF)", advice: saveTable },
];

/** How a text starts that is no table, in lower case. */
const foreignTexts: readonly (readonly [start: string, what: string])[] = [
  ["<!doctype html", "a web page (HTML)"],
  ["<html", "a web page (HTML)"],
  ["<table", "a web page (HTML)"],
  ["<?xml", "an XML document"],
];

/** Whether a file starts with these bytes. */
export function startsWith(head: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[index] === byte);
}

/** Throws `unsupported_format`, with what to do, where the first bytes of a file are those of another kind of file. */
export function refuseForeign(head: Uint8Array): void {
  const foreign = foreignSignatures.find(({ bytes }) => startsWith(head, bytes));
  if (foreign !== undefined) {
    throw new TableError("unsupported_format", `the file is ${foreign.what}; ${foreign.advice}`);
  }
}

/** Throws `unsupported_format` where a text, without blanks before it, starts like another kind of document. */
export function refuseForeignText(start: string): void {
  const lower = start.slice(0, signatureBytes).toLowerCase();
  const what = foreignTexts.find(([text]) => lower.startsWith(text))?.[1];
  if (what !== undefined) throw new TableError("unsupported_format", `the file is ${what}; ${saveTable}`);
}
