interface Kept {
  readonly text: string;
}

const kept = new Map<number, Kept>();

export function keepAll(i: number): void {
  const value: Kept = { text: "value " + i };
  kept.set(i, value);
}

export function keepTen(i: number): void {
  const value: Kept = { text: "value " + i };
  kept.set(i % 10, value);
}
