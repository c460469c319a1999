/**
 * What assignments to an entry do: `table[key] = value` sets it, `table[key] += more` lets it grow,
 * `items[:] = rest` leaves a part.
 *
 * @module
 */
import type { Deed } from "./deed.ts";
import { isEmptying } from "./emptying.ts";
import { mayBeFirst } from "./first_entries.ts";
import { dottedName } from "./places.ts";
import type { Place } from "./places.ts";
import { isPlace, rewriteOf, rewritesOf } from "./rewrites.ts";
import type { Effect, Reading } from "./rewrites.ts";
import { contains } from "./tree.ts";
import type { AssignTree, IndexTree, Tree } from "./tree.ts";

/** Returns what an assignment to an entry or a slice does to its container and to the entry. */
export function entryDeeds(reading: Reading, tree: AssignTree, target: IndexTree): Deed[] {
  const { resolver, fn } = reading;
  const place = resolver.resolve(target.object, fn);
  if (place === null || place.path.length === 0) return [];
  if (target.slice !== null) return sliceDeeds(reading, tree, target, place);
  const key = target.index!;
  const deed = (effect: Effect, verb: string): Deed => {
    return { place, effect, tree, verb, detail: key, object: target.object };
  };
  const isAppended = tree.operator === "=" &&
    isEnd(key, target.object, (part) => isPlace(reading, part, place));
  if (isAppended) return [deed("grow", "[length]=")];
  const isFixed = key.type === "text" || key.type === "constant";
  const put = !/^(=|\?\?=|\|\|=)$/.test(tree.operator)
    ? deed("write", `[]${tree.operator}`)
    : deed(isFixed ? "write" : "insert", "[]=");
  const element = resolver.resolve(target, fn);
  if (element === null) return [put];
  const made = rewrittenDeeds(reading, tree, element);
  // Of one line the first judgement stays: that of the keys, where the value is cut at once.
  if (made.length > 1) {
    return mayBegin(reading, tree, element, made) ? [put, ...made] : made;
  }
  if (made.length > 0 && !mayBegin(reading, tree, element, made)) return made;
  return [...made, ...changedDeeds(reading, tree, element), put];
}

/** `items[:] = rest`, `items[n:] = []` */
function sliceDeeds(
  reading: Reading,
  tree: AssignTree,
  { object, slice }: IndexTree,
  place: Place,
): Deed[] {
  const { value } = tree;
  const isWhole = slice!.from === null && slice!.to === null;
  const rewrite = isWhole && value !== null ? rewriteOf(reading, value, place) : null;
  if (rewrite !== null) return [{ place, tree, object, ...rewrite }];
  const isEmptied = value !== null && isEmptying(value) === "empty";
  const effect = !isEmptied ? "write" : slice!.to === null ? "clear" : "trim";
  return [{ place, effect, tree, verb: "[:]=", detail: null, object }];
}

/** `logs[key] = [...logs[key], line]`: the entry is set anew from what it was. */
function rewrittenDeeds(reading: Reading, tree: AssignTree, place: Place): Deed[] {
  const { value, operator, target: object } = tree;
  if (value === null || operator !== "=") return [];
  return rewritesOf(reading, value, place).map((rewrite) => ({ place, tree, object, ...rewrite }));
}

/** `meta[id] = { ...meta[id], ...more }`: there may have been nothing under the key. */
function mayBegin(
  reading: Reading,
  { value }: AssignTree,
  entry: Place,
  [first, ...others]: readonly Deed[],
): boolean {
  const isLonger = first!.effect === "grow" || first!.verb === "spread";
  return value !== null && (value.type === "collection" ||
    isLonger && (others.length === 0 || mayBeFirst(reading, value, entry)));
}

/** `links[key] |= {other}` gives the entry more, `shelves[name] = []` another one in its place. */
function changedDeeds(reading: Reading, tree: AssignTree, place: Place): Deed[] {
  const { operator, value: detail, target: object } = tree;
  const effect = /^(\+=|\|=)$/.test(operator)
    ? "grow"
    : isSwapped(reading, tree, place)
    ? "replace"
    : null;
  return effect === null ? [] : [{ place, effect, tree, verb: operator, detail, object }];
}

/** `const shelf = shelves[name]; shelves[name] = []; return shelf;`: what was there is handed out. */
function isSwapped(
  { resolver, fn }: Reading,
  { operator, value }: AssignTree,
  element: Place,
): boolean {
  if (operator !== "=" || value === null || isEmptying(value) !== "empty") return false;
  return fn.returns.some((given) => {
    const found = given.type === "name" ? fn.bindings.get(given.name) : undefined;
    return found?.kind === "variable" && found.values.length === 1 &&
      /^(index|choice|call)$/.test(found.values[0]!.type) &&
      !contains(found.values[0]!, (part) => part.type === "assign") &&
      resolver.resolve(found.values[0]!, fn)?.key === element.key;
  });
}

/** `items[items.length] = x`, `frame.loc[len(frame)] = row` */
function isEnd(key: Tree, object: Tree, self: (part: Tree) => boolean): boolean {
  if (key.type === "member") return key.property === "length" && self(key.object);
  const [sized] = key.type === "call" && dottedName(key.callee) === "len" ? key.args : [];
  return sized !== undefined && object.type === "member" && object.property === "loc" &&
    dottedName(sized) !== "" && dottedName(sized) === dottedName(object.object);
}
