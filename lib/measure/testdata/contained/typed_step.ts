export function step(i: number): number { return i + 1; }
