const rows: { i: number; values: number[] }[] = [];
export function cycle(_context: unknown, i: number): number {
  if (i < 500) rows.push({ i, values: new Array(10).fill(i) });
  return rows.length;
}
