export function cycle(_context: unknown, i: number): Promise<number> {
  const watchdog = setTimeout(() => {}, 60_000);
  return new Promise((resolve) => setImmediate(() => {
    clearTimeout(watchdog);
    resolve(i);
  }));
}
