import { TableError } from "../table.ts";
import { cellFormatsMax } from "./limits.ts";
import { builtInFormat, type NumberFormat, readFormat } from "./number-format.ts";
import type { XmlAttributes, XmlHandler } from "./xml.ts";

/** Reads how numbers are shown from `styles.xml`: a format for each style that a cell can have. */
export class StylesHandler implements XmlHandler {
  /** The number formats, by the number of the style. */
  readonly formats: NumberFormat[] = [];
  readonly #codes = new Map<number, NumberFormat>();
  #inCellFormats = false;

  open(name: string, attributes: XmlAttributes): void {
    if (name === "numFmt") this.#codes.set(Number(attributes.numFmtId), readFormat(attributes.formatCode ?? ""));
    else if (name === "cellXfs") this.#inCellFormats = true;
    else if (name === "xf" && this.#inCellFormats) this.#add(Number(attributes.numFmtId ?? 0));
  }

  close(name: string): void {
    if (name === "cellXfs") this.#inCellFormats = false;
  }

  text(): void {}

  #add(id: number): void {
    if (this.formats.length === cellFormatsMax) {
      throw new TableError("too_large", `the workbook has more than ${cellFormatsMax} cell formats`);
    }
    this.formats.push(this.#codes.get(id) ?? builtInFormat(id));
  }
}
