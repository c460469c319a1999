/**
 * Who owns what in the sources: classes with their fields and methods, functions with the names
 * bound in them, and which class a function's `this` is. Built once per scan, before any rule.
 *
 * @module
 */
import type { Language, Parsed } from "./syntax.ts";
import type { At, ClassTree, FieldTree, FunctionTree, Tree } from "./tree.ts";
import { partsOf } from "./tree.ts";

/** One file that was read. */
export interface SourceFile {
  readonly file: string;
  readonly language: Language;
  readonly lines: readonly string[];
  readonly statements: readonly Tree[];
  /** Names that other modules can import; null where the language exports everything. */
  readonly exports: ReadonlySet<string> | null;
  /** Types with a closed set of values: unions of literals and enums. */
  readonly closedTypes: ReadonlySet<string>;
  readonly match: Parsed["match"];
}

/** A name bound in a function or module, with everything it is ever given. */
export interface Binding {
  readonly name: string;
  readonly kind: "parameter" | "variable" | "loop" | "import" | "function" | "class";
  /** Index of the parameter, or −1. */
  readonly index: number;
  readonly rest: "no" | "list" | "map";
  readonly at: At;
  annotation: string | null;
  readonly values: Tree[];
  /** Module a name was imported from. */
  readonly source: string | null;
}

/** A function with its scope. The module itself is the outermost one, with `tree` null. */
export interface FunctionModel {
  readonly source: SourceFile;
  readonly tree: FunctionTree | null;
  readonly name: string;
  readonly parent: FunctionModel | null;
  /** Class whose instance `this` is here, also in arrows and nested Python functions. */
  readonly owner: ClassModel | null;
  /** True for a method, false for functions nested in one. */
  readonly isMethod: boolean;
  /** What `this` is in a function of an object literal: the literal, as the scope around names it. */
  readonly receiver: Tree | null;
  readonly bindings: Map<string, Binding>;
  readonly returns: Tree[];
  /** Names declared `global` or `nonlocal`: assignments reach outwards. */
  readonly outward: Set<string>;
  /** Where the function value itself stands: what its parent tree does with it. */
  readonly use: FunctionUse;
}

/** What happens to a function value at the place where it is written. */
export interface FunctionUse {
  readonly kind: "declared" | "argument" | "returned" | "stored" | "local" | "entry" | "named";
  /** Call it is an argument of. */
  readonly call: Extract<Tree, { type: "call" }> | null;
  /** Name it is bound to, for `declared` and `named`. */
  readonly name: string | null;
  /** Object that it becomes a member of, in words of the scope around. */
  readonly receiver?: Tree | null;
}

/** A class with everything declared in it. */
export interface ClassModel {
  readonly source: SourceFile;
  readonly tree: ClassTree;
  /** Qualified by the classes and functions around it that are classes. */
  readonly name: string;
  readonly bases: readonly string[];
  readonly methods: Map<string, FunctionModel>;
  readonly fields: Map<string, FieldTree>;
  readonly scope: FunctionModel;
}

/** All sources of a scan. */
export interface Project {
  readonly sources: readonly SourceFile[];
  readonly functions: readonly FunctionModel[];
  readonly classes: readonly ClassModel[];
  readonly closedTypes: ReadonlySet<string>;
  readonly modules: ReadonlyMap<SourceFile, FunctionModel>;
  readonly byTree: ReadonlyMap<Tree, FunctionModel>;
  readonly classesByName: ReadonlyMap<string, readonly ClassModel[]>;
  readonly classByTree: ReadonlyMap<Tree, ClassModel>;
  /** Methods of all classes by their name. */
  readonly methodsByName: ReadonlyMap<string, readonly FunctionModel[]>;
  /** Functions that are not methods, by name. */
  readonly functionsByName: ReadonlyMap<string, readonly FunctionModel[]>;
}

/** Builds the model of a project from its parsed sources. */
export function buildProject(sources: readonly SourceFile[]): Project {
  const builder = new Builder();
  for (const source of sources) builder.module(source);
  const index = <T extends { name: string }>(items: readonly T[]): Map<string, T[]> => {
    const map = new Map<string, T[]>();
    for (const item of items) {
      const list = map.get(item.name);
      if (list === undefined) map.set(item.name, [item]);
      else list.push(item);
    }
    return map;
  };
  const classesByName = index(builder.classes);
  for (const model of builder.classes) {
    const simple = model.name.split(".").at(-1)!;
    if (simple !== model.name) {
      classesByName.set(simple, [...(classesByName.get(simple) ?? []), model]);
    }
  }
  return {
    sources,
    functions: builder.functions,
    classes: builder.classes,
    closedTypes: new Set(sources.flatMap((source) => [...source.closedTypes])),
    modules: builder.modules,
    byTree: builder.byTree,
    classesByName,
    classByTree: builder.classByTree,
    methodsByName: index(builder.functions.filter((fn) => fn.isMethod)),
    functionsByName: index(builder.functions.filter((fn) => !fn.isMethod && fn.tree !== null)),
  };
}

/** Finds the class that a name means at a place: same file first, then what was imported. */
export function findClass(
  project: Project,
  name: string,
  from: FunctionModel,
): ClassModel | null {
  const simple = name.split(".").at(-1)!;
  const isPython = from.source.language === "python";
  const candidates = (project.classesByName.get(simple) ?? [])
    .filter((model) => (model.source.language === "python") === isPython);
  const [local] = candidates.filter((model) => model.source === from.source)
    .sort((a, b) => b.methods.size - a.methods.size);
  if (local !== undefined) return local;
  const binding = project.modules.get(from.source)?.bindings.get(name.split(".")[0]!);
  if (binding?.kind === "import" && binding.source !== null) {
    const stem = binding.source.split(/[./\\]/).filter((part) =>
      part !== "" && part !== "ts" && part !== "js"
    ).at(-1);
    const named = candidates.find((model) => stemOf(model.source.file) === stem);
    if (named !== undefined) return named;
  }
  return candidates.length === 1 ? candidates[0]! : null;
}

/** Returns the class and its ancestors that the project defines, nearest first. */
export function ancestry(project: Project, model: ClassModel): readonly ClassModel[] {
  const line: ClassModel[] = [model];
  for (let i = 0; i < line.length; i++) {
    for (const base of line[i]!.bases) {
      const found = findClass(project, base, line[i]!.scope);
      if (found !== null && !line.includes(found)) line.push(found);
    }
  }
  return line;
}

/** Finds a method by name in a class or its ancestors. */
export function findMethod(
  project: Project,
  model: ClassModel,
  name: string,
): FunctionModel | null {
  for (const ancestor of ancestry(project, model)) {
    const method = ancestor.methods.get(name);
    if (method !== undefined) return method;
  }
  return null;
}

/** Returns the nearest method (or outermost function) around a function. */
export function methodAround(fn: FunctionModel): FunctionModel {
  let outer = fn;
  while (!outer.isMethod && outer.parent !== null && outer.parent.tree !== null) {
    outer = outer.parent;
  }
  return outer;
}

/** Finds what a name is bound to at a place, and in which scope. */
export function lookUp(
  fn: FunctionModel,
  name: string,
): { readonly binding: Binding; readonly scope: FunctionModel } | null {
  for (let scope: FunctionModel | null = fn; scope !== null; scope = scope.parent) {
    const binding = scope.bindings.get(name);
    if (binding !== undefined && !scope.outward.has(name)) return { binding, scope };
  }
  return null;
}

function stemOf(file: string): string {
  return file.split(/[/\\]/).at(-1)!.replace(/\.[^.]+$/, "");
}

/** Walks the statements and fills the model. */
class Builder {
  readonly functions: FunctionModel[] = [];
  readonly classes: ClassModel[] = [];
  readonly modules = new Map<SourceFile, FunctionModel>();
  readonly byTree = new Map<Tree, FunctionModel>();
  readonly classByTree = new Map<Tree, ClassModel>();

  module(source: SourceFile): void {
    const scope = this.#function(source, null, null, null, false, {
      kind: "declared",
      call: null,
      name: null,
    });
    this.modules.set(source, scope);
    for (const statement of source.statements) this.#visit(statement, scope, null, DECLARED);
  }

  #function(
    source: SourceFile,
    tree: FunctionTree | null,
    parent: FunctionModel | null,
    owner: ClassModel | null,
    isMethod: boolean,
    use: FunctionUse,
  ): FunctionModel {
    const fn: FunctionModel = {
      source,
      tree,
      name: tree?.name ?? use.name ?? "",
      parent,
      owner,
      isMethod,
      receiver: use.receiver ?? null,
      bindings: new Map(),
      returns: [],
      outward: new Set(),
      use,
    };
    this.functions.push(fn);
    if (tree !== null) this.byTree.set(tree, fn);
    return fn;
  }

  /** Reads one tree in a scope; `around` is the class whose body is being read. */
  #visit(tree: Tree, scope: FunctionModel, around: ClassModel | null, use: FunctionUse): void {
    switch (tree.type) {
      case "function":
        return this.#enter(tree, scope, around, use);
      case "class":
        return this.#class(tree, scope, around);
      case "assign":
        return this.#assign(tree, scope);
      case "loop":
        if (tree.target !== null && tree.iterable !== null) {
          bindLoop(scope, tree.target, tree.iterable);
        }
        break;
      case "comprehension":
        for (const { target, iterable } of tree.clauses) bindLoop(scope, target, iterable);
        break;
      case "import":
        for (const { local } of tree.names) {
          const binding = bind(scope, local, "import", tree.at);
          scope.bindings.set(local, { ...binding, kind: "import", source: tree.source });
        }
        return;
      case "global":
        for (const name of tree.names) scope.outward.add(name);
        return;
      case "return":
        if (tree.exit === "return" && tree.value !== null) scope.returns.push(tree.value);
        if (tree.value !== null) this.#visit(tree.value, scope, null, RETURNED);
        return;
      case "call":
        this.#visit(tree.callee, scope, null, DECLARED);
        for (const arg of [...tree.args, ...tree.keywords.map((keyword) => keyword.value)]) {
          this.#visit(arg, scope, null, { kind: "argument", call: tree, name: null });
        }
        return;
      case "collection":
        for (const { key, value } of tree.entries) {
          if (key !== null) this.#visit(key, scope, null, DECLARED);
          const name = key?.type === "text" ? key.value : null;
          const receiver = receiverOf(tree, use, scope);
          this.#visit(value, scope, null, { kind: "entry", call: use.call, name, receiver });
        }
        return;
    }
    for (const part of partsOf(tree)) {
      this.#visit(part, scope, null, tree.type === "choice" ? use : DECLARED);
    }
  }

  #assign(tree: Extract<Tree, { type: "assign" }>, scope: FunctionModel): void {
    const { target } = tree;
    if (!bindRequired(scope, target, tree.value)) {
      bindTarget(scope, target, tree.value, tree.annotation, tree.declares);
    }
    const use: FunctionUse = target.type === "name"
      ? { kind: "named", call: null, name: target.name }
      : {
        kind: isOfThisCall(target, scope) ? "local" : "stored",
        call: null,
        name: target.type === "member" ? target.property : null,
        receiver: target.type === "member" || target.type === "index" ? target.object : null,
      };
    if (tree.value !== null) this.#visit(tree.value, scope, null, use);
    this.#visit(target, scope, null, DECLARED);
  }

  #enter(
    tree: FunctionTree,
    scope: FunctionModel,
    around: ClassModel | null,
    use: FunctionUse,
  ): void {
    const isMember = around !== null;
    // A plain `function` and a method of an object literal have a `this` of their own.
    const inherits = tree.role === "arrow";
    const owner = isMember ? around : inherits ? scope.owner : null;
    if (!isMember && tree.name !== null && use.kind === "declared") {
      bind(scope, tree.name, "function", tree.at).values.push(tree);
    }
    const fn = this.#function(scope.source, tree, scope, owner, isMember, {
      ...use,
      name: use.name ?? tree.name,
    });
    if (isMember && tree.name !== null && !around.methods.has(tree.name)) {
      around.methods.set(tree.name, fn);
    }
    tree.parameters.forEach((parameter, index) => {
      if (parameter.target !== null) {
        bindTarget(fn, parameter.target, parameter.value, null, true);
        return;
      }
      fn.bindings.set(parameter.name, {
        name: parameter.name,
        kind: "parameter",
        index,
        rest: parameter.rest,
        at: parameter.at,
        annotation: parameter.annotation,
        values: elementOf(use, tree, index),
        source: null,
      });
    });
    for (const part of partsOf(tree)) this.#visit(part, fn, null, DECLARED);
  }

  #class(tree: ClassTree, scope: FunctionModel, around: ClassModel | null): void {
    const outer = around ?? (scope.isMethod || scope.owner ? scope.owner : null);
    const own = tree.name ?? "(anonymous)";
    const model: ClassModel = {
      source: scope.source,
      tree,
      name: outer === null ? own : `${outer.name}.${own}`,
      bases: tree.bases,
      methods: new Map(),
      fields: new Map(),
      scope,
    };
    this.classes.push(model);
    this.classByTree.set(tree, model);
    if (tree.name !== null && around === null) bind(scope, tree.name, "class", tree.at);
    for (const member of tree.members) {
      if (member.type === "field") {
        model.fields.set(member.name, member);
        if (member.value !== null) this.#field(member.value, model, member.name);
      } else this.#visit(member, scope, model, DECLARED);
    }
  }

  /** A field's initialiser runs in the constructor, with the instance as `this`. */
  #field(value: Tree, model: ClassModel, name: string): void {
    const scope: FunctionModel = { ...model.scope, owner: model };
    this.#visit(value, scope, null, { kind: "stored", call: null, name });
    const fn = value.type === "function" ? this.byTree.get(value) : undefined;
    if (fn !== undefined && !model.methods.has(name)) model.methods.set(name, fn);
  }
}

/** The name that an object literal is given, or the literal itself. */
function receiverOf(tree: Tree, use: FunctionUse, scope: FunctionModel): Tree | null {
  if (scope.source.language === "python") return null;
  return use.kind === "named" && use.name !== null
    ? { type: "name", at: tree.at, name: use.name }
    : tree;
}

const DECLARED: FunctionUse = { kind: "declared", call: null, name: null };
const RETURNED: FunctionUse = { kind: "returned", call: null, name: null };

/** A target inside an object that a variable of this very function holds. */
function isOfThisCall(target: Tree, scope: FunctionModel): boolean {
  let root = target;
  while (root.type === "member" || root.type === "index") root = root.object;
  return root.type === "name" && scope.tree !== null &&
    scope.bindings.get(root.name)?.kind === "variable";
}

/** `xs.forEach((x) => …)`: the first parameter is an element of xs. */
function elementOf(use: FunctionUse, tree: FunctionTree, index: number): Tree[] {
  const callee = use.call?.callee;
  if (use.kind !== "argument" || index !== 0 || callee?.type !== "member") return [];
  return /^(forEach|map|filter|some|every|find|flatMap)$/.test(callee.property)
    ? [{ type: "index", at: tree.at, object: callee.object, index: null, slice: null }]
    : [];
}

function bind(
  scope: FunctionModel,
  name: string,
  kind: Binding["kind"],
  at: At,
): Binding {
  const existing = scope.bindings.get(name);
  if (existing !== undefined) return existing;
  const binding: Binding = {
    name,
    kind,
    index: -1,
    rest: "no",
    at,
    annotation: null,
    values: [],
    source: null,
  };
  scope.bindings.set(name, binding);
  return binding;
}

/** `const { a } = require("./b")` imports a. */
function bindRequired(scope: FunctionModel, target: Tree, value: Tree | null): boolean {
  const [from] = value?.type === "call" && value.callee.type === "name" &&
      value.callee.name === "require"
    ? value.args
    : [];
  if (from?.type !== "text" || scope.source.language === "python") return false;
  const names = target.type === "name"
    ? [target]
    : target.type === "collection"
    ? target.entries.map((entry) => entry.value)
    : [];
  for (const name of names) {
    if (name.type !== "name") continue;
    const binding = bind(scope, name.name, "import", name.at);
    scope.bindings.set(name.name, { ...binding, kind: "import", source: from.value });
  }
  return names.length > 0;
}

/** Binds the names in an assignment target to the parts of the value they receive. */
function bindTarget(
  scope: FunctionModel,
  target: Tree,
  value: Tree | null,
  annotation: string | null,
  declares: boolean,
): void {
  if (target.type === "name") {
    if (scope.outward.has(target.name)) return;
    // JavaScript assigns outwards unless declared; Python binds in the function itself.
    const found = !declares && scope.source.language !== "python"
      ? lookUp(scope, target.name)?.binding
      : undefined;
    const binding = found ?? bind(scope, target.name, "variable", target.at);
    if (value !== null) binding.values.push(value);
    binding.annotation ??= annotation;
  } else if (target.type === "collection") {
    target.entries.forEach((entry, index) => {
      const part = value === null ? null : partOf(value, entry.key, index, entry.value.at);
      bindTarget(scope, entry.value, part, null, declares);
    });
  }
}

function partOf(value: Tree, key: Tree | null, index: number, at: At): Tree {
  if (value.type === "collection" && key === null && value.shape !== "map") {
    const entry = value.entries[index];
    if (entry !== undefined && !entry.spread) return entry.value;
  }
  if (key?.type === "text") return { type: "member", at, object: value, property: key.value };
  const position: Tree = { type: "number", at, value: index };
  return { type: "index", at, object: value, index: key ?? position, slice: null };
}

/** Binds loop variables to an element of what is looped over, also through `enumerate` and `items`. */
function bindLoop(scope: FunctionModel, target: Tree, iterable: Tree): void {
  const element = (of: Tree): Tree => ({
    type: "index",
    at: target.at,
    object: of,
    index: null,
    slice: null,
  });
  const names = target.type === "collection" ? target.entries.map((entry) => entry.value) : [];
  if (iterable.type === "call") {
    const { callee, args } = iterable;
    if (callee.type === "name" && callee.name === "enumerate" && names.length === 2) {
      bindLoop(scope, names[1]!, args[0] ?? iterable);
      bindTarget(scope, names[0]!, null, null, true);
      return;
    }
    if (callee.type === "name" && callee.name === "zip") {
      names.forEach((name, i) => bindLoop(scope, name, args[i] ?? iterable));
      return;
    }
    if (
      callee.type === "member" && /^(items|entries)$/.test(callee.property) && names.length === 2
    ) {
      bindTarget(scope, names[0]!, iterable, null, true);
      bindTarget(scope, names[1]!, element(callee.object), null, true);
      return;
    }
    if (callee.type === "member" && callee.property === "values") {
      bindTarget(scope, target, element(callee.object), null, true);
      return;
    }
    if (
      callee.type === "member" && names.length === 0 &&
      /^(splice|slice|filter|toReversed|toSorted|concat|copy)$/.test(callee.property)
    ) {
      bindLoop(scope, target, callee.object);
      return;
    }
    if (
      callee.type === "name" && /^(list|tuple|sorted|reversed|iter)$/.test(callee.name) && args[0]
    ) {
      bindLoop(scope, target, args[0]);
      return;
    }
  }
  const [only] = iterable.type === "collection" ? iterable.entries : [];
  if (iterable.type === "collection" && iterable.entries.length === 1 && only!.spread) {
    bindLoop(scope, target, only!.value);
    return;
  }
  if (names.length === 2 && target.type === "collection" && scope.source.language !== "python") {
    // `for (const [key, value] of map)`
    bindTarget(scope, names[0]!, iterable, null, true);
    bindTarget(scope, names[1]!, element(iterable), null, true);
    return;
  }
  if (target.type === "name") bind(scope, target.name, "loop", target.at);
  bindTarget(scope, target, element(iterable), null, true);
}
