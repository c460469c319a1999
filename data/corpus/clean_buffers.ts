export function cycle(_context: unknown, i: number): number {
  let total = 0;
  for (let k = 0; k < 6; k++) total += Buffer.alloc(100 + i * k % 5000, 1).length;
  return total;
}
