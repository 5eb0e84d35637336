import { unescapeText } from "./escapes.ts";
import { isoText, type NumberText, numberText } from "./number.ts";
import { general } from "./number-format.ts";
import type { Workbook } from "./workbook.ts";

/** The text of a cell from its type, its content and its style; undefined for a type that there is not. */
export function cellText(type: string | undefined, raw: string, style: string | undefined, book: Workbook): NumberText {
  switch (type) {
    case undefined:
    case "n":
      return raw === "" ? "" : numberText(raw, formatOf(style, book), book.from1904);
    case "s":
      return sharedText(raw, book);
    case "inlineStr":
    case "str":
      return unescapeText(raw);
    case "b":
      return raw === "1" || raw === "true" ? "TRUE" : raw === "" ? "" : "FALSE";
    case "d":
      return raw === "" ? "" : isoText(raw);
    case "e":
      return raw === "" ? "" : { wrong: `has the error ${raw.slice(0, 32)}` };
    default:
      return { wrong: `is of the unknown type ${JSON.stringify(type.slice(0, 32))}` };
  }
}

function sharedText(raw: string, { texts }: Workbook): NumberText {
  if (raw === "") return "";
  return texts.at(Number(raw)) ?? { wrong: "refers to a text that the workbook does not have" };
}

function formatOf(style: string | undefined, { formats }: Workbook) {
  return style === undefined ? general : (formats[Number(style)] ?? general);
}
