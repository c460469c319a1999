/**
 * Tables for a terminal.
 *
 * @module
 */

/**
 * Returns rows as aligned columns; those whose cells are numbers are aligned to the right.
 *
 * @param rows Cells by row, as many as there are names.
 */
export function renderColumns(
  names: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const isNumber = names.map((_, i) => rows.every((row) => /^[−\-+]?[\d  .]+$/.test(row[i] ?? "")));
  const widths = names.map((name, i) =>
    Math.max(name.length, ...rows.map((row) => (row[i] ?? "").length))
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))
      .join("  ").trimEnd();
  return [line(names), line(widths.map((width) => "─".repeat(width))), ...rows.map(line)].join(
    "\n",
  );
}
