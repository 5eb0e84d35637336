import { SaxesParser } from "saxes";
import { TableError } from "../table.ts";
import { xmlDepthMax, xmlTokenCharsMax } from "./limits.ts";

/** The attributes of an element by their names. */
export type XmlAttributes = Readonly<Record<string, string>>;

/** What is told of a part while it is read; names of elements come without their prefix. */
export interface XmlHandler {
  open(name: string, attributes: XmlAttributes): void;
  close(name: string): void;
  text(text: string): void;
}

/** Reads XML in UTF-8, without entities other than those of XML itself, as it arrives. */
export class XmlReader {
  readonly #parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  readonly #part: string;
  /** True when something was told since the last piece. */
  #moved = false;
  #held = 0;

  constructor(part: string, handler: XmlHandler) {
    this.#part = part;
    const parser = this.#parser;
    let depth = 0;
    let prefix: string | undefined;
    const local = (name: string): string =>
      prefix !== undefined && name.startsWith(prefix) ? name.slice(prefix.length) : name;
    parser.on("error", () => this.#refuse("is not well-formed XML"));
    parser.on("doctype", () => this.#refuse("declares a document type or entities, which workbooks never do"));
    parser.on("opentag", ({ name, attributes }) => {
      this.#moved = true;
      if (depth++ === 0 && name.includes(":")) prefix = name.slice(0, name.indexOf(":") + 1);
      if (depth > xmlDepthMax) this.#refuse(`nests deeper than ${xmlDepthMax} elements`);
      handler.open(local(name), attributes);
    });
    parser.on("closetag", ({ name }) => {
      this.#moved = true;
      depth--;
      handler.close(local(name));
    });
    const text = (content: string): void => {
      this.#moved = true;
      handler.text(content);
    };
    parser.on("text", text);
    parser.on("cdata", text);
  }

  /** Reads the next piece. Throws TableError (`bad_xlsx`, `too_large`) and what the handler throws. */
  write(piece: string): void {
    this.#moved = false;
    this.#parser.write(piece);
    this.#held = this.#moved ? 0 : this.#held + piece.length;
    if (this.#held <= xmlTokenCharsMax) return;
    throw new TableError("too_large", `the part ${this.#part} has text of more than ${xmlTokenCharsMax} characters`);
  }

  /** Says that nothing follows. Throws `bad_xlsx` where elements are open. */
  end(): void {
    this.#parser.close();
  }

  #refuse(problem: string): never {
    throw new TableError("bad_xlsx", `the workbook can not be read: its part ${this.#part} ${problem}`);
  }
}

/** Reads a whole part. */
export async function readXml(part: string, pieces: AsyncIterable<string>, handler: XmlHandler): Promise<void> {
  const reader = new XmlReader(part, handler);
  for await (const piece of pieces) reader.write(piece);
  reader.end();
}
