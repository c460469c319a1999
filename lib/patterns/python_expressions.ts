/**
 * Reads the expressions of a Python syntax tree into the small language of the rules. `self`
 * becomes `this` inside methods and the functions nested in them, `cls` the class itself.
 *
 * @module
 */
import type { SyntaxNode } from "./syntax.ts";
import type { At, Entry, Parameter, Tree } from "./tree.ts";

/** What is known at some place of the source. */
export interface PythonScope {
  /** Name that stands for the instance. */
  readonly instance: string | null;
  /** Name that stands for the class. */
  readonly class: string | null;
  /** Reads a statement that stands inside an expression or a definition. */
  statement(node: SyntaxNode, scope: PythonScope): Tree;
}

/** Reads a parameter; what binds no name (`*`, `/`) is none. */
export function parameter(node: SyntaxNode, scope: PythonScope): Parameter[] {
  const plain = (name: string, rest: Parameter["rest"] = "no"): Parameter => ({
    name,
    target: null,
    annotation: node.field("type")?.text ?? null,
    value: maybe(node.field("value"), scope),
    rest,
    stored: false,
    at: node.at,
  });
  switch (node.kind) {
    case "identifier":
      return [plain(node.text)];
    case "default_parameter":
    case "typed_default_parameter":
      return [plain(node.field("name")?.text ?? "")];
    case "typed_parameter":
      return node.children[0]!.kind === "identifier"
        ? [plain(node.children[0]!.text)]
        : parameter(node.children[0]!, scope);
    case "list_splat_pattern":
      return [plain(node.children[0]?.text ?? "", "list")];
    case "dictionary_splat_pattern":
      return [plain(node.children[0]?.text ?? "", "map")];
    default:
      return [];
  }
}

/** Reads an expression that may be missing. */
export function maybe(node: SyntaxNode | null, scope: PythonScope): Tree | null {
  return node === null ? null : read(node, scope);
}

/** Reads an expression; statements inside it by what the scope brings. */
export function read(node: SyntaxNode, scope: PythonScope): Tree {
  const at = node.at;
  const child = (index: number): Tree => read(node.children[index]!, scope);
  const all = (): Tree[] => node.children.map((part) => read(part, scope));
  switch (node.kind) {
    case "identifier":
      if (node.text === scope.instance) return { type: "this", at, isClass: false };
      if (node.text === scope.class) return { type: "this", at, isClass: true };
      return { type: "name", at, name: node.text };
    case "string":
    case "concatenated_string":
      return text(node, scope);
    case "integer":
    case "float":
      return { type: "number", at, value: Number(node.text.replaceAll("_", "")) };
    case "true":
    case "false":
      return { type: "constant", at, value: node.kind === "true" };
    case "none":
    case "ellipsis":
      return { type: "constant", at, value: null };
    case "attribute":
      return {
        type: "member",
        at,
        object: read(node.field("object")!, scope),
        property: node.field("attribute")!.text,
      };
    case "subscript":
      return subscript(node, scope);
    case "call":
      return call(node, scope);
    case "list":
    case "list_pattern":
    case "set":
    case "tuple":
    case "tuple_pattern":
    case "pattern_list":
    case "expression_list":
      return { type: "collection", at, shape: shapeOf(node.kind), entries: entries(node, scope) };
    case "dictionary":
      return { type: "collection", at, shape: "map", entries: entries(node, scope) };
    case "list_comprehension":
    case "set_comprehension":
    case "dictionary_comprehension":
    case "generator_expression":
      return comprehension(node, scope);
    case "lambda":
      return {
        type: "function",
        at,
        name: null,
        parameters: (node.field("parameters")?.children ?? []).flatMap((part) =>
          parameter(part, scope)
        ),
        body: [{ type: "return", at, value: maybe(node.field("body"), scope), exit: "return" }],
        role: "arrow",
        decorators: [],
        isAbstract: false,
        isGenerator: false,
      };
    case "conditional_expression":
      return { type: "choice", at, test: child(1), options: [child(0), child(2)] };
    case "boolean_operator":
      return node.tokens.includes("or")
        ? { type: "choice", at, test: null, options: all() }
        : { type: "operation", at, operator: "and", operands: all() };
    case "named_expression":
      return {
        type: "assign",
        at,
        target: child(0),
        operator: "=",
        value: child(1),
        annotation: null,
        declares: true,
      };
    case "parenthesized_expression":
    case "await":
    case "type":
      return node.children.length === 1 ? child(0) : { type: "other", at, children: all() };
    case "not_operator":
    case "comparison_operator":
    case "binary_operator":
    case "unary_operator":
      return {
        type: "operation",
        at,
        operator: node.kind === "not_operator" ? "not" : node.tokens.join(" "),
        operands: all(),
      };
    case "assignment":
    case "augmented_assignment":
    case "block":
    case "function_definition":
    case "class_definition":
      return scope.statement(node, scope);
    default:
      return { type: "other", at, children: all() };
  }
}

function text(node: SyntaxNode, scope: PythonScope): Tree {
  const holes = node.children.flatMap((child) =>
    child.kind === "interpolation" ? child.children.slice(0, 1) : []
  );
  if (holes.length > 0) {
    return { type: "template", at: node.at, parts: holes.map((hole) => read(hole, scope)) };
  }
  const value = node.children.filter((child) => child.kind === "string_content")
    .map((child) => child.text).join("");
  return { type: "text", at: node.at, value };
}

function subscript(node: SyntaxNode, scope: PythonScope): Tree {
  const object = read(node.field("value")!, scope);
  const index = node.children.at(-1)!;
  if (index.kind !== "slice") {
    return { type: "index", at: node.at, object, index: read(index, scope), slice: null };
  }
  // `x[a:b]`: which side of the colon a limit stands on decides whether the head or tail is kept.
  const colon = index.at.start + index.text.indexOf(":");
  const before = index.children.find((part) => part.at.start < colon);
  const after = index.children.find((part) => part.at.start > colon);
  const slice = {
    from: before ? read(before, scope) : null,
    to: after ? read(after, scope) : null,
  };
  return { type: "index", at: node.at, object, index: null, slice };
}

function call(node: SyntaxNode, scope: PythonScope): Tree {
  const list = node.field("arguments");
  const parts = list === null ? [] : list.kind === "argument_list" ? list.children : [list];
  const keywords = parts.filter((part) => part.kind === "keyword_argument").map((part) => ({
    name: part.field("name")!.text,
    value: read(part.field("value")!, scope),
  }));
  const args = parts.filter((part) => part.kind !== "keyword_argument")
    .map((part) => read(part, scope));
  const callee = read(node.field("function")!, scope);
  return { type: "call", at: node.at, callee, args, keywords, construct: false };
}

function shapeOf(kind: string): "list" | "set" | "tuple" {
  if (kind === "set") return "set";
  return kind === "list" || kind === "list_pattern" ? "list" : "tuple";
}

function entries(node: SyntaxNode, scope: PythonScope): Entry[] {
  return node.children.map((part) => {
    if (part.kind === "pair") {
      const [key, value] = [part.field("key")!, part.field("value")!];
      return { key: read(key, scope), value: read(value, scope), spread: false };
    }
    const spread = /splat/.test(part.kind);
    const value = read(spread ? part.children[0]! : part, scope);
    return { key: null, value, spread };
  });
}

function comprehension(node: SyntaxNode, scope: PythonScope): Tree {
  const [body, ...rest] = node.children;
  const clauses = rest.filter((part) => part.kind === "for_in_clause").map((part) => ({
    target: read(part.children[0]!, scope),
    iterable: read(part.children.at(-1)!, scope),
  }));
  const tests = rest.filter((part) => part.kind === "if_clause")
    .flatMap((part) => part.children.map((test) => read(test, scope)));
  const element = body!.kind === "pair" ? body!.children : [body!];
  const shape = node.kind.startsWith("set")
    ? "set"
    : node.kind.startsWith("dictionary")
    ? "map"
    : "list";
  return {
    type: "comprehension",
    at: node.at as At,
    shape,
    element: element.map((part) => read(part, scope)),
    clauses,
    tests,
  };
}
