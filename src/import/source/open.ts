import { type Charset, headBytes } from "./charset.ts";
import { openCsv } from "./csv-file.ts";
import type { Input } from "./input.ts";
import { openJson } from "./json/json-file.ts";
import { refuseForeign, refuseForeignText, startsWith } from "./signature.ts";
import type { OpenTable } from "./table.ts";
import { type DecodedText, decodeText } from "./text.ts";
import { refuseOldOffice } from "./xlsx/old-office.ts";
import { openWorkbook } from "./xlsx/xlsx-file.ts";

/** What may be said about a file; what does not apply to its format is not looked at. */
export interface TableOptions {
  /** The encoding of a text, where it is known. */
  readonly charset?: Charset;
  /** The delimiter of a CSV: one character. */
  readonly delimiter?: string;
  /** The sheet of a workbook to read instead of the first one that is visible. */
  readonly sheet?: string;
}

/** Characters of blanks at most before what tells JSON from CSV; a text with more of them is CSV. */
const leadingBlanksMax = 65_536;

const archiveMark = [0x50, 0x4b];
const oldOfficeMark = [0xd0, 0xcf, 0x11, 0xe0];
const jsonStart = /^[[{]/;
const leadingBlanks = /^[\ufeff\s]*/;

/**
 * Opens a file by what is in it, whatever it is called: a workbook, JSON, JSON lines or CSV.
 * Throws TableError: `unsupported_format` where it is none of them, else whatever is wrong with it as a whole.
 */
export async function openTable(input: Input, options: TableOptions = {}): Promise<OpenTable> {
  const head = await input.read(0, headBytes);
  if (startsWith(head, archiveMark) && (head[2] ?? 0) <= 0x08) return openWorkbook(input, options.sheet);
  if (startsWith(head, oldOfficeMark)) await refuseOldOffice(input);
  refuseForeign(head);
  const text = decodeText(input.stream(), options.charset);
  const { start, chunks, close } = await peek(text);
  const peeked: DecodedText = {
    get charset() {
      return text.charset;
    },
    warnings: text.warnings,
    chunks,
  };
  try {
    refuseForeignText(start);
    return jsonStart.test(start) ? await openJson(peeked) : await openCsv(peeked, options);
  } catch (error) {
    await close();
    throw error;
  }
}

interface Peeked {
  /** What comes behind the blanks at the start; empty where nothing does. */
  readonly start: string;
  /** The whole text. */
  readonly chunks: AsyncIterable<string>;
  close(): Promise<void>;
}

async function peek(text: DecodedText): Promise<Peeked> {
  const chunks = text.chunks[Symbol.asyncIterator]();
  let held = "";
  let start = "";
  while (start === "" && held.length <= leadingBlanksMax) {
    const next = await chunks.next();
    if (next.done) break;
    held += next.value;
    start = held.replace(leadingBlanks, "");
  }
  return {
    start,
    chunks: continued(held, chunks),
    async close() {
      await chunks.return?.();
    },
  };
}

async function* continued(held: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    if (held !== "") yield held;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

const delimiterNames: Readonly<Record<string, string>> = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe" };

/** What a file was read as, in words: `delimiter comma, utf-8`. */
export function describeFormat({ format, charset, delimiter, sheet }: OpenTable): string {
  if (format === "xlsx") return `sheet ${JSON.stringify(sheet)} of an Excel workbook`;
  if (format === "json") return `JSON, ${charset}`;
  if (format === "ndjson") return `JSON lines, ${charset}`;
  return `delimiter ${delimiterNames[delimiter ?? ""] ?? JSON.stringify(delimiter)}, ${charset}`;
}
