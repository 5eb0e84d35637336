import {
  cellCharsMax,
  recordCharsMax,
  TableError,
  type TableErrorCode,
  type TableRow,
  tableColumnsMax,
  type WrongCell,
} from "../table.ts";
import { cellText } from "./cell.ts";
import { sheetRowsMax } from "./limits.ts";
import { columnLetters, columnOf } from "./reference.ts";
import type { Workbook } from "./workbook.ts";
import type { XmlAttributes, XmlHandler } from "./xml.ts";

/** Reads the cells of a sheet into rows; those without any text are left out. Throws `bad_xlsx` and `too_large`. */
export class SheetHandler implements XmlHandler {
  /** Rows without any text so far. */
  blankRows = 0;
  readonly #book: Workbook;
  #rows: TableRow[] = [];
  #row = 0;
  #cells: string[] = [];
  #wrong: WrongCell[] = [];
  #chars = 0;
  #column = -1;
  #inCell = false;
  #type: string | undefined;
  #style: string | undefined;
  #raw = "";
  /** Inside of an element whose text is the content of the cell. */
  #isContent = false;
  #inInline = false;
  #isPhonetic = false;

  constructor(book: Workbook) {
    this.#book = book;
  }

  /** How many rows wait to be taken. */
  get waiting(): number {
    return this.#rows.length;
  }

  /** The rows since the last call. */
  taken(): TableRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  open(name: string, attributes: XmlAttributes): void {
    if (name === "c") this.#openCell(attributes);
    else if (name === "v") this.#isContent = this.#inCell;
    else if (name === "row") this.#openRow(attributes.r);
    else if (name === "is") this.#inInline = this.#inCell;
    else if (name === "t") this.#isContent = this.#inInline && !this.#isPhonetic;
    else if (name === "rPh") this.#isPhonetic = true;
  }

  close(name: string): void {
    if (name === "v" || name === "t") this.#isContent = false;
    else if (name === "c") this.#closeCell();
    else if (name === "row") this.#closeRow();
    else if (name === "is") this.#inInline = false;
    else if (name === "rPh") this.#isPhonetic = false;
  }

  text(text: string): void {
    if (!this.#isContent) return;
    this.#raw = this.#raw === "" ? text : this.#raw + text;
    if (this.#raw.length > cellCharsMax) this.#refuseLong();
  }

  #openRow(number: string | undefined): void {
    const row = number === undefined ? this.#row + 1 : Number(number);
    if (!Number.isInteger(row) || row <= this.#row) {
      this.#refuse("bad_xlsx", "the row after this one has no number above it; save the workbook again");
    }
    if (row > sheetRowsMax) this.#refuse("too_large", `a sheet has at most ${sheetRowsMax} rows`);
    this.blankRows += row - this.#row - 1;
    this.#row = row;
    this.#column = -1;
  }

  #openCell({ r, t, s }: XmlAttributes): void {
    this.#column = r === undefined ? this.#column + 1 : columnOf(r);
    this.#type = t;
    this.#style = s;
    this.#raw = "";
    this.#inCell = true;
    if (this.#column < 0) this.#refuse("bad_xlsx", "a cell of the row has no column; save the workbook again");
  }

  #closeCell(): void {
    this.#inCell = false;
    // Most cells without content have a border or a colour only.
    if (this.#raw === "") return;
    const column = this.#column;
    const value = cellText(this.#type, this.#raw, this.#style, this.#book);
    if (column >= tableColumnsMax) {
      this.#refuse(
        "too_large",
        `cell ${this.#reference()} is beyond column ${columnLetters(tableColumnsMax - 1)}, the last of ${tableColumnsMax}`,
      );
    }
    const text = typeof value === "string" ? value : this.#raw;
    if (typeof value !== "string")
      this.#wrong.push({ index: column, message: `cell ${this.#reference()} ${value.wrong}` });
    if (text.length > cellCharsMax) this.#refuseLong();
    this.#chars += text.length;
    if (this.#chars > recordCharsMax) this.#refuse("too_large", `the row is longer than ${recordCharsMax} characters`);
    const cells = this.#cells;
    while (cells.length < column) cells.push("");
    cells[column] = text;
  }

  #closeRow(): void {
    const cells = this.#cells;
    while (cells.length > 0 && cells[cells.length - 1] === "") cells.pop();
    if (cells.length === 0) this.blankRows++;
    else {
      const row = this.#row;
      this.#rows.push(
        this.#wrong.length === 0 ? { row, line: row, cells } : { row, line: row, cells, wrong: this.#wrong },
      );
    }
    this.#cells = [];
    if (this.#wrong.length > 0) this.#wrong = [];
    this.#chars = 0;
  }

  #reference(): string {
    return `${columnLetters(this.#column)}${this.#row}`;
  }

  #refuseLong(): never {
    this.#refuse("too_large", `cell ${this.#reference()} has more than ${cellCharsMax} characters`);
  }

  #refuse(code: TableErrorCode, problem: string): never {
    throw new TableError(code, problem, Math.max(1, this.#row));
  }
}
