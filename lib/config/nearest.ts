/**
 * Which known word did the user mean? The one with the fewest edits (insert, delete, replace, swap).
 *
 * @module
 */

/**
 * Returns the candidate nearest to `word`, or undefined where none is near enough to suggest.
 *
 * @example
 * ```ts
 * import { nearest } from "heapbook/config";
 * import assert from "node:assert/strict";
 *
 * assert.equal(nearest("cart_mas", ["cart_mass", "gravity"]), "cart_mass");
 * assert.equal(nearest("banana", ["cart_mass", "gravity"]), undefined);
 * ```
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  // Beyond two fifths of the word a suggestion confuses more than it helps.
  let best = Math.max(1, Math.floor(word.length * 0.4)) + 1;
  let found: string | undefined;
  const plain = normalise(word);
  for (const candidate of candidates) {
    const distance = editDistance(plain, normalise(candidate));
    if (distance < best) [best, found] = [distance, candidate];
  }
  return found;
}

function normalise(word: string): string {
  return word.toLowerCase().replace(/[-_ .]/g, "");
}

/** Optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
      }
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
