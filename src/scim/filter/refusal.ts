import { ScimError } from "../error.ts";

const echoCharsMax = 40;

/**
 * A piece of the client's text as an error shows it: in quotes, and cut so that nobody's input fills a log. Of a name
 * behind a URN the end is what tells.
 */
export function quoted(text: string): string {
  const isUrn = /^urn:/i.test(text);
  const cut = isUrn ? `…${text.slice(1 - echoCharsMax)}` : `${text.slice(0, echoCharsMax - 1)}…`;
  const shown = text.length > echoCharsMax ? cut : text;
  return `"${shown.toWellFormed()}"`;
}

/**
 * The error for a filter that does not hold up (RFC 7644 §3.12): what is wrong and, counted from 1, where.
 *
 * @example refusal('"foo" is not an operator', 9).detail // '"foo" is not an operator (character 10).'
 */
export function refusal(what: string, at?: number): ScimError {
  return new ScimError("invalidFilter", at === undefined ? `${what}.` : `${what} (character ${at + 1}).`);
}
