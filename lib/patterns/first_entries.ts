/**
 * Entries that are set anew from what they were: where a value says what to begin with, the key may
 * be a new one, however much of the value is cut off.
 *
 * @module
 */
import type { Place } from "./places.ts";
import { isPlace } from "./rewrites.ts";
import type { Reading } from "./rewrites.ts";
import { contains } from "./tree.ts";
import type { Tree } from "./tree.ts";

/** `(map.get(key) ?? []).slice(-5)`, `table.get(key, [])[-5:]`, `key in table ? … : []` */
export function mayBeFirst(reading: Reading, value: Tree, entry: Place): boolean {
  const isOld = (part: Tree): boolean => contains(part, (one) => isPlace(reading, one, entry));
  return contains(value, (part) => {
    if (part.type === "choice") {
      return part.options.some(isOld) &&
        part.options.some((option) => option.type !== "constant" && !isOld(option));
    }
    const isAsked = part.type === "call" && part.callee.type === "member" &&
      part.callee.property === "get" && part.args.length === 2;
    return isAsked && isPlace(reading, part, entry);
  });
}
