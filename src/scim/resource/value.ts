import type { Json } from "../json.ts";
import { valueCharsMax } from "../limits.ts";
import type { AttributeType } from "../schema/schema.ts";

/** What is wrong with a value, in words that follow its path. */
export class Wrong {
  readonly what: string;

  constructor(what: string) {
    this.what = what;
  }
}

/** xsd:dateTime with both date and time; the zone may be left out and then means UTC (RFC 7643 §2.3.5). */
const dateTime = /^(-?\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/;
/** Base64 or base64url, padding optional (RFC 7643 §2.3.6). */
const base64 = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2}(?:={0,2})|[A-Za-z0-9+/_-]{3}=?)?$/;

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

const notText = new Wrong("must be a string");
const tooLong = new Wrong(`is longer than ${valueCharsMax} characters`);
const hasNul = new Wrong("contains the character NUL");
const halfPair = new Wrong("contains half of a surrogate pair");

function readText(input: unknown): string | Wrong {
  if (typeof input !== "string") return notText;
  if (input.length > valueCharsMax) return tooLong;
  if (input.includes("\0")) return hasNul;
  return input.isWellFormed() ? input : halfPair;
}

/** A reader of texts that must also look like something. */
function readPattern(matches: (text: string) => boolean, what: string): (input: unknown) => Json | Wrong {
  const wrong = new Wrong(what);
  return (input) => {
    const text = readText(input);
    return text instanceof Wrong || matches(text) ? text : wrong;
  };
}

const notBoolean = new Wrong("must be true or false");
const notNumber = new Wrong("must be a number");
const notWhole = new Wrong("must be a whole number");

/** How a value of each simple type is checked (RFC 7643 §2.3): the value, or what is wrong with it. */
export const readSimpleValue: Readonly<Record<Exclude<AttributeType, "complex">, (input: unknown) => Json | Wrong>> =
  Object.freeze({
    string: readText,
    reference: readText,
    boolean: (input) => (typeof input === "boolean" ? input : notBoolean),
    decimal: (input) => (typeof input === "number" ? input : notNumber),
    integer: (input) => (typeof input === "number" && Number.isSafeInteger(input) ? input : notWhole),
    dateTime: readPattern(
      (text) => instantOf(text) !== undefined,
      "must be a date with a time, such as 2026-11-22T09:30:00Z",
    ),
    binary: readPattern((text) => base64.test(text), "must be base64"),
  });
