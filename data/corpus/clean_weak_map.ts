const details = new WeakMap<object, { owner: object; notes: number[] }>();
export function cycle(_context: unknown, i: number): void {
  const key = { i };
  details.set(key, { owner: key, notes: new Array(20).fill(i) });
}
