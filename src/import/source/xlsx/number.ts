import { inPlaces, type NumberFormat } from "./number-format.ts";

const plainInteger = /^(?:0|-?[1-9]\d*)$/;
const secondsADay = 86_400;
/** The serial number of 9999-12-31, counted from 1900; Excel has no later day. */
const lastDay = 2_958_465;
/** The 29th of February 1900, which there was not, is a day of the calendar from 1900. */
const leapDayOf1900 = 60;
/** Days from 1970-01-01 back to the day 0 of each calendar, the one of 1900 with its day too many. */
const dayZero = { from1900: -25_569, from1904: -24_107 } as const;

/** The text of a number; or what is wrong with it. */
export type NumberText = string | { readonly wrong: string };

/**
 * A number, as the XML has it, in text: whole numbers always with all their digits, dates as `yyyy-MM-dd`, times as
 * `HH:mm:ss`, both as `yyyy-MM-ddTHH:mm:ssZ`; `from1904` tells which calendar the workbook counts days by.
 */
export function numberText(raw: string, format: NumberFormat, from1904: boolean): NumberText {
  if (format.kind === "general") return plainInteger.test(raw) ? raw : generalText(raw);
  if (format.kind === "digits") return digitsText(raw, format.places);
  return dateText(raw, format.kind, from1904);
}

function generalText(raw: string): NumberText {
  const value = Number(raw);
  if (raw.trim() === "" || !Number.isFinite(value)) return { wrong: "is not a number" };
  if (Number.isInteger(value)) return BigInt(value).toString();
  // Excel keeps 15 digits; those behind are noise of the binary form.
  const rounded = Number(value.toPrecision(15));
  const text = String(rounded);
  return text.includes("e") ? rounded.toFixed(20).replace(/\.?0+$/, "") : text;
}

function digitsText(raw: string, places: Extract<NumberFormat, { kind: "digits" }>["places"]): NumberText {
  const text = plainInteger.test(raw) ? raw : generalText(raw);
  if (typeof text !== "string" || !plainInteger.test(text)) return text;
  return text.startsWith("-") ? `-${inPlaces(text.slice(1), places)}` : inPlaces(text, places);
}

function dateText(raw: string, kind: "date" | "time" | "dateTime", from1904: boolean): NumberText {
  const value = Number(raw);
  if (raw.trim() === "" || !Number.isFinite(value)) return { wrong: "is not a number" };
  const seconds = Math.round(value * secondsADay);
  const day = Math.floor(seconds / secondsADay);
  const first = from1904 || kind === "time" ? 0 : 1;
  if (day < first || day > lastDay) return { wrong: "is shown as a date, and its number is no day of the calendar" };
  const zero = from1904 ? dayZero.from1904 : dayZero.from1900 + (day < leapDayOf1900 ? 1 : 0);
  const iso = new Date((zero * secondsADay + seconds) * 1000).toISOString();
  if (kind === "date") return iso.slice(0, 10);
  return kind === "time" && day === 0 ? iso.slice(11, 19) : `${iso.slice(0, 19)}Z`;
}

const isoDate = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?Z?)?$/;

/** A date that the XML has in ISO 8601 (ECMA-376 part 1, 18.18.11, `d`), as other dates are given. */
export function isoText(raw: string): NumberText {
  const [, date, time] = isoDate.exec(raw) ?? [];
  if (date === undefined) return { wrong: "is no date" };
  return time === undefined ? date : `${date}T${time.length === 5 ? `${time}:00` : time}Z`;
}
