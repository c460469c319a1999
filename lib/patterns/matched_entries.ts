/**
 * Entries that wait for a counterpart: what comes looks for its key, takes out what waits under it,
 * and is only put in where nothing was there.
 *
 * @module
 */
import type { GrowingSite } from "./growing_site.ts";
import { encloses } from "./growing_site.ts";
import type { Operation } from "./operations.ts";
import { dottedName } from "./places.ts";
import type { Tree } from "./tree.ts";

/** `other = waiting.pop(key, None)`, then `if other is None: waiting[key] = one`. */
export function isMatched({ analysis, operation, same }: GrowingSite, taken: Operation): boolean {
  const key = keyOf(operation);
  if (taken.fn !== operation.fn || key === "" || keyOf(taken) !== key) return false;
  const parent = analysis.parentOf(taken.tree);
  const handle = parent?.type === "assign" ? dottedName(parent.target) : "";
  const isTaken = (part: Tree): boolean =>
    part === taken.tree || handle !== "" && dottedName(part) === handle;
  return same.every((put) =>
    put.fn !== taken.fn || !/^(grow|insert)$/.test(put.effect) || isWhereMissing(put, isTaken)
  );
}

/** The name of what an operation is about: a key, or the element of a set. */
function keyOf({ detail }: Operation): string {
  return detail === null ? "" : dottedName(detail);
}

/** Some test around an operation, or one that ended its function before, found nothing. */
function isWhereMissing(
  { around, exits, tree }: Operation,
  isTaken: (part: Tree) => boolean,
): boolean {
  return exits.some((test) => isNothing(test, false, isTaken)) ||
    around.some((outer) =>
      outer.type === "if" &&
      isNothing(outer.test, outer.then.some((part) => encloses(part, tree)), isTaken)
    );
}

/** `not other`, `other is None`, `other === undefined`, or the contrary where it is not so. */
function isNothing(test: Tree, isTrue: boolean, isTaken: (part: Tree) => boolean): boolean {
  if (isTaken(test)) return !isTrue;
  if (test.type !== "operation") return false;
  const [left, right] = test.operands;
  if (/^(!|not)$/.test(test.operator)) return isNothing(left!, !isTrue, isTaken);
  const equal = isTrue ? /^(={2,3}|is)$/ : /^(!={1,2}|is not)$/;
  return equal.test(test.operator) && isTaken(left!) && right?.type === "constant" &&
    right.value !== true;
}
