import { isJsonObject } from "../../scim/json.ts";
import type { Charset } from "./charset.ts";
import { sniffCharset } from "./charset.ts";
import type { OpenTable } from "./csv-file.ts";
import { JsonSplitter } from "./json-splitter.ts";
import { recordCharsMax, TableError, type TableRow, tableRowsMax } from "./table.ts";
import { decodeText } from "./text.ts";

type RecordFormat = "json" | "ndjson";

/** Members by which an object shows that it is a list of records, and not one. */
const listed = /"(?:Resources|users|Operations)"\s*:\s*\[/;

/**
 * Whether the head of a file is that of JSON: one document with a list, or a record a line.
 *
 * @returns undefined when it is neither
 */
export function sniffRecords(head: Uint8Array, charset?: Charset): RecordFormat | undefined {
  const first = head.find((byte) => byte !== 0 && byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  const isText = first === 0x5b || first === 0x7b || first === 0xef || first === 0xff || first === 0xfe;
  if (!isText) return undefined;
  const text = new TextDecoder(charset ?? sniffCharset(head).charset)
    .decode(head)
    .replace(/^\ufeff/, "")
    .trimStart();
  if (text.startsWith("[")) return "json";
  if (!text.startsWith("{")) return undefined;
  const [line = ""] = text.split(/\r?\n/, 1);
  const record = parse(line);
  // A document that is written over several lines, or one that is longer than its head.
  if (record === undefined) return listed.test(text) || !isOneLine(line, text) ? "json" : "ndjson";
  return listed.test(line) && isList(record) ? "json" : "ndjson";
}

function isOneLine(line: string, text: string): boolean {
  return line.length === text.trimEnd().length;
}

function isList(record: unknown): boolean {
  if (!isJsonObject(record)) return false;
  return [record.Resources, record.users, record.Operations].some((value) => Array.isArray(value));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Opens a list of JSON objects; each row is one cell with the text of one. The header has the names of the members of
 * the first.
 *
 * @throws TableError when there is no record, or the first can not be read
 */
export async function openRecords(
  bytes: AsyncIterable<Uint8Array>,
  format: RecordFormat,
  charset?: Charset,
): Promise<OpenTable> {
  const text = decodeText(bytes, charset);
  const rows = format === "json" ? elementsOf(text.chunks) : linesOf(text.chunks);
  const first = await rows.next();
  const batch = first.done ? [] : first.value;
  const record = parse(batch[0]?.cells[0] ?? "");
  if (batch.length === 0) throw new TableError("bad_json", "the file has no record");
  return {
    format,
    get charset() {
      return text.charset ?? "utf-8";
    },
    delimiter: undefined,
    warnings: text.warnings,
    header: { row: 1, line: 1, cells: isJsonObject(record) ? Object.keys(record) : [] },
    batches: startingWith(batch, rows),
    blankRows: () => 0,
    async close() {
      await rows.return(undefined);
    },
  };
}

async function* startingWith(first: TableRow[], rest: AsyncGenerator<TableRow[]>): AsyncGenerator<TableRow[]> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** The elements of the array that a document has. */
async function* elementsOf(text: AsyncIterable<string>): AsyncGenerator<TableRow[]> {
  const splitter = new JsonSplitter();
  const push = (piece: string, last: boolean): readonly [TableRow[], unknown] => {
    const rows: TableRow[] = [];
    try {
      splitter.push(piece, last, rows);
      return [rows, undefined];
    } catch (error) {
      return [rows, error];
    }
  };
  for await (const piece of text) {
    const [rows, fault] = push(piece, false);
    if (rows.length > 0) yield rows;
    if (fault !== undefined) throw fault;
  }
  const [rows, fault] = push("", true);
  if (rows.length > 0) yield rows;
  if (fault !== undefined) throw fault;
}

/** The lines of a text that are not blank. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<TableRow[]> {
  let held = "";
  let line = 1;
  let row = 1;
  const take = (content: string, rows: TableRow[]): void => {
    for (const record of content.split("\n")) {
      if (record.length > recordCharsMax) throw tooLong(line);
      if (record.trim() !== "") {
        row++;
        if (row > tableRowsMax)
          throw new TableError("too_large", `the file has more than ${tableRowsMax} records`, line);
        rows.push({ row, line, cells: [record.trim()] });
      }
      line++;
    }
  };
  for await (const piece of text) {
    held += piece;
    const end = held.lastIndexOf("\n");
    if (end === -1) {
      if (held.length > recordCharsMax) throw tooLong(line);
      continue;
    }
    const rows: TableRow[] = [];
    const content = held.slice(0, end);
    held = held.slice(end + 1);
    take(content, rows);
    if (rows.length > 0) yield rows;
  }
  const rows: TableRow[] = [];
  take(held, rows);
  if (rows.length > 0) yield rows;
}

function tooLong(line: number): TableError {
  return new TableError("too_large", `a record is longer than ${recordCharsMax} characters`, line);
}
