/** What a number format makes of a number, as far as it matters for its text. */
export type NumberFormat =
  | { readonly kind: "general" }
  | { readonly kind: "date" | "time" | "dateTime" }
  | { readonly kind: "digits"; readonly places: readonly Place[] };

/** One character of a format of digits: a digit, shown as 0 where there is none if it is `zero`, or a mark. */
export type Place = { readonly digit: "zero" | "optional" } | { readonly mark: string };

export const general: NumberFormat = { kind: "general" };

/** One symbol of a format code; quoted and escaped ones stand for themselves. */
interface Symbol {
  readonly text: string;
  readonly quoted: boolean;
}

/** The parts of a format code: what is quoted, escaped, in brackets, a blank or filling of a width, or one character. */
const symbolPattern = /"([^"]*)"?|\\(.)|\[([^\]]*)\]?|[_*].|(AM\/PM|A\/P)|(.)/gisu;
/** Hours, minutes or seconds that are counted and not told by a clock. */
const elapsed = /^(h+|m+|s+)$/i;
/** What stands between the digits of numbers that are no quantities, such as phone numbers. */
const mark = /^[ +\-()/.]*$/;

/** The formats that have a number but no code (ECMA-376 part 1, 18.8.30). */
const builtIn: readonly (readonly [from: number, to: number, kind: "date" | "time" | "dateTime"])[] = [
  [14, 17, "date"],
  [18, 21, "time"],
  [22, 22, "dateTime"],
  [27, 31, "date"],
  [32, 35, "time"],
  [36, 36, "date"],
  [45, 45, "time"],
  [47, 47, "time"],
  [50, 54, "date"],
  [55, 56, "time"],
  [57, 58, "date"],
];

/** The format of a number that no code is given for. */
export function builtInFormat(id: number): NumberFormat {
  const found = builtIn.find(([from, to]) => id >= from && id <= to);
  return found === undefined ? general : { kind: found[2] };
}

/**
 * Reads a format code, its part for positive numbers. Dates and times are told apart by what they show; digits are
 * formats of whole numbers without grouping, such as `00000` or `+00 000-000`. All else is general.
 */
export function readFormat(code: string): NumberFormat {
  if (/general/i.test(code)) return general;
  const symbols = firstSection(code);
  if (symbols === undefined) return general;
  const letters = symbols.flatMap(({ text, quoted }) => (quoted ? [] : [text.toLowerCase()])).join("");
  const isTime = /[hs]/.test(letters);
  const isDate = /[yd]/.test(letters) || (!isTime && letters.includes("m"));
  if (isDate) return { kind: isTime ? "dateTime" : "date" };
  return isTime ? { kind: "time" } : digits(symbols);
}

/** The symbols before the first semicolon; undefined for a time that is counted. */
function firstSection(code: string): readonly Symbol[] | undefined {
  const symbols: Symbol[] = [];
  for (const [, quoted, escaped, bracketed, noon, plain] of code.matchAll(symbolPattern)) {
    if (bracketed !== undefined && elapsed.test(bracketed)) return undefined;
    if (plain === ";") break;
    const literal = quoted ?? escaped;
    if (literal !== undefined) symbols.push(...[...literal].map((text) => ({ text, quoted: true })));
    else if (noon !== undefined) symbols.push({ text: "h", quoted: false });
    else if (plain !== undefined) symbols.push({ text: plain, quoted: false });
  }
  return symbols;
}

function digits(symbols: readonly Symbol[]): NumberFormat {
  const places: Place[] = [];
  for (const { text, quoted } of symbols) {
    if (!quoted && text === "0") places.push({ digit: "zero" });
    else if (!quoted && text === "#") places.push({ digit: "optional" });
    else if (mark.test(text) && (quoted || (text !== "." && text !== "/"))) places.push({ mark: text });
    else if (!quoted && /\d/.test(text)) places.push({ mark: text });
    else return general;
  }
  const zeros = places.filter((place) => "digit" in place && place.digit === "zero").length;
  const hasMarks = places.some((place) => "mark" in place);
  return zeros > 1 || (zeros === 1 && hasMarks) ? { kind: "digits", places } : general;
}

/** A whole number that is not negative, by a format of digits. */
export function inPlaces(number: string, places: readonly Place[]): string {
  let left = number === "0" ? "" : number;
  let text = "";
  const first = places.findIndex((place) => "digit" in place);
  for (let index = places.length - 1; index >= 0; index--) {
    const place = places[index];
    if (place === undefined) continue;
    if ("mark" in place) {
      text = place.mark + text;
      continue;
    }
    // The first place takes all digits that are left.
    const taken = index === first ? left : left.slice(-1);
    text = (taken === "" && place.digit === "zero" ? "0" : taken) + text;
    left = index === first ? "" : left.slice(0, -1);
  }
  return text;
}
