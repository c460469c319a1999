const callbacks: (() => number)[] = []; // HOLDER
function makeCallback(i: number): () => number {
  const payload = { i, samples: new Array(12).fill(i) };
  return () => payload.samples.length + payload.i;
}
export function cycle(_context: unknown, i: number): void {
  callbacks.push(makeCallback(i)); // LEAK
}
