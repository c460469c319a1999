/**
 * Lists everything the sources do to state that outlives a call: what grows it, what takes from
 * it, what empties, trims or replaces it, and under which conditions.
 *
 * @module
 */
import { idiomsOf } from "./idioms.ts";
import { lookUp } from "./model.ts";
import type { FunctionModel, Project } from "./model.ts";
import { dottedName } from "./places.ts";
import type { Place, Resolver } from "./places.ts";
import { asksSize, extension, isEmptying, isPlace, rewriteOf } from "./rewrites.ts";
import type { Effect, Reading } from "./rewrites.ts";
import { contains, partsOf } from "./tree.ts";
import type { CallTree, IfTree, IndexTree, LoopTree, Tree } from "./tree.ts";

/** One thing done to one place. */
export interface Operation {
  readonly place: Place;
  readonly effect: Effect;
  readonly fn: FunctionModel;
  readonly tree: Tree;
  /** Method or operator, as `append`, `push`, `+=`, `[]=`. */
  readonly verb: string;
  /** Key of an insert, value of a replace, limit of a trim. */
  readonly detail: Tree | null;
  /** Statements around it inside its function, outermost first. */
  readonly around: readonly (IfTree | LoopTree)[];
  /** Tests that ended the function earlier when true (`if full: return`). */
  readonly exits: readonly Tree[];
  /** How the place was reached; parameters are named by what the caller passes. */
  readonly via: "direct" | "alias" | "parameter";
}

/** A call made in a function. */
export interface CallSite {
  readonly tree: CallTree;
  readonly fn: FunctionModel;
  readonly around: readonly (IfTree | LoopTree)[];
  /** Tests that ended the function earlier when true. */
  readonly exits: readonly Tree[];
}

/** Everything that happens in a project, in source order. */
export interface Activity {
  readonly operations: readonly Operation[];
  readonly calls: readonly CallSite[];
}

/** Collects the operations and calls of all functions. */
export function collectActivity(project: Project, resolver: Resolver): Activity {
  const collector = new Collector(resolver);
  for (const fn of project.functions) {
    collector.enter(fn);
    collector.visitAll(fn.tree?.body ?? fn.source.statements, [], []);
    for (const parameter of fn.tree?.parameters ?? []) {
      if (parameter.value !== null) collector.visit(parameter.value, [], []);
    }
  }
  return { operations: collector.operations, calls: collector.calls };
}

type Around = readonly (IfTree | LoopTree)[];

class Collector {
  readonly operations: Operation[] = [];
  readonly calls: CallSite[] = [];
  readonly #resolver: Resolver;
  #fn!: FunctionModel;

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  enter(fn: FunctionModel): void {
    this.#fn = fn;
  }

  visit(tree: Tree, around: Around, exits: readonly Tree[]): void {
    switch (tree.type) {
      case "function":
      case "class":
        return;
      case "if": {
        this.visit(tree.test, around, exits);
        const inside = [...around, tree];
        this.visitAll(tree.then, inside, exits);
        this.visitAll(tree.otherwise, inside, exits);
        return;
      }
      case "loop": {
        for (const part of [tree.iterable, tree.test]) {
          if (part !== null) this.visit(part, around, exits);
        }
        this.visitAll(tree.body, [...around, tree], exits);
        return;
      }
      case "block":
        this.visitAll(tree.body, around, exits);
        return;
      case "assign":
        this.#assign(tree, around, exits);
        break;
      case "delete":
        this.#delete(tree, around, exits);
        break;
      case "call":
        this.calls.push({ tree: plainCall(tree), fn: this.#fn, around, exits });
        this.#call(tree, around, exits);
        break;
      case "operation":
        break;
    }
    for (const part of partsOf(tree)) this.visit(part, around, exits);
  }

  /** Visits statements; one that leaves the function guards those after it. */
  visitAll(trees: readonly Tree[], around: Around, exits: readonly Tree[]): void {
    let seen = exits;
    for (const tree of trees) {
      this.visit(tree, around, seen);
      const last = tree.type === "if" ? tree.then.at(-1) : undefined;
      if (tree.type === "if" && last?.type === "return") seen = [...seen, tree.test];
    }
  }

  #add(
    place: Place,
    effect: Effect,
    tree: Tree,
    verb: string,
    detail: Tree | null,
    around: Around,
    exits: readonly Tree[],
    object: Tree,
  ): void {
    if (place.path.length === 0) return;
    const via = isDirect(object, place.path[0]!) ? "direct" : "alias";
    this.operations.push({
      place,
      effect,
      fn: this.#fn,
      tree,
      verb,
      detail,
      around,
      exits,
      via,
    });
  }

  #assign(tree: Extract<Tree, { type: "assign" }>, around: Around, exits: readonly Tree[]): void {
    const { target, value, operator } = tree;
    if (target.type === "collection") {
      const sources = value?.type === "collection" ? value.entries : [];
      target.entries.forEach((entry, i) => {
        // `line, _, self.buffer = self.buffer.partition(…)`: each target gets a part of the value.
        const index: Tree = { type: "number", at: tree.at, value: i };
        const part = sources[i]?.value ??
          (value?.type === "call"
            ? { type: "index" as const, at: tree.at, object: value, index, slice: null }
            : null);
        this.#assign({ ...tree, target: entry.value, value: part }, around, exits);
      });
      return;
    }
    if (target.type === "index") return this.#assignIndex(tree, target, around, exits);
    const place = this.#target(target);
    if (place === null || place.path.length === 0) return this.#length(tree, around, exits);
    if (target.type === "member" && target.property === "length") {
      return this.#length(tree, around, exits);
    }
    const add = (effect: Effect, verb: string, detail: Tree | null): void =>
      this.#add(place, effect, tree, verb, detail, around, exits, target);
    if (/^(\?\?=|\|\|=)$/.test(operator)) return add("initialise", operator, value);
    if (operator === "+=" || operator === "|=") return add("grow", operator, value);
    if (operator === "-=" && value?.type === "collection") return add("shrink", operator, value);
    if (operator !== "=" || value === null) return;
    const rewrite = rewriteOf(this.#reading(), value, place);
    if (rewrite !== null) {
      // `x = [...x, y].slice(-n)`: longer and cut back at once.
      const extended = /^(slice|filter)$/.test(rewrite.verb) ? extension(value) : null;
      if (extended !== null) add("grow", "spread", extended);
      return add(rewrite.effect, rewrite.verb, rewrite.detail);
    }
    const isGuarded = around.some((outer) =>
      outer.type === "if" && !asksSize(outer.test) &&
      contains(outer.test, (part) => this.#is(part, place) || this.#asks(part, place))
    ) || value.type === "choice" && value.options.some((option) => this.#is(option, place));
    add(isGuarded && isEmptying(value) === "empty" ? "initialise" : "replace", "=", value);
  }

  /** `items.length = n` on an array. */
  #length(tree: Extract<Tree, { type: "assign" }>, around: Around, exits: readonly Tree[]): void {
    const { target, value } = tree;
    if (target.type !== "member" || target.property !== "length" || value === null) return;
    const place = this.#resolver.resolve(target.object, this.#fn);
    if (place === null) return;
    const isZero = value.type === "number" && value.value === 0;
    const effect = isZero ? "clear" : "trim";
    this.#add(place, effect, tree, "length =", value, around, exits, target.object);
  }

  #assignIndex(
    tree: Extract<Tree, { type: "assign" }>,
    target: IndexTree,
    around: Around,
    exits: readonly Tree[],
  ): void {
    const place = this.#resolver.resolve(target.object, this.#fn);
    if (place === null || place.path.length === 0) return;
    const add = (effect: Effect, verb: string): void =>
      this.#add(place, effect, tree, verb, target.index, around, exits, target.object);
    if (target.slice !== null) {
      const value = tree.value === null ? null : isEmptying(tree.value);
      return add(value === "empty" ? target.slice.to === null ? "clear" : "trim" : "write", "[:]=");
    }
    const key = target.index!;
    if (tree.operator === "=" && isEnd(key, target.object, (part) => this.#is(part, place))) {
      return add("grow", "[length]=");
    }
    const element = this.#resolver.resolve(target, this.#fn);
    const rewrite = tree.value === null || element === null
      ? null
      : rewriteOf(this.#reading(), tree.value, element);
    if (element !== null && rewrite !== null && tree.operator === "=") {
      const { effect, verb, detail } = rewrite;
      this.#add(element, effect, tree, verb, detail, around, exits, target);
      // `meta[id] = { ...meta[id], ...more }`: there may have been nothing under the key.
      if (effect !== "grow" && verb !== "spread") return;
    }
    const mayAdd = /^(=|\?\?=|\|\|=)$/.test(tree.operator);
    if (!mayAdd) return add("write", `[]${tree.operator}`);
    add(key.type === "text" || key.type === "constant" ? "write" : "insert", "[]=");
  }

  #delete(
    tree: Extract<Tree, { type: "delete" }>,
    around: Around,
    exits: readonly Tree[],
  ): void {
    const { target } = tree;
    if (target.type === "index") {
      const place = this.#resolver.resolve(target.object, this.#fn);
      if (place === null) return;
      const effect = target.slice === null
        ? "shrink"
        : target.slice.from === null
        ? "trim"
        : "trim";
      this.#add(
        place,
        effect,
        tree,
        "delete",
        target.slice?.to ?? target.index,
        around,
        exits,
        target.object,
      );
      return;
    }
    const place = this.#resolver.resolve(target, this.#fn);
    if (place !== null && place.path.length > 0) {
      this.#add(place, "clear", tree, "delete", null, around, exits, target);
      // `delete registry.key` takes an entry from the registry as well.
      if (target.type === "member" && place.path.length > 1) {
        const outer = this.#resolver.resolve(target.object, this.#fn);
        if (outer !== null) this.#add(outer, "shrink", tree, "delete", null, around, exits, target);
      }
    }
  }

  #call(tree: CallTree, around: Around, exits: readonly Tree[]): void {
    const idioms = idiomsOf(this.#fn.source.language);
    const name = dottedName(tree.callee);
    const grown = idioms.growFunctions.get(name);
    const shrunk = idioms.shrinkFunctions.get(name);
    if (name === "setattr") return;
    if (grown !== undefined || shrunk !== undefined) {
      const object = tree.args[grown ?? shrunk!];
      const place = object === undefined ? null : this.#resolver.resolve(object, this.#fn);
      if (place === null || place.path.length === 0) return;
      const effect = grown === undefined ? "shrink" : "grow";
      this.#add(place, effect, tree, name, tree.args[1] ?? null, around, exits, object!);
      return;
    }
    // `task.add_done_callback(self._tasks.discard)`
    for (const arg of tree.args) {
      if (arg.type !== "member" || !idioms.shrink.has(arg.property)) continue;
      const place = this.#resolver.resolve(arg.object, this.#fn);
      if (place === null || place.path.length === 0) continue;
      this.#add(place, "shrink", tree, `${arg.property} as callback`, null, around, exits, arg);
    }
    const bound = this.#bound(tree);
    if (bound === null) return;
    this.#method(tree, bound.object, bound.property, around, exits);
  }

  /** `append(x)` after `append = self.history.append`, or `push(x)` after `.push.bind(list)`. */
  #bound({ callee, args }: CallTree): { object: Tree; property: string } | null {
    if (callee.type === "member") {
      const { object, property } = callee;
      // `items.push.apply(items, more)`
      return /^(apply|call)$/.test(property) && object.type === "member" && args[0] !== undefined
        ? { object: args[0], property: object.property }
        : { object, property };
    }
    if (callee.type !== "name") return null;
    const found = lookUp(this.#fn, callee.name);
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

  #method(
    tree: CallTree,
    object: Tree,
    property: string,
    around: Around,
    exits: readonly Tree[],
  ): void {
    const idioms = idiomsOf(this.#fn.source.language);
    const isGrow = idioms.grow.has(property);
    const isShrink = idioms.shrink.has(property);
    if (!isGrow && !isShrink && !idioms.clear.has(property) && property !== "splice") return;
    const place = this.#resolver.resolve(object, this.#fn);
    if (place === null || place.path.length === 0) return;
    const add = (effect: Effect, detail: Tree | null): void =>
      this.#add(place, effect, tree, property, detail, around, exits, object);
    if (property === "splice") return this.#splice(tree, add);
    if (idioms.clear.has(property)) return add("clear", null);
    if (isShrink && idioms.shrinkQueueOnly.has(property)) {
      // `get` takes from a queue; from a map it only reads.
      const isQueue = tree.args.length === 0 ||
        tree.keywords.some(({ name }) => name === "timeout");
      return isQueue ? add("shrink", null) : undefined;
    }
    if (isShrink) return add("shrink", tree.args[0] ?? null);
    // `table.insert()` is no list's.
    const least = this.#fn.source.language === "python" && property === "insert" ? 2 : 1;
    if (tree.args.length + tree.keywords.length < least) return;
    const byKey = property === "set" || property === "setdefault";
    add(byKey ? "insert" : "grow", tree.args[0] ?? null);
  }

  #splice(tree: CallTree, add: (effect: Effect, detail: Tree | null) => void): void {
    const [start, count] = tree.args;
    if (tree.args.length > 2) {
      const removes = count?.type === "number" && count.value === 0 ? "grow" : "write";
      return add(removes, tree.args[2]!);
    }
    const isFront = start?.type === "number" && start.value === 0;
    const isOne = count?.type === "number" && count.value === 1;
    if (isFront && count === undefined) return add("clear", null);
    const isCut = isFront ? !isOne : start?.type === "number" && count === undefined;
    add(isCut ? "trim" : "shrink", count ?? start ?? null);
  }

  /** State that an assignment replaces: a field, or a variable of an outer scope. */
  #target(target: Tree): Place | null {
    if (target.type === "member") {
      const object = this.#resolver.resolve(target.object, this.#fn);
      if (object === null) return null;
      return this.#resolver.resolve(target, this.#fn);
    }
    if (target.type !== "name") return null;
    const found = lookUp(this.#fn, target.name);
    if (found === null || found.scope === this.#fn || found.binding.kind !== "variable") {
      return null;
    }
    const place = this.#resolver.resolve(target, this.#fn);
    // A variable that stands for a field is only bound anew; in Python `+=` extends the list itself.
    const isItself = place?.path.length === 1 && place.path[0] === target.name;
    return isItself || this.#fn.source.language === "python" ? place : null;
  }

  /** `hasattr(state, "items")`, `"items" in state`, `Object.hasOwn(state, "items")`. */
  #asks(part: Tree, place: Place): boolean {
    const [a, b] = part.type === "call" && /(^|\.)(hasattr|hasOwn)$/.test(dottedName(part.callee))
      ? part.args
      : part.type === "operation" && /^(in|not in)$/.test(part.operator)
      ? [part.operands[1], part.operands[0]]
      : [];
    if (a === undefined || b?.type !== "text") return false;
    const property = b.value;
    const { at } = part;
    const element: Tree = { type: "index", at, object: a, index: b, slice: null };
    return this.#is({ type: "member", at, object: a, property }, place) || this.#is(element, place);
  }

  #reading(): Reading {
    return { resolver: this.#resolver, fn: this.#fn };
  }

  #is(part: Tree, place: Place): boolean {
    return isPlace(this.#reading(), part, place);
  }
}

/** `remove.call(this, list, item)` calls remove with the list and the item. */
function plainCall(tree: CallTree): CallTree {
  const { callee, args } = tree;
  return callee.type === "member" && callee.property === "call" && args.length > 0 &&
      callee.object.type === "name"
    ? { ...tree, callee: callee.object, args: args.slice(1) }
    : tree;
}

/** `items[items.length] = x`, `frame.loc[len(frame)] = row` */
function isEnd(key: Tree, object: Tree, self: (part: Tree) => boolean): boolean {
  if (key.type === "member") return key.property === "length" && self(key.object);
  const [sized] = key.type === "call" && dottedName(key.callee) === "len" ? key.args : [];
  return sized !== undefined && object.type === "member" && object.property === "loc" &&
    dottedName(sized) !== "" && dottedName(sized) === dottedName(object.object);
}

/** The expression names the place itself, not a variable that stands for it. */
function isDirect(object: Tree, name: string): boolean {
  if (object.type === "this") return true;
  if (object.type === "name") return object.name === name;
  return (object.type === "member" || object.type === "index") && isDirect(object.object, name);
}
