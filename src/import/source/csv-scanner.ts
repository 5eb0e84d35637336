import { Window } from "./csv-window.ts";
import { countLineEnds } from "./line.ts";
import {
  cellCharsMax,
  recordCharsMax,
  TableError,
  type TableErrorCode,
  type TableRow,
  tableColumnsMax,
  tableRowsMax,
} from "./table.ts";

const quote = 34;

/** One record as found: its cells, where it ends and how many line ends are in its quoted cells. */
interface Found {
  readonly cells: string[];
  readonly end: number;
  readonly lineEnds: number;
}

/**
 * Takes CSV (RFC 4180) apart, given in blocks of any size. Cells may be quoted; lines end in CRLF, LF or CR,
 * also mixed. A quote inside an unquoted cell is text. It holds no more than one unfinished record.
 */
export class CsvScanner {
  /** Blank records met so far. */
  blankRows = 0;
  readonly #delimiter: string;
  readonly #delimiterCode: number;
  #unfinished = "";
  #row = 0;
  #line: number;

  /** `line` is the number of the line the first block starts with. Throws RangeError for an impossible delimiter. */
  constructor(delimiter: string, line = 1) {
    if (delimiter.length !== 1 || '"\r\n\0'.includes(delimiter)) {
      throw new RangeError(`The delimiter must be one character other than a quote, not ${JSON.stringify(delimiter)}`);
    }
    this.#delimiter = delimiter;
    this.#delimiterCode = delimiter.charCodeAt(0);
    this.#line = line;
  }

  /**
   * Adds the rows that end in `block` to `rows`; `last` says that nothing follows.
   * Throws TableError (`bad_csv`, `too_large`) after the rows before the fault have been added.
   */
  push(block: string, last: boolean, rows: TableRow[]): void {
    const window = new Window(this.#unfinished + block, last, this.#delimiter);
    const { text } = window;
    let start = 0;
    while (start < text.length) {
      const found = this.#record(window, start);
      const next = found && window.nextStart(found.end);
      if (found === undefined || next === undefined) break;
      this.#add(window, start, found, rows);
      this.#line += found.lineEnds + 1;
      start = next;
    }
    this.#unfinished = text.slice(start);
    if (this.#unfinished !== "") this.#checkUnfinished(window, start);
  }

  /** The record at `start`; undefined while its end is not in sight. */
  #record(window: Window, start: number): Found | undefined {
    const { text } = window;
    const end = window.lineEnd(start);
    if (window.quote.from(start) < end) return this.#quotedRecord(window, start);
    if (end === text.length && !window.last) return undefined;
    return { cells: text.slice(start, end).split(this.#delimiter), end, lineEnds: 0 };
  }

  #quotedRecord(window: Window, start: number): Found | undefined {
    const { text, last } = window;
    const cells: string[] = [];
    let lineEnds = 0;
    for (let at = start; ; at++) {
      let end: number;
      if (text.charCodeAt(at) === quote) {
        const close = window.closingQuote(at);
        if (close === undefined) {
          if (!last) return undefined;
          this.#checkNul(window, start, text.length);
          this.#refuse("bad_csv", "the quote opened here is never closed", lineEnds);
        }
        end = close + 1;
        const cell = text.slice(at + 1, close);
        cells.push(cell.includes('"') ? cell.replaceAll('""', '"') : cell);
        if (window.lineEnd(at) < close) lineEnds += countLineEnds(text, at, close);
      } else {
        end = Math.min(window.delimiter.from(at), window.lineEnd(at));
        cells.push(text.slice(at, end));
      }
      if (end === text.length) return last ? { cells, end, lineEnds } : undefined;
      if (text.charCodeAt(end) !== this.#delimiterCode) {
        if (window.lineEnd(end) === end) return { cells, end, lineEnds };
        this.#checkNul(window, start, end);
        this.#refuse("bad_csv", `there is text after the closing quote of column ${cells.length}`, lineEnds);
      }
      at = end;
    }
  }

  #add(window: Window, start: number, { cells, end }: Found, rows: TableRow[]): void {
    this.#checkNul(window, start, end);
    const chars = end - start;
    if (chars > recordCharsMax) this.#refuseLong();
    if (cells.length > tableColumnsMax) {
      this.#refuse("too_large", `the row has ${cells.length} columns; at most ${tableColumnsMax} are accepted`);
    }
    if (chars > cellCharsMax) this.#checkCells(cells);
    if (++this.#row > tableRowsMax) this.#refuse("too_large", `the table has more than ${tableRowsMax} rows`);
    if (cells.length === 1 && cells[0] === "") this.blankRows++;
    else rows.push({ row: this.#row, line: this.#line, cells });
  }

  #checkCells(cells: readonly string[]): void {
    const column = cells.findIndex((cell) => cell.length > cellCharsMax);
    if (column === -1) return;
    const chars = cells[column]?.length;
    const hint = "is a closing quote missing?";
    this.#refuse("too_large", `column ${column + 1} has ${chars} characters, more than ${cellCharsMax}; ${hint}`);
  }

  #checkUnfinished(window: Window, start: number): void {
    this.#checkNul(window, start, window.text.length);
    // The line end may be there already, undecided.
    if (window.text.length - start > recordCharsMax + "\r\n".length) this.#refuseLong();
  }

  #refuseLong(): never {
    const limit = `the row that starts here is longer than ${recordCharsMax} characters`;
    this.#refuse("too_large", `${limit}; is a closing quote missing?`);
  }

  /** Before any other fault of a record, so that which one is reported does not depend on the blocks. */
  #checkNul(window: Window, start: number, end: number): void {
    const nul = window.nul.from(start);
    if (nul >= end) return;
    this.#refuse("bad_csv", "contains the character NUL", countLineEnds(window.text, start, nul));
  }

  /** `lineEnds` is how far below the first line of the record the fault is. */
  #refuse(code: TableErrorCode, problem: string, lineEnds = 0): never {
    throw new TableError(code, problem, this.#line + lineEnds);
  }
}
