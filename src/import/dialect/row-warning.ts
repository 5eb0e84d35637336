import type { RowProblem } from "../../storage/import.ts";
import { type Column, shownValue } from "../row.ts";

/* What is told about cells that go in all the same. */

/** Attributes by which people log in or are found: what was around them may have been meant. */
const exactPaths: ReadonlySet<string> = new Set(["userName", "emails.value"]);

/** Blanks around a userName or a mail were left out. */
export const trimmed = {
  tells: ({ target }: Column): boolean => exactPaths.has(target.text),
  problem: ({ header }: Column): RowProblem => ({
    code: "trimmed",
    column: header,
    message: "blanks around the value were left out",
  }),
} as const;

/** `4.41E+11`: what a spreadsheet makes of a long number. */
const exponent = /^\d(?:[.,]\d+)?E\+\d+$/i;
const numberPaths = /^(?:phoneNumbers\.value|.*employeeNumber)$/;

/** The digits of a number are lost, and nobody can bring them back. */
export const mangledNumber = {
  tells: ({ target }: Column, text: string): boolean => exponent.test(text) && numberPaths.test(target.text),
  problem: ({ header, target }: Column, text: string): RowProblem => ({
    code: "excel_number_mangled",
    column: header,
    ...shownValue(target, text),
    message: "a spreadsheet has rounded this number; format the column as text and export it again",
  }),
} as const;
