let table: number[][] | undefined;
export function cycle(_context: unknown, i: number): number {
  if (i === 150) table = Array.from({ length: 3000 }, (_, k) => new Array(1024).fill(k));
  return table?.[i % 3000]?.[0] ?? 0;
}
