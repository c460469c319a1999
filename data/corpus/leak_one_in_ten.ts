const failures: object[] = []; // HOLDER
export function cycle(_context: unknown, i: number): void {
  if (i % 10 === 7) failures.push({ i, attempts: [1, 2, 3], cause: { code: i } }); // LEAK
}
