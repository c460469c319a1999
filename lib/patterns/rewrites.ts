/**
 * What it means for a state when it is assigned a value made from its old one: longer, cut back,
 * filtered, emptied, a part of it put back.
 *
 * @module
 */
import { asksSize, isEmptying } from "./emptying.ts";
import { addedCopy, joinedCopy, JOINS, longerCopy } from "./longer_copies.ts";
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { dottedName } from "./places.ts";
import type { Place, Resolver } from "./places.ts";
import { addedBefore, isRest, summandsOf } from "./put_back.ts";
import { contains, partsOf } from "./tree.ts";
import type { CallTree, Tree } from "./tree.ts";

/** What an operation does to its place. */
export type Effect =
  /** One or more entries more. */
  | "grow"
  /** An entry under a key that may be new. */
  | "insert"
  /** An entry under a key or index that is there already. */
  | "write"
  /** One entry fewer. */
  | "shrink"
  /** Everything out. */
  | "clear"
  /** Cut back to a limit. */
  | "trim"
  /** Entries left out by a condition. */
  | "filter"
  /** A new container in its place. */
  | "replace"
  /** Set only where there was nothing. */
  | "initialise"
  /** Read under a key, which makes an entry in some containers. */
  | "touch";

/** Where an expression is read. */
export interface Reading {
  readonly resolver: Resolver;
  readonly fn: FunctionModel;
  /** How many helpers were followed to get here. */
  readonly depth?: number;
}

/** What a new value does to the state that it replaces. */
export interface Rewrite {
  readonly effect: Effect;
  readonly verb: string;
  readonly detail: Tree | null;
}

/** All that a new value does: `x = [...x, y].slice(-n)` is longer and cut back at once. */
export function rewritesOf(reading: Reading, value: Tree, place: Place): readonly Rewrite[] {
  const rewrite = rewriteOf(reading, value, place);
  if (rewrite === null) return [];
  if (rewrite.verb === "rest") {
    // `lines = (this.tail + chunk).split("\n"); this.tail = lines.pop()`
    const self = (part: Tree): boolean => isPlace(reading, part, place);
    const more = addedBefore(value, self, reading.fn);
    return more === null ? [rewrite] : [{ effect: "grow", verb: "+", detail: more }, rewrite];
  }
  if (!/^(slice|filter)$/.test(rewrite.verb)) return [rewrite];
  const detail = extension(value);
  if (detail !== null) return [{ effect: "grow", verb: "spread", detail }, rewrite];
  // `np.append(x, y)[-n:]`, `append(x, y).slice(-n)`, `keepLast(n)(append(x, y))`
  const inner = value.type === "index"
    ? [value.object]
    : value.type === "call"
    ? [...partsOf(value.callee), ...value.args]
    : [];
  const longer = inner.filter(({ type }) => type === "call")
    .map((part) => rewriteOf(reading, part, place))
    .find((part) => part?.effect === "grow" && (part.verb === "spread" || JOINS.test(part.verb)));
  return longer ? [longer, rewrite] : [rewrite];
}

/** A new value made from the old one: sliced, filtered, or with more in it. */
export function rewriteOf(
  reading: Reading,
  value: Tree,
  place: Place,
): Rewrite | null {
  const self = (part: Tree): boolean => isPlace(reading, part, place);
  if (value.type === "name") {
    const made = lookUp(reading.fn, value.name);
    const copy = made?.scope === reading.fn
      ? made.binding.values.find((option) => option.type === "call")
      : undefined;
    const longer = copy === undefined ? null : longerCopy(copy, self);
    if (longer !== null) return { effect: "grow", ...longer };
    // `rest = this.open.filter(…); this.open = rest`
    const { callee = null } = copy?.type === "call" ? copy : {};
    const isFiltered = callee?.type === "member" && callee.property === "filter" &&
      self(callee.object);
    if (isFiltered) return rewriteOf(reading, copy!, place);
  }
  const longer = longerCopy(value, self);
  if (longer !== null) return { effect: "grow", ...longer };
  const added = addedCopy(value, self);
  if (added !== null) return { effect: added.verb === "copy.set" ? "insert" : "grow", ...added };
  if (value.type === "choice") {
    const chosen = ofChoice(reading, value, place);
    if (chosen !== null) return chosen;
  }
  // `this.head = this.head.next`: the rest of a list without its first node.
  const source = reading.resolver.resolve(value, reading.fn);
  if (source !== null && source.key.startsWith(`${place.key}.`)) {
    return { effect: "shrink", verb: "unlink", detail: null };
  }
  if (isRest(value, self, reading.fn)) return { effect: "trim", verb: "rest", detail: null };
  if (
    value.type === "index" && value.slice !== null &&
    (self(value.object) || (value.object.type === "call" || extension(value) !== null) &&
        contains(value.object, self))
  ) {
    return { effect: "trim", verb: "slice", detail: value.slice.from ?? value.slice.to };
  }
  if (value.type === "collection" && value.shape !== "map") {
    const cut = value.entries.find((entry) => entry.spread)?.value;
    const kept = cut === undefined ? undefined : sliceInside(cut, self);
    if (kept !== undefined) return { effect: "trim", verb: "slice", detail: kept };
    // `[*self.x[-99:], y]`
    if (cut?.type === "index" && cut.slice !== null && self(cut.object)) {
      return { effect: "trim", verb: "slice", detail: cut.slice.from ?? cut.slice.to };
    }
    // `[...new Set([...x, y])]`: as the inner one.
    const inner = cut?.type === "call" ? rewriteOf(reading, cut, place) : null;
    if (inner?.effect === "grow") return inner;
    const added = value.entries.find((entry) => !entry.spread);
    if (inner?.effect === "filter" && added) {
      return leavesOut(inner.detail)
        ? { effect: "grow", verb: "spread", detail: added.value }
        : inner;
    }
  }
  // `(this.log ?? "") + line`, `[...(this.log ?? []), line]`
  const holds = (part: Tree): boolean =>
    self(part) || part.type === "choice" && part.options.some(self) &&
      part.options.every((option) => self(option) || /^(text|collection)$/.test(option.type));
  const isOld = value.type === "collection" && value.shape === "map" ? self : holds;
  if (
    value.type === "collection" &&
    value.entries.some((entry) => entry.spread && isOld(entry.value))
  ) {
    const extra = value.entries.find((entry) => !entry.spread || !isOld(entry.value));
    const fixed = value.shape === "map" &&
      value.entries.every((entry) => entry.spread || entry.key?.type === "text");
    return extra === undefined
      ? { effect: "write", verb: "copy", detail: null }
      : { effect: fixed ? "write" : "grow", verb: "spread", detail: extra.value };
  }
  // `this.head = { value, next: this.head }`: a list that gets longer at its head.
  const isLink = value.type === "collection" && value.shape === "map" &&
    value.entries.some((entry) => !entry.spread && self(entry.value));
  if (isLink) return { effect: "grow", verb: "link", detail: value };
  const summands = summandsOf(value);
  const head = summands.find((part) =>
    part.type === "index" && part.slice !== null && self(part.object)
  );
  if (summands.length > 1 && head?.type === "index") {
    return { effect: "trim", verb: "slice", detail: head.slice?.from ?? head.slice?.to ?? null };
  }
  if (summands.length > 1 && summands.some(holds)) {
    return { effect: "grow", verb: "+", detail: summands.find((part) => !holds(part)) ?? null };
  }
  if (
    value.type === "comprehension" &&
    value.clauses.some((clause) => contains(clause.iterable, self))
  ) {
    return value.tests.length > 0
      ? { effect: "filter", verb: "filter", detail: value.tests[0]! }
      : { effect: "write", verb: "map", detail: null };
  }
  if (value.type !== "call") return null;
  const { callee, args } = value;
  if (callee.type === "member" && contains(callee.object, self)) {
    if (isAllButLast(value, self)) return { effect: "shrink", verb: "slice", detail: null };
    const sliced = sliceInside(value, self);
    if (sliced !== undefined) return { effect: "trim", verb: "slice", detail: sliced };
    const isFew = args.length > 0 &&
      /^(most_common|head|tail|nlargest|nsmallest|take|takeRight|takeLast)$/.test(callee.property);
    if (isFew) return { effect: "trim", verb: callee.property, detail: args[0]! };
    const isSifted = callee.property === "reduce" && args[0] !== undefined &&
      contains(args[0], ({ type }) => type === "if" || type === "choice");
    if (isSifted) return { effect: "filter", verb: "reduce", detail: args[0]! };
    if (callee.property === "filter") {
      return { effect: "filter", verb: "filter", detail: args[0] ?? null };
    }
    if (callee.property === "concat") {
      return { effect: "grow", verb: "concat", detail: args[0] ?? null };
    }
    // `settings = settings.new_child(more)`: a chain that gets longer.
    if (callee.property === "new_child" && self(callee.object)) {
      return { effect: "grow", verb: "link", detail: args[0] ?? null };
    }
    if (/^(map|sort|reverse|copy|slice)$/.test(callee.property)) {
      return { effect: "write", verb: callee.property, detail: null };
    }
  }
  const joined = joinedCopy(value, self);
  if (joined !== null) return { effect: "grow", ...joined };
  const helped = ofHelper(reading, value, place);
  if (helped !== null) return helped;
  // `deque(self.x[-n:])`, `np.append(self.x, v)`, `new Map([...this.x, [k, v]])`
  const inner = args.map((arg) => self(arg) ? null : rewriteOf(reading, arg, place)).find((found) =>
    found
  );
  if (inner !== undefined && inner !== null) return inner;
  const name = dottedName(callee);
  if (/(^|\.)n(largest|smallest)$/.test(name) && args.some((arg) => contains(arg, self))) {
    return { effect: "trim", verb: name, detail: args[0]! };
  }
  if (JOINS.test(name) && args.some((arg) => contains(arg, self))) {
    return { effect: "grow", verb: name, detail: args[1] ?? null };
  }
  return null;
}

/** `append(this.log, line)` with `append = (list, item) => [...list, item]`: as written there. */
function ofHelper(reading: Reading, { callee, args }: CallTree, place: Place): Rewrite | null {
  const { resolver, fn, depth = 0 } = reading;
  const helper = depth < 3 ? resolver.functionOf(callee, fn) : null;
  if (helper === null) return null;
  const inside: Reading = { resolver, fn: helper, depth: depth + 1 };
  for (const { name, kind, index, at } of helper.bindings.values()) {
    const arg = kind === "parameter" ? args[index] : undefined;
    const isOld = arg !== undefined &&
      (isPlace(reading, arg, place) || arg.type === "call" && rewriteOf(reading, arg, place));
    const given = isOld ? resolver.resolve({ type: "name", at, name }, helper) : null;
    if (given === null) continue;
    for (const value of helper.returns) {
      const made = rewriteOf(inside, value, given);
      if (made === null) continue;
      const { detail } = made;
      const own = detail?.type === "name" ? helper.bindings.get(detail.name) : undefined;
      return own?.kind === "parameter" ? { ...made, detail: args[own.index] ?? null } : made;
    }
  }
  return null;
}

/** `[id, ...recent.filter((other) => other !== id)]`: only what is put in front leaves its place. */
function leavesOut(test: Tree | null): boolean {
  const compares = (operators: RegExp): boolean =>
    test !== null &&
    contains(test, (part) => part.type === "operation" && operators.test(part.operator));
  // `[...recent.filter(({ at }) => now - at < limit), one]` lets the old ones go.
  return compares(/^!==?$/) && !compares(/^[<>]=?$/) ||
    test?.type === "name" && test.name === "Boolean";
}

/** `log ? log + line : line`: longer, unless the choice is to cut it back or to begin anew. */
function ofChoice(
  reading: Reading,
  { test, options }: Extract<Tree, { type: "choice" }>,
  place: Place,
): Rewrite | null {
  if (test === null) return null;
  const made = options.map((option) => rewriteOf(reading, option, place));
  const cut = made.find((rewrite) => rewrite !== null && /^(trim|filter)$/.test(rewrite.effect));
  if (cut) return cut;
  const longer = made.find((rewrite) => rewrite !== null && /^(grow|insert)$/.test(rewrite.effect));
  if (!longer) return null;
  const isAnew = asksSize(test) && options.some((option) => isEmptying(option) === "empty");
  return isAnew ? { effect: "trim", verb: "reset", detail: test } : longer;
}

/** `layers.slice(0, -1)` */
function isAllButLast(
  { callee, args: [from, to] }: CallTree,
  self: (part: Tree) => boolean,
): boolean {
  return callee.type === "member" && callee.property === "slice" && self(callee.object) &&
    from?.type === "number" && from.value === 0 &&
    to?.type === "operation" && to.operator === "-" && to.operands.length === 1;
}

function sliceInside(value: Tree, self: (part: Tree) => boolean): Tree | null | undefined {
  if (value.type !== "call" || value.callee.type !== "member") return undefined;
  const { callee: { property, object }, args } = value;
  // `items.slice()` is the whole of it.
  const isWhole = property === "slice" && args.length === 0;
  if (!isWhole && /^(slice|splice|subarray)$/.test(property) && contains(object, self)) {
    return args[0] ?? null;
  }
  return sliceInside(object, self);
}

/** Tells whether an expression names a place. */
export function isPlace({ resolver, fn }: Reading, part: Tree, place: Place): boolean {
  // `items$.getValue()` is `items$.value`.
  if (
    part.type === "call" && part.callee.type === "member" && part.callee.property === "getValue"
  ) {
    const subject = resolver.resolve(part.callee.object, fn);
    return subject !== null && resolver.extend(subject, ["value"]).key === place.key;
  }
  const isEntry = part.type === "call" && part.callee.type === "member" &&
    part.callee.property === "get";
  if (!isEntry && !/^(member|name|index)$/.test(part.type)) return false;
  return resolver.resolve(part, fn)?.key === place.key;
}

/** What a sliced copy has more than the original: `[...x, y].slice(-n)`, `(x + [y])[-n:]`. */
function extension(value: Tree): Tree | null {
  if (value.type === "index") return extension(value.object);
  if (value.type === "call" && /^(sorted|list|tuple|reversed)$/.test(dottedName(value.callee))) {
    return value.args[0] === undefined ? null : extension(value.args[0]);
  }
  if (value.type === "call" && value.callee.type === "member") {
    return value.callee.property === "concat" ? value.args[0] ?? null : extension(
      value.callee.object,
    );
  }
  if (value.type === "operation") return value.operands[1] ?? null;
  if (value.type !== "collection" || !value.entries.some(({ spread }) => spread)) return null;
  return value.entries.find(({ spread }) => !spread)?.value ?? null;
}
