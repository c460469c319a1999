/**
 * Builds the model of a project from its parsed sources: one walk over all statements.
 *
 * @module
 */
import { bind, bindLoop, bindRequired, bindTarget } from "./bindings.ts";
import { stateOf } from "./component_state.ts";
import { lookUp } from "./model.ts";
import type { ClassModel, FunctionModel, FunctionUse, Project, SourceFile } from "./model.ts";
import { isSetState, stateOfComponent } from "./reducers.ts";
import { partsOf } from "./tree.ts";
import type { ClassTree, FunctionTree, Tree } from "./tree.ts";

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
        this.#visit(tree.callee, scope, null, { ...DECLARED, given: tree.args });
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
        values: elementOf(use, tree, index, scope),
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
  if (root.type !== "name") return false;
  const found = lookUp(scope, root.name);
  return found?.scope.tree != null && found.binding.kind === "variable" && target !== root &&
    found.binding.values.every((value) => value.type !== "this");
}

/**
 * `xs.forEach((x) => …)`: the first parameter is an element of xs. A function that is called where
 * it stands (`(function (w) { … })(window)`) gets the arguments of that call.
 */
function elementOf(
  use: FunctionUse,
  tree: FunctionTree,
  index: number,
  scope: FunctionModel,
): Tree[] {
  if (use.given !== undefined) return use.given.slice(index, index + 1);
  const callee = use.call?.callee;
  if (use.kind !== "argument" || index !== 0) return [];
  // `setItems((items) => …)`: the function is given what the state is.
  const state = callee?.type === "name" ? stateOf(callee.name, scope) : null;
  if (state !== null) return [{ type: "name", at: tree.at, name: state }];
  if (use.call !== null && isSetState(use.call)) return [stateOfComponent(use.call)];
  if (callee?.type !== "member") return [];
  return /^(forEach|map|filter|some|every|find|flatMap)$/.test(callee.property)
    ? [{ type: "index", at: tree.at, object: callee.object, index: null, slice: null }]
    : [];
}
