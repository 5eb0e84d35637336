const lineFeed = 10;

/** Line ends in `text` from `start` up to, not including, `end`: LF, CR, or CRLF as one. */
export function countLineEnds(text: string, start = 0, end: number = text.length): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
  for (let at = text.indexOf("\r", start); at !== -1 && at < end; at = text.indexOf("\r", at + 1)) {
    if (text.charCodeAt(at + 1) !== lineFeed) count++;
  }
  return count;
}

/** Knows on which line a text ends that arrives in pieces. */
export class LineCounter {
  /** Line, from 1, on which the next character stands. */
  line = 1;
  #endsWithReturn = false;

  add(text: string): void {
    if (text === "") return;
    this.line += countLineEnds(text);
    // A CRLF split between two pieces was counted in both.
    if (this.#endsWithReturn && text.charCodeAt(0) === lineFeed) this.line--;
    this.#endsWithReturn = text.endsWith("\r");
  }
}
