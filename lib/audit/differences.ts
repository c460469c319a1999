/**
 * Where two JSON values differ, as JSON pointers.
 *
 * @module
 */

/** One place where a recorded value is not what it should be. */
export interface Difference {
  readonly pointer: string;
  readonly recorded: unknown;
  readonly expected: unknown;
}

/** Digits of a double that may differ between machines with other mathematical libraries. */
const RELATIVE_TOLERANCE = 1e-9;

/** Returns all differences; numbers count as equal to nine digits. */
export function differences(recorded: unknown, expected: unknown, pointer = ""): Difference[] {
  if (isEqual(recorded, expected)) return [];
  if (
    !isObject(recorded) || !isObject(expected) ||
    Array.isArray(recorded) !== Array.isArray(expected)
  ) {
    return [{ pointer, recorded, expected }];
  }
  const keys = new Set([...Object.keys(recorded), ...Object.keys(expected)]);
  return [...keys].flatMap((key) => {
    const token = key.replaceAll("~", "~0").replaceAll("/", "~1");
    return differences(recorded[key], expected[key], `${pointer}/${token}`);
  });
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== "number" || typeof b !== "number") return false;
  return Math.abs(a - b) <= RELATIVE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
