import { beginBatches } from "../batches.ts";
import { type OpenTable, TableError } from "../table.ts";
import type { DecodedText } from "../text.ts";
import { JsonCursor } from "./cursor.ts";
import { type DocumentFacts, isListName, readDocument } from "./document.ts";
import { isWholeLine, readLines } from "./lines.ts";

/**
 * Opens a text that starts with `[` or `{`: a JSON document, or JSON lines. Its header has the names of the members
 * of the first record. Throws TableError: `bad_json` where it has no records, else what is wrong up to the first ones.
 */
export async function openJson(text: DecodedText): Promise<OpenTable> {
  const cursor = new JsonCursor(text.chunks);
  const document: DocumentFacts = { isList: undefined };
  const lines = { blankRows: 0 };
  const isLines = await startsLines(cursor);
  const batches = isLines ? readLines(cursor, lines) : readDocument(cursor, document);
  const { first, after, close } = await beginBatches(batches);
  if (first.length === 0) throw new TableError("bad_json", "the file has no records");
  return {
    format: document.isList ? "json" : "ndjson",
    get charset() {
      return text.charset ?? "utf-8";
    },
    delimiter: undefined,
    warnings: text.warnings,
    header: { row: 1, line: 1, cells: namesIn(first[0]?.cells[0] ?? "") },
    batches: after([...first]),
    blankRows: () => lines.blankRows,
    close,
  };
}

/** Whether the text is one value a line: its first line is a whole object, and it goes on with another one. */
async function startsLines(cursor: JsonCursor): Promise<boolean> {
  if ((await cursor.next()) !== "{") return false;
  const ahead = await cursor.lookAhead();
  if (ahead?.behind === undefined || !isWholeLine(ahead.line)) return false;
  return ahead.behind === "{" || !holdsList(ahead.line);
}

function holdsList(text: string): boolean {
  const value = objectIn(text);
  return Object.entries(value).some(([name, member]) => isListName(name) && Array.isArray(member));
}

function namesIn(text: string): readonly string[] {
  return Object.keys(objectIn(text));
}

/** The object that a text is; an empty one where it is none. */
function objectIn(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
