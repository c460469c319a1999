const cache = new Map<number, { value: number }>();
export function cycle(_context: unknown, i: number): number {
  const key = i % 1500;
  let found = cache.get(key);
  if (found === undefined) cache.set(key, found = { value: Math.sqrt(key) });
  return found.value;
}
