function memoise<A extends unknown[], R>(f: (...values: A) => R): (...values: A) => R {
  const results = new Map<string, R>(); // HOLDER
  return (...values) => {
    const key = JSON.stringify(values);
    if (!results.has(key)) results.set(key, f(...values)); // LEAK
    return results.get(key) as R;
  };
}
const gains = memoise((mass: number, length: number) => [mass * length, mass / length, length]);
export function cycle(_context: unknown, i: number): void {
  gains(1 + i / 1000, 0.5);
}
