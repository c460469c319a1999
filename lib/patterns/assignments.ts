/**
 * What assignments and deletions do to state that outlives the call: they set an entry, make a
 * container longer or shorter, empty it or put another one in its place.
 *
 * @module
 */
import type { Deed } from "./deed.ts";
import { asksSize, isEmptying } from "./emptying.ts";
import { entryDeeds } from "./entry_assignments.ts";
import { lookUp } from "./model.ts";
import { dottedName } from "./places.ts";
import type { Place } from "./places.ts";
import { isPlace, rewritesOf } from "./rewrites.ts";
import type { Effect, Reading } from "./rewrites.ts";
import { contains } from "./tree.ts";
import type { AssignTree, IfTree, LoopTree, Tree } from "./tree.ts";

/** Returns what an assignment does; `around` are the branches and loops that it stands in. */
export function assignmentDeeds(
  reading: Reading,
  tree: AssignTree,
  around: readonly (IfTree | LoopTree)[],
): Deed[] {
  const { target, value, operator } = tree;
  if (target.type === "collection") {
    return partsOfAssignment(tree).flatMap((part) => assignmentDeeds(reading, part, around));
  }
  if (target.type === "index") return entryDeeds(reading, tree, target);
  const place = targetOf(reading, target);
  const isLength = target.type === "member" && target.property === "length";
  if (place === null || place.path.length === 0 || isLength) return lengthDeeds(reading, tree);
  const deed = (effect: Effect, verb: string, detail: Tree | null): Deed => ({
    place,
    effect,
    tree,
    verb,
    detail,
    object: target,
  });
  if (/^(\?\?=|\|\|=)$/.test(operator)) return [deed("initialise", operator, value)];
  if (operator === "+=" || operator === "|=") return [deed("grow", operator, value)];
  if (operator === "-=" && /^(collection|comprehension)$/.test(value?.type ?? "")) {
    return [deed("shrink", operator, value)];
  }
  if (operator !== "=" || value === null) return [];
  const rewrites = rewritesOf(reading, value, place);
  if (rewrites.length > 0) {
    return rewrites.map(({ effect, verb, detail }) => deed(effect, verb, detail));
  }
  const isGuarded = around.some((outer) =>
    outer.type === "if" && !asksSize(outer.test) &&
    contains(outer.test, (part) => isPlace(reading, part, place) || asksFor(reading, part, place))
  ) || value.type === "choice" && value.options.some((option) => isPlace(reading, option, place));
  return [deed(isGuarded && isEmptying(value) === "empty" ? "initialise" : "replace", "=", value)];
}

/** `line, _, self.buffer = self.buffer.partition(…)`: each target gets a part of the value. */
function partsOfAssignment(tree: AssignTree): AssignTree[] {
  const { target, value, at } = tree;
  if (target.type !== "collection") return [tree];
  const sources = value?.type === "collection" ? value.entries : [];
  return target.entries.map((entry, i) => {
    if (entry.spread && value !== null && value.type !== "collection") {
      // `oldest, *self.files = self.files`: all but the first.
      const from: Tree = { type: "number", at, value: i };
      const rest: Tree = {
        type: "index",
        at,
        object: value,
        index: null,
        slice: { from, to: null },
      };
      return { ...tree, target: entry.value, value: rest };
    }
    const index: Tree = { type: "number", at, value: i };
    const part: Tree | null = value?.type === "call"
      ? { type: "index", at, object: value, index, slice: null }
      : null;
    return { ...tree, target: entry.value, value: sources[i]?.value ?? part };
  });
}

/** State that an assignment replaces: a field, or a variable of an outer scope. */
function targetOf({ resolver, fn }: Reading, target: Tree): Place | null {
  if (target.type === "member") {
    return resolver.resolve(target.object, fn) === null ? null : resolver.resolve(target, fn);
  }
  if (target.type !== "name") return null;
  const found = lookUp(fn, target.name);
  if (found === null || found.binding.kind !== "variable") return null;
  const place = resolver.resolve(target, fn);
  const isOwn = place?.root.kind === "closure" && place.root.scope === fn;
  if (found.scope === fn && !isOwn) return null;
  // A variable that stands for a field is only bound anew; in Python `+=` extends the list itself.
  const isItself = place?.path.length === 1 && place.path[0] === target.name;
  return isItself || fn.source.language === "python" ? place : null;
}

/** `items.length = n` on an array. */
function lengthDeeds({ resolver, fn }: Reading, tree: AssignTree): Deed[] {
  const { target, value } = tree;
  if (target.type !== "member" || target.property !== "length" || value === null) return [];
  const place = resolver.resolve(target.object, fn);
  if (place === null) return [];
  const effect = value.type === "number" && value.value === 0 ? "clear" : "trim";
  return [{ place, effect, tree, verb: "length =", detail: value, object: target.object }];
}

/** Returns what `delete` and `del` do. */
export function deletionDeeds(
  { resolver, fn }: Reading,
  tree: Extract<Tree, { type: "delete" }>,
): Deed[] {
  const { target } = tree;
  if (target.type === "index") {
    const place = resolver.resolve(target.object, fn);
    if (place === null) return [];
    const effect = target.slice === null ? "shrink" : "trim";
    const detail = target.slice?.to ?? target.index;
    return [{ place, effect, tree, verb: "delete", detail, object: target.object }];
  }
  const place = resolver.resolve(target, fn);
  if (place === null) return [];
  const deed: Deed = { place, effect: "clear", tree, verb: "delete", detail: null, object: target };
  // `delete registry.key` takes an entry from the registry as well.
  const outer = target.type === "member" ? resolver.resolve(target.object, fn) : null;
  return outer === null ? [deed] : [deed, { ...deed, place: outer, effect: "shrink" }];
}

/** `hasattr(state, "items")`, `"items" in state`, `Object.hasOwn(state, "items")`. */
function asksFor(reading: Reading, part: Tree, place: Place): boolean {
  const [object, name] =
    part.type === "call" && /(^|\.)(hasattr|hasOwn)$/.test(dottedName(part.callee))
      ? part.args
      : part.type === "operation" && /^(in|not in)$/.test(part.operator)
      ? [part.operands[1], part.operands[0]]
      : [];
  if (object === undefined || name?.type !== "text") return false;
  const { at } = part;
  const member: Tree = { type: "member", at, object, property: name.value };
  const entry: Tree = { type: "index", at, object, index: name, slice: null };
  return isPlace(reading, member, place) || isPlace(reading, entry, place);
}
