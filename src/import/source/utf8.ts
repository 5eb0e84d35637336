import { isAscii, isUtf8 } from "node:buffer";
import type { Charset } from "./charset.ts";
import { LineCounter } from "./line.ts";
import { TableError } from "./table.ts";
import { Windows1252Decoder } from "./windows1252.ts";

/**
 * Well-formed sequences: range of the first byte, length, range of the second byte (Unicode 16, table 3-7);
 * further bytes are always 80..BF.
 */
const sequences: readonly (readonly [number, number, number, number, number])[] = [
  [0x00, 0x7f, 1, 0, 0],
  [0xc2, 0xdf, 2, 0x80, 0xbf],
  [0xe0, 0xe0, 3, 0xa0, 0xbf],
  [0xe1, 0xec, 3, 0x80, 0xbf],
  [0xed, 0xed, 3, 0x80, 0x9f],
  [0xee, 0xef, 3, 0x80, 0xbf],
  [0xf0, 0xf0, 4, 0x90, 0xbf],
  [0xf1, 0xf3, 4, 0x80, 0xbf],
  [0xf4, 0xf4, 4, 0x80, 0x8f],
];

/** Length of the character at `start`, 0 where none is well-formed, undefined where the bytes end inside of it. */
function sequenceAt(bytes: Uint8Array, start: number): number | undefined {
  const lead = bytes[start] ?? 0;
  const sequence = sequences.find(([low, high]) => lead >= low && lead <= high);
  if (sequence === undefined) return 0;
  const [, , length, secondLow, secondHigh] = sequence;
  for (let index = 1; index < length; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    if (byte < (index === 1 ? secondLow : 0x80) || byte > (index === 1 ? secondHigh : 0xbf)) return 0;
  }
  return length;
}

/** Where an unfinished character at the end of `bytes` starts; their length where there is none. */
function unfinishedAt(bytes: Uint8Array): number {
  for (let start = Math.max(0, bytes.length - 3); start < bytes.length; start++) {
    if ((bytes[start] ?? 0) >= 0xc2 && sequenceAt(bytes, start) === undefined) return start;
  }
  return bytes.length;
}

function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  for (let length = 1; at < bytes.length && length > 0; at += length) length = sequenceAt(bytes, at) ?? 0;
  return at;
}

/**
 * Decodes UTF-8, strictly. Where only ASCII stands before the first byte that is not UTF-8, the text goes on as
 * windows-1252, which many spreadsheets write; text that was UTF-8 so far has been damaged and is refused.
 */
export class Utf8Decoder {
  charset: Charset = "utf-8";
  readonly #promised: boolean;
  readonly #warn: (warning: string) => void;
  readonly #lines = new LineCounter();
  /** Offset in the file of the next byte to decode. */
  #offset: number;
  #unfinished: Buffer = Buffer.alloc(0);
  #multibyte = false;
  #fallback: Windows1252Decoder | undefined;

  /**
   * `markBytes` is the length of the byte order mark that came before; `promised` says that the text is UTF-8 and
   * rules out a fallback.
   */
  constructor(markBytes: number, promised: boolean, warn: (warning: string) => void) {
    this.#offset = markBytes;
    this.#promised = promised;
    this.#warn = warn;
  }

  /** The text of all characters that end in `piece`. Throws `bad_encoding`. */
  decode(piece: Buffer): string {
    if (this.#fallback !== undefined) return this.#fallback.decode(piece);
    const bytes = this.#unfinished.length === 0 ? piece : Buffer.concat([this.#unfinished, piece]);
    if (isAscii(bytes)) {
      this.#unfinished = Buffer.alloc(0);
      return this.#took(bytes.length, bytes.toString("latin1"));
    }
    const end = unfinishedAt(bytes);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) return this.#fallBack(bytes, firstInvalid(whole));
    // Copied: the caller may use the memory of the piece again.
    this.#unfinished = Buffer.from(bytes.subarray(end));
    this.#multibyte ||= !isAscii(whole);
    return this.#took(end, whole.toString("utf8"));
  }

  /** The text that was held back to the end of the input. Throws `bad_encoding` where it stops inside a character. */
  end(): string {
    const rest = this.#unfinished;
    if (rest.length === 0) return "";
    // One byte after nothing but ASCII is rather the last letter of a windows-1252 file.
    if (rest.length === 1 && !this.#multibyte && !this.#promised) return this.#fallBack(rest, 0);
    throw new TableError(
      "bad_encoding",
      `the file stops inside the UTF-8 character at byte ${this.#offset}; it was probably cut off`,
      this.#lines.line,
    );
  }

  #took(bytes: number, text: string): string {
    this.#offset += bytes;
    this.#lines.add(text);
    return text;
  }

  #fallBack(bytes: Buffer, bad: number): string {
    const before = bytes.subarray(0, bad);
    const text = this.#took(bad, before.toString("utf8"));
    const where = `byte ${this.#offset} (0x${bytes[bad]?.toString(16).toUpperCase()})`;
    if (this.#promised || this.#multibyte || !isAscii(before)) {
      const problem = `${where} is not UTF-8, though the text before it is; save the file as UTF-8 throughout`;
      throw new TableError("bad_encoding", problem, this.#lines.line);
    }
    this.charset = "windows-1252";
    const line = this.#lines.line;
    this.#fallback = new Windows1252Decoder(this.#offset, this.#lines);
    const rest = this.#fallback.decode(bytes.subarray(bad));
    this.#warn(`line ${line}: ${where} is not UTF-8; the file is read as windows-1252`);
    return text + rest;
  }
}
