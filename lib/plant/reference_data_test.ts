/**
 * Reads the reference numbers of data/reference for the tests of all rooms.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";

/** Returns the parsed content of a file of data/reference, such as `"lab/rhs_full.json"`. */
export function referenceData<T>(name: string): T {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "data", "reference"))) folder = dirname(folder);
  return JSON.parse(readFileSync(join(folder, "data", "reference", name), "utf8")) as T;
}

/** Asserts that two lists agree to `tolerance` times the larger of 1 and the list's largest value. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, what);
  const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / scale;
    assert.ok(error <= tolerance, `${what}[${i}]: ${actual[i]} against ${expected[i]}`);
  }
}
