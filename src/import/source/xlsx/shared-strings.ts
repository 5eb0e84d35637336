import { cellCharsMax, TableError } from "../table.ts";
import { unescapeText } from "./escapes.ts";
import { sharedStringsBytesMax, sharedStringsMax } from "./limits.ts";
import type { XmlHandler } from "./xml.ts";

/** Bytes held together; a text is never split between two blocks. */
const blockBytes = 1_048_576;
const firstOffsets = 1_024;

interface Block {
  readonly bytes: Buffer;
  used: number;
  isAscii: boolean;
}

/** Many texts in little memory: UTF-8 in blocks, and where each one starts. */
export class TextPool {
  count = 0;
  readonly #blocks: Block[] = [];
  #starts = new Float64Array(firstOffsets);

  /** Adds a text of at most `cellCharsMax` characters. Throws `too_large`. */
  add(text: string): void {
    const bytes = Buffer.byteLength(text);
    let block = this.#blocks.at(-1);
    if (block === undefined || block.used + bytes > blockBytes) block = this.#newBlock();
    if (this.count === sharedStringsMax) refuse(`more than ${sharedStringsMax} different texts`);
    if (this.count === this.#starts.length) {
      const grown = new Float64Array(this.#starts.length * 2);
      grown.set(this.#starts);
      this.#starts = grown;
    }
    this.#starts[this.count++] = (this.#blocks.length - 1) * blockBytes + block.used;
    block.bytes.write(text, block.used);
    block.used += bytes;
    block.isAscii &&= bytes === text.length;
  }

  /** The text at a place, from 0; undefined where there is none. */
  at(index: number): string | undefined {
    const start = index < this.count ? this.#starts[index] : undefined;
    if (start === undefined) return undefined;
    const number = Math.floor(start / blockBytes);
    const block = this.#blocks[number];
    const next = index + 1 < this.count ? (this.#starts[index + 1] ?? 0) : Number.POSITIVE_INFINITY;
    // What follows in another block does not tell the end.
    const end = Math.min(next - number * blockBytes, block?.used ?? 0);
    return block?.bytes.toString(block.isAscii ? "latin1" : "utf8", start % blockBytes, end);
  }

  #newBlock(): Block {
    if ((this.#blocks.length + 1) * blockBytes > sharedStringsBytesMax) {
      refuse(`more than ${sharedStringsBytesMax} bytes of text`);
    }
    const block = { bytes: Buffer.alloc(blockBytes), used: 0, isAscii: true };
    this.#blocks.push(block);
    return block;
  }
}

function refuse(what: string): never {
  throw new TableError("too_large", `the workbook has ${what}; save the table as CSV (UTF-8) instead`);
}

/** Reads the part with the texts of all sheets; of rich text the text alone. Throws `too_large`. */
export class SharedStringsHandler implements XmlHandler {
  readonly pool: TextPool;
  #text = "";
  #isText = false;
  /** Inside of what says how a text is pronounced. */
  #isPhonetic = false;

  constructor(pool: TextPool) {
    this.pool = pool;
  }

  open(name: string): void {
    if (name === "si") this.#text = "";
    else if (name === "t") this.#isText = !this.#isPhonetic;
    else if (name === "rPh") this.#isPhonetic = true;
  }

  close(name: string): void {
    if (name === "t") this.#isText = false;
    else if (name === "rPh") this.#isPhonetic = false;
    else if (name === "si") this.pool.add(unescapeText(this.#text));
  }

  text(text: string): void {
    if (!this.#isText) return;
    this.#text += text;
    if (this.#text.length <= cellCharsMax) return;
    const problem = `a cell has more than ${cellCharsMax} characters`;
    throw new TableError("too_large", `${problem}: it has text ${this.pool.count + 1} of xl/sharedStrings.xml`);
  }
}
