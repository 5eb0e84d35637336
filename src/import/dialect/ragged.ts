import type { RowProblem } from "../../storage/import.ts";

/** A row with more than its columns: most often a comma in a cell that lacks its quotes. */
export function tooManyCells(cells: readonly string[], columns: number): readonly RowProblem[] {
  const extra = cells.slice(columns).findIndex((cell) => cell.trim() !== "");
  if (extra < 0) return [];
  const message = `the row has ${cells.length} cells, the header ${columns}; does a cell with the delimiter lack its quotes?`;
  return [{ code: "too_many_cells", value: (cells[columns + extra] ?? "").slice(0, 64), message }];
}
