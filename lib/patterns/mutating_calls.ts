/**
 * What calls do to state that outlives the call: methods of containers, functions that take a
 * container, and methods handed on to be called later.
 *
 * @module
 */
import type { Deed } from "./deed.ts";
import { isEmptying } from "./emptying.ts";
import { mayBeFirst } from "./first_entries.ts";
import { idiomsOf } from "./idioms.ts";
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { dottedName } from "./places.ts";
import type { Place } from "./places.ts";
import { rewritesOf } from "./rewrites.ts";
import type { Effect, Reading } from "./rewrites.ts";
import { contains } from "./tree.ts";
import type { CallTree, Tree } from "./tree.ts";

/** Returns what a call does to the state that it is made on or given. */
export function callDeeds(reading: Reading, tree: CallTree): Deed[] {
  const { resolver, fn } = reading;
  const idioms = idiomsOf(fn.source.language);
  const name = dottedName(tree.callee);
  if (name === "setattr") return [];
  const grown = idioms.growFunctions.get(name);
  const index = grown ?? idioms.shrinkFunctions.get(name);
  if (index !== undefined) {
    const object = tree.args[index];
    const place = object === undefined ? null : resolver.resolve(object, fn);
    if (place === null) return [];
    const effect = grown === undefined ? "shrink" : "grow";
    return [{ place, effect, tree, verb: name, detail: tree.args[1] ?? null, object: object! }];
  }
  const bound = boundMethod(fn, tree);
  return [
    ...emitted(reading, tree),
    ...handedOn(reading, tree),
    ...(bound === null ? [] : methodDeeds(reading, tree, bound.object, bound.property)),
  ];
}

/** `task.add_done_callback(self._tasks.discard)` */
function handedOn({ resolver, fn }: Reading, tree: CallTree): Deed[] {
  const { shrink } = idiomsOf(fn.source.language);
  return tree.args.flatMap((arg): Deed[] => {
    if (arg.type !== "member" || !shrink.has(arg.property)) return [];
    const place = resolver.resolve(arg.object, fn);
    if (place === null) return [];
    const verb = `${arg.property} as callback`;
    return [{ place, effect: "shrink", tree, verb, detail: null, object: arg }];
  });
}

/** `items$.next([...items$.value, item])`: a subject keeps the last value that it was given. */
function emitted(reading: Reading, tree: CallTree): Deed[] {
  const { callee, args: [value] } = tree;
  if (callee.type !== "member" || callee.property !== "next" || value === undefined) return [];
  const subject = reading.resolver.resolve(callee.object, reading.fn);
  if (subject === null || subject.path.length === 0) return [];
  if (isReplayed(reading, subject)) {
    const { object } = callee;
    return [{ place: subject, effect: "grow", tree, verb: "longer copy", detail: value, object }];
  }
  const place = reading.resolver.extend(subject, ["value"]);
  const object: Tree = { type: "member", at: callee.at, object: callee.object, property: "value" };
  // `items$.next([item, ...items$.value].slice(0, 9))`: longer and cut back at once.
  const rewrites = rewritesOf(reading, value, place);
  if (rewrites.length > 0) return rewrites.map((rewrite) => ({ place, tree, object, ...rewrite }));
  return value.type === "collection" || isEmptying(value) === "empty"
    ? [{ place, tree, object, effect: "replace", verb: "next", detail: value }]
    : [];
}

/** `new ReplaySubject()` without a limit keeps all that it was ever given. */
function isReplayed({ resolver }: Reading, { root, path }: Place): boolean {
  if (path.length !== 1) return false;
  const values = root.kind === "instance" || root.kind === "static"
    ? [
      root.owner.fields.get(path[0]!)?.value,
      ...(resolver.assignments(root.owner).get(path[0]!) ?? []).map(({ tree }) => tree.value),
    ]
    : root.kind === "closure"
    ? root.scope.bindings.get(path[0]!)?.values ?? []
    : [];
  return values.some((value) =>
    value?.type === "call" && value.construct && value.args.length === 0 &&
    dottedName(value.callee) === "ReplaySubject"
  );
}

/** `append(x)` after `append = self.history.append`, or `push(x)` after `.push.bind(list)`. */
function boundMethod(
  fn: FunctionModel,
  { callee, args }: CallTree,
): { object: Tree; property: string } | null {
  if (callee.type === "member") {
    const { object, property } = callee;
    // `items.push.apply(items, more)`
    return /^(apply|call)$/.test(property) && object.type === "member" && args[0] !== undefined
      ? { object: args[0], property: object.property }
      : { object, property };
  }
  if (callee.type !== "name") return null;
  const found = lookUp(fn, callee.name);
  for (const value of found?.binding.values ?? []) {
    if (value.type === "member") return { object: value.object, property: value.property };
    if (
      value.type === "call" && value.callee.type === "member" &&
      value.callee.property === "bind" && value.callee.object.type === "member"
    ) {
      const { object, property } = value.callee.object;
      return { object: value.args[0] ?? object, property };
    }
  }
  return null;
}

function methodDeeds(
  { resolver, fn }: Reading,
  tree: CallTree,
  object: Tree,
  property: string,
): Deed[] {
  const idioms = idiomsOf(fn.source.language);
  const isGrow = idioms.grow.has(property);
  const isShrink = idioms.shrink.has(property);
  const isClear = idioms.clear.has(property);
  if (!isGrow && !isShrink && !isClear && property !== "splice") return [];
  const place = resolver.resolve(object, fn);
  if (place === null) return [];
  const [first = null] = tree.args;
  const deed = (effect: Effect, detail: Tree | null): Deed[] => [
    { place, effect, tree, verb: property, detail, object },
  ];
  if (property === "splice") return deed(...spliced(tree));
  if (isClear) return deed("clear", null);
  if (isShrink && idioms.shrinkQueueOnly.has(property)) {
    // `get` takes from a queue; from a map it only reads.
    const isQueue = tree.args.length === 0 || tree.keywords.some(({ name }) => name === "timeout");
    return isQueue ? deed("shrink", null) : [];
  }
  if (isShrink) return deed("shrink", first);
  // `table.insert()` is no list's.
  const least = fn.source.language === "python" && property === "insert" ? 2 : 1;
  if (tree.args.length + tree.keywords.length < least) return [];
  const anew = property === "set" ? setAnew({ resolver, fn }, tree, place) : null;
  if (anew !== null) {
    const deeds = anew.deeds.map((one) => ({ ...one, tree, object }));
    if (!anew.isNew) return deeds;
    // Of one line the first judgement stays: that of the keys, where the value is cut at once.
    const put = deed("insert", first);
    return deeds.length > 1 ? [...put, ...deeds] : [...deeds, ...put];
  }
  return deed(property === "set" || property === "setdefault" ? "insert" : "grow", first);
}

/** What becomes of an entry that is set anew from what it was. */
interface Renewal {
  readonly deeds: readonly Pick<Deed, "place" | "effect" | "verb" | "detail">[];
  /** There may have been nothing under the key. */
  readonly isNew: boolean;
}

/** `rooms.set(id, rooms.get(id).filter(…))`, `log.set(id, [...(log.get(id) ?? []), one])` */
function setAnew(
  reading: Reading,
  { args: [key, given] }: CallTree,
  place: Place,
): Renewal | null {
  if (key === undefined || given === undefined || isGrown(reading.fn, given)) return null;
  const made = given.type === "name" ? reading.fn.bindings.get(given.name)?.values : [given];
  const entry = reading.resolver.extend(place, [key.type === "text" ? `[${key.value}]` : "[]"]);
  for (const value of made ?? []) {
    for (const option of value.type === "choice" ? value.options : [value]) {
      const deeds = rewritesOf(reading, option, entry).map((one) => ({ place: entry, ...one }));
      const isLonger = deeds.some(({ effect }) => /^(grow|insert)$/.test(effect));
      const isCut = deeds.some(({ effect }) => /^(filter|trim|shrink)$/.test(effect));
      // `[...rooms.get(id).filter(…), one]`: there may have been nothing under the key.
      const isAny = option.type === "collection";
      // Sums are of numbers, for the most part.
      if (isLonger && !/^(operation|template)$/.test(option.type)) {
        return { deeds, isNew: !isCut || isAny || mayBeFirst(reading, value, entry) };
      }
      if (isCut && !isLonger && !isAny) return { deeds, isNew: false };
    }
  }
  return null;
}

/** `hits = (all.get(ip) ?? []).filter(…); hits.push(now)`: the entry may be a new one. */
function isGrown({ tree, source }: FunctionModel, given: Tree): boolean {
  const { grow } = idiomsOf(source.language);
  return given.type === "name" && tree !== null &&
    tree.body.some((part) =>
      contains(part, (inner) =>
        inner.type === "call" && inner.callee.type === "member" &&
        grow.has(inner.callee.property) && inner.callee.object.type === "name" &&
        inner.callee.object.name === given.name)
    );
}

function spliced({ args }: CallTree): [Effect, Tree | null] {
  const [start, count] = args;
  if (args.length > 2) {
    const isAdding = count?.type === "number" && count.value === 0;
    return [isAdding ? "grow" : "write", args[2]!];
  }
  const isFront = start?.type === "number" && start.value === 0;
  const isOne = count?.type === "number" && count.value === 1;
  if (isFront && count === undefined) return ["clear", null];
  const isCut = isFront ? !isOne : start?.type === "number" && count === undefined;
  return [isCut ? "trim" : "shrink", count ?? start ?? null];
}
