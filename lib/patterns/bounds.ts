/**
 * Decides whether a site that grows is bounded, and by what: a capacity, a trim, a guard, an
 * entry taken out elsewhere, a container made anew, a constructor that runs once, or keys from a
 * closed set. What nothing bounds is unbounded.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { isConstructor, isLifecycle } from "./activity.ts";
import { idiomsOf } from "./idioms.ts";
import type { FunctionModel } from "./model.ts";
import { findMethod, lookUp, methodAround } from "./model.ts";
import type { Operation } from "./operations.ts";
import { isEmptying } from "./operations.ts";
import { dottedName, isInside } from "./places.ts";
import { textOf } from "./shapes.ts";
import type { IfTree, LoopTree, Tree } from "./tree.ts";
import { contains, partsOf, walk } from "./tree.ts";

/** The judgement about one site. */
export interface Bound {
  readonly bounded: boolean;
  /** What enforces it; null where nothing does. */
  readonly by: string | null;
}

const UNBOUNDED: Bound = { bounded: false, by: null };

/** Names of registering methods: what they add stays until somebody takes it out. */
const REGISTERS =
  /^(_|#)?(register|subscribe|attach|install|mount|use|connect|listen|on|observe|watch|with|define|declare|enable|plug)(_|[A-Z]|$)/;

/** `add_guard` registers; `add_sample` records. */
const ADDS = /^(_|#)?(add|append|set|include|insert)(_|(?=[A-Z]))/;
/** A parameter that is called later. */
const HANDLER = /(callback|handler|listener|observer|subscriber|hook)s?$/i;
const RECORDS =
  /(sample|data|record|value|entry|entries|event|error|warning|info|metric|solution|point|trajectory|measurement|step|state|item|result|log|message|score|observation|reading|row|line|batch|frame|tick|snapshot|history|run)s?$/i;

/** Methods that begin or end a piece of normal work. */
const BEGINS =
  /^(_|#)?(start|begin|run|init|setup|set_up|prepare|new|next|load|open|connect|flush|drain|process|consume|take|collect|export|save|write|send|commit|swap|rotate|handle|emit|deliver|publish)/i;
/** Methods that end the life of an owner. */
const CLOSES = /^(_|#)?(stop|disconnect|end|quit|exit|unload|detach|unmount|kill)/i;

/** Keys that come from a small closed set, by the words programmers use for such sets. */
const CLOSED_KEY =
  /(^|_|[a-z])(type|kind|category|level|mode|phase|severity|status|axis|channel|direction|side|unit|locale|language|topic_type|method|algorithm)s?$/i;

/** Tells whether a unit registers something, by its name. */
export function registers(unit: FunctionModel): boolean {
  return REGISTERS.test(unit.name) || ADDS.test(unit.name) && !RECORDS.test(unit.name) ||
    (unit.tree?.parameters ?? []).some(({ name }) => HANDLER.test(name));
}

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
    this.#unit = methodAround(site.fn);
    this.#same = analysis.on(site.place.key);
    this.#around = analysis.onAndAround(site.place);
    this.#depth = depth;
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
      if (this.#isLatch(test, fn)) return `once, until ${this.#text(test, fn)} is reset`;
    }
    for (const outer of around) {
      const test = outer.type === "if" || outer.iterable === null ? outer.test : null;
      if (test === null) continue;
      const inElse = outer.type === "if" &&
        !outer.then.some((part) => encloses(part, this.#site.tree));
      // `while (table.length <= n)` fills up to whatever the caller asks for.
      if (outer.type === "loop" && contains(test, (part) => isParameterOf(part, fn))) continue;
      if (this.#isLimit(test, fn, inElse ? "above" : "below")) {
        return `only while ${this.#text(test, fn)}`;
      }
    }
    return null;
  }

  /** `if (warned) return; warned = true;` */
  #isLatch(test: Tree, fn: FunctionModel): boolean {
    const flag = this.#analysis.resolver.resolve(test, fn);
    return flag !== null &&
      this.#analysis.on(flag.key).some((operation) =>
        operation.fn === fn && operation.detail?.type === "constant" &&
        operation.detail.value === true
      );
  }

  /** The keys come from a closed set. */
  #key(): string | null {
    const { effect, detail, fn, verb } = this.#site;
    const { shape } = this.#analysis.container(this.#site.place);
    if (verb === "update" && detail?.type === "name" && shape !== "set") {
      return `keys chosen by the caller (${detail.name})`;
    }
    const isKeyed = effect === "insert" || verb === "add" && detail?.type !== "name";
    return isKeyed && detail !== null ? closedKey(this.#analysis, detail, fn) : null;
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
        operation.effect !== "shrink" && operation.effect !== "clear" && !isReplacing(operation)
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
      if (operation.effect !== "clear" && !isReplacing(operation)) continue;
      const unit = methodAround(operation.fn);
      const line = operation.tree.at.line;
      if (operation.tree === this.#site.tree || unit.tree === null) continue;
      if (unit === this.#unit && !isConstructor(unit)) {
        if (this.#isPerEntry(operation)) continue;
        const isInner = isInside(operation.fn, unit) && operation.fn !== this.#site.fn;
        if (!isInner) return `re-created at line ${line}`;
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
    const unit = methodAround(operation.fn);
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
      const unit = methodAround(operation.fn);
      if (
        operation.effect === "filter" &&
        (operation.fn !== this.#site.fn || this.#site.effect === "insert")
      ) {
        return `filtered by ${unit.name}() (line ${operation.tree.at.line})`;
      }
      if (operation.effect !== "shrink" || unit.tree === null) continue;
      // Going back is for the user to ask; going on never does.
      if (/^(_|#)?(undo|redo|back|rewind|revert)/i.test(unit.name)) continue;
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
      (operation.effect === "clear" || isReplacing(operation)) &&
      !isConstructor(methodAround(operation.fn))
    );
    return emptied === undefined
      ? null
      : `registrations, emptied by ${
        methodAround(emptied.fn).name
      }() (line ${emptied.tree.at.line})`;
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
    const unit = methodAround(operation.fn);
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

/** Tells why the keys of an insert come from a closed set, or null. */
export function closedKey(
  analysis: Analysis,
  key: Tree,
  fn: FunctionModel,
  depth = 0,
): string | null {
  if (depth > 3) return null;
  switch (key.type) {
    case "text":
    case "number":
    case "constant":
      return "fixed key";
    case "operation":
      return /^(%|&)$/.test(key.operator) ? `index ${textOf(key, fn)}` : null;
    case "member":
      if (/^[A-Z][A-Z0-9_]*$/.test(key.property)) return "one per named constant";
      if (/^(name|value)$/.test(key.property) && CLOSED_KEY.test(lastName(key.object))) {
        return `one per ${lastName(key.object)}`;
      }
      return CLOSED_KEY.test(key.property) ? `one per ${key.property}` : null;
    case "name":
      return closedName(analysis, key.name, fn, depth);
    case "choice":
      return key.options.every((option) => closedKey(analysis, option, fn, depth + 1) !== null)
        ? "one of few values"
        : null;
    default:
      return null;
  }
}

function closedName(
  analysis: Analysis,
  name: string,
  fn: FunctionModel,
  depth: number,
): string | null {
  if (CLOSED_KEY.test(name)) return `one per ${name}`;
  const found = lookUp(fn, name);
  if (found === null) return null;
  const { binding, scope } = found;
  const type = binding.annotation ?? "";
  const isClosed = analysis.project.closedTypes.has(type.replace(/^["']|["']$/g, "")) ||
    /^\|?\s*"[^"]*"(\s*\|\s*"[^"]*")*$/.test(type) || type === "boolean";
  if (isClosed) return `one per ${type}`;
  for (const value of binding.values) {
    const iterated = value.type === "call" && value.callee.type === "member" &&
        /^(items|keys|entries)$/.test(value.callee.property)
      ? value.callee.object
      : value.type === "call" && /^Object\.(entries|keys)$/.test(dottedName(value.callee))
      ? value.args[0]
      : value.type === "index" && value.index === null
      ? value.object
      : undefined;
    if (iterated?.type === "collection") return "one per listed key";
    if (iterated?.type === "name") {
      const source = lookUp(scope, iterated.name)?.binding;
      if (source?.rest === "map") return `keywords of the caller (${iterated.name})`;
      if (source?.kind === "parameter" && value.type === "call") {
        return `keys chosen by the caller (${iterated.name})`;
      }
    }
    if (value.type === "operation" || value.type === "member" || value.type === "choice") {
      const closed = closedKey(analysis, value, scope, depth + 1);
      if (closed !== null) return closed;
    }
  }
  return null;
}

/** Tells whether a function value leaves the call that makes it. */
export function escapes(fn: FunctionModel): boolean {
  const { use } = fn;
  if (fn.tree === null || fn.isMethod) return false;
  if (use.kind === "local") return false;
  if (use.kind === "returned" || use.kind === "stored") return true;
  if (use.kind === "entry" && use.call === null) return true;
  if (use.call === null) return useOfName(fn);
  const { callee, args } = use.call;
  const name = callee.type === "member" ? callee.property : dottedName(callee);
  const kept = keptByCallee(callee, args.indexOf(fn.tree), fn.parent!);
  if (kept !== null) return kept;
  if (!KEEPS_CALLBACK.test(name)) return false;
  if (callee.type !== "member") return true;
  return !isStreamEvent(callee.object, args[0]) && !isLocalEmitter(callee.object, fn.parent!);
}

/** Whether a function of the same file keeps the function it is given: null where it is unknown. */
function keptByCallee(callee: Tree, index: number, scope: FunctionModel): boolean | null {
  if (callee.type !== "name" || index < 0) return null;
  const own = lookUp(scope, callee.name)?.binding.values.find((value) => value.type === "function");
  const parameter = own?.type === "function" ? own.parameters[index]?.name : undefined;
  if (own?.type !== "function" || parameter === undefined) return null;
  const isIt = (part: Tree): boolean => part.type === "name" && part.name === parameter;
  const keeps = (tree: Tree): boolean => {
    if (tree.type === "function") return tree.body.some((part) => contains(part, isIt));
    if (
      tree.type === "assign" && tree.target.type === "member" && tree.value !== null &&
      isIt(tree.value)
    ) return true;
    const isBrief = tree.type === "call" && tree.callee.type === "member" && !tree.construct &&
      /^(forEach|map|filter|reduce|some|every|find|findIndex|flatMap|sort|then|catch|finally)$/
        .test(tree.callee.property);
    return partsOf(tree).some((part) => part.type === "function" && isBrief ? false : keeps(part));
  };
  return own.body.some(keeps);
}

/** A listener on a request, a socket or a child: it ends when the stream does. */
export function isStreamEvent(object: Tree, event: Tree | undefined): boolean {
  if (event?.type !== "text") return false;
  const name = lastName(
    object.type === "call" && object.callee.type === "member" ? object.callee.object : object,
  );
  return /^(data|end|finish|close|error|exit|readable|line)$/.test(event.value) &&
    /^_?#?(req|request|res|response|reply|stream|reader|writer|socket|conn|connection|child|proc|input|output|stdin|stdout|stderr|pipe|file|rl)$/i
      .test(name);
}

/** The emitter is made in the scope that the closure captures, and stays there. */
function isLocalEmitter(object: Tree, scope: FunctionModel): boolean {
  if (object.type !== "name") return false;
  const found = lookUp(scope, object.name);
  if (found === null || found.scope.tree === null || found.binding.kind !== "variable") {
    return false;
  }
  const isEnded = (found.scope.tree?.body ?? []).some((part) =>
    contains(part, (inner) =>
      inner.type === "call" && inner.callee.type === "member" &&
      inner.callee.object.type === "name" && inner.callee.object.name === object.name &&
      /^(close|destroy|end|dispose|kill|terminate|disconnect|removeAllListeners)$/.test(
        inner.callee.property,
      ))
  );
  const isMade = found.binding.values.some((value) =>
    value.type === "call" && (value.construct || isEnded)
  );
  return isMade && !leavesByName(object.name, found.scope);
}

function leavesByName(name: string, scope: FunctionModel): boolean {
  const isIt = (part: Tree | null): boolean => part?.type === "name" && part.name === name;
  return (scope.tree?.body ?? []).some((part) =>
    contains(
      part,
      (inner) =>
        (inner.type === "return" || inner.type === "assign") && isIt(inner.value) ||
        inner.type === "collection" && inner.entries.some(({ value }) => isIt(value)),
    )
  );
}

/** Calls that keep the function they are given; others call it and forget it. */
const KEEPS_CALLBACK =
  /^(on|once|use|effect|tap|intercept|defer|push|unshift|setInterval|start_new_thread|Timer|Thread)$|^(set|add|register|subscribe|observe|watch|listen|attach|install|connect|bind|hook|provide|prepend)(_|[A-Z]|$)|(Listener|Callback|Handler|Hook|Observer)$/;

/** `new Work(…).run()`, or a local that is never returned, stored or put into anything. */
function staysInCall(analysis: Analysis, tree: Tree, fn: FunctionModel): boolean {
  const parent = analysis.parentOf(tree);
  if (fn.tree === null || parent === null) return false;
  if (parent.type === "member") return true;
  if (parent.type !== "assign" || parent.target.type !== "name") return false;
  const name = parent.target.name;
  let leaves = false;
  const isIt = (part: Tree | null): boolean => part?.type === "name" && part.name === name;
  for (const part of fn.tree.body) {
    walk(part, (inner) => {
      if (inner.type === "return") leaves ||= isIt(inner.value);
      else if (inner.type === "assign") leaves ||= isIt(inner.value);
      else if (inner.type === "collection") {
        leaves ||= inner.entries.some(({ value }) => isIt(value));
      } else if (inner.type === "call" && inner.construct) {
        leaves ||= inner.args.some(isIt);
      } else if (inner.type === "function") {
        const model = analysis.project.byTree.get(inner);
        leaves ||= model !== undefined && escapes(model) && contains(inner, isIt);
      }
    });
  }
  return !leaves;
}

/** A named inner function escapes where its name is used other than called. */
function useOfName(fn: FunctionModel): boolean {
  const name = fn.use.name ?? fn.name;
  const scope = fn.parent;
  if (name === "" || scope === null) return false;
  let escaped = false;
  const body = scope.tree?.body ?? scope.source.statements;
  for (const part of body) {
    walk(part, (tree) => {
      if (tree.type === "call") {
        const callee = tree.callee.type === "member"
          ? tree.callee.property
          : dottedName(tree.callee);
        const values = [...tree.args, ...tree.keywords.map((keyword) => keyword.value)];
        if (values.some((value) => value.type === "name" && value.name === name)) {
          const index = tree.args.findIndex((value) =>
            value.type === "name" && value.name === name
          );
          escaped ||= keptByCallee(tree.callee, index, scope) ?? KEEPS_CALLBACK.test(callee);
        }
      } else if (tree.type === "return" || tree.type === "assign") {
        // Stored on an object of this very call, it goes away with that object.
        const isLocal = tree.type === "assign" && tree.target.type === "member" &&
          tree.target.object.type === "name" &&
          scope.bindings.get(tree.target.object.name)?.kind === "variable";
        if (tree.value?.type === "name" && tree.value.name === name && !isLocal) escaped = true;
      } else if (tree.type === "collection") {
        escaped ||= tree.entries.some(({ value }) => value.type === "name" && value.name === name);
      }
    });
  }
  return escaped;
}

function isReplacing(operation: Operation): boolean {
  const { detail } = operation;
  // `pending = [rest]`: a literal of fixed size, whatever it holds.
  const isFixed = detail?.type === "collection" && detail.entries.every((entry) => !entry.spread);
  if (operation.effect === "replace" && isFixed) return true;
  return operation.effect === "replace" && operation.detail !== null &&
      isEmptying(operation.detail) !== "other" ||
    operation.effect === "replace" && operation.detail?.type === "comprehension";
}

function takesOut(operation: Operation): boolean {
  return /^(shrink|trim|clear|filter|replace)$/.test(operation.effect);
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

function lastName(tree: Tree): string {
  return tree.type === "name" ? tree.name : tree.type === "member" ? tree.property : "";
}
