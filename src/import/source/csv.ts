import { detectDelimiter, readSeparatorLine } from "./csv-delimiter.ts";
import { CsvScanner } from "./csv-scanner.ts";
import type { TableRow } from "./table.ts";

/**
 * Characters taken apart at a time. An unfinished record is read again with each block, so blocks must not be small
 * against `recordCharsMax`; rows keep the block they were cut from alive, so they must not be large either.
 */
const blockChars = 65_536;

/** What is learnt about a CSV while it is read. */
export interface CsvFacts {
  /** Undefined before the first batch. */
  delimiter: string | undefined;
  /** Blank records left out so far. */
  blankRows: number;
}

export function newCsvFacts(): CsvFacts {
  return { delimiter: undefined, blankRows: 0 };
}

export interface CsvOptions {
  /** One character; overrides a leading `sep=` line and detection. */
  readonly delimiter?: string;
  /** Filled in as the text is read. */
  readonly facts?: CsvFacts;
}

/**
 * Reads CSV that arrives in chunks of any size, as batches of a few hundred rows; the header is a row like others,
 * and rows may differ in width. Throws TableError (`bad_csv`, `too_large`) after the rows before the fault.
 *
 * @example for await (const rows of readCsv(decodeText(body).chunks)) …
 */
export async function* readCsv(text: AsyncIterable<string>, options: CsvOptions = {}): AsyncGenerator<TableRow[]> {
  const facts = options.facts ?? newCsvFacts();
  let scanner: CsvScanner | undefined;
  for await (const block of blocksOf(text)) {
    let { content } = block;
    if (scanner === undefined) {
      // A second byte order mark, left by tools that join files.
      if (content.startsWith("\ufeff")) content = content.slice(1);
      const separator = readSeparatorLine(content);
      content = content.slice(separator?.chars ?? 0);
      const delimiter = options.delimiter ?? separator?.delimiter ?? detectDelimiter(content, block.last);
      scanner = new CsvScanner(delimiter, separator === undefined ? 1 : 2);
      facts.delimiter = delimiter;
    }
    const rows: TableRow[] = [];
    const fault = pushSafely(scanner, content, block.last, rows);
    facts.blankRows = scanner.blankRows;
    if (rows.length > 0) yield rows;
    if (fault !== undefined) throw fault.error;
  }
}

function pushSafely(
  scanner: CsvScanner,
  content: string,
  last: boolean,
  rows: TableRow[],
): { readonly error: unknown } | undefined {
  try {
    scanner.push(content, last, rows);
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** Cuts a text into blocks of one size, whatever its chunks were, so that results never depend on them. */
async function* blocksOf(text: AsyncIterable<string>): AsyncGenerator<{ content: string; last: boolean }> {
  let held = "";
  for await (const chunk of text) {
    held += chunk;
    if (held.length <= blockChars) continue;
    let start = 0;
    for (; held.length - start > blockChars; start += blockChars) {
      yield { content: held.slice(start, start + blockChars), last: false };
    }
    held = held.slice(start);
  }
  yield { content: held, last: true };
}
