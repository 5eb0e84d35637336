import { quoted } from "./filter/refusal.ts";

/** Nesting of a body: far above any resource (PATCH in Bulk needs 8), far below what a recursive reader can bear. */
export const jsonDepthMax = 64;

/** As many keys are compared one by one, as many as a user has attributes; for more a Set is quicker. */
const listedKeysMax = 16;

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** An array or object that is open. The siblings at a depth use the same one after each other. */
interface Level {
  isObject: boolean;
  /** Where the keys begin and end, the first `count` of each; without their quotes. */
  readonly starts: number[];
  readonly ends: number[];
  count: number;
  /** All the keys, once there are many or one of them has an escape. */
  keys: Set<string> | undefined;
}

/**
 * Looks at JSON text before it is parsed for what JSON.parse lets pass and a reader must not: nesting deeper than
 * `jsonDepthMax`, and a key twice in one object, of which the parser would silently keep the last (RFC 8259 §4).
 * One pass; what is no JSON at all is left for the parser to refuse.
 *
 * @returns a sentence without its full stop; undefined when there is nothing of the kind
 * @example jsonTextProblem('{"a":1,"\\u0061":2}') // The body gives "a" twice in one object (character 8)
 */
export function jsonTextProblem(text: string): string | undefined {
  const levels: Level[] = [];
  let depth = 0;
  let level: Level | undefined;
  let isKeyNext = false;
  let backslashAt = nextBackslash(text, 0);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      let end = text.indexOf('"', at + 1);
      if (backslashAt < at) backslashAt = nextBackslash(text, at);
      const hasEscape = backslashAt < end;
      if (hasEscape) end = closingQuote(text, backslashAt);
      if (end < 0) return undefined;
      if (isKeyNext && level !== undefined) {
        isKeyNext = false;
        const key = takeKey(text, level, at + 1, end, hasEscape);
        if (key === notJson) return undefined;
        if (key !== isNew) return `The body gives ${quoted(key.twice)} twice in one object (character ${at + 1})`;
      }
      at = end;
    } else if (code === comma) isKeyNext = level?.isObject === true;
    else if (code === openBrace || code === openBracket) {
      if (depth === jsonDepthMax) {
        return `The body is nested deeper than ${jsonDepthMax} levels (character ${at + 1})`;
      }
      isKeyNext = code === openBrace;
      level = openLevel(levels, depth++, isKeyNext);
    } else if (code === closeBrace || code === closeBracket) {
      isKeyNext = false;
      depth = Math.max(depth - 1, 0);
      level = depth === 0 ? undefined : levels[depth - 1];
    }
  }
  return undefined;
}

/** Where the next backslash is; the end of the text when there is none. */
function nextBackslash(text: string, from: number): number {
  const at = text.indexOf("\\", from);
  return at < 0 ? text.length : at;
}

/** The quote that ends a string, from the first backslash in it; -1 when none does. */
function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === quote) return at;
  }
  return -1;
}

function openLevel(levels: Level[], depth: number, isObject: boolean): Level {
  const used = levels[depth];
  if (used === undefined) {
    const level: Level = { isObject, starts: [], ends: [], count: 0, keys: undefined };
    levels.push(level);
    return level;
  }
  used.isObject = isObject;
  used.count = 0;
  used.keys = undefined;
  return used;
}

const isNew = Symbol("new");
const notJson = Symbol("not JSON");
type Taken = typeof isNew | typeof notJson | { readonly twice: string };

/** Adds a key to those of an object. */
function takeKey(text: string, level: Level, start: number, end: number, hasEscape: boolean): Taken {
  if (level.keys === undefined && !hasEscape && level.count < listedKeysMax) return listKey(text, level, start, end);
  level.keys ??= keySet(text, level);
  const written = text.slice(start, end);
  const key = hasEscape ? decoded(written) : written;
  if (key === undefined) return notJson;
  if (level.keys.has(key)) return { twice: key };
  level.keys.add(key);
  return isNew;
}

function listKey(text: string, level: Level, start: number, end: number): Taken {
  const { starts, ends, count } = level;
  for (let index = 0; index < count; index++) {
    const other = starts[index] ?? 0;
    const isAsLong = (ends[index] ?? 0) - other === end - start;
    if (isAsLong && isSame(text, other, start, end)) return { twice: text.slice(start, end) };
  }
  starts[count] = start;
  ends[count] = end;
  level.count++;
  return isNew;
}

/** True when what stands from `other` on is what stands from `start` to `end`. Long keys differ at their ends, if at all. */
function isSame(text: string, other: number, start: number, end: number): boolean {
  for (let at = end - 1; at >= start; at--) {
    if (text.charCodeAt(at) !== text.charCodeAt(other + at - start)) return false;
  }
  return true;
}

function keySet(text: string, { starts, ends, count }: Level): Set<string> {
  const keys = new Set<string>();
  for (let index = 0; index < count; index++) keys.add(text.slice(starts[index], ends[index]));
  return keys;
}

/** What an escaped key says; undefined when an escape in it is none of JSON's. */
function decoded(written: string): string | undefined {
  try {
    const key: unknown = JSON.parse(`"${written}"`);
    return typeof key === "string" ? key : undefined;
  } catch {
    return undefined;
  }
}
