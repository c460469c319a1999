/**
 * Reads the classes and functions of a Python syntax tree into the small language of the rules.
 *
 * @module
 */
import { maybe, parameter } from "./python_expressions.ts";
import type { PythonScope } from "./python_expressions.ts";
import type { SyntaxNode } from "./syntax.ts";
import type { FunctionTree, Tree } from "./tree.ts";

/** Reads a class with its members. */
export function classDefinition(
  node: SyntaxNode,
  decorators: readonly string[],
  scope: PythonScope,
): Tree {
  const bases = node.field("superclasses")?.children ?? [];
  return {
    type: "class",
    at: node.at,
    name: node.field("name")?.text ?? null,
    bases: bases.filter((base) => base.kind !== "keyword_argument").map((base) => base.text),
    decorators,
    members: (node.field("body")?.children ?? []).flatMap((child) => member(child, scope)),
  };
}

function member(node: SyntaxNode, scope: PythonScope): Tree[] {
  if (node.kind === "function_definition") return [functionDefinition(node, [], scope, true)];
  if (node.kind === "decorated_definition") {
    const definition = node.field("definition")!;
    const decorators = node.children.filter((child) => child.kind === "decorator")
      .map((child) => child.text.slice(1).trim());
    return definition.kind === "function_definition"
      ? [functionDefinition(definition, decorators, scope, true)]
      : [classDefinition(definition, decorators, scope)];
  }
  const inner = node.kind === "expression_statement" ? node.children[0] : node;
  if (inner?.kind === "assignment" && inner.field("left")?.kind === "identifier") {
    return [{
      type: "field",
      at: inner.at,
      name: inner.field("left")!.text,
      annotation: inner.field("type")?.text ?? null,
      value: maybe(inner.field("right"), scope),
      isStatic: true,
    }];
  }
  return [scope.statement(node, scope)];
}

/** Reads a function or a method; a method has the names of its own first parameter. */
export function functionDefinition(
  node: SyntaxNode,
  decorators: readonly string[],
  scope: PythonScope,
  isMethod: boolean,
): FunctionTree {
  const isStatic = decorators.includes("staticmethod");
  const isClassMethod = decorators.includes("classmethod") ||
    /^__(new|init_subclass|class_getitem)__$/.test(node.field("name")?.text ?? "");
  const all = (node.field("parameters")?.children ?? []).flatMap((child) =>
    parameter(child, scope)
  );
  const takesSelf = isMethod && !isStatic && all.length > 0;
  const own = takesSelf
    ? isClassMethod
      ? { ...scope, instance: null, class: all[0]!.name }
      : { ...scope, instance: all[0]!.name, class: null }
    : scope;
  const isProperty = decorators.some((name) =>
    name === "property" || /cached_property$/.test(name)
  );
  return {
    type: "function",
    at: node.at,
    name: node.field("name")?.text ?? null,
    parameters: takesSelf ? all.slice(1) : all,
    body: (node.field("body")?.children ?? []).map((child) => own.statement(child, own)),
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
