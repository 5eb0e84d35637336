import type { TableRow } from "../table.ts";
import type { JsonCursor } from "./cursor.ts";
import { inBatches, RecordBatch } from "./records.ts";

/** Members of a document that hold its records, in lower case: of a SCIM list, of exports, of a SCIM bulk request. */
const listNames: ReadonlySet<string> = new Set(["resources", "users", "operations"]);

/** Whether a member of this name, with a list as its value, holds the records of a document. */
export function isListName(name: string): boolean {
  return listNames.has(name.toLowerCase());
}

/** What is learnt about a document while it is read. */
export interface DocumentFacts {
  /** True when the document is a list or holds one; false when it is one record. Undefined before the first batch. */
  isList: boolean | undefined;
}

/**
 * The records of one JSON document: the elements of a list, or of the list in the member `Resources`, `users` or
 * `Operations` of an object; an object without such a member is one record itself.
 * Throws TableError (`bad_json`, `too_large`) after the rows before the fault.
 */
export function readDocument(cursor: JsonCursor, facts: DocumentFacts): AsyncGenerator<TableRow[]> {
  const batch = new RecordBatch(cursor);
  return inBatches(cursor, batch, readRoot(cursor, batch, facts));
}

async function* readRoot(cursor: JsonCursor, batch: RecordBatch, facts: DocumentFacts): AsyncGenerator<void> {
  if ((await cursor.next()) === "[") {
    facts.isList = true;
    yield* readElements(cursor, batch);
  } else {
    yield* readObject(cursor, batch, facts);
  }
  if ((await cursor.next()) !== undefined) {
    cursor.refuse("bad_json", "something follows the end of the document; JSON lines need a whole object on each line");
  }
}

async function* readObject(cursor: JsonCursor, batch: RecordBatch, facts: DocumentFacts): AsyncGenerator<void> {
  const { line } = cursor;
  let list: string | undefined;
  cursor.keep();
  cursor.take();
  let isOpen = (await cursor.next()) !== "}";
  if (!isOpen) cursor.take();
  while (isOpen) {
    const name = await readName(cursor);
    if ((await cursor.next()) === "[" && isListName(name)) {
      if (list !== undefined) cursor.refuse("bad_json", `there are two lists of records: ${list} and ${name}`);
      list = name;
      facts.isList = true;
      cursor.kept();
      yield* readElements(cursor, batch);
    } else {
      await cursor.value();
    }
    isOpen = await goesOn(cursor, "}", "the object");
  }
  if (list !== undefined) return;
  facts.isList = false;
  const record = cursor.kept();
  if (record === undefined)
    cursor.refuse("too_large", "the object is too long for one record and holds no list of them");
  batch.add(line, record);
}

async function readName(cursor: JsonCursor): Promise<string> {
  const opener = await cursor.next();
  if (opener === undefined) refuseCut(cursor);
  if (opener !== '"') cursor.refuse("bad_json", "the name of a member is expected, in double quotes");
  const name = (await cursor.value()).slice(1, -1);
  if ((await cursor.next()) !== ":") cursor.refuse("bad_json", "a colon is expected after the name of a member");
  cursor.take();
  return name;
}

async function* readElements(cursor: JsonCursor, batch: RecordBatch): AsyncGenerator<void> {
  cursor.take();
  let isOpen = (await cursor.next()) !== "]";
  if (!isOpen) cursor.take();
  while (isOpen) {
    if ((await cursor.next()) === undefined) refuseCut(cursor);
    const { line } = cursor;
    batch.add(line, await cursor.value());
    if (batch.isFull) yield;
    isOpen = await goesOn(cursor, "]", "the list");
  }
}

/** Takes a comma or the closing bracket; tells whether it was the comma. */
async function goesOn(cursor: JsonCursor, close: "]" | "}", of: string): Promise<boolean> {
  const found = await cursor.next();
  if (found === undefined) refuseCut(cursor);
  if (found !== "," && found !== close) cursor.refuse("bad_json", `a comma or the end of ${of} (${close}) is expected`);
  cursor.take();
  return found === ",";
}

function refuseCut(cursor: JsonCursor): never {
  cursor.refuse("bad_json", "the file ends before its list of records does; it was probably cut off");
}
