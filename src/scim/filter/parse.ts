import type { ScimError } from "../error.ts";
import { filterDepthMax, filterTermsMax } from "../limits.ts";
import { type AttributePath, parseAttributePath } from "../path.ts";
import { forgives, type Profile } from "../profile.ts";
import {
  type Comparison,
  compare,
  element,
  type Filter,
  junction,
  type Literal,
  not,
  type Operator,
  type Presence,
  present,
  selected,
} from "./ast.ts";
import { quoted, refusal } from "./refusal.ts";
import { type Token, tokenize } from "./token.ts";

const operators: ReadonlyMap<string, Operator | "pr"> = new Map(
  (["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"] as const).map((operator) => [operator, operator]),
);

const literalWords: ReadonlyMap<string, Literal> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** A JSON number; each part begins with a character that ends the one before, so matching never backtracks. */
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

interface Cursor {
  readonly profile: Profile | undefined;
  readonly tokens: readonly Token[];
  readonly end: Token;
  next: number;
  depth: number;
  terms: number;
  inElement: boolean;
}

/**
 * Reads a filter (RFC 7644 §3.4.2.2): `not` binds tighter than `and`, `and` tighter than `or`.
 *
 * @throws ScimError `invalidFilter`, with the character at which reading stopped.
 * @example parseFilter('userName eq "bjensen"') // { kind: "compare", path: { name: "userName" }, … }
 */
export function parseFilter(text: string, profile?: Profile): Filter {
  return parseTokens(tokenize(text, 0, text.length, profile), false, profile);
}

/** Reads the part of a PATCH path between its brackets, from `from` to `to`; positions count in the whole path. */
export function parseElementFilter(text: string, from: number, to: number, profile?: Profile): Filter {
  return parseTokens(tokenize(text, from, to, profile), true, profile);
}

function parseTokens(tokens: readonly Token[], inElement: boolean, profile: Profile | undefined): Filter {
  const end = tokens.at(-1) ?? { kind: "end", at: 0, text: "" };
  const cursor: Cursor = { profile, tokens, end, next: 0, depth: 0, terms: 0, inElement };
  const filter = parseOr(cursor);
  expect(cursor, "end", "the end of the filter");
  return filter;
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.next] ?? cursor.end;
}

function take(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.next++;
  return token;
}

function unexpected(token: Token, wanted: string): ScimError {
  const found = token.kind === "end" ? "the end of the text" : quoted(token.text);
  return refusal(`Expected ${wanted}, not ${found}`, token.at);
}

function expect(cursor: Cursor, kind: Token["kind"], wanted: string): Token {
  const token = take(cursor);
  if (token.kind !== kind) throw unexpected(token, wanted);
  return token;
}

/** Keywords and operators are read in any case. */
function isKeyword(token: Token, keyword: string): boolean {
  return token.kind === "word" && token.text.length === keyword.length && token.text.toLowerCase() === keyword;
}

function parseOr(cursor: Cursor): Filter {
  return parseChain(cursor, "or", parseAnd);
}

function parseAnd(cursor: Cursor): Filter {
  return parseChain(cursor, "and", parseUnary);
}

function parseChain(cursor: Cursor, kind: "and" | "or", parseTerm: (cursor: Cursor) => Filter): Filter {
  const first = parseTerm(cursor);
  if (!isKeyword(peek(cursor), kind)) return first;
  const terms = [first];
  while (isKeyword(peek(cursor), kind)) {
    cursor.next++;
    terms.push(parseTerm(cursor));
  }
  return junction(kind, terms);
}

function parseUnary(cursor: Cursor): Filter {
  const token = take(cursor);
  if (token.kind === "(") return parseGroup(cursor, token, ")");
  if (isKeyword(token, "not")) return not(parseGroup(cursor, expect(cursor, "(", `"(" after "not"`), ")"));
  if (token.kind !== "word") throw unexpected(token, "an attribute");
  const path = parseAttributePath(token.text);
  if (path === undefined) throw refusal(`${quoted(token.text)} is not an attribute path`, token.at);
  return peek(cursor).kind === "[" ? parseElement(cursor, path, token) : parseTest(cursor, path, token.at);
}

/** What stands between a bracket, already taken, and the one that closes it. */
function parseGroup(cursor: Cursor, open: Token, close: ")" | "]"): Filter {
  if (++cursor.depth > filterDepthMax) {
    throw refusal(`The filter is nested deeper than ${filterDepthMax} levels`, open.at);
  }
  const filter = parseOr(cursor);
  expect(cursor, close, `"${close}"`);
  cursor.depth--;
  return filter;
}

function parseElement(cursor: Cursor, path: AttributePath, start: Token): Filter {
  const open = take(cursor);
  if (cursor.inElement) throw refusal("Brackets may not stand inside brackets", open.at);
  if (path.sub !== undefined) throw refusal(`Brackets may not follow a sub-attribute, ${quoted(path.sub)}`, open.at);
  cursor.inElement = true;
  const inner = parseGroup(cursor, open, "]");
  cursor.inElement = false;

  const next = peek(cursor);
  if (next.kind === "word" && next.text.startsWith(".")) {
    cursor.next++;
    const sub = parseAttributePath(next.text.slice(1));
    if (sub === undefined || sub.urn !== undefined || sub.sub !== undefined) {
      throw refusal(`${quoted(next.text)} is not a sub-attribute`, next.at);
    }
    return selected(path, inner, parseTest(cursor, sub, next.at), start.at);
  }
  // `emails[…] pr` says no more than `emails[…]`.
  if (isKeyword(next, "pr")) cursor.next++;
  return element(path, inner, start.at);
}

function parseTest(cursor: Cursor, path: AttributePath, at: number): Comparison | Presence {
  if (++cursor.terms > filterTermsMax) {
    throw refusal(`The filter has more than ${filterTermsMax} comparisons`, at);
  }
  const token = take(cursor);
  if (token.kind !== "word") throw unexpected(token, "an operator");
  const operator = operators.get(token.text) ?? operators.get(token.text.toLowerCase());
  if (operator === undefined) throw refusal(`${quoted(token.text)} is not an operator`, token.at);
  return operator === "pr"
    ? present(path, at)
    : compare(path, operator, parseLiteral(take(cursor), cursor.profile), at);
}

function parseLiteral(token: Token, profile: Profile | undefined): Literal {
  if (token.kind === "string") return token.text;
  if (token.kind !== "word") throw unexpected(token, "a value");
  const literal = literalWords.get(token.text);
  if (literal !== undefined) return literal;
  const value = number.test(token.text) ? Number(token.text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  if (profile !== undefined && forgives(profile, "bareFilterLiterals")) return token.text;
  throw refusal(`${quoted(token.text)} is not a value; texts stand in double quotes`, token.at);
}
