import { recordCharsMax, TableError, type TableErrorCode } from "../table.ts";
import { ValueFault, ValueScan } from "./value-scan.ts";

const lineFeed = 10;
const blanks: ReadonlySet<number> = new Set([9, lineFeed, 13, 32]);
const openers: ReadonlySet<string> = new Set(["{", "[", '"']);
/** Where a value without quotes or brackets ends. */
const bareEnd = /[\s,[\]{}":]/g;

/** Walks through a JSON text that arrives in chunks; it holds one value and a chunk. */
export class JsonCursor {
  /** Line, from 1, of the next character. */
  line = 1;
  readonly #chunks: AsyncIterator<string>;
  #text = "";
  #at = 0;
  /** Text from here on is kept. */
  #kept = 0;
  #keeps = false;

  constructor(chunks: AsyncIterable<string>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Lets go of the text. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** The next character that is no blank, not yet taken; undefined at the end of the text. */
  async next(): Promise<string | undefined> {
    for (;;) {
      for (; this.#at < this.#text.length; this.#at++) {
        const code = this.#text.charCodeAt(this.#at);
        if (!blanks.has(code)) return this.#text[this.#at];
        if (code === lineFeed) this.line++;
      }
      if (!(await this.#more())) return undefined;
    }
  }

  /** Takes the character that `next` told. */
  take(): void {
    this.#at++;
  }

  /** Takes the value that starts here. Throws TableError (`bad_json`, `too_large`). */
  async value(): Promise<string> {
    const opener = this.#text[this.#at] ?? "";
    return openers.has(opener) ? this.#bracketed() : this.#bare();
  }

  async #bracketed(): Promise<string> {
    const scan = new ValueScan();
    let scanned = 0;
    for (;;) {
      const end = this.#scan(scan, this.#at + scanned);
      const chars = (end === -1 ? this.#text.length : end) - this.#at;
      if (chars > recordCharsMax)
        this.refuse("too_large", `the value that starts here has more than ${recordCharsMax} characters`);
      if (end !== -1) {
        this.line += scan.lineEnds;
        return this.#takeTo(end);
      }
      scanned = this.#text.length - this.#at;
      if (await this.#more()) continue;
      this.line += scan.lineEnds;
      this.refuse("bad_json", "the file ends inside of a value; it was probably cut off");
    }
  }

  #scan(scan: ValueScan, from: number): number {
    try {
      return scan.scan(this.#text, from);
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      this.line += error.lineEnds;
      this.refuse(error.kind === "deep" ? "too_large" : "bad_json", error.message);
    }
  }

  async #bare(): Promise<string> {
    for (;;) {
      bareEnd.lastIndex = this.#at;
      const end = bareEnd.exec(this.#text)?.index ?? -1;
      if (end === this.#at) this.refuse("bad_json", `a value is missing before ${this.#text[end]}`);
      if (end !== -1) return this.#takeTo(end);
      if (this.#text.length - this.#at > recordCharsMax) this.refuse("bad_json", "this is no JSON");
      if (!(await this.#more())) return this.#takeTo(this.#text.length);
    }
  }

  #takeTo(end: number): string {
    const text = this.#text.slice(this.#at, end);
    this.#at = end;
    return text;
  }

  /**
   * The rest of the line and the first character behind it that is no blank, neither of them taken; undefined where
   * that is more than `recordCharsMax` characters.
   */
  async lookAhead(): Promise<{ readonly line: string; readonly behind: string | undefined } | undefined> {
    let isWhole = false;
    for (;;) {
      const end = this.#text.indexOf("\n", this.#at);
      const line = end === -1 ? this.#text.slice(this.#at) : this.#text.slice(this.#at, end);
      const behind = end === -1 ? undefined : /\S/.exec(this.#text.slice(end))?.[0];
      if (line.length > recordCharsMax) return undefined;
      if (isWhole || behind !== undefined) return { line, behind };
      if (this.#text.length - this.#at > 2 * recordCharsMax) return undefined;
      isWhole = !(await this.#more());
    }
  }

  /** Takes the rest of the line, without its end; undefined at the end of the text. Throws `too_large`. */
  async restOfLine(): Promise<string | undefined> {
    let searched = 0;
    for (;;) {
      const end = this.#text.indexOf("\n", this.#at + searched);
      searched = this.#text.length - this.#at;
      const chars = end === -1 ? searched : end - this.#at;
      if (chars > recordCharsMax) this.refuse("too_large", `the line has more than ${recordCharsMax} characters`);
      if (end !== -1) {
        const line = this.#takeTo(end);
        this.take();
        this.line++;
        return line;
      }
      if (await this.#more()) continue;
      return searched === 0 ? undefined : this.#takeTo(this.#text.length);
    }
  }

  /** Keeps the text from here on, for `kept`. */
  keep(): void {
    this.#keeps = true;
    this.#kept = this.#at;
  }

  /** The text since `keep`, which is then no longer kept; undefined where that is more than `recordCharsMax`. */
  kept(): string | undefined {
    const isThere = this.#keeps && this.#at - this.#kept <= recordCharsMax;
    this.#keeps = false;
    return isThere ? this.#text.slice(this.#kept, this.#at) : undefined;
  }

  /** Throws TableError for what stands here. */
  refuse(code: TableErrorCode, problem: string): never {
    throw new TableError(code, problem, this.line);
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done) return false;
    if (this.#keeps && this.#at - this.#kept > recordCharsMax) this.#keeps = false;
    const from = this.#keeps ? this.#kept : this.#at;
    this.#text = this.#text.slice(from) + next.value;
    this.#at -= from;
    this.#kept = 0;
    return true;
  }
}
