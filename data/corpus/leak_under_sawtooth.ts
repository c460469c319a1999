let batch: number[][] = [];
const kept: number[][] = []; // HOLDER
export function cycle(_context: unknown, i: number): void {
  batch.push(new Array(24).fill(i));
  if (batch.length === 120) {
    kept.push(batch[0] as number[]); // LEAK
    batch = [];
  }
}
