/**
 * Binds the names of assignments, imports and loops to what they are given, also through
 * destructuring, `enumerate`, `zip` and `items`.
 *
 * @module
 */
import type { Binding, FunctionModel } from "./model.ts";
import { lookUp } from "./model.ts";
import type { At, Tree } from "./tree.ts";

/** Returns the binding of a name in a scope, made where there is none. */
export function bind(
  scope: FunctionModel,
  name: string,
  kind: Binding["kind"],
  at: At,
): Binding {
  const existing = scope.bindings.get(name);
  if (existing !== undefined) return existing;
  const binding: Binding = {
    name,
    kind,
    index: -1,
    rest: "no",
    at,
    annotation: null,
    values: [],
    source: null,
  };
  scope.bindings.set(name, binding);
  return binding;
}

/** `const { a } = require("./b")` imports a. */
export function bindRequired(scope: FunctionModel, target: Tree, value: Tree | null): boolean {
  const [from] = value?.type === "call" && value.callee.type === "name" &&
      value.callee.name === "require"
    ? value.args
    : [];
  if (from?.type !== "text" || scope.source.language === "python") return false;
  const names = target.type === "name"
    ? [target]
    : target.type === "collection"
    ? target.entries.map((entry) => entry.value)
    : [];
  for (const name of names) {
    if (name.type !== "name") continue;
    const binding = bind(scope, name.name, "import", name.at);
    scope.bindings.set(name.name, { ...binding, kind: "import", source: from.value });
  }
  return names.length > 0;
}

/** Binds the names in an assignment target to the parts of the value they receive. */
export function bindTarget(
  scope: FunctionModel,
  target: Tree,
  value: Tree | null,
  annotation: string | null,
  declares: boolean,
): void {
  if (target.type === "name") {
    if (scope.outward.has(target.name)) return;
    // JavaScript assigns outwards unless declared; Python binds in the function itself.
    const found = !declares && scope.source.language !== "python"
      ? lookUp(scope, target.name)?.binding
      : undefined;
    const binding = found ?? bind(scope, target.name, "variable", target.at);
    if (value !== null) binding.values.push(value);
    binding.annotation ??= annotation;
  } else if (target.type === "collection") {
    target.entries.forEach((entry, index) => {
      const part = value === null ? null : partOf(value, entry.key, index, entry.value.at);
      bindTarget(scope, entry.value, part, null, declares);
    });
  }
}

function partOf(value: Tree, key: Tree | null, index: number, at: At): Tree {
  if (value.type === "collection" && key === null && value.shape !== "map") {
    const entry = value.entries[index];
    if (entry !== undefined && !entry.spread) return entry.value;
  }
  if (key?.type === "text") return { type: "member", at, object: value, property: key.value };
  const position: Tree = { type: "number", at, value: index };
  return { type: "index", at, object: value, index: key ?? position, slice: null };
}

/** Binds loop variables to an element of what is looped over, also through `enumerate` and `items`. */
export function bindLoop(scope: FunctionModel, target: Tree, iterable: Tree): void {
  const element = (of: Tree): Tree => ({
    type: "index",
    at: target.at,
    object: of,
    index: null,
    slice: null,
  });
  const names = target.type === "collection" ? target.entries.map((entry) => entry.value) : [];
  if (iterable.type === "call") {
    const { callee, args } = iterable;
    if (callee.type === "name" && callee.name === "enumerate" && names.length === 2) {
      bindLoop(scope, names[1]!, args[0] ?? iterable);
      bindTarget(scope, names[0]!, null, null, true);
      return;
    }
    if (callee.type === "name" && callee.name === "zip") {
      names.forEach((name, i) => bindLoop(scope, name, args[i] ?? iterable));
      return;
    }
    if (
      callee.type === "member" && /^(items|entries)$/.test(callee.property) && names.length === 2
    ) {
      bindTarget(scope, names[0]!, iterable, null, true);
      bindTarget(scope, names[1]!, element(callee.object), null, true);
      return;
    }
    if (callee.type === "member" && callee.property === "values") {
      bindTarget(scope, target, element(callee.object), null, true);
      return;
    }
    if (
      callee.type === "member" && names.length === 0 &&
      /^(splice|slice|filter|toReversed|toSorted|concat|copy)$/.test(callee.property)
    ) {
      bindLoop(scope, target, callee.object);
      return;
    }
    if (
      callee.type === "name" && /^(list|tuple|sorted|reversed|iter)$/.test(callee.name) && args[0]
    ) {
      bindLoop(scope, target, args[0]);
      return;
    }
  }
  const [only] = iterable.type === "collection" ? iterable.entries : [];
  if (iterable.type === "collection" && iterable.entries.length === 1 && only!.spread) {
    bindLoop(scope, target, only!.value);
    return;
  }
  if (names.length === 2 && target.type === "collection" && scope.source.language !== "python") {
    // `for (const [key, value] of map)`
    bindTarget(scope, names[0]!, iterable, null, true);
    bindTarget(scope, names[1]!, element(iterable), null, true);
    return;
  }
  if (target.type === "name") bind(scope, target.name, "loop", target.at);
  bindTarget(scope, target, element(iterable), null, true);
}
