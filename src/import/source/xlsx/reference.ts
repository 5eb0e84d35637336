const letterA = 65;
const letters = 26;

/** The letters of a column, which is counted from 0: `A`, `Z`, `AA`. */
export function columnLetters(column: number): string {
  let text = "";
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / letters)) {
    text = String.fromCharCode(letterA + ((left - 1) % letters)) + text;
  }
  return text;
}

/** The column, from 0, of a reference such as `C17`; -1 where it starts with no capital letter. */
export function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at++) {
    const digit = reference.charCodeAt(at) - letterA;
    if (digit < 0 || digit >= letters) break;
    column = column * letters + digit + 1;
  }
  return column - 1;
}
