/** How deep one record may nest: a resource of SCIM needs five levels, an exported one some more. */
export const jsonDepthMax = 64;

const quote = 34;
const backslash = 92;
const lineFeed = 10;
const openBrace = 123;
const openBracket = 91;
const closeBrace = 125;
const closeBracket = 93;

/** Where the brackets or quotes of a value are wrong. */
export class ValueFault extends Error {
  readonly kind: "broken" | "deep";
  /** Line ends of the value before the fault. */
  readonly lineEnds: number;

  constructor(kind: ValueFault["kind"], problem: string, lineEnds: number) {
    super(problem);
    this.name = "ValueFault";
    this.kind = kind;
    this.lineEnds = lineEnds;
  }
}

/** Finds the end of an object, a list or a string that arrives in pieces, by its brackets and quotes alone. */
export class ValueScan {
  /** Line ends met so far. */
  lineEnds = 0;
  readonly #closers: number[] = [];
  #inString = false;
  #escaped = false;

  /** The offset behind the value, which goes on at `from`; -1 where the text ends first. Throws ValueFault. */
  scan(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#inString ? this.#inText(code) : this.#outside(code)) return at + 1;
    }
    return -1;
  }

  /** Whether the value ends with this character of a string. */
  #inText(code: number): boolean {
    if (this.#escaped) this.#escaped = false;
    else if (code === backslash) this.#escaped = true;
    else if (code === quote) {
      this.#inString = false;
      return this.#closers.length === 0;
    } else if (code === lineFeed) {
      throw new ValueFault("broken", "the line ends inside of a string; is a closing quote missing?", this.lineEnds);
    }
    return false;
  }

  /** Whether the value ends with this character outside of a string. */
  #outside(code: number): boolean {
    switch (code) {
      case quote:
        this.#inString = true;
        return false;
      case openBrace:
      case openBracket:
        // The closing bracket stands two places behind the opening one.
        this.#closers.push(code + 2);
        if (this.#closers.length > jsonDepthMax) {
          throw new ValueFault("deep", `a record nests deeper than ${jsonDepthMax} levels`, this.lineEnds);
        }
        return false;
      case closeBrace:
      case closeBracket:
        if (this.#closers.pop() !== code) {
          throw new ValueFault("broken", `${String.fromCharCode(code)} closes what was not opened`, this.lineEnds);
        }
        return this.#closers.length === 0;
      case lineFeed:
        this.lineEnds++;
        return false;
      default:
        return false;
    }
  }
}
