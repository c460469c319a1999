const stack: { i: number; data: number[] }[] = [];
export function cycle(_context: unknown, i: number): void {
  if (i % 700 < 350) stack.push({ i, data: [i, i, i] });
  else stack.pop();
}
