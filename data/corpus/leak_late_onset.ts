const audit: { at: number; what: string }[] = []; // HOLDER
export function cycle(_context: unknown, i: number): void {
  if (i > 500) audit.push({ at: i, what: `late ${i}` }); // LEAK
}
