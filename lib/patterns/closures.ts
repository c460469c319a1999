/**
 * Finds the function that captures `this`, directly, by name or as a bound method.
 *
 * @module
 */
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { contains } from "./tree.ts";
import type { Tree } from "./tree.ts";

/** Returns the function that captures `this`, directly, by name or as a bound method. */
export function closureOverThis(value: Tree, fn: FunctionModel): Tree | null {
  if (value.type === "function") {
    const capturing = value.role === "arrow" &&
      value.body.some((part) => contains(part, (inner) => inner.type === "this"));
    return capturing ? value : null;
  }
  if (value.type === "name") {
    const found = lookUp(fn, value.name);
    const own = found?.binding.values.find((option) => option.type === "function");
    return own === undefined || found!.scope.tree === null
      ? null
      : closureOverThis(own, found!.scope);
  }
  if (value.type === "call" && value.callee.type === "member" && value.callee.property === "bind") {
    return value.args[0]?.type === "this" ? value : null;
  }
  if (value.type === "member" && value.object.type === "this" && fn.owner !== null) {
    return fn.owner.methods.get(value.property)?.tree?.role === "method" ? value : null;
  }
  return null;
}
