const quote = 34;
const lineFeed = 10;
const carriageReturn = 13;

/** Finds one character in a text, walking forward, so that no part of the text is searched twice. */
class Finder {
  readonly #text: string;
  readonly #character: string;
  #at = -1;

  constructor(text: string, character: string) {
    this.#text = text;
    this.#character = character;
  }

  /** Where the character stands first at or after `start`; the length of the text where it does not. */
  from(start: number): number {
    if (this.#at < start) {
      const at = this.#text.indexOf(this.#character, start);
      this.#at = at === -1 ? this.#text.length : at;
    }
    return this.#at;
  }
}

/** The text at hand and where its special characters stand; to be asked from front to back. */
export class Window {
  readonly text: string;
  /** True when nothing comes after it. */
  readonly last: boolean;
  readonly delimiter: Finder;
  readonly quote: Finder;
  readonly nul: Finder;
  readonly #lineFeed: Finder;
  readonly #return: Finder;

  constructor(text: string, last: boolean, delimiter: string) {
    this.text = text;
    this.last = last;
    this.delimiter = new Finder(text, delimiter);
    this.quote = new Finder(text, '"');
    this.nul = new Finder(text, "\0");
    this.#lineFeed = new Finder(text, "\n");
    this.#return = new Finder(text, "\r");
  }

  /** Where the line of `start` ends: at its line end, or where the text does. */
  lineEnd(start: number): number {
    return Math.min(this.#lineFeed.from(start), this.#return.from(start));
  }

  /** Where the record after the one that ends at `end` starts; undefined while a CR may turn out to be a CRLF. */
  nextStart(end: number): number | undefined {
    if (this.text.charCodeAt(end) !== carriageReturn) return end + 1;
    if (end + 1 === this.text.length && !this.last) return undefined;
    return this.text.charCodeAt(end + 1) === lineFeed ? end + 2 : end + 1;
  }

  /** Where the quote opened at `open` is closed; undefined where that is not in the text. */
  closingQuote(open: number): number | undefined {
    for (let at = this.quote.from(open + 1); at < this.text.length; at = this.quote.from(at + 2)) {
      if (this.text.charCodeAt(at + 1) !== quote) return at;
    }
    return undefined;
  }
}
