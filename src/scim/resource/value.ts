import type { Json } from "../json.ts";
import { valueCharsMax } from "../limits.ts";
import type { AttributeType } from "../schema/schema.ts";

/** A simple value that is right, or the words for what is wrong with it. */
export type ReadValue = { readonly value: Json } | { readonly wrong: string };

/** xsd:dateTime with both date and time; the zone may be left out and then means UTC (RFC 7643 §2.3.5). */
const dateTime = /^(-?\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/;
/** Base64 or base64url, padding optional (RFC 7643 §2.3.6). */
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * The instant of a dateTime in milliseconds since 1970.
 *
 * @returns undefined when the text is no xsd:dateTime or names no day of the calendar.
 */
export function instantOf(text: string): number | undefined {
  const match = dateTime.exec(text);
  if (match === null) return undefined;
  const [, , month, day, hour, minute, second, , zone] = match;
  const at = Date.parse(zone === undefined ? `${text}Z` : text);
  if (Number.isNaN(at)) return undefined;
  // Date.parse rolls 31 February over into March; the calendar does not.
  const inRange = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  const lastDay = new Date(Date.UTC(2000 + (Number(match[1]) % 400), Number(month), 0)).getUTCDate();
  return inRange && Number(day) <= lastDay ? at : undefined;
}

function readText(input: unknown): ReadValue {
  if (typeof input !== "string") return { wrong: "must be a string" };
  if (input.length > valueCharsMax) return { wrong: `is longer than ${valueCharsMax} characters` };
  if (input.includes("\0")) return { wrong: "contains the character NUL" };
  if (!input.isWellFormed()) return { wrong: "contains half of a surrogate pair" };
  return { value: input };
}

/** A text that must also look like something: its value, or `wrong` with what it should be. */
function readPattern(input: unknown, matches: (text: string) => boolean, wrong: string): ReadValue {
  const read = readText(input);
  if ("wrong" in read || typeof read.value !== "string") return read;
  return matches(read.value) ? read : { wrong };
}

/** How a value of each simple type is checked (RFC 7643 §2.3). */
export const readSimpleValue: Readonly<Record<Exclude<AttributeType, "complex">, (input: unknown) => ReadValue>> =
  Object.freeze({
    string: readText,
    reference: readText,
    boolean: (input) => (typeof input === "boolean" ? { value: input } : { wrong: "must be true or false" }),
    decimal: (input) => (typeof input === "number" ? { value: input } : { wrong: "must be a number" }),
    integer: (input) =>
      typeof input === "number" && Number.isSafeInteger(input) ? { value: input } : { wrong: "must be a whole number" },
    dateTime: (input) =>
      readPattern(
        input,
        (text) => instantOf(text) !== undefined,
        "must be a date with a time, such as 2026-11-22T09:30:00Z",
      ),
    binary: (input) => readPattern(input, (text) => base64.test(text), "must be base64"),
  });
