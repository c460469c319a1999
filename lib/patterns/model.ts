/**
 * Who owns what in the sources: classes with their fields and methods, functions with the names
 * bound in them, and which class a function's `this` is. Built once per scan, before any rule.
 *
 * @module
 */
import type { Language, Parsed } from "./syntax.ts";
import type { At, ClassTree, FieldTree, FunctionTree, Tree } from "./tree.ts";

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
  /** Arguments of the call, where the function is called at the place where it stands. */
  readonly given?: readonly Tree[];
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
