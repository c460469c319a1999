/**
 * Decides whether a site that grows is bounded, and by what: a capacity, a trim, a guard, an
 * entry taken out elsewhere, a container made anew, a constructor that runs once, or keys from a
 * closed set. What nothing bounds is unbounded.
 *
 * @module
 */
import { isConstructor, isLifecycle } from "./activity.ts";
import type { Analysis } from "./activity.ts";
import { closedKey } from "./closed_keys.ts";
import { escapes, staysInCall } from "./escapes.ts";
import { idiomsOf } from "./idioms.ts";
import { findMethod, lookUp, methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { isEmptying } from "./operations.ts";
import type { Operation } from "./operations.ts";
import { onceOnly } from "./once.ts";
import { dottedName, isInside } from "./places.ts";
import type { Place } from "./places.ts";
import { registers } from "./registration.ts";
import { textOf } from "./shapes.ts";
import { contains, walk } from "./tree.ts";
import type { IfTree, LoopTree, MemberTree, Tree } from "./tree.ts";

/** The judgement about one site. */
export interface Bound {
  readonly bounded: boolean;
  /** What enforces it; null where nothing does. */
  readonly by: string | null;
}

const UNBOUNDED: Bound = { bounded: false, by: null };

/** Methods that begin or end a piece of normal work. */
const BEGINS =
  /^(_|#)?(start|begin|run|init|setup|set_up|prepare|new|next|load|open|connect|flush|drain|process|consume|take|collect|export|save|write|send|commit|swap|rotate|handle|emit|deliver|publish)/i;
/** Methods that end the life of an owner. */
const CLOSES = /^(_|#)?(stop|disconnect|end|quit|exit|unload|detach|unmount|kill)/i;

/** Calls that give one thing back. */
const RELEASES =
  /^(unsubscribe|dispose|close|remove|destroy|cancel|clear|abort|terminate|stop|disconnect)$/;

/** Judges one growing site. */
export function boundOf(analysis: Analysis, site: Operation, depth = 0): Bound {
  const judge = new Judge(analysis, site, depth);
  for (const rule of judge.rules()) {
    const by = rule();
    if (by !== null) return { bounded: true, by };
  }
  return UNBOUNDED;
}

class Judge {
  readonly #analysis: Analysis;
  readonly #site: Operation;
  readonly #unit: FunctionModel;
  readonly #same: readonly Operation[];
  readonly #around: readonly Operation[];
  readonly #depth: number;

  constructor(analysis: Analysis, site: Operation, depth: number) {
    this.#analysis = analysis;
    this.#site = site;
    this.#unit = this.#unitOf(site.fn);
    const places = [site.place, ...keptAs(analysis, site.place)];
    this.#same = places.flatMap((place) => analysis.on(place.key));
    this.#around = places.flatMap((place) => analysis.onAndAround(place));
    this.#depth = depth;
  }

  /** The method, or for state of a closure the function beside its others, that some code is in. */
  #unitOf(fn: FunctionModel): FunctionModel {
    const { root } = this.#site.place;
    const outer = methodAround(fn);
    if (root.kind !== "closure" || root.scope.tree === null || fn === root.scope) return outer;
    let unit = fn;
    while (unit.parent !== null && unit.parent !== root.scope) unit = unit.parent;
    return unit.parent === null ? outer : unit;
  }

  /** The rules in order of how plainly they bound. */
  rules(): readonly (() => string | null)[] {
    return [
      () => this.#capacity(),
      () => this.#boundedClass(),
      () => this.#once(),
      () => this.#guard(),
      () => this.#key(),
      () => this.#trimmed(),
      () => this.#helper(),
      () => this.#exchange(),
      () => this.#recreated(),
      () => this.#takenOut(),
      () => this.#released(),
      () => this.#restored(),
      () => this.#builder(),
      () => this.#ephemeral(),
    ];
  }

  #capacity(): string | null {
    const { shape, capacity } = this.#analysis.container(this.#site.place);
    if (shape === "ring") return capacity ?? "ring buffer";
    if (shape === "weak") return "weak container: entries leave with their objects";
    return null;
  }

  /** The container is a class of the project that bounds itself. */
  #boundedClass(): string | null {
    const { instance } = this.#analysis.container(this.#site.place);
    if (instance === null || this.#depth > 2) return null;
    const method = findMethod(this.#analysis.project, instance, this.#site.verb);
    if (method === null) return null;
    const inner = this.#analysis.operations.filter((operation) =>
      methodAround(operation.fn) === method && /^(grow|insert)$/.test(operation.effect)
    );
    const bounds = inner.map((operation) => boundOf(this.#analysis, operation, this.#depth + 1));
    return inner.length > 0 && bounds.every((bound) => bound.bounded)
      ? `${instance.name}: ${bounds[0]!.by}`
      : null;
  }

  /** Runs in the constructor or while the module loads, so once. */
  #once(): string | null {
    const { fn } = this.#site;
    const isImmediate = fn === this.#unit || fn.use.kind === "argument" && !escapes(fn);
    if (!isImmediate) return null;
    // A constructor runs once per instance; what all instances share grows with each of them.
    const isOwn = this.#unit.tree === null || this.#site.place.root.kind === "instance";
    if (isConstructor(this.#unit) && isOwn) {
      return this.#unit.tree === null ? "runs once, while the module loads" : "constructor only";
    }
    const callers = this.#analysis.callersOf(this.#unit);
    const isPrivate = /^[_#]/.test(this.#unit.name);
    return isOwn && isPrivate && this.#unit.isMethod && callers.length > 0 &&
        callers.every((caller) => caller.isMethod && isConstructor(caller))
      ? `constructor only, through ${this.#unit.name}`
      : null;
  }

  /** Grows only while there is room. */
  #guard(): string | null {
    const { around, exits, fn } = this.#site;
    for (const test of exits) {
      if (this.#isLimit(test, fn, "above")) return `not above ${this.#text(test, fn)}`;
    }
    const once = onceOnly(this.#analysis, this.#site, this.#site.place);
    if (once !== null) return once;
    for (const outer of around) {
      const test = outer.type === "if" || outer.iterable === null ? outer.test : null;
      if (test === null) continue;
      const inElse = outer.type === "if" &&
        !outer.then.some((part) => encloses(part, this.#site.tree));
      if (!inElse && this.#isEmpty(test, fn)) return `only while ${this.#text(test, fn)}`;
      // `while (table.length <= n)` fills up to whatever the caller asks for.
      if (outer.type === "loop" && contains(test, (part) => isParameterOf(part, fn))) continue;
      if (this.#isLimit(test, fn, inElse ? "above" : "below")) {
        return `only while ${this.#text(test, fn)}`;
      }
    }
    return null;
  }

  /** `not items`, `!items.length`, `items.length === 0`: nothing is there yet. */
  #isEmpty(test: Tree, fn: FunctionModel): boolean {
    if (test.type !== "operation") return false;
    const [left, right] = test.operands;
    if (left === undefined) return false;
    const isNot = /^(!|not)$/.test(test.operator);
    const isZero = /^={2,3}$/.test(test.operator) && right?.type === "number" && right.value === 0;
    if (!isNot && !isZero) return false;
    const isIt = this.#analysis.resolver.resolve(left, fn)?.key === this.#site.place.key;
    return isNot && isIt && fn.source.language === "python" || this.#isSize(left, fn);
  }

  /** The keys come from a closed set. */
  #key(): string | null {
    const { effect, detail, fn, verb } = this.#site;
    const { shape } = this.#analysis.container(this.#site.place);
    if (verb === "update" && detail?.type === "name" && shape !== "set") {
      return `keys chosen by the caller (${detail.name})`;
    }
    const isListed = detail === null ? null : this.#listed(detail);
    if (effect === "insert" && isListed !== null) return isListed;
    const isKeyed = effect === "insert" || verb === "add" && detail?.type !== "name";
    if (detail === null || !isKeyed && verb !== "add") return null;
    const closed = closedKey(this.#analysis, detail, fn);
    // A set of things called "channel" is open, the keys of one object are not.
    return isKeyed || closed !== null && /^key/.test(closed) ? closed : null;
  }

  /** `if name in TABLE: cache[name] = …`, with a table of fixed keys. */
  #listed(key: Tree): string | null {
    if (key.type !== "name") return null;
    for (const { test } of this.#site.around) {
      const table = test === null ? null : tableAsked(test, key.name);
      if (table?.type !== "name") continue;
      const found = lookUp(this.#site.fn, table.name);
      const [only] = found?.binding.values ?? [];
      const isTable = found?.scope.tree === null && found.binding.values.length === 1 &&
        only?.type === "collection" && only.entries.length > 0;
      const place = isTable ? this.#analysis.resolver.resolve(table, this.#site.fn) : null;
      const isFixed = place !== null &&
        !this.#analysis.on(place.key).some(({ effect }) => /^(grow|insert)$/.test(effect));
      if (isFixed) return `one per key of ${table.name}`;
    }
    return null;
  }

  /** Cut back to a limit somewhere, or popped while too long. */
  #trimmed(): string | null {
    for (const operation of this.#around) {
      if (operation === this.#site || !this.#happens(operation)) continue;
      const line = operation.tree.at.line;
      if (operation.effect === "trim") {
        return `${operation.verb} keeps ${this.#limit(operation)} (line ${line})`;
      }
      if (
        operation.effect !== "shrink" && operation.effect !== "clear" &&
        !isReplacing(operation, this.#site.place)
      ) {
        continue;
      }
      const test = operation.around.map(testOf).find((part) =>
        part !== null && this.#isLimit(part, operation.fn, "any")
      );
      if (test) return `${operation.verb} when ${this.#text(test, operation.fn)} (line ${line})`;
    }
    return null;
  }

  /** `if (full) this.#evict()` with the eviction in the helper. */
  #helper(): string | null {
    const owner = this.#unit.owner;
    for (const { tree, fn, around } of owner === null ? [] : this.#analysis.guardedCalls(owner)) {
      if (tree.callee.type !== "member") continue;
      const test = around.map(testOf).find((part) =>
        part !== null && this.#isLimit(part, fn, "any")
      );
      if (!test || fn.owner === null) continue;
      const helper = findMethod(this.#analysis.project, fn.owner, tree.callee.property);
      const takes = this.#around.some((operation) =>
        helper !== null && methodAround(operation.fn) === helper && takesOut(operation)
      );
      if (takes) {
        return `${tree.callee.property}() when ${this.#text(test, fn)} (line ${tree.at.line})`;
      }
    }
    return null;
  }

  /** The same function takes one out for each that it puts in. */
  #exchange(): string | null {
    const { place, fn, tree, around } = this.#site;
    const container = this.#analysis.container(place);
    if (container.shape === "map" || container.shape === "set") return null;
    const taken = this.#same.find((operation) =>
      operation.effect === "shrink" && operation.fn === fn && isQueueTake(operation) &&
      operation.around.length <= around.length &&
      operation.around.every((outer, i) => outer === around[i])
    );
    return taken === undefined || taken.tree === tree
      ? null
      : `${taken.verb} for each one added (line ${taken.tree.at.line})`;
  }

  /** Made anew or emptied by what runs before or around the growth. */
  #recreated(): string | null {
    const leading = this.#analysis.leadingTo(this.#unit);
    for (const operation of this.#around) {
      if (operation.effect !== "clear" && !isReplacing(operation, this.#site.place)) continue;
      const unit = this.#unitOf(operation.fn);
      const line = operation.tree.at.line;
      if (operation.tree === this.#site.tree || unit.tree === null) continue;
      if (unit === this.#unit && !isConstructor(unit)) {
        if (this.#isPerEntry(operation)) continue;
        const isInner = isInside(operation.fn, unit) && operation.fn !== this.#site.fn;
        // Given to a timer or a promise it runs by itself, returned it waits for the caller.
        const isScheduled = isInner && operation.fn.use.kind === "argument";
        if (!isInner || isScheduled) return `re-created at line ${line}`;
        continue;
      }
      if (isConstructor(unit)) continue;
      const runs = [...leading].find((leader) => leader !== unit && this.#leads(unit, leader));
      if (runs !== undefined) {
        return `re-created by ${unit.name}() (line ${line}) in ${runs.name}()`;
      }
      if (this.#isRoutine(operation) && operation.place.key === this.#site.place.key) {
        return `emptied by ${unit.name}() (line ${line})`;
      }
    }
    return null;
  }

  /** Emptying that belongs to normal work: what is there is taken first, or a run begins. */
  #isRoutine(operation: Operation): boolean {
    const unit = this.#unitOf(operation.fn);
    if (isLifecycle(unit) || CLOSES.test(unit.name)) return false;
    if (
      BEGINS.test(unit.name) || operation.around.length === 0 && operation.fn === unit ||
      this.#analysis.callersOf(unit).some((caller) =>
        caller !== unit && caller.owner === unit.owner
      )
    ) {
      return true;
    }
    let uses = 0;
    for (const part of unit.tree?.body ?? []) {
      walk(part, (inner) => {
        if (inner.type !== "member" && inner.type !== "name") return;
        if (this.#analysis.resolver.resolve(inner, operation.fn)?.key === operation.place.key) {
          uses++;
        }
      });
    }
    return uses > 1;
  }

  /** Entries leave one by one in another function. */
  #takenOut(): string | null {
    for (const operation of this.#same) {
      const unit = this.#unitOf(operation.fn);
      if (operation.effect === "filter") {
        return `filtered by ${unit.name}() (line ${operation.tree.at.line})`;
      }
      if (this.#isRebuilt(operation)) {
        return `rebuilt by ${unit.name}() (line ${operation.tree.at.line})`;
      }
      if (operation.effect !== "shrink" || unit.tree === null) continue;
      // Going back is for the user to ask; going on never does.
      if (/^(_|#)?(undo|redo|back|rewind|revert)/i.test(unit.name)) continue;
      const isSameCall = operation.via === "parameter" && this.#site.via === "parameter" &&
        operation.tree === this.#site.tree;
      if (isSameCall) return `taken out again by ${operation.verb}`;
      if (inOtherBranch(operation, this.#site)) {
        return `taken out in another branch (line ${operation.tree.at.line})`;
      }
      const isElsewhere = unit !== this.#unit || operation.fn !== this.#site.fn;
      const isLater = operation.verb.endsWith(" as callback");
      const inFinally = operation.fn === this.#site.fn && (this.#isKeyed() || isLater) &&
        operation.tree.at.start > this.#site.tree.at.start;
      if (isElsewhere || inFinally) {
        return `taken out by ${
          unit.name === "" ? "a callback" : `${unit.name}()`
        } (line ${operation.tree.at.line})`;
      }
    }
    if (!registers(this.#unit)) return null;
    const emptied = this.#around.find((operation) =>
      (operation.effect === "clear" || isReplacing(operation, this.#site.place)) &&
      !isConstructor(methodAround(operation.fn))
    );
    return emptied === undefined
      ? null
      : `registrations, emptied by ${
        methodAround(emptied.fn).name
      }() (line ${emptied.tree.at.line})`;
  }

  /** `rest = []; for (x of this.items) …; this.items = rest`: what is left is kept. */
  #isRebuilt({ effect, detail, fn, place }: Operation): boolean {
    const unit = methodAround(fn);
    if (effect !== "replace" || detail?.type !== "name" || isConstructor(unit)) return false;
    if (isLifecycle(unit)) return false;
    const found = lookUp(fn, detail.name);
    const values = found?.binding.kind === "variable" ? found.binding.values : [];
    const isFresh = found?.scope.tree !== null && values.length > 0 &&
      values.every((value) => isEmptying(value) === "empty");
    return isFresh &&
      (unit.tree?.body ?? []).some((part) =>
        contains(part, (inner) =>
          inner.type === "loop" && inner.iterable !== null &&
          contains(
            inner.iterable,
            (used) =>
              /^(member|name)$/.test(used.type) &&
              this.#analysis.resolver.resolve(used, fn)?.key === place.key,
          ))
      );
  }

  /** Disposers and subscriptions that the end of the owner calls one by one. */
  #released(): string | null {
    const { owner } = this.#unit;
    if (owner === null || this.#site.place.root.kind !== "instance") return null;
    for (const method of owner.methods.values()) {
      if (!isLifecycle(method)) continue;
      const call = this.#analysis.callsIn(method).find(({ tree, fn }) => {
        const { callee } = tree;
        const isRelease = callee.type === "member" && RELEASES.test(callee.property);
        const element = isRelease ? callee.object : callee.type === "name" ? callee : null;
        const place = element === null ? null : this.#analysis.resolver.resolve(element, fn);
        return place?.key === `${this.#site.place.key}.[]`;
      });
      if (call !== undefined) return `released by ${method.name}() (line ${call.tree.at.line})`;
    }
    return null;
  }

  /** `this.x = saved` at the end: the growth is undone. */
  #restored(): string | null {
    const { tree, fn } = this.#site;
    const restored = this.#same.find((operation) =>
      operation.effect === "replace" && operation.fn === fn &&
      operation.tree.at.start > tree.at.start &&
      operation.detail?.type === "name" &&
      lookUp(fn, operation.detail.name)?.binding.values.some((value) =>
        contains(
          value,
          (part) =>
            part.type === "member" &&
            this.#analysis.resolver.resolve(part, fn)?.key === this.#site.place.key,
        )
      )
    );
    return restored === undefined ? null : `restored at line ${restored.tree.at.line}`;
  }

  #builder(): string | null {
    const owner = this.#unit.owner?.name ?? "";
    return /Builder$/.test(owner) && registers(this.#unit)
      ? "builder: one per call while building"
      : null;
  }

  /** A class of this file whose instances never leave the call that makes them. */
  #ephemeral(): string | null {
    const { root } = this.#site.place;
    if (root.kind !== "instance") return null;
    const { owner } = root;
    const { exports } = owner.source;
    const name = owner.tree.name;
    if (exports === null || name === null || exports.has(name) || owner.scope.tree !== null) {
      return null;
    }
    const made = this.#analysis.calls.filter(({ tree, fn }) =>
      tree.construct && fn.source === owner.source && dottedName(tree.callee) === name
    );
    const stays = made.length > 0 &&
      made.every(({ tree, fn }) => staysInCall(this.#analysis, tree, fn));
    return stays ? `instances of ${name} live within one call` : null;
  }

  /** A test about how much there is. `below`: true while there is room. */
  #isLimit(test: Tree, fn: FunctionModel, side: "above" | "below" | "any"): boolean {
    let found = false;
    walk(test, (part) => {
      if (part.type !== "operation" || !/^(<|<=|>|>=|==|===)$/.test(part.operator)) return;
      const [left, right] = part.operands;
      if (left === undefined || right === undefined) return;
      const sized = this.#isSize(left, fn) ? "left" : this.#isSize(right, fn) ? "right" : null;
      if (sized === null) return;
      const other = sized === "left" ? right : left;
      if (other.type === "number" && other.value <= 0) return;
      const isAbove = part.operator.startsWith("=") ||
        (part.operator.startsWith(">") === (sized === "left"));
      const isBelow = part.operator.startsWith("<") === (sized === "left");
      if (side === "any" ? isAbove : side === "above" ? isAbove : isBelow) found = true;
    });
    return found;
  }

  /** `len(x)`, `x.length`, `x.size` of this place or of one that is trimmed with it. */
  #isSize(tree: Tree, fn: FunctionModel, depth = 0): boolean {
    if (tree.type === "name" && depth < 3) {
      const found = lookUp(fn, tree.name);
      return found !== null &&
        found.binding.values.some((value) => this.#isSize(value, found.scope, depth + 1));
    }
    const idioms = idiomsOf(fn.source.language);
    const object = tree.type === "call" && idioms.size.has(dottedName(tree.callee))
      ? tree.args[0]
      : tree.type === "member" && /^(length|size|byteLength)$/.test(tree.property)
      ? tree.object
      : undefined;
    if (object === undefined) {
      // `items.unshift(x)` gives the new length.
      const isGrown = fn.source.language !== "python" && tree.type === "call" &&
        tree.callee.type === "member" && /^(push|unshift)$/.test(tree.callee.property);
      if (isGrown) return this.#isOurs((tree.callee as MemberTree).object, fn);
      return tree.type === "operation" &&
          tree.operands.some((part) => this.#isSize(part, fn, depth + 1)) ||
        tree.type === "call" && tree.callee.type === "member" &&
          /^(qsize|size|count)$/.test(tree.callee.property) &&
          this.#isOurs(tree.callee.object, fn);
    }
    return this.#isOurs(object, fn);
  }

  #isOurs(object: Tree, fn: FunctionModel): boolean {
    const place = this.#analysis.resolver.resolve(object, fn);
    if (place === null) return false;
    if (place.key === this.#site.place.key) return true;
    // Histories that grow side by side are cut side by side.
    return this.#analysis.on(place.key).some((operation) =>
      operation.fn === this.#site.fn && /^(grow|insert)$/.test(operation.effect) &&
      sameBlock(operation.around, this.#site.around)
    ) && this.#around.some((operation) => takesOut(operation) && operation.fn === fn);
  }

  /** Trims in code that only a caller's `reset` reaches do not bound a run. */
  #happens(operation: Operation): boolean {
    const unit = this.#unitOf(operation.fn);
    return !isConstructor(unit) && unit.tree !== null &&
      (!isLifecycle(unit) || this.#analysis.callersOf(unit).length > 0 ||
        operation.effect === "trim");
  }

  /** One unit calls another one, directly or not. */
  #leads(unit: FunctionModel, leader: FunctionModel): boolean {
    return !isConstructor(leader) && this.#analysis.leadingTo(unit).has(leader) &&
      leader.owner !== null &&
      leader.owner === this.#unit.owner;
  }

  /** `if key not in d: d[key] = []` makes an entry, it does not empty one. */
  #isPerEntry(operation: Operation): boolean {
    return operation.effect === "initialise" ||
      operation.place.path.length < this.#site.place.path.length &&
        operation.around.some((outer) =>
          outer.type === "if" && contains(outer.test, (part) => {
            const place = this.#analysis.resolver.resolve(part, operation.fn);
            return place !== null && place.key === operation.place.key;
          })
        );
  }

  #isKeyed(): boolean {
    const { shape } = this.#analysis.container(this.#site.place);
    return shape === "map" || shape === "set";
  }

  #limit(operation: Operation): string {
    return operation.detail === null ? "a part" : this.#text(operation.detail, operation.fn);
  }

  #text(tree: Tree, fn: FunctionModel): string {
    return textOf(tree, fn).slice(0, 80);
  }
}

/** `this.parent = parent` in a constructor: two names of one object. */
function keptAs(analysis: Analysis, { root, path }: Place): readonly Place[] {
  if (root.kind !== "parameter" || path.length < 2) return [];
  const { scope, binding } = root;
  if (scope.owner === null || !isConstructor(scope)) return [];
  for (const [field, declared] of analysis.resolver.assignments(scope.owner)) {
    const isIt = declared.some(({ fn, tree }) =>
      fn === scope && tree.value?.type === "name" && tree.value.name === binding.name
    );
    if (!isIt) continue;
    const self: Tree = { type: "this", at: binding.at, isClass: false };
    const member: Tree = { type: "member", at: binding.at, object: self, property: field };
    const place = analysis.resolver.resolve(member, scope);
    if (place === null) continue;
    return [analysis.resolver.extend(place, path.slice(1))];
  }
  return [];
}

function isReplacing(operation: Operation, { path }: Place): boolean {
  const { detail } = operation;
  // `pending = [rest]`: a literal of fixed size, whatever it holds.
  const isFixed = detail?.type === "collection" && detail.entries.every((entry) => !entry.spread);
  // `this.app = new Application()`: what the old one held went with it.
  const isOuter = operation.place.path.length < path.length && detail?.type === "call" &&
    /^[A-Z]/.test(dottedName(detail.callee).split(".").at(-1)!);
  if (operation.effect === "replace" && isOuter) return true;
  if (operation.effect === "replace" && isFixed) return true;
  return operation.effect === "replace" && operation.detail !== null &&
      isEmptying(operation.detail) !== "other" ||
    operation.effect === "replace" && operation.detail?.type === "comprehension";
}

function takesOut(operation: Operation): boolean {
  return /^(shrink|trim|clear|filter|replace)$/.test(operation.effect);
}

/** The table that a test asks for a name: `name in TABLE`, `TABLE.has(name)`. */
function tableAsked(test: Tree, name: string): Tree | null {
  const isKey = (part: Tree | undefined): boolean => part?.type === "name" && part.name === name;
  if (test.type === "operation" && test.operator === "in" && isKey(test.operands[0])) {
    return test.operands[1] ?? null;
  }
  if (test.type !== "call" || test.callee.type !== "member") return null;
  return /^(has|includes|hasOwn)$/.test(test.callee.property) && isKey(test.args[0])
    ? test.callee.object
    : null;
}

/** One stands in the then-part, the other in the else-part of a branch. */
function inOtherBranch(a: Operation, b: Operation): boolean {
  const isInThen = (outer: IfTree, { tree }: Operation): boolean =>
    outer.then.some((part) => encloses(part, tree));
  return a.fn === b.fn &&
    a.around.some((outer) =>
      outer.type === "if" && b.around.includes(outer) && isInThen(outer, a) !== isInThen(outer, b)
    );
}

function isQueueTake(operation: Operation): boolean {
  return /^(shift|pop|popleft|popitem|get|get_nowait|heappop|heapq\.heappop|splice|delete)$/.test(
    operation.verb,
  );
}

function isParameterOf(part: Tree, fn: FunctionModel): boolean {
  return part.type === "name" && fn.bindings.get(part.name)?.kind === "parameter";
}

function testOf(outer: IfTree | LoopTree): Tree | null {
  return outer.test;
}

function sameBlock(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.at(-1) === b.at(-1);
}

function encloses(outer: Tree, inner: Tree): boolean {
  return outer.at.start <= inner.at.start && inner.at.end <= outer.at.end;
}
