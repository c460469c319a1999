/**
 * Lists everything the sources do to state that outlives a call: what grows it, what takes from
 * it, what empties, trims or replaces it, and under which conditions.
 *
 * @module
 */
import { assignmentDeeds, deletionDeeds } from "./assignments.ts";
import { setterDeeds, updaterDeeds } from "./component_state.ts";
import type { Deed } from "./deed.ts";
import type { FunctionModel, Project } from "./model.ts";
import { callDeeds } from "./mutating_calls.ts";
import type { Resolver } from "./places.ts";
import { reducerDeeds, setStateDeeds } from "./reducers.ts";
import type { Reading } from "./rewrites.ts";
import { partsOf } from "./tree.ts";
import type { CallTree, IfTree, IndexTree, LoopTree, Tree } from "./tree.ts";

/** One thing done to one place, and where. */
export interface Operation extends Omit<Deed, "object"> {
  readonly fn: FunctionModel;
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

/** An entry read under a key that is no literal, in a language where reading can make one. */
export interface Read {
  readonly tree: IndexTree;
  readonly fn: FunctionModel;
  readonly around: readonly (IfTree | LoopTree)[];
  readonly exits: readonly Tree[];
}

/** Everything that happens in a project, in source order. */
export interface Activity {
  readonly reads: readonly Read[];
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
  const { operations, calls, reads } = collector;
  return { operations, calls, reads };
}

type Around = readonly (IfTree | LoopTree)[];

class Collector {
  readonly operations: Operation[] = [];
  readonly calls: CallSite[] = [];
  readonly reads: Read[] = [];
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
      case "call":
        this.calls.push({ tree: plainCall(tree), fn: this.#fn, around, exits });
        break;
      case "index":
        if (this.#fn.source.language === "python" && tree.slice === null && !isLiteral(tree)) {
          this.reads.push({ tree, fn: this.#fn, around, exits });
        }
        break;
    }
    for (const deed of this.#deeds(tree, around)) this.#add(deed, around, exits);
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

  #add(deed: Deed, around: Around, exits: readonly Tree[]): void {
    const { place, effect, tree, verb, detail, object } = deed;
    // An instance as a whole (`this`) is no container.
    if (place.path.length === 0) return;
    const via = isDirect(object, place.path[0]!) ? "direct" : "alias";
    const fn = this.#fn;
    this.operations.push({ place, effect, fn, tree, verb, detail, around, exits, via });
  }

  #deeds(tree: Tree, around: Around): Deed[] {
    const reading: Reading = { resolver: this.#resolver, fn: this.#fn };
    switch (tree.type) {
      case "assign":
        return assignmentDeeds(reading, tree, around);
      case "delete":
        return deletionDeeds(reading, tree);
      case "call":
        return [
          ...callDeeds(reading, tree),
          ...setterDeeds(reading, tree),
          ...setStateDeeds(reading, tree),
        ];
      case "return":
        return [...updaterDeeds(reading, tree), ...reducerDeeds(reading, tree)];
      default:
        return [];
    }
  }
}

function isLiteral({ index }: IndexTree): boolean {
  return index === null || /^(text|number|constant)$/.test(index.type);
}

/** `remove.call(this, list, item)` calls remove with the list and the item. */
function plainCall(tree: CallTree): CallTree {
  const { callee, args } = tree;
  return callee.type === "member" && callee.property === "call" && args.length > 0 &&
      callee.object.type === "name"
    ? { ...tree, callee: callee.object, args: args.slice(1) }
    : tree;
}

/** The expression names the place itself, not a variable that stands for it. */
function isDirect(object: Tree, name: string): boolean {
  if (object.type === "this") return true;
  if (object.type === "name") return object.name === name;
  return (object.type === "member" || object.type === "index") && isDirect(object.object, name);
}
