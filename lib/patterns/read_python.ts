/**
 * Reads a Python syntax tree into the small language of the rules, statement by statement.
 *
 * @module
 */
import { classDefinition, functionDefinition } from "./python_definitions.ts";
import { maybe, read } from "./python_expressions.ts";
import type { PythonScope } from "./python_expressions.ts";
import type { SyntaxNode } from "./syntax.ts";
import type { Tree } from "./tree.ts";

const MODULE: PythonScope = { instance: null, class: null, statement };

/** Reads a module; the result is its statements. */
export function readPython(root: SyntaxNode): readonly Tree[] {
  return statements(root, MODULE);
}

function statements(node: SyntaxNode | null, scope: PythonScope): Tree[] {
  return node === null ? [] : node.children.map((child) => statement(child, scope));
}

function statement(node: SyntaxNode, scope: PythonScope): Tree {
  const at = node.at;
  switch (node.kind) {
    case "expression_statement":
      return node.children.length === 1
        ? statement(node.children[0]!, scope)
        : { type: "other", at, children: node.children.map((child) => read(child, scope)) };
    case "assignment":
      return {
        type: "assign",
        at,
        target: read(node.field("left")!, scope),
        operator: "=",
        value: maybe(node.field("right"), scope),
        annotation: node.field("type")?.text ?? null,
        declares: false,
      };
    case "augmented_assignment":
      return {
        type: "assign",
        at,
        target: read(node.field("left")!, scope),
        operator: node.tokens.find((token) => token.endsWith("=")) ?? "+=",
        value: maybe(node.field("right"), scope),
        annotation: null,
        declares: false,
      };
    case "if_statement":
      return branch(node, [...node.children], scope);
    case "assert_statement": {
      // As `if not …: raise`.
      const test: Tree = {
        type: "operation",
        at,
        operator: "not",
        operands: [read(node.children[0]!, scope)],
      };
      const then: Tree[] = [{ type: "return", at, value: null, exit: "raise" }];
      return { type: "if", at, test, then, otherwise: [] };
    }
    case "for_statement":
      return {
        type: "loop",
        at,
        target: read(node.field("left")!, scope),
        iterable: read(node.field("right")!, scope),
        test: null,
        body: bodies(node, scope),
      };
    case "while_statement":
      return {
        type: "loop",
        at,
        target: null,
        iterable: null,
        test: read(node.field("condition")!, scope),
        body: bodies(node, scope),
      };
    case "return_statement":
    case "raise_statement":
    case "break_statement":
    case "continue_statement":
      return {
        type: "return",
        at,
        value: node.children[0] ? read(node.children[0], scope) : null,
        exit: node.kind.replace("_statement", ""),
      };
    case "delete_statement": {
      const targets = node.children.flatMap((child) =>
        child.kind === "expression_list" ? child.children : [child]
      );
      const body = targets.map((target): Tree => ({
        type: "delete",
        at,
        target: read(target, scope),
      }));
      return body.length === 1 ? body[0]! : { type: "block", at, body, kind: "list" };
    }
    case "with_statement":
      return withStatement(node, scope);
    case "try_statement":
    case "match_statement":
      return { type: "block", at, body: blockParts(node, scope), kind: node.kind };
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
        ? classDefinition(definition, decorators, scope)
        : functionDefinition(definition, decorators, scope, false);
    }
    case "class_definition":
      return classDefinition(node, [], scope);
    case "function_definition":
      return functionDefinition(node, [], scope, false);
    case "block":
      return { type: "block", at, body: statements(node, scope), kind: "block" };
    default:
      return read(node, scope);
  }
}

function bodies(node: SyntaxNode, scope: PythonScope): Tree[] {
  return [
    ...statements(node.field("body"), scope),
    ...node.children.filter((child) => child.kind === "else_clause")
      .flatMap((child) => statements(child.children.at(-1) ?? null, scope)),
  ];
}

/** `if` with its `elif` and `else` parts, folded from the end. */
function branch(node: SyntaxNode, parts: SyntaxNode[], scope: PythonScope): Tree {
  const rest = parts.filter((part) => part.kind === "elif_clause" || part.kind === "else_clause");
  let otherwise: Tree[] = [];
  for (const part of rest.reverse()) {
    if (part.kind === "else_clause") {
      otherwise = statements(part.children.at(-1) ?? null, scope);
      continue;
    }
    const [test, body] = [part.children[0]!, part.children.at(-1)!];
    otherwise = [{
      type: "if",
      at: part.at,
      test: read(test, scope),
      then: statements(body, scope),
      otherwise,
    }];
  }
  return {
    type: "if",
    at: node.at,
    test: read(node.field("condition")!, scope),
    then: statements(node.field("consequence"), scope),
    otherwise,
  };
}

function blockParts(node: SyntaxNode, scope: PythonScope): Tree[] {
  return node.children.flatMap((child): Tree[] => {
    if (child.kind === "block") return statements(child, scope);
    if (/_clause$/.test(child.kind)) {
      const body = blockParts(child, scope);
      return [{ type: "block", at: child.at, body, kind: child.kind }];
    }
    return [read(child, scope)];
  });
}

/** `with a as b` binds b to a; the body follows in the same block. */
function withStatement(node: SyntaxNode, scope: PythonScope): Tree {
  const items = node.children.find((child) => child.kind === "with_clause")?.children ?? [];
  const bindings = items.map((item): Tree => {
    const inner = item.children[0]!;
    if (inner.kind !== "as_pattern") return read(inner, scope);
    const [value, target] = [inner.children[0]!, inner.children[1]?.children[0]];
    if (target === undefined) return read(value, scope);
    return {
      type: "assign",
      at: inner.at,
      target: read(target, scope),
      operator: "=",
      value: read(value, scope),
      annotation: null,
      declares: true,
    };
  });
  const body = statements(node.field("body"), scope);
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
