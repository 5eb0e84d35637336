import { filterCharsMax } from "../limits.ts";
import { forgives, type Profile } from "../profile.ts";
import { quoted, refusal } from "./refusal.ts";

/** `word` is everything that is not quoted: names, URNs, operators, `and`, numbers, `true`, `null`. */
export type TokenKind = "word" | "string" | "(" | ")" | "[" | "]" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Where the token begins, counted from 0. */
  readonly at: number;
  /** What was written; of a string the decoded value. */
  readonly text: string;
}

const quote = 0x22;
const singleQuote = 0x27;
const backslash = 0x5c;

/** JSON's white space; the grammar has one SP, clients send runs and the body of a search may hold line ends. */
const blanks = new Set([0x20, 0x09, 0x0a, 0x0d]);

const brackets: ReadonlyMap<number, "(" | ")" | "[" | "]"> = new Map([
  [0x28, "("],
  [0x29, ")"],
  [0x5b, "["],
  [0x5d, "]"],
]);

function endsWord(code: number): boolean {
  return code <= 0x20 || code === quote || brackets.has(code);
}

/**
 * Cuts the text between two offsets into tokens, the last of which is `end`, in one pass (RFC 7644 §3.4.2.2,
 * Figure 1). Positions count from the start of the whole text.
 *
 * @throws ScimError `invalidFilter` when the text is too long, a string does not end or is not a JSON string, or a
 *   control character stands outside of one.
 */
export function tokenize(text: string, from = 0, to = text.length, profile?: Profile): readonly Token[] {
  if (text.length > filterCharsMax) {
    throw refusal(`The filter has ${text.length} characters; at most ${filterCharsMax} are accepted`);
  }
  const tokens: Token[] = [];
  let at = from;
  while (at < to) {
    const code = text.charCodeAt(at);
    const start = at;
    if (blanks.has(code)) {
      at++;
      continue;
    }
    const bracket = brackets.get(code);
    if (bracket !== undefined) {
      tokens.push({ kind: bracket, at: start, text: bracket });
      at++;
    } else if (code === quote) {
      at = stringEnd(text, start, to);
      if (at < 0) throw refusal("A string is not closed", start);
      tokens.push({ kind: "string", at: start, text: decode(text, start, at) });
    } else if (code === singleQuote && profile !== undefined && forgives(profile, "bareFilterLiterals")) {
      const end = text.indexOf("'", start + 1);
      at = end < 0 || end >= to ? to : end + 1;
      tokens.push({ kind: "string", at: start, text: text.slice(start + 1, end < 0 || end >= to ? to : end) });
    } else {
      if (code < 0x20) throw refusal("A control character is not allowed here", start);
      while (at < to && !endsWord(text.charCodeAt(at))) at++;
      tokens.push({ kind: "word", at: start, text: text.slice(start, at) });
    }
  }
  tokens.push({ kind: "end", at: to, text: "" });
  return tokens;
}

/** Where the string that opens at `start` is over, its closing quote included; -1 when it is not closed. */
export function stringEnd(text: string, start: number, to: number): number {
  for (let at = start + 1; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === backslash) at++;
  }
  return -1;
}

/** The value of the JSON string between two offsets. What no stored value can hold (see readText) is refused. */
function decode(text: string, start: number, end: number): string {
  const value = parseString(text.slice(start, end));
  if (value === undefined) throw refusal(`${quoted(text.slice(start + 1, end - 1))} is not a JSON string`, start);
  if (value.includes("\0")) throw refusal("A string contains the character NUL", start);
  if (!value.isWellFormed()) throw refusal("A string contains half of a surrogate pair", start);
  return value;
}

function parseString(json: string): string | undefined {
  try {
    return String(JSON.parse(json));
  } catch {
    return undefined;
  }
}
