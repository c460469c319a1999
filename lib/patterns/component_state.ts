/**
 * State that a component keeps between its calls: `const [items, setItems] = useState([])`. Calls
 * of the setter, and what functions given to it return, put a new value in the place of the old.
 *
 * @module
 */
import type { Deed } from "./deed.ts";
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { dottedName } from "./places.ts";
import { rewritesOf } from "./rewrites.ts";
import type { Reading } from "./rewrites.ts";
import type { CallTree, Tree } from "./tree.ts";

/** Returns what `setItems([...items, item])` does to the state. */
export function setterDeeds(reading: Reading, tree: CallTree): Deed[] {
  const [value] = tree.args;
  return value === undefined || value.type === "function"
    ? []
    : newState(reading, tree, value, tree);
}

/** Returns what `setItems((items) => [...items, item])` does, seen from what is returned. */
export function updaterDeeds(
  reading: Reading,
  tree: Extract<Tree, { type: "return" }>,
): Deed[] {
  const { use } = reading.fn;
  if (use.kind !== "argument" || use.call === null || tree.value === null) return [];
  return newState(reading, use.call, tree.value, tree);
}

function newState(reading: Reading, { callee }: CallTree, value: Tree, tree: Tree): Deed[] {
  const name = callee.type === "name" ? stateOf(callee.name, reading.fn) : null;
  if (name === null) return [];
  const object: Tree = { type: "name", at: callee.at, name };
  const place = reading.resolver.resolve(object, reading.fn);
  if (place === null) return [];
  const rewrites = rewritesOf(reading, value, place);
  return rewrites.length === 0
    ? [{ place, effect: "replace", tree, verb: "=", detail: value, object }]
    : rewrites.map((rewrite) => ({ place, tree, object, ...rewrite }));
}

/** The state that belongs to a setter, by the pair in which `useState` gives both. */
export function stateOf(setter: string, fn: FunctionModel): string | null {
  const found = lookUp(fn, setter);
  const pair = found?.binding.values.find(isOfPair);
  if (found === null || pair?.type !== "index") return null;
  for (const { name, values } of found.scope.bindings.values()) {
    const isIt = values.some((value) => value.type === "index" && value.object === pair.object);
    if (isIt && name !== setter) return name;
  }
  return null;
}

/** Tells whether a value is one of the two that `useState` gives. */
export function isOfPair(value: Tree): boolean {
  return value.type === "index" && value.object.type === "call" &&
    /^(React\.)?useState$/.test(dottedName(value.object.callee));
}
