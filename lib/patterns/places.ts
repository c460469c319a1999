/**
 * Finds out which state an expression means: a field of an instance, a static, a variable of a
 * module, of a closure or a parameter. Aliases, destructuring, getters, loop variables and
 * methods that return state are followed, so that `const h = this.history; h.push(x)` counts.
 *
 * @module
 */
import { collectAssignments } from "./field_assignments.ts";
import type { Declared } from "./field_assignments.ts";
import { idiomsOf } from "./idioms.ts";
import { endlessLoop } from "./long_runs.ts";
import type { Binding, ClassModel, FunctionModel, Project, SourceFile } from "./model.ts";
import { ancestry, findClass, findMethod, lookUp } from "./model.ts";
import type { Tree } from "./tree.ts";
import { contains } from "./tree.ts";

/** What a place hangs on. */
export type Root =
  | { readonly kind: "instance" | "static"; readonly owner: ClassModel }
  | { readonly kind: "module"; readonly source: SourceFile }
  | { readonly kind: "closure"; readonly scope: FunctionModel; readonly literal?: Tree }
  | { readonly kind: "parameter"; readonly scope: FunctionModel; readonly binding: Binding }
  | { readonly kind: "global" };

/** State that outlives a call: a root and the way from it, `["history", "[sigma]"]`. */
export interface Place {
  readonly root: Root;
  /** Names, `[key]` for a literal key, `[]` for any element. */
  readonly path: readonly string[];
  /** Same key, same state; subclasses share their base's fields. */
  readonly key: string;
}

/** Resolves expressions to places within one project. */
export interface Resolver {
  resolve(tree: Tree, fn: FunctionModel): Place | null;
  /** Goes on from a place: `this` and `["queue"]` give `this.queue`. */
  extend(place: Place, steps: readonly string[]): Place;
  /** The function of these sources that a callee means, also one that a call gives: `keep(9)`. */
  functionOf(callee: Tree, fn: FunctionModel): FunctionModel | null;
  /** Assignments to `this.<name>` anywhere in a class, by name. */
  assignments(model: ClassModel): ReadonlyMap<string, readonly Declared[]>;
  /** The class, among a class and its ancestors, that declares a field. */
  declaring(model: ClassModel, field: string): ClassModel;
}

const MAX_DEPTH = 12;
const MAX_PATH = 5;
const GLOBALS = new Set(["globalThis", "window", "global", "process", "document", "self"]);

/** Makes a resolver for a project. */
export function createResolver(project: Project): Resolver {
  const assigned = collectAssignments(project);
  const declaring = (model: ClassModel, field: string): ClassModel => {
    const line = ancestry(project, model);
    for (const ancestor of [...line].reverse()) {
      if (ancestor.fields.has(field) || assigned.get(ancestor)?.has(field)) return ancestor;
    }
    return model;
  };
  const ids = new Map<object, number>();
  const id = (object: object): number => {
    let number = ids.get(object);
    if (number === undefined) ids.set(object, number = ids.size);
    return number;
  };
  const place = (root: Root, path: readonly string[]): Place => {
    const anchor = anchorOf(root, path);
    const kind = root.kind === "static" ? "instance" : root.kind;
    return { root, path, key: `${kind}:${id(anchor)}:${path.join(".")}` };
  };

  function anchorOf(root: Root, path: readonly string[]): object {
    switch (root.kind) {
      case "instance":
      case "static":
        return path.length === 0 ? root.owner : declaring(root.owner, path[0]!);
      case "module":
        return root.source;
      case "global":
        return project;
      default:
        return root.scope;
    }
  }

  function resolve(tree: Tree, fn: FunctionModel, depth: number): Place | null {
    if (depth > MAX_DEPTH) return null;
    switch (tree.type) {
      case "this":
        return ofThis(tree.isClass, fn, depth);
      case "member": {
        const object = resolve(tree.object, fn, depth + 1);
        return object === null ? null : member(object, tree.property, depth);
      }
      case "index": {
        if (tree.slice !== null) return null;
        const object = resolve(tree.object, fn, depth + 1);
        if (object === null || object.path.length === 0 || object.path.length >= MAX_PATH) {
          return null;
        }
        const step = tree.index?.type === "text" ? `[${tree.index.value}]` : "[]";
        return place(object.root, [...object.path, step]);
      }
      case "name":
        return ofName(tree.name, fn, depth);
      case "choice":
        return first(tree.options, (option) => resolve(option, fn, depth + 1));
      case "assign":
        return tree.value === null
          ? null
          : resolve(tree.target, fn, depth + 1) ?? resolve(tree.value, fn, depth + 1);
      case "call":
        return ofCall(tree, fn, depth);
      default:
        return null;
    }
  }

  function ofThis(isClass: boolean, fn: FunctionModel, depth: number): Place | null {
    if (fn.owner === null) return ofReceiver(fn, depth);
    let method: FunctionModel = fn;
    while (!method.isMethod && method.parent !== null) method = method.parent;
    const isStatic = isClass || method.tree?.role === "static";
    return place({ kind: isStatic ? "static" : "instance", owner: fn.owner }, []);
  }

  /** `this` in a method of an object literal: the variable that holds the object. */
  function ofReceiver(fn: FunctionModel, depth: number): Place | null {
    let method = fn;
    while (method.receiver === null && method.tree?.role === "arrow" && method.parent !== null) {
      method = method.parent;
    }
    const { receiver, parent } = method;
    if (receiver === null || parent === null || method.tree?.role === "arrow") return null;
    // `this.api = { get() { this… } }`: the `this` of the receiver is that of the scope around.
    const from = contains(receiver, ({ type }) => type === "this") ? parent : method;
    if (receiver.type !== "collection") return resolve(receiver, from, depth + 1);
    const key = `{${receiver.at.start}}`;
    return place({ kind: "closure", scope: parent, literal: receiver }, [key]);
  }

  function member(object: Place, property: string, depth: number): Place | null {
    const { root, path } = object;
    if (
      path.length === 0 && root.kind === "instance" && /^(constructor|__class__)$/.test(property)
    ) {
      return place({ kind: "static", owner: root.owner }, []);
    }
    if (path.length === 1 && isOnly(object)) {
      return place({ kind: "instance", owner: (root as { owner: ClassModel }).owner }, [property]);
    }
    if (path.length === 0 && root.kind === "static" && property === "prototype") {
      return place({ kind: "instance", owner: root.owner }, []);
    }
    if (path.length === 0 && (root.kind === "instance" || root.kind === "static")) {
      const getter = findMethod(project, root.owner, property);
      if (getter?.tree?.role === "getter") {
        const inner = first(getter.returns, (value) => resolve(value, getter, depth + 1));
        if (inner !== null) return inner;
      }
    }
    return path.length >= MAX_PATH ? null : place(root, [...path, property]);
  }

  /** `cls._instance` after `cls._instance = super().__new__(cls)`: the instance of the class. */
  function isOnly({ root, path }: Place): boolean {
    if (root.kind !== "static") return false;
    const declared = assigned.get(root.owner)?.get(path[0]!) ?? [];
    return declared.some(({ tree: { value } }) =>
      value?.type === "call" && value.callee.type === "member" &&
      value.callee.property === "__new__"
    );
  }

  function ofName(name: string, fn: FunctionModel, depth: number): Place | null {
    const found = lookUp(fn, name);
    if (found === null) {
      return GLOBALS.has(name) ? place({ kind: "global" }, [name]) : null;
    }
    const { binding, scope } = found;
    if (binding.kind === "class") {
      const model = findClass(project, name, fn);
      return model === null ? null : place({ kind: "static", owner: model }, []);
    }
    if (binding.kind === "import") {
      // `sys.path` is one list for the whole process.
      return name === "sys" && fn.source.language === "python"
        ? place({ kind: "global" }, [name])
        : ofImport(binding, fn, depth);
    }
    if (binding.kind === "function") {
      // `nextId.used`: state on a function lives as long as the function.
      if (scope.tree === null) return place({ kind: "module", source: scope.source }, [name]);
      return isInside(fn, scope) ? place({ kind: "closure", scope }, [name]) : null;
    }
    // What a parameter is given comes from the scope around.
    const from = binding.kind === "parameter" ? scope.parent ?? scope : scope;
    // What begins as a text stands for no container: `transcript += line`.
    const isText = binding.values[0]?.type === "text";
    const alias = isText ? null : first(binding.values, (value) => resolve(value, from, depth + 2));
    if (alias !== null) return alias;
    if (scope.tree === null) return place({ kind: "module", source: scope.source }, [name]);
    if (binding.kind === "parameter") return place({ kind: "parameter", scope, binding }, [name]);
    const lasts = isInside(fn, scope) || fn === scope && endlessLoop(fn) !== null;
    return lasts ? place({ kind: "closure", scope }, [name]) : null;
  }

  /** A class or a variable that another source of the project exports. */
  function ofImport(binding: Binding, fn: FunctionModel, depth: number): Place | null {
    const model = findClass(project, binding.name, fn);
    if (model !== null) return place({ kind: "static", owner: model }, []);
    const stem = (binding.source ?? "").split("/").at(-1)!.replace(/\.[cm]?[jt]sx?$/, "");
    for (const [source, module] of project.modules) {
      const variable = module.bindings.get(binding.name);
      if (variable?.kind !== "variable" || depth > MAX_DEPTH) continue;
      const own = source.file.split(/[/\\]/).at(-1)!.replace(/\.[^.]+$/, "");
      if (own === stem.split(".").at(-1)) return place({ kind: "module", source }, [binding.name]);
    }
    return null;
  }

  function ofCall(
    tree: Extract<Tree, { type: "call" }>,
    fn: FunctionModel,
    depth: number,
  ): Place | null {
    const { callee, args } = tree;
    if (callee.type === "name" && callee.name === "getattr" && args[1]?.type === "text") {
      const object = resolve(args[0]!, fn, depth + 1);
      return object === null ? null : member(object, args[1].value, depth);
    }
    if (callee.type === "name" && callee.name === "type" && args.length === 1) {
      const object = resolve(args[0]!, fn, depth + 1);
      return object === null ? null : member(object, "__class__", depth);
    }
    if (callee.type === "name") {
      return ofResult(callee.name, fn, depth) ?? ofGivenMap(tree, callee.name, fn, depth);
    }
    if (callee.type === "member") {
      // `scores.sort().splice(10)`: the very same list.
      const isSame = fn.source.language !== "python" &&
        /^(sort|reverse|fill|set|add)$/.test(callee.property);
      if (isSame) return resolve(callee.object, fn, depth + 1);
      if (idiomsOf(fn.source.language).element.has(callee.property)) {
        const object = resolve(callee.object, fn, depth + 1);
        if (object === null || object.path.length === 0) return null;
        const step = args[0]?.type === "text" ? `[${args[0].value}]` : "[]";
        return place(object.root, [...object.path, step]);
      }
      if (callee.object.type === "this" && fn.owner !== null) {
        const method = findMethod(project, fn.owner, callee.property);
        return method === null ? null : first(method.returns, (value) => {
          const inner = resolve(value, method, depth + 2);
          return inner?.root.kind === "instance" && inner.path.length > 0 ? inner : null;
        });
      }
    }
    return null;
  }

  /** A function by its name, unless it is the one around. */
  function named(name: string, fn: FunctionModel): FunctionModel | null {
    const own = lookUp(fn, name)?.binding.values.find((value) => value.type === "function");
    const made = own === undefined ? undefined : project.byTree.get(own);
    return made === undefined || made === fn || isInside(fn, made) ? null : made;
  }

  function functionOf(callee: Tree, fn: FunctionModel): FunctionModel | null {
    if (callee.type === "name") return named(callee.name, fn);
    const maker = callee.type === "call" ? functionOf(callee.callee, fn) : null;
    return maker === null
      ? null
      : first(maker.returns, (value) => project.byTree.get(value) ?? null);
  }

  /** `entryOf(file).users`: an entry of some lasting state that a function hands out. */
  function ofResult(name: string, fn: FunctionModel, depth: number): Place | null {
    const made = named(name, fn);
    if (made === null) return null;
    return first(made.returns, (value) => {
      const inner = resolve(value, made, depth + 3);
      const lasts = inner !== null && inner.path.length > 1 &&
        (inner.root.kind === "module" ||
          inner.root.kind === "closure" && inner.root.scope !== made);
      return lasts ? inner : null;
    });
  }

  /** `getOrCreate(this.rooms, id, make)` gives `map.get(key)`: an entry of what it is handed. */
  function ofGivenMap(
    { args }: Extract<Tree, { type: "call" }>,
    name: string,
    fn: FunctionModel,
    depth: number,
  ): Place | null {
    const made = named(name, fn);
    if (made === null) return null;
    return first(made.returns, (value) => {
      const inner = resolve(value, made, depth + 3);
      if (inner === null || inner.root.kind !== "parameter" || inner.root.scope !== made) {
        return null;
      }
      const [step] = inner.path.slice(1);
      const given = args[inner.root.binding.index];
      if (inner.path.length !== 2 || step === undefined || given === undefined) return null;
      const outer = step === "[]" ? resolve(given, fn, depth + 1) : null;
      return outer === null || outer.path.length === 0 || outer.path.length >= MAX_PATH
        ? null
        : place(outer.root, [...outer.path, step]);
    });
  }

  return {
    resolve: (tree, fn) => resolve(tree, fn, 0),
    functionOf,
    extend: ({ root, path }, steps) => place(root, [...path, ...steps]),
    assignments: (model) => assigned.get(model) ?? new Map(),
    declaring,
  };
}

/** Tells whether a function is nested in another one. */
export function isInside(fn: FunctionModel, outer: FunctionModel): boolean {
  for (let scope = fn.parent; scope !== null; scope = scope.parent) {
    if (scope === outer) return true;
  }
  return false;
}

/** Returns the words for a place: `history`, `history[sigma]`, `tuner._fitness`. */
export function nameOf(place: Place): string {
  let name = "";
  for (const step of place.path) {
    if (step === "[]" || step.startsWith("{")) continue;
    name += step.startsWith("[") || name === "" ? step : `.${step}`;
  }
  return name;
}

/** Returns the dotted name of a callee or base, such as `np.zeros`, or the empty string. */
export function dottedName(tree: Tree): string {
  if (tree.type === "name") return tree.name;
  if (tree.type === "this") return "this";
  if (tree.type !== "member") return "";
  const object = dottedName(tree.object);
  return object === "" ? "" : `${object}.${tree.property}`;
}

function first<T, R>(items: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
