function* countdown(from: number): Generator<number> {
  const state = { from };
  while (state.from > 0) yield state.from--;
}
const running: Generator<number>[] = []; // HOLDER
export function cycle(_context: unknown, i: number): void {
  const counter = countdown(i + 10);
  counter.next();
  running.push(counter); // LEAK
}
