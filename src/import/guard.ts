/*
 * Cells that a spreadsheet would run as a formula. What is written for people gets an apostrophe in front of such a
 * cell; what comes in loses one again, so that a file which goes out and comes back is the same.
 */

/** A cell that a spreadsheet takes for a formula, or one that was guarded before. */
const formula = /^'*[=+\-@\t\r]/;
const guarded = /^'+[=+\-@\t\r]/;
const apostrophe = 39;

/**
 * Makes a cell harmless.
 *
 * @example guardCell("=1+1") // "'=1+1"
 */
export function guardCell(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** Whether a cell looks as `guardCell` would have left it. */
export function isGuardedCell(text: string): boolean {
  return text.charCodeAt(0) === apostrophe && guarded.test(text);
}

/** The cell as it was before `guardCell`. */
export function unguardCell(text: string): string {
  return isGuardedCell(text) ? text.slice(1) : text;
}

/** A cell of a CSV file (RFC 4180) with that delimiter, harmless to a spreadsheet. */
export function csvCell(text: string, delimiter = ","): string {
  const safe = guardCell(text);
  return safe.includes(delimiter) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A line of a CSV file with its line end. */
export function csvLine(cells: readonly string[], delimiter = ","): string {
  return `${cells.map((cell) => csvCell(cell, delimiter)).join(delimiter)}\r\n`;
}
