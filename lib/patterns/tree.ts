/**
 * The small language that TypeScript, JavaScript and Python are read into, so that every rule
 * about memory is written once. Only what the rules ask for survives: names, members, calls,
 * containers, assignments, branches, loops, functions and classes.
 *
 * @module
 */

/** Where a piece of source stands. Line and column from 1, offsets in UTF-16 units. */
export interface At {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** Parameter of a function; `stored` where the language makes it a field of the instance. */
export interface Parameter {
  readonly name: string;
  readonly target: Tree | null;
  readonly annotation: string | null;
  readonly value: Tree | null;
  readonly rest: "no" | "list" | "map";
  readonly stored: boolean;
  readonly at: At;
}

/** Entry of a container literal or a destructuring pattern. */
export interface Entry {
  readonly key: Tree | null;
  readonly value: Tree;
  readonly spread: boolean;
}

/** A function, method, arrow or lambda. */
export interface FunctionTree {
  readonly type: "function";
  readonly at: At;
  readonly name: string | null;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Tree[];
  /** `arrow`: shares the `this` around it, as Python's nested functions share `self`. */
  readonly role: "function" | "arrow" | "method" | "getter" | "setter" | "static" | "classmethod";
  readonly decorators: readonly string[];
  readonly isAbstract: boolean;
  /** Calling it runs nothing; what it is given lives on until its result is used up. */
  readonly isGenerator: boolean;
}

/** A class; `fields` are those declared in its body. */
export interface ClassTree {
  readonly type: "class";
  readonly at: At;
  readonly name: string | null;
  readonly bases: readonly string[];
  readonly decorators: readonly string[];
  readonly members: readonly Tree[];
}

/** A field declared in a class body; without a value it only has a type. */
export interface FieldTree {
  readonly type: "field";
  readonly at: At;
  readonly name: string;
  readonly annotation: string | null;
  readonly value: Tree | null;
  readonly isStatic: boolean;
}

/** Assignment or declaration. `operator` is `=`, `+=`, `??=` … */
export interface AssignTree {
  readonly type: "assign";
  readonly at: At;
  readonly target: Tree;
  readonly operator: string;
  readonly value: Tree | null;
  readonly annotation: string | null;
  readonly declares: boolean;
}

/** A call; `construct` for `new`. */
export interface CallTree {
  readonly type: "call";
  readonly at: At;
  readonly callee: Tree;
  readonly args: readonly Tree[];
  readonly keywords: readonly { readonly name: string; readonly value: Tree }[];
  readonly construct: boolean;
}

/** Container literal or destructuring pattern. */
export interface CollectionTree {
  readonly type: "collection";
  readonly at: At;
  readonly shape: "list" | "map" | "set" | "tuple";
  readonly entries: readonly Entry[];
}

/** Member access; private names keep their `#`. */
export interface MemberTree {
  readonly type: "member";
  readonly at: At;
  readonly object: Tree;
  readonly property: string;
}

/** Index access; `slice` holds its limits where it is one. */
export interface IndexTree {
  readonly type: "index";
  readonly at: At;
  readonly object: Tree;
  readonly index: Tree | null;
  readonly slice: { readonly from: Tree | null; readonly to: Tree | null } | null;
}

/** Loop over an iterable, or while a test holds. */
export interface LoopTree {
  readonly type: "loop";
  readonly at: At;
  readonly target: Tree | null;
  readonly iterable: Tree | null;
  readonly test: Tree | null;
  readonly body: readonly Tree[];
}

/** Branch. */
export interface IfTree {
  readonly type: "if";
  readonly at: At;
  readonly test: Tree;
  readonly then: readonly Tree[];
  readonly otherwise: readonly Tree[];
}

/** Any piece of source. */
export type Tree =
  | { readonly type: "this"; readonly at: At; readonly isClass: boolean }
  | { readonly type: "name"; readonly at: At; readonly name: string }
  | { readonly type: "text"; readonly at: At; readonly value: string }
  | { readonly type: "template"; readonly at: At; readonly parts: readonly Tree[] }
  | { readonly type: "number"; readonly at: At; readonly value: number }
  | { readonly type: "constant"; readonly at: At; readonly value: boolean | null }
  /** One of several values: `a ? b : c`, `a ?? b`, `a or b`. */
  | {
    readonly type: "choice";
    readonly at: At;
    readonly test: Tree | null;
    readonly options: readonly Tree[];
  }
  | {
    readonly type: "operation";
    readonly at: At;
    readonly operator: string;
    readonly operands: readonly Tree[];
  }
  | {
    readonly type: "comprehension";
    readonly at: At;
    readonly shape: "list" | "map" | "set";
    readonly element: readonly Tree[];
    readonly clauses: readonly { readonly target: Tree; readonly iterable: Tree }[];
    readonly tests: readonly Tree[];
  }
  | MemberTree
  | IndexTree
  | CallTree
  | CollectionTree
  | FunctionTree
  | ClassTree
  | FieldTree
  | AssignTree
  | LoopTree
  | IfTree
  | { readonly type: "delete"; readonly at: At; readonly target: Tree }
  | { readonly type: "return"; readonly at: At; readonly value: Tree | null; readonly exit: string }
  | {
    readonly type: "block";
    readonly at: At;
    readonly body: readonly Tree[];
    readonly kind: string;
  }
  | {
    readonly type: "import";
    readonly at: At;
    readonly source: string;
    readonly names: readonly { readonly local: string; readonly imported: string }[];
  }
  | { readonly type: "global"; readonly at: At; readonly names: readonly string[] }
  | { readonly type: "other"; readonly at: At; readonly children: readonly Tree[] };

/** Returns the direct parts of a tree, in source order. */
export function partsOf(tree: Tree): readonly Tree[] {
  switch (tree.type) {
    case "template":
      return tree.parts;
    case "choice":
      return tree.test === null ? tree.options : [tree.test, ...tree.options];
    case "operation":
      return tree.operands;
    case "comprehension":
      return [
        ...tree.clauses.flatMap((clause) => [clause.iterable, clause.target]),
        ...tree.tests,
        ...tree.element,
      ];
    case "member":
      return [tree.object];
    case "index":
      return present([tree.object, tree.index, tree.slice?.from, tree.slice?.to]);
    case "call":
      return [tree.callee, ...tree.args, ...tree.keywords.map((keyword) => keyword.value)];
    case "collection":
      return tree.entries.flatMap((entry) => present([entry.key, entry.value]));
    case "function":
      return [...present(tree.parameters.map((parameter) => parameter.value)), ...tree.body];
    case "class":
      return tree.members;
    case "field":
      return present([tree.value]);
    case "assign":
      return present([tree.value, tree.target]);
    case "loop":
      return [...present([tree.iterable, tree.target, tree.test]), ...tree.body];
    case "if":
      return [tree.test, ...tree.then, ...tree.otherwise];
    case "delete":
      return [tree.target];
    case "return":
      return present([tree.value]);
    case "block":
      return tree.body;
    case "other":
      return tree.children;
    default:
      return [];
  }
}

/** Tells whether a tree, or any part of it, satisfies a test; nested functions are looked into. */
export function contains(tree: Tree, test: (part: Tree) => boolean): boolean {
  return test(tree) || partsOf(tree).some((part) => contains(part, test));
}

/** Calls `visit` on a tree and all its parts, in source order; `false` stops the descent. */
export function walk(tree: Tree, visit: (part: Tree) => boolean | void): void {
  if (visit(tree) === false) return;
  for (const part of partsOf(tree)) walk(part, visit);
}

function present(trees: readonly (Tree | null | undefined)[]): Tree[] {
  return trees.filter((tree): tree is Tree => tree !== null && tree !== undefined);
}
