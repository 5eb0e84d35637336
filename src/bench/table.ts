/** Lines of text in columns: the first ones, words, to the left, and figures to the right. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[], words = 1): string[] {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [header, ...rows].map((row) =>
    widths
      .map((width, column) =>
        column < words ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width),
      )
      .join("  ")
      .trimEnd(),
  );
}
