import type { RowProblem } from "../../storage/import.ts";
import type { Target } from "../column.ts";
import { type Column, shownValue } from "../row.ts";

/* What is told about cells that go in all the same. */

/** What may be worth telling of the cells of a column. */
export interface CellWarnings {
  readonly trimmed: boolean;
  readonly mangledNumber: boolean;
}

/** Attributes by which people log in or are found: what was around them may have been meant. */
const exactPaths: ReadonlySet<string> = new Set(["userName", "emails.value"]);
const numberPaths = /^(?:phoneNumbers\.value|.*employeeNumber)$/;

export function warningsOf({ text }: Target): CellWarnings {
  return { trimmed: exactPaths.has(text), mangledNumber: numberPaths.test(text) };
}

/** Blanks around a userName or a mail were left out. */
export function trimmed({ header }: Column): RowProblem {
  return { code: "trimmed", column: header, message: "blanks around the value were left out" };
}

/** Whether a text is what a spreadsheet makes of a long number: `4.41E+11`. */
export function isMangledNumber(text: string): boolean {
  return /^\d(?:[.,]\d+)?E\+\d+$/i.test(text);
}

/** The digits of a number are lost, and nobody can bring them back. */
export function mangledNumber({ header, target }: Column, text: string): RowProblem {
  return {
    code: "excel_number_mangled",
    column: header,
    ...shownValue(target, text),
    message: "a spreadsheet has rounded this number; format the column as text and export it again",
  };
}
