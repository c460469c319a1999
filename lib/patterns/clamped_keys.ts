/**
 * Keys that arithmetic keeps within limits: `Math.min(line.length, 80)` takes 81 values at most.
 * A limit above is enough for what is counted from zero; what is not whole has no limit of values.
 *
 * @module
 */
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { dottedName } from "./places.ts";
import { textOf } from "./shapes.ts";
import type { CallTree, Tree } from "./tree.ts";

/** Returns the words for a key that is cut off at a limit, or null. */
export function clamped(key: CallTree, fn: FunctionModel): string | null {
  return isClamped(key, fn) && isWhole(key, fn) ? `at most ${textOf(key, fn).slice(0, 60)}` : null;
}

/** One part of a smallest is a limit, or each part of a largest is cut off. */
function isClamped(tree: Tree, fn: FunctionModel): boolean {
  if (tree.type !== "call") return isLimit(tree);
  const name = dottedName(tree.callee);
  if (/^(Math\.)?min$/.test(name)) {
    return tree.args.length > 1 && tree.args.some((arg) => isClamped(arg, fn));
  }
  if (/^(Math\.)?max$/.test(name)) {
    return tree.args.length > 1 && tree.args.every((arg) => isClamped(arg, fn));
  }
  return ROUNDS.test(name) && tree.args[0] !== undefined && isClamped(tree.args[0], fn);
}

/** A number, a constant, the length of something written in capitals. */
function isLimit(tree: Tree): boolean {
  if (tree.type === "operation") return tree.operands.every(isLimit);
  if (tree.type === "member" && tree.property === "length") return isLimit(tree.object);
  return tree.type === "number" || /(^|\.)[A-Z][A-Z0-9_]*$/.test(dottedName(tree)) ||
    tree.type === "name" && LIMITS.test(tree.name) ||
    tree.type === "member" && LIMITS.test(tree.property);
}

const LIMITS = /^[_#]?max([A-Z_]|$)|limit$|capacity$/i;

const ROUNDS = /^(Math\.)?(round|floor|ceil|trunc)$|^math\.(floor|ceil|trunc)$|^int$|^parseInt$/;

/** What is counted or rounded. */
function isWhole(tree: Tree, fn: FunctionModel, depth = 0): boolean {
  switch (tree.type) {
    case "number":
      return Number.isInteger(tree.value);
    case "call": {
      const name = dottedName(tree.callee);
      return ROUNDS.test(name) || name === "len" ||
        /^(Math\.)?(min|max)$/.test(name) && tree.args.every((arg) => isWhole(arg, fn, depth));
    }
    case "operation":
      return /^(\/\/|\||>>|>>>|~~)$/.test(tree.operator) ||
        /^[-+*]$/.test(tree.operator) && tree.operands.every((part) => isWhole(part, fn, depth));
    case "member":
      return /^(length|size|byteLength)$/.test(tree.property) || isCount(tree.property);
    case "name": {
      const [value, ...others] = lookUp(fn, tree.name)?.binding.values ?? [];
      const isMade = value !== undefined && others.length === 0 && depth < 3;
      return isCount(tree.name) || isMade && isWhole(value, fn, depth + 1);
    }
    default:
      return false;
  }
}

/** Names of what is counted, and of limits in capitals. */
function isCount(name: string): boolean {
  return /(^|_|[a-z])(count|attempts?|retries|index|level|depth|rank)s?$/i.test(name) ||
    /^[A-Z][A-Z0-9_]*$/.test(name);
}
