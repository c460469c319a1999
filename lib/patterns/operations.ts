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
import { contains, partsOf } from "./tree.ts";
import type { CallTree, IfTree, IndexTree, LoopTree, Tree } from "./tree.ts";

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
  | "initialise";

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
    const rewrite = this.#rewrite(value, place);
    if (rewrite !== null) {
      // `x = [...x, y].slice(-n)`: longer and cut back at once.
      const extended = /^(slice|filter)$/.test(rewrite.verb) ? extension(value) : null;
      if (extended !== null) add("grow", "spread", extended);
      return add(rewrite.effect, rewrite.verb, rewrite.detail);
    }
    const isGuarded = around.some((outer) =>
      outer.type === "if" && !asksSize(outer.test) &&
      contains(outer.test, (part) => this.#is(part, place))
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
    if (tree.operator === "=" && isEnd(key, (part) => this.#is(part, place))) {
      return add("grow", "[length]=");
    }
    const element = this.#resolver.resolve(target, this.#fn);
    const rewrite = tree.value === null || element === null
      ? null
      : this.#rewrite(tree.value, element);
    if (element !== null && rewrite !== null && tree.operator === "=") {
      const { effect, verb, detail } = rewrite;
      this.#add(element, effect, tree, verb, detail, around, exits, target);
      if (effect !== "grow") return;
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
    const bound = this.#bound(tree.callee);
    if (bound === null) return;
    this.#method(tree, bound.object, bound.property, around, exits);
  }

  /** `append(x)` after `append = self.history.append`, or `push(x)` after `.push.bind(list)`. */
  #bound(callee: Tree): { object: Tree; property: string } | null {
    if (callee.type === "member") return { object: callee.object, property: callee.property };
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
    add(isFront && !isOne ? "trim" : "shrink", count ?? null);
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

  /** A new value made from the old one: sliced, filtered, or with more in it. */
  #rewrite(
    value: Tree,
    place: Place,
  ): { effect: Effect; verb: string; detail: Tree | null } | null {
    const self = (part: Tree): boolean => this.#is(part, place);
    if (value.type === "name") {
      const made = lookUp(this.#fn, value.name);
      const copy = made?.scope === this.#fn
        ? made.binding.values.find((option) => option.type === "call")
        : undefined;
      const longer = copy === undefined ? null : this.#longer(copy, self);
      if (longer !== null) return longer;
    }
    const longer = this.#longer(value, self);
    if (longer !== null) return longer;
    // `this.head = this.head.next`: the rest of a list without its first node.
    const source = this.#resolver.resolve(value, this.#fn);
    if (source !== null && source.key.startsWith(`${place.key}.`)) {
      return { effect: "shrink", verb: "unlink", detail: null };
    }
    const isRest = isPartOf(value, (whole) =>
      contains(whole, self) ||
      whole.type === "name" && lookUp(this.#fn, whole.name)?.scope === this.#fn &&
        (lookUp(this.#fn, whole.name)?.binding.values ?? []).some((option) =>
          option.type === "call" && contains(option, self)
        ));
    if (isRest) return { effect: "trim", verb: "rest", detail: null };
    if (
      value.type === "index" && value.slice !== null &&
      (self(value.object) || extension(value) !== null && contains(value.object, self))
    ) {
      return { effect: "trim", verb: "slice", detail: value.slice.from ?? value.slice.to };
    }
    if (value.type === "collection" && value.shape !== "map") {
      const cut = value.entries.find((entry) => entry.spread)?.value;
      const kept = cut === undefined ? undefined : this.#sliceInside(cut, self);
      if (kept !== undefined) return { effect: "trim", verb: "slice", detail: kept };
      // `[...new Set([...x, y])]`: as the inner one.
      const inner = cut?.type === "call" ? this.#rewrite(cut, place) : null;
      if (inner?.effect === "grow") return inner;
    }
    if (
      value.type === "collection" &&
      value.entries.some((entry) => entry.spread && self(entry.value))
    ) {
      const extra = value.entries.find((entry) => !entry.spread || !self(entry.value));
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
    if (summands.length > 1 && summands.some(self)) {
      return { effect: "grow", verb: "+", detail: summands.find((part) => !self(part)) ?? null };
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
      const sliced = this.#sliceInside(value, self);
      if (sliced !== undefined) return { effect: "trim", verb: "slice", detail: sliced };
      if (callee.property === "filter") {
        return { effect: "filter", verb: "filter", detail: args[0] ?? null };
      }
      if (callee.property === "concat") {
        return { effect: "grow", verb: "concat", detail: args[0] ?? null };
      }
      if (/^(map|sort|reverse|copy)$/.test(callee.property)) {
        return { effect: "write", verb: callee.property, detail: null };
      }
    }
    // `deque(self.x[-n:])`, `np.append(self.x, v)`, `new Map([...this.x, [k, v]])`
    const inner = args.map((arg) => self(arg) ? null : this.#rewrite(arg, place)).find((found) =>
      found
    );
    if (inner !== undefined && inner !== null) return inner;
    const name = dottedName(callee);
    if (
      /(^|\.)(append|concatenate|vstack|hstack|concat)$/.test(name) &&
      args.some((arg) => contains(arg, self))
    ) {
      return { effect: "grow", verb: name, detail: args[1] ?? null };
    }
    return null;
  }

  /** `new Uint8Array(this.log.length + n)`, `Buffer.concat([this.log, chunk])`: a longer copy. */
  #longer(
    value: Tree,
    self: (part: Tree) => boolean,
  ): { effect: Effect; verb: string; detail: Tree | null } | null {
    if (value.type !== "call") return null;
    const [first] = value.args;
    const isLongerBuffer = value.construct && first?.type === "operation" &&
      first.operator === "+" &&
      first.operands.some((part) =>
        part.type === "member" && /^(length|byteLength)$/.test(part.property) && self(part.object)
      );
    const isConcat = /(^|\.)concat$/.test(dottedName(value.callee)) &&
      first?.type === "collection" &&
      first.entries.some((entry) => self(entry.value)) && first.entries.length > 1;
    return isLongerBuffer || isConcat
      ? { effect: "grow", verb: "longer copy", detail: first ?? null }
      : null;
  }

  #sliceInside(value: Tree, self: (part: Tree) => boolean): Tree | null | undefined {
    if (value.type !== "call" || value.callee.type !== "member") return undefined;
    if (
      /^(slice|splice|subarray)$/.test(value.callee.property) && contains(value.callee.object, self)
    ) {
      return value.args[0] ?? null;
    }
    return this.#sliceInside(value.callee.object, self);
  }

  #is(part: Tree, place: Place): boolean {
    if (part.type !== "member" && part.type !== "name" && part.type !== "index") return false;
    return this.#resolver.resolve(part, this.#fn)?.key === place.key;
  }
}

/** `lines.pop()`, `lines[0]`, `self.buffer.partition(b"\n")[2]`: a part of something. */
function isPartOf(value: Tree, isWhole: (tree: Tree) => boolean): boolean {
  if (value.type === "choice") return value.options.some((option) => isPartOf(option, isWhole));
  if (value.type === "index") {
    // What a call makes of its arguments is no part of them.
    const whole = value.object.type === "call" && value.object.callee.type === "member"
      ? value.object.callee.object
      : value.object;
    return value.slice === null && /^(name|member|this)$/.test(whole.type) && isWhole(whole);
  }
  return value.type === "call" && value.callee.type === "member" &&
    /^(pop|shift|at)$/.test(value.callee.property) && value.callee.object.type !== "this" &&
    /^(name|call)$/.test(value.callee.object.type) && isWhole(value.callee.object);
}

/** The parts of `a + b + c`. */
function summandsOf(value: Tree): readonly Tree[] {
  return value.type === "operation" && value.operator === "+"
    ? value.operands.flatMap(summandsOf)
    : [value];
}

/** `remove.call(this, list, item)` calls remove with the list and the item. */
function plainCall(tree: CallTree): CallTree {
  const { callee, args } = tree;
  return callee.type === "member" && callee.property === "call" && args.length > 0 &&
      callee.object.type === "name"
    ? { ...tree, callee: callee.object, args: args.slice(1) }
    : tree;
}

/** What a sliced copy has more than the original: `[...x, y].slice(-n)`, `(x + [y])[-n:]`. */
function extension(value: Tree): Tree | null {
  if (value.type === "index") return extension(value.object);
  if (value.type === "call" && value.callee.type === "member") {
    return value.callee.property === "concat" ? value.args[0] ?? null : extension(
      value.callee.object,
    );
  }
  if (value.type === "operation") return value.operands[1] ?? null;
  if (value.type !== "collection" || !value.entries.some(({ spread }) => spread)) return null;
  return value.entries.find(({ spread }) => !spread)?.value ?? null;
}

/** `if (buffer.length >= limit)` asks how much there is, not whether there is anything. */
function asksSize(test: Tree): boolean {
  return contains(
    test,
    (part) =>
      part.type === "operation" && /^(<|<=|>|>=|==|===)$/.test(part.operator) &&
      part.operands.some((side) =>
        side.type === "member" && /^(length|size|byteLength)$/.test(side.property) ||
        side.type === "call" && dottedName(side.callee) === "len"
      ),
  );
}

/** Tells whether a value empties what it is assigned to. */
export function isEmptying(value: Tree): "empty" | "nothing" | "other" {
  if (value.type === "collection" && value.shape !== "tuple") {
    const isEmpty = value.entries.every((entry) =>
      entry.key !== null && !entry.spread && isEmptying(entry.value) === "empty"
    );
    return isEmpty ? "empty" : "other";
  }
  if (value.type === "text" && value.value === "") return "empty";
  if (value.type === "call" && value.construct && value.args[0]?.type === "number") {
    if (value.args[0].value === 0) return "empty";
  }
  if (value.type === "constant" && value.value === null) return "nothing";
  if (
    value.type === "call" && value.args.length === 0 &&
    /^(list|dict|set|deque|Map|Set|OrderedDict|defaultdict|Array)$/.test(
      dottedName(value.callee).split(".").at(-1)!,
    )
  ) {
    return "empty";
  }
  if (
    value.type === "call" && /(^|\.)(deque|defaultdict|Map|Set)$/.test(dottedName(value.callee)) &&
    value.args.every((arg) => arg.type !== "call" && arg.type !== "member")
  ) {
    return "empty";
  }
  return "other";
}

/** `items[items.length] = x` */
function isEnd(key: Tree, self: (part: Tree) => boolean): boolean {
  return key.type === "member" && key.property === "length" && self(key.object);
}

/** The expression names the place itself, not a variable that stands for it. */
function isDirect(object: Tree, name: string): boolean {
  if (object.type === "this") return true;
  if (object.type === "name") return object.name === name;
  return (object.type === "member" || object.type === "index") && isDirect(object.object, name);
}
