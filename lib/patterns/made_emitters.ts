/**
 * Emitters that are made just before something listens to them: each gets one set of listeners,
 * however long it lives.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { lastName } from "./handles.ts";
import type { Binding } from "./model.ts";
import type { CallTree, Tree } from "./tree.ts";

/**
 * Tells whether the emitter that an expression names was made before it in the same branch:
 * `if (!known) { known = new Emitter(); known.on(…); }`, or after `if (known) return known;`.
 */
export function isMadeBeside(analysis: Analysis, { values }: Binding, object: Tree): boolean {
  const here = branchAround(analysis, object);
  return here !== null && values.some((value) => {
    const made = madeOf(value, object);
    const there = made === null ? null : branchAround(analysis, made);
    return made !== null && there?.branch === here.branch && there.isThen === here.isThen &&
      made.at.end <= object.at.start && !isReplaced(values, made, object);
  });
}

/** `new Emitter()`, `document.createElement("li")`: the caller's own. */
export function isMaking({ construct, callee }: CallTree): boolean {
  return construct || /^(create|make|build|spawn|open)([A-Z]|$)/.test(lastName(callee));
}

/** The branch or function that some code stands in, and on which side of the branch. */
function branchAround(
  analysis: Analysis,
  tree: Tree,
): { readonly branch: Tree; readonly isThen: boolean } | null {
  let inner = tree;
  for (let outer = analysis.parentOf(tree); outer !== null; outer = analysis.parentOf(outer)) {
    if (outer.type === "if") return { branch: outer, isThen: outer.then.includes(inner) };
    if (outer.type === "function") return { branch: outer, isThen: true };
    inner = outer;
  }
  return null;
}

/** The making that a name, or the part of it that is listened to, is given. */
function madeOf(value: Tree, object: Tree): CallTree | null {
  // `const made = table[id] = new Emitter()`, not `table[id] ??= new Emitter()`
  if (value.type === "assign") {
    return value.operator === "=" && value.value !== null ? madeOf(value.value, object) : null;
  }
  const last = object.type === "member" ? partOf(value, object.property) : value;
  return last?.type === "call" && isMaking(last) ? last : null;
}

/** `entry = { model: new Model() }; entry.model.on(…)` */
function partOf(value: Tree, name: string): Tree | null {
  const isIt = (key: Tree | null): boolean => key?.type === "text" && key.value === name;
  return value.type === "collection"
    ? value.entries.find(({ key }) => isIt(key))?.value ?? null
    : value;
}

/** The name is given something else in between. */
function isReplaced(values: readonly Tree[], made: Tree, object: Tree): boolean {
  return values.some(({ at }) => at.start >= made.at.end && at.end <= object.at.start);
}
