/**
 * Reads a Python syntax tree into the small language of the rules. `self` becomes `this` inside
 * methods and the functions nested in them, `cls` the class itself.
 *
 * @module
 */
import type { SyntaxNode } from "./syntax.ts";
import type { At, Entry, FunctionTree, Parameter, Tree } from "./tree.ts";

/** Names that stand for the instance or the class at some place of the source. */
interface Selves {
  readonly instance: string | null;
  readonly class: string | null;
}

const NOBODY: Selves = { instance: null, class: null };

/** Reads a module; the result is its statements. */
export function readPython(root: SyntaxNode): readonly Tree[] {
  return statements(root, NOBODY);
}

function statements(node: SyntaxNode | null, selves: Selves): Tree[] {
  return node === null ? [] : node.children.map((child) => statement(child, selves));
}

function statement(node: SyntaxNode, selves: Selves): Tree {
  const at = node.at;
  switch (node.kind) {
    case "expression_statement":
      return node.children.length === 1
        ? statement(node.children[0]!, selves)
        : { type: "other", at, children: node.children.map((child) => read(child, selves)) };
    case "assignment":
      return {
        type: "assign",
        at,
        target: read(node.field("left")!, selves),
        operator: "=",
        value: maybe(node.field("right"), selves),
        annotation: node.field("type")?.text ?? null,
        declares: false,
      };
    case "augmented_assignment":
      return {
        type: "assign",
        at,
        target: read(node.field("left")!, selves),
        operator: node.tokens.find((token) => token.endsWith("=")) ?? "+=",
        value: maybe(node.field("right"), selves),
        annotation: null,
        declares: false,
      };
    case "if_statement":
      return branch(node, [...node.children], selves);
    case "for_statement":
      return {
        type: "loop",
        at,
        target: read(node.field("left")!, selves),
        iterable: read(node.field("right")!, selves),
        test: null,
        body: bodies(node, selves),
      };
    case "while_statement":
      return {
        type: "loop",
        at,
        target: null,
        iterable: null,
        test: read(node.field("condition")!, selves),
        body: bodies(node, selves),
      };
    case "return_statement":
    case "raise_statement":
    case "break_statement":
    case "continue_statement":
      return {
        type: "return",
        at,
        value: node.children[0] ? read(node.children[0], selves) : null,
        exit: node.kind.replace("_statement", ""),
      };
    case "delete_statement": {
      const targets = node.children.flatMap((child) =>
        child.kind === "expression_list" ? child.children : [child]
      );
      const body = targets.map((target): Tree => ({
        type: "delete",
        at,
        target: read(target, selves),
      }));
      return body.length === 1 ? body[0]! : { type: "block", at, body, kind: "list" };
    }
    case "with_statement":
      return withStatement(node, selves);
    case "try_statement":
    case "match_statement":
      return { type: "block", at, body: blockParts(node, selves), kind: node.kind };
    case "global_statement":
    case "nonlocal_statement":
      return { type: "global", at, names: node.children.map((child) => child.text) };
    case "import_statement":
    case "import_from_statement":
      return imported(node);
    case "decorated_definition": {
      const definition = node.field("definition")!;
      const decorators = node.children.filter((child) => child.kind === "decorator")
        .map((child) => child.text.slice(1).trim());
      return definition.kind === "class_definition"
        ? classDefinition(definition, decorators, selves)
        : functionDefinition(definition, decorators, selves, false);
    }
    case "class_definition":
      return classDefinition(node, [], selves);
    case "function_definition":
      return functionDefinition(node, [], selves, false);
    case "block":
      return { type: "block", at, body: statements(node, selves), kind: "block" };
    default:
      return read(node, selves);
  }
}

function bodies(node: SyntaxNode, selves: Selves): Tree[] {
  return [
    ...statements(node.field("body"), selves),
    ...node.children.filter((child) => child.kind === "else_clause")
      .flatMap((child) => statements(child.children.at(-1) ?? null, selves)),
  ];
}

/** `if` with its `elif` and `else` parts, folded from the end. */
function branch(node: SyntaxNode, parts: SyntaxNode[], selves: Selves): Tree {
  const rest = parts.filter((part) => part.kind === "elif_clause" || part.kind === "else_clause");
  let otherwise: Tree[] = [];
  for (const part of rest.reverse()) {
    if (part.kind === "else_clause") {
      otherwise = statements(part.children.at(-1) ?? null, selves);
      continue;
    }
    const [test, body] = [part.children[0]!, part.children.at(-1)!];
    otherwise = [{
      type: "if",
      at: part.at,
      test: read(test, selves),
      then: statements(body, selves),
      otherwise,
    }];
  }
  return {
    type: "if",
    at: node.at,
    test: read(node.field("condition")!, selves),
    then: statements(node.field("consequence"), selves),
    otherwise,
  };
}

function blockParts(node: SyntaxNode, selves: Selves): Tree[] {
  return node.children.flatMap((child): Tree[] => {
    if (child.kind === "block") return statements(child, selves);
    if (/_clause$/.test(child.kind)) {
      const body = blockParts(child, selves);
      return [{ type: "block", at: child.at, body, kind: child.kind }];
    }
    return [read(child, selves)];
  });
}

/** `with a as b` binds b to a; the body follows in the same block. */
function withStatement(node: SyntaxNode, selves: Selves): Tree {
  const items = node.children.find((child) => child.kind === "with_clause")?.children ?? [];
  const bindings = items.map((item): Tree => {
    const inner = item.children[0]!;
    if (inner.kind !== "as_pattern") return read(inner, selves);
    const [value, target] = [inner.children[0]!, inner.children[1]?.children[0]];
    if (target === undefined) return read(value, selves);
    return {
      type: "assign",
      at: inner.at,
      target: read(target, selves),
      operator: "=",
      value: read(value, selves),
      annotation: null,
      declares: true,
    };
  });
  const body = statements(node.field("body"), selves);
  return { type: "block", at: node.at, body: [...bindings, ...body], kind: "with" };
}

function imported(node: SyntaxNode): Tree {
  const from = node.kind === "import_from_statement" ? node.children[0]!.text : null;
  const items = from === null ? node.children : node.children.slice(1);
  const names = items.map((item) => {
    const imported = item.kind === "aliased_import" ? item.children[0]!.text : item.text;
    const local = item.kind === "aliased_import" ? item.children[1]!.text : imported.split(".")[0]!;
    return { local, imported };
  });
  return { type: "import", at: node.at, source: from ?? names[0]?.imported ?? "", names };
}

function classDefinition(node: SyntaxNode, decorators: readonly string[], selves: Selves): Tree {
  const bases = node.field("superclasses")?.children ?? [];
  return {
    type: "class",
    at: node.at,
    name: node.field("name")?.text ?? null,
    bases: bases.filter((base) => base.kind !== "keyword_argument").map((base) => base.text),
    decorators,
    members: (node.field("body")?.children ?? []).flatMap((child) => member(child, selves)),
  };
}

function member(node: SyntaxNode, selves: Selves): Tree[] {
  if (node.kind === "function_definition") return [functionDefinition(node, [], selves, true)];
  if (node.kind === "decorated_definition") {
    const definition = node.field("definition")!;
    const decorators = node.children.filter((child) => child.kind === "decorator")
      .map((child) => child.text.slice(1).trim());
    return definition.kind === "function_definition"
      ? [functionDefinition(definition, decorators, selves, true)]
      : [classDefinition(definition, decorators, selves)];
  }
  const inner = node.kind === "expression_statement" ? node.children[0] : node;
  if (inner?.kind === "assignment" && inner.field("left")?.kind === "identifier") {
    return [{
      type: "field",
      at: inner.at,
      name: inner.field("left")!.text,
      annotation: inner.field("type")?.text ?? null,
      value: maybe(inner.field("right"), selves),
      isStatic: true,
    }];
  }
  return [statement(node, selves)];
}

function functionDefinition(
  node: SyntaxNode,
  decorators: readonly string[],
  selves: Selves,
  isMethod: boolean,
): FunctionTree {
  const isStatic = decorators.includes("staticmethod");
  const isClassMethod = decorators.includes("classmethod") ||
    /^__(new|init_subclass|class_getitem)__$/.test(node.field("name")?.text ?? "");
  const all = (node.field("parameters")?.children ?? []).flatMap((child) =>
    parameter(child, selves)
  );
  const takesSelf = isMethod && !isStatic && all.length > 0;
  const own = takesSelf
    ? isClassMethod
      ? { instance: null, class: all[0]!.name }
      : { instance: all[0]!.name, class: null }
    : selves;
  const isProperty = decorators.some((name) =>
    name === "property" || /cached_property$/.test(name)
  );
  return {
    type: "function",
    at: node.at,
    name: node.field("name")?.text ?? null,
    parameters: takesSelf ? all.slice(1) : all,
    body: statements(node.field("body"), own),
    role: !isMethod
      ? "arrow"
      : isClassMethod
      ? "classmethod"
      : isStatic
      ? "static"
      : isProperty
      ? "getter"
      : decorators.some((name) => name.endsWith(".setter"))
      ? "setter"
      : "method",
    decorators,
    isAbstract: decorators.some((name) => /abstract/.test(name)),
    isGenerator: /\byield\b/.test(node.field("body")?.text ?? ""),
  };
}

function parameter(node: SyntaxNode, selves: Selves): Parameter[] {
  const plain = (name: string, rest: Parameter["rest"] = "no"): Parameter => ({
    name,
    target: null,
    annotation: node.field("type")?.text ?? null,
    value: maybe(node.field("value"), selves),
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
        : parameter(node.children[0]!, selves);
    case "list_splat_pattern":
      return [plain(node.children[0]?.text ?? "", "list")];
    case "dictionary_splat_pattern":
      return [plain(node.children[0]?.text ?? "", "map")];
    default:
      return [];
  }
}

function maybe(node: SyntaxNode | null, selves: Selves): Tree | null {
  return node === null ? null : read(node, selves);
}

function read(node: SyntaxNode, selves: Selves): Tree {
  const at = node.at;
  const child = (index: number): Tree => read(node.children[index]!, selves);
  const all = (): Tree[] => node.children.map((part) => read(part, selves));
  switch (node.kind) {
    case "identifier":
      if (node.text === selves.instance) return { type: "this", at, isClass: false };
      if (node.text === selves.class) return { type: "this", at, isClass: true };
      return { type: "name", at, name: node.text };
    case "string":
    case "concatenated_string":
      return text(node, selves);
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
        object: read(node.field("object")!, selves),
        property: node.field("attribute")!.text,
      };
    case "subscript":
      return subscript(node, selves);
    case "call":
      return call(node, selves);
    case "list":
    case "list_pattern":
    case "set":
    case "tuple":
    case "tuple_pattern":
    case "pattern_list":
    case "expression_list":
      return { type: "collection", at, shape: shapeOf(node.kind), entries: entries(node, selves) };
    case "dictionary":
      return { type: "collection", at, shape: "map", entries: entries(node, selves) };
    case "list_comprehension":
    case "set_comprehension":
    case "dictionary_comprehension":
    case "generator_expression":
      return comprehension(node, selves);
    case "lambda":
      return {
        type: "function",
        at,
        name: null,
        parameters: (node.field("parameters")?.children ?? []).flatMap((part) =>
          parameter(part, selves)
        ),
        body: [{ type: "return", at, value: maybe(node.field("body"), selves), exit: "return" }],
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
      return statement(node, selves);
    default:
      return { type: "other", at, children: all() };
  }
}

function text(node: SyntaxNode, selves: Selves): Tree {
  const holes = node.children.flatMap((child) =>
    child.kind === "interpolation" ? child.children.slice(0, 1) : []
  );
  if (holes.length > 0) {
    return { type: "template", at: node.at, parts: holes.map((hole) => read(hole, selves)) };
  }
  const value = node.children.filter((child) => child.kind === "string_content")
    .map((child) => child.text).join("");
  return { type: "text", at: node.at, value };
}

function subscript(node: SyntaxNode, selves: Selves): Tree {
  const object = read(node.field("value")!, selves);
  const index = node.children.at(-1)!;
  if (index.kind !== "slice") {
    return { type: "index", at: node.at, object, index: read(index, selves), slice: null };
  }
  // `x[a:b]`: which side of the colon a limit stands on decides whether the head or tail is kept.
  const colon = index.at.start + index.text.indexOf(":");
  const before = index.children.find((part) => part.at.start < colon);
  const after = index.children.find((part) => part.at.start > colon);
  const slice = {
    from: before ? read(before, selves) : null,
    to: after ? read(after, selves) : null,
  };
  return { type: "index", at: node.at, object, index: null, slice };
}

function call(node: SyntaxNode, selves: Selves): Tree {
  const list = node.field("arguments");
  const parts = list === null ? [] : list.kind === "argument_list" ? list.children : [list];
  const keywords = parts.filter((part) => part.kind === "keyword_argument").map((part) => ({
    name: part.field("name")!.text,
    value: read(part.field("value")!, selves),
  }));
  const args = parts.filter((part) => part.kind !== "keyword_argument")
    .map((part) => read(part, selves));
  const callee = read(node.field("function")!, selves);
  return { type: "call", at: node.at, callee, args, keywords, construct: false };
}

function shapeOf(kind: string): "list" | "set" | "tuple" {
  if (kind === "set") return "set";
  return kind === "list" || kind === "list_pattern" ? "list" : "tuple";
}

function entries(node: SyntaxNode, selves: Selves): Entry[] {
  return node.children.map((part) => {
    if (part.kind === "pair") {
      const [key, value] = [part.field("key")!, part.field("value")!];
      return { key: read(key, selves), value: read(value, selves), spread: false };
    }
    const spread = /splat/.test(part.kind);
    const value = read(spread ? part.children[0]! : part, selves);
    return { key: null, value, spread };
  });
}

function comprehension(node: SyntaxNode, selves: Selves): Tree {
  const [body, ...rest] = node.children;
  const clauses = rest.filter((part) => part.kind === "for_in_clause").map((part) => ({
    target: read(part.children[0]!, selves),
    iterable: read(part.children.at(-1)!, selves),
  }));
  const tests = rest.filter((part) => part.kind === "if_clause")
    .flatMap((part) => part.children.map((test) => read(test, selves)));
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
    element: element.map((part) => read(part, selves)),
    clauses,
    tests,
  };
}
