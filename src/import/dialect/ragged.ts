import type { RowProblem } from "../../storage/import.ts";

/** A row with more than its columns: most often a comma in a cell that lacks its quotes. */
export function tooManyCells(cells: readonly string[], columns: number): readonly RowProblem[] {
  if (cells.length <= columns || cells.slice(columns).every((cell) => cell.trim() === "")) return [];
  const message = `the row has ${cells.length} cells, the header ${columns}; does a cell with the delimiter lack its quotes?`;
  // What stands there may be the rest of a password, so it is not shown.
  return [{ code: "too_many_cells", message }];
}
