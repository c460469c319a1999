let seed = 12345;
function random(): number {
  seed = Math.imul(seed, 1664525) + 1013904223 >>> 0;
  return seed / 2 ** 32;
}
const live: (number[] | null)[] = new Array(300).fill(null);
export function cycle(_context: unknown, i: number): void {
  for (let k = 0; k < 15; k++) {
    const at = Math.floor(random() * live.length);
    live[at] = random() < 0.5 ? new Array(1 + Math.floor(random() * 150)).fill(i) : null;
  }
}
