/**
 * Reads the classes and functions of a TypeScript or JavaScript syntax tree into the small language
 * of the rules.
 *
 * @module
 */
import type { SyntaxNode } from "./syntax.ts";
import type { FunctionTree, Parameter, Tree } from "./tree.ts";
import { annotation, propertyName } from "./typescript_types.ts";

/** Reads what stands inside a definition. */
export interface Reader {
  read(node: SyntaxNode): Tree;
  /** Statements of a block, or the one that stands in its place. */
  body(node: SyntaxNode | null): Tree[];
  statement(node: SyntaxNode): Tree[];
}

/** Reads a class with its members. */
export function classOf(node: SyntaxNode, reader: Reader): Tree {
  const heritage = node.children.find((part) => part.kind === "class_heritage");
  const extended = heritage?.children.find((part) => part.kind === "extends_clause")
    ?.field("value") ??
    (heritage?.children[0]?.kind.endsWith("clause") ? null : heritage?.children[0]);
  return {
    type: "class",
    at: node.at,
    name: node.field("name")?.text ?? null,
    bases: extended ? [extended.text] : [],
    decorators: [],
    members: (node.field("body")?.children ?? []).flatMap((part) => member(part, reader)),
  };
}

function member(node: SyntaxNode, reader: Reader): Tree[] {
  switch (node.kind) {
    case "method_definition":
    case "abstract_method_signature":
      return [method(node, reader)];
    case "public_field_definition":
    case "field_definition": {
      const name = node.field("name") ?? node.field("property") ?? node.children[0]!;
      return [{
        type: "field",
        at: node.at,
        name: propertyName(name),
        annotation: annotation(node),
        value: maybe(node.field("value"), reader),
        isStatic: node.tokens.includes("static"),
      }];
    }
    case "class_static_block":
      return [{
        type: "function",
        at: node.at,
        name: "static",
        parameters: [],
        body: reader.body(node.field("body") ?? node.children.at(-1) ?? null),
        role: "static",
        decorators: [],
        isAbstract: false,
        isGenerator: false,
      }];
    default:
      return [];
  }
}

/** Reads a method, getter or setter. */
export function method(node: SyntaxNode, reader: Reader): FunctionTree {
  const tokens = node.tokens;
  const role = tokens.includes("static")
    ? "static"
    : tokens.includes("get")
    ? "getter"
    : tokens.includes("set")
    ? "setter"
    : "method";
  return functionOf(node, role, propertyName(node.field("name")!), reader);
}

/** Reads a function, arrow or method. */
export function functionOf(
  node: SyntaxNode,
  role: FunctionTree["role"],
  name: string | null,
  reader: Reader,
): FunctionTree {
  const block = node.field("body");
  const single = node.field("parameter");
  const list = node.field("parameters")?.children ?? [];
  return {
    type: "function",
    at: node.at,
    name,
    parameters: single ? [simple(single, reader)] : list.map((part) => parameter(part, reader)),
    body: block === null ? [] : block.kind === "statement_block" ? reader.body(block) : [
      { type: "return", at: block.at, value: reader.read(block), exit: "return" },
    ],
    role,
    decorators: [],
    isAbstract: node.kind === "abstract_method_signature",
    isGenerator: node.tokens.includes("*"),
  };
}

function simple(node: SyntaxNode, reader: Reader): Parameter {
  const isName = node.kind === "identifier";
  return {
    name: isName ? node.text : "",
    target: isName ? null : reader.read(node),
    annotation: null,
    value: null,
    rest: "no",
    stored: false,
    at: node.at,
  };
}

function parameter(node: SyntaxNode, reader: Reader): Parameter {
  if (node.kind !== "required_parameter" && node.kind !== "optional_parameter") {
    if (node.kind === "assignment_pattern") {
      return {
        ...simple(node.children[0]!, reader),
        value: reader.read(node.children[1]!),
        at: node.at,
      };
    }
    if (node.kind === "rest_pattern") {
      return { ...simple(node.children[0]!, reader), rest: "list", at: node.at };
    }
    return simple(node, reader);
  }
  const pattern = node.field("pattern") ?? node.children[0]!;
  const isRest = pattern.kind === "rest_pattern";
  return {
    ...simple(isRest ? pattern.children[0]! : pattern, reader),
    annotation: annotation(node),
    value: maybe(node.field("value"), reader),
    rest: isRest ? "list" : "no",
    stored: node.children.some((part) => part.kind === "accessibility_modifier") ||
      node.tokens.includes("readonly"),
    at: node.at,
  };
}

/** Reads an expression that may be missing. */
export function maybe(node: SyntaxNode | null, reader: Reader): Tree | null {
  return node === null ? null : reader.read(node);
}
