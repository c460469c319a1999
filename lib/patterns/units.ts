/**
 * What a function is to its owner: constructor, lifecycle method, cycle of an audit target.
 *
 * @module
 */
import { idiomsOf } from "./idioms.ts";
import type { Binding, FunctionModel } from "./model.ts";
import type { Operation } from "./operations.ts";

/** Returns the name of the class a piece of code stands in, or of the closure or null. */
export function className(fn: FunctionModel): string | null {
  return fn.owner?.name ?? null;
}

/** The context of an audit target: what `setup` returns and every `cycle` gets. */
export function isTargetContext(fn: FunctionModel, binding: Binding): boolean {
  return fn.name === "cycle" && binding.index === 0 && fn.parent?.tree === null &&
    fn.source.exports?.has("cycle") === true;
}

/** Tells whether a unit runs once per instance or module only. */
export function isConstructor(unit: FunctionModel): boolean {
  return unit.tree === null ||
    (unit.isMethod && idiomsOf(unit.source.language).constructors.has(unit.name));
}

/** `export function activate(context)`: an editor starts its extension with it, once. */
export function isActivation({ name, source, parent, tree }: FunctionModel): boolean {
  const [first] = tree?.parameters ?? [];
  return name === "activate" && parent?.tree === null && source.exports?.has(name) === true &&
    first !== undefined &&
    (/^(ctx|context)$/.test(first.name) || /ExtensionContext$/.test(first.annotation ?? ""));
}

/** Tells whether a function gives back or resets what its owner holds, by its name. */
export function isLifecycle(unit: FunctionModel): boolean {
  return idiomsOf(unit.source.language).lifecycle.test(unit.name);
}

/** Returns the class an operation stands in, else the class whose state it touches. */
export function classOf(operation: Operation): string | null {
  const { root } = operation.place;
  return className(operation.fn) ??
    (root.kind === "static" || root.kind === "instance" ? root.owner.name : null);
}
