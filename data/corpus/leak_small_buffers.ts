const keys = new Map<number, ArrayBuffer>(); // HOLDER
export function cycle(_context: unknown, i: number): void {
  keys.set(i % 4096 + 4096 * Math.floor(i / 4096), new ArrayBuffer(64)); // LEAK
}
