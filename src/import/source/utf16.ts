import type { Charset } from "./charset.ts";
import { LineCounter } from "./line.ts";
import { TableError } from "./table.ts";

/** Half of a surrogate pair without the other half. */
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Decodes UTF-16 of either byte order, strictly. */
export class Utf16Decoder {
  readonly charset: Charset;
  readonly #lines = new LineCounter();
  /** Offset in the file of the next byte to decode. */
  #offset: number;
  #unfinished: Buffer = Buffer.alloc(0);

  constructor(charset: "utf-16le" | "utf-16be", markBytes: number) {
    this.charset = charset;
    this.#offset = markBytes;
  }

  /** The text of all characters that end in `piece`. Throws `bad_encoding`. */
  decode(piece: Buffer): string {
    // Always a copy: byte order is swapped in place, and the piece belongs to the caller.
    const bytes = Buffer.concat([this.#unfinished, piece]);
    const unitsEnd = bytes.length - (bytes.length % 2);
    const units = bytes.subarray(0, unitsEnd);
    if (this.charset === "utf-16be") units.swap16();
    const decoded = units.toString("utf16le");
    // The first half of a pair waits for its second half.
    const isHalf = (decoded.charCodeAt(decoded.length - 1) & 0xfc00) === 0xd800;
    const text = isHalf ? decoded.slice(0, -1) : decoded;
    const taken = text.length * 2;
    if (this.charset === "utf-16be") units.subarray(taken).swap16();
    this.#unfinished = bytes.subarray(taken);
    if (!text.isWellFormed()) this.#refuse(text);
    this.#offset += taken;
    this.#lines.add(text);
    return text;
  }

  /** Always empty. Throws `bad_encoding` where the input stops inside a character. */
  end(): string {
    if (this.#unfinished.length === 0) return "";
    const problem = `the file stops inside the UTF-16 character at byte ${this.#offset}; it was probably cut off`;
    throw new TableError("bad_encoding", problem, this.#lines.line);
  }

  #refuse(text: string): never {
    const bad = text.search(loneSurrogate);
    this.#lines.add(text.slice(0, bad));
    const problem = `byte ${this.#offset + bad * 2} is not UTF-16; save the file as CSV (UTF-8) instead`;
    throw new TableError("bad_encoding", problem, this.#lines.line);
  }
}
