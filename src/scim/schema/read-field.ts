import { ScimError } from "../error.ts";
import { quoted } from "../filter/refusal.ts";
import { isJsonObject, type JsonObject, jsonTypeName, own } from "../json.ts";
import { attributeTermCharsMax, attributeTermsMax, descriptionCharsMax } from "./limits.ts";

/** An object of a definition, and where in the document it stands: `attributes[3]`; `` is the document itself. */
export interface Place {
  readonly object: JsonObject;
  readonly path: string;
}

/** Where a field of an object stands, as refusals name it: `attributes[3].type`. */
export function pathOf({ path }: Place, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** A refusal of what a field holds: `attributes[3].name must be …`. */
export function badValue(place: Place, name: string, what: string): ScimError {
  return new ScimError("invalidValue", `${pathOf(place, name)} ${what}.`);
}

/**
 * Takes a value for an object with these fields and no others: a field that is misspelt must not be lost in silence.
 *
 * @throws ScimError invalidSyntax
 */
export function readPlace(input: unknown, path: string, fields: ReadonlySet<string>): Place {
  const name = path === "" ? "The definition" : path;
  if (!isJsonObject(input)) {
    throw new ScimError("invalidSyntax", `${name} must be an object, not ${jsonTypeName(input)}.`);
  }
  const stranger = Object.keys(input).find((key) => !fields.has(key));
  if (stranger === undefined) return { object: input, path };
  const names = [...fields].join(", ");
  throw new ScimError("invalidSyntax", `${name} may not have ${quoted(stranger)}; what it may have is ${names}.`);
}

/** What a field holds; undefined for null too, which is the unassigned state (RFC 7643 §2.5). */
function field({ object }: Place, name: string): unknown {
  return own(object, name) ?? undefined;
}

function wrongType(place: Place, name: string, wanted: string, found: unknown): ScimError {
  return new ScimError("invalidSyntax", `${pathOf(place, name)} must be ${wanted}, not ${jsonTypeName(found)}.`);
}

/**
 * Reads a text; undefined when the field is not there.
 *
 * @throws ScimError invalidSyntax when it is no string, invalidValue for what no text can hold
 */
export function readText(place: Place, name: string): string | undefined {
  const value = field(place, name);
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw wrongType(place, name, "a string", value);
  checkCharacters(place, name, value);
  return value;
}

/** NUL and half a surrogate pair are in no value of a resource, so they are in no definition either. */
function checkCharacters(place: Place, name: string, value: string): void {
  if (value.includes("\0")) throw badValue(place, name, "contains the character NUL");
  if (!value.isWellFormed()) throw badValue(place, name, "contains half of a surrogate pair");
}

/**
 * Reads a text that must be there and have a form; `form` says which.
 *
 * @throws ScimError invalidSyntax or invalidValue
 */
export function readForm(place: Place, name: string, pattern: RegExp, form: string): string {
  const value = readText(place, name);
  if (value === undefined) throw badValue(place, name, `is required: ${form}`);
  if (!pattern.test(value)) throw badValue(place, name, `must be ${form}, not ${quoted(value)}`);
  return value;
}

/**
 * Reads the `description`; "" when there is none.
 *
 * @throws ScimError invalidSyntax, invalidValue or tooLarge
 */
export function readDescription(place: Place): string {
  const value = readText(place, "description") ?? "";
  if (value.length > descriptionCharsMax) throw tooLong(pathOf(place, "description"), descriptionCharsMax);
  return value;
}

function tooLong(path: string, charsMax: number): ScimError {
  return new ScimError("tooLarge", `${path} is longer than ${charsMax} characters.`);
}

/**
 * Reads true or false.
 *
 * @throws ScimError invalidSyntax
 */
export function readFlag(place: Place, name: string, absent: boolean): boolean {
  const value = field(place, name) ?? absent;
  if (typeof value === "boolean") return value;
  throw wrongType(place, name, "true or false", value);
}

/**
 * Reads one of some words, in the case in which they are written here.
 *
 * @throws ScimError invalidSyntax or invalidValue
 */
export function readWord<Word extends string>(place: Place, name: string, words: readonly Word[], absent: Word): Word {
  const value = readText(place, name);
  if (value === undefined) return absent;
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw badValue(place, name, `must be one of ${words.join(", ")}, not ${quoted(value)}`);
}

/**
 * Reads an array; an empty one is the unassigned state, as one that is not there (RFC 7643 §2.5).
 *
 * @throws ScimError invalidSyntax when it is no array, tooLarge when it has too many elements
 */
export function readList(place: Place, name: string, elementsMax: number): readonly unknown[] | undefined {
  const value = field(place, name);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrongType(place, name, "an array", value);
  if (value.length > elementsMax) {
    const has = `${pathOf(place, name)} has ${value.length} elements`;
    throw new ScimError("tooLarge", `${has}; at most ${elementsMax} are accepted.`);
  }
  return value.length === 0 ? undefined : value;
}

/**
 * Reads canonical values or reference types.
 *
 * @throws ScimError invalidSyntax, invalidValue or tooLarge
 */
export function readTerms(place: Place, name: string): readonly string[] | undefined {
  const terms = readList(place, name, attributeTermsMax)?.map((value, index) => {
    const at = `${name}[${index}]`;
    if (typeof value !== "string") throw wrongType(place, at, "a string", value);
    checkCharacters(place, at, value);
    if (value === "") throw badValue(place, at, "is empty");
    if (value.length > attributeTermCharsMax) throw tooLong(pathOf(place, at), attributeTermCharsMax);
    return value;
  });
  return terms && Object.freeze(terms);
}

/** A value that stands twice where each may stand once, in any case, as `index` and the text; undefined when none does. */
export function findTwice(texts: readonly string[]): { readonly index: number; readonly text: string } | undefined {
  const seen = new Set<string>();
  for (const [index, text] of texts.entries()) {
    const key = text.toLowerCase();
    if (seen.has(key)) return { index, text };
    seen.add(key);
  }
  return undefined;
}
