import { LineCounter } from "./line.ts";
import { TableError } from "./table.ts";

/** Bytes that windows-1252 does not assign; text that has them is in some third encoding. */
const unassigned = /[\u0081\u008d\u008f\u0090\u009d]/;

/** Decodes windows-1252, strictly. */
export class Windows1252Decoder {
  readonly charset = "windows-1252";
  readonly #decoder = new TextDecoder("windows-1252");
  readonly #lines: LineCounter;
  #offset: number;

  /** `offset` is that of the next byte in the file; `lines` has counted the text before it. */
  constructor(offset: number, lines: LineCounter = new LineCounter()) {
    this.#offset = offset;
    this.#lines = lines;
  }

  /** The text of the bytes. Throws `bad_encoding`. */
  decode(bytes: Buffer): string {
    const text = this.#decoder.decode(bytes);
    const bad = text.search(unassigned);
    if (bad === -1) {
      this.#offset += bytes.length;
      this.#lines.add(text);
      return text;
    }
    this.#lines.add(text.slice(0, bad));
    const problem = `byte ${this.#offset + bad} is neither UTF-8 nor windows-1252; save the file as UTF-8`;
    throw new TableError("bad_encoding", problem, this.#lines.line);
  }

  /** Always empty: every byte is a character. */
  end(): string {
    return "";
  }
}
