/**
 * Reads the expressions of a TypeScript or JavaScript syntax tree into the small language of the
 * rules. Assertions and `await` vanish; private names keep their `#`.
 *
 * @module
 */
import type { SyntaxNode } from "./syntax.ts";
import type { Entry, Tree } from "./tree.ts";
import { classOf, functionOf, method } from "./typescript_definitions.ts";
import type { Reader } from "./typescript_definitions.ts";
import { propertyName } from "./typescript_types.ts";

/** Nodes that mean nothing when the program runs. */
export const WITHOUT_MEANING: ReadonlySet<string> = new Set([
  "ambient_declaration",
  "function_signature",
  "hash_bang_line",
  "empty_statement",
  "type_annotation",
  "type_arguments",
  "type_parameters",
  "optional_chain",
]);

/** Reads an expression. */
export function read(node: SyntaxNode, reader: Reader): Tree {
  const at = node.at;
  const child = (index: number): Tree => read(node.children[index]!, reader);
  const all = (): Tree[] =>
    node.children.filter((part) => !WITHOUT_MEANING.has(part.kind)).map((part) =>
      read(part, reader)
    );
  switch (node.kind) {
    case "identifier":
    case "shorthand_property_identifier":
    case "shorthand_property_identifier_pattern":
    case "type_identifier":
    case "super":
      return { type: "name", at, name: node.text };
    case "this":
      return { type: "this", at, isClass: false };
    case "string":
      return { type: "text", at, value: node.text.slice(1, -1) };
    case "template_string":
      return {
        type: "template",
        at,
        parts: node.children.filter((part) => part.kind === "template_substitution")
          .map((part) => read(part.children[0]!, reader)),
      };
    case "number":
      return { type: "number", at, value: Number(node.text.replaceAll("_", "")) };
    case "true":
    case "false":
      return { type: "constant", at, value: node.kind === "true" };
    case "null":
    case "undefined":
      return { type: "constant", at, value: null };
    case "member_expression":
      return {
        type: "member",
        at,
        object: read(node.field("object")!, reader),
        property: node.field("property")!.text,
      };
    case "subscript_expression":
      return {
        type: "index",
        at,
        object: read(node.field("object")!, reader),
        index: read(node.field("index")!, reader),
        slice: null,
      };
    case "call_expression":
    case "new_expression":
      return call(node, reader);
    case "array":
    case "array_pattern":
      return { type: "collection", at, shape: "list", entries: entries(node, reader) };
    case "object":
    case "object_pattern":
      return { type: "collection", at, shape: "map", entries: entries(node, reader) };
    case "arrow_function":
      return functionOf(node, "arrow", null, reader);
    case "function_expression":
    case "function":
    case "generator_function":
      return functionOf(node, "function", node.field("name")?.text ?? null, reader);
    case "class":
      return classOf(node, reader);
    case "assignment_expression":
    case "augmented_assignment_expression":
      return {
        type: "assign",
        at,
        target: read(node.field("left")!, reader),
        operator: node.tokens.find((token) => token.endsWith("=")) ?? "=",
        value: read(node.field("right")!, reader),
        annotation: null,
        declares: false,
      };
    case "ternary_expression":
      return {
        type: "choice",
        at,
        test: read(node.field("condition")!, reader),
        options: [
          read(node.field("consequence")!, reader),
          read(node.field("alternative")!, reader),
        ],
      };
    case "binary_expression": {
      const operator = node.tokens[0] ?? "";
      return operator === "||" || operator === "??"
        ? { type: "choice", at, test: null, options: all() }
        : { type: "operation", at, operator, operands: all() };
    }
    case "unary_expression":
      return node.tokens[0] === "delete"
        ? { type: "delete", at, target: child(0) }
        : { type: "operation", at, operator: node.tokens[0] ?? "", operands: all() };
    case "update_expression":
      return { type: "operation", at, operator: node.tokens[0] ?? "++", operands: all() };
    case "as_expression":
    case "satisfies_expression":
    case "non_null_expression":
    case "parenthesized_expression":
    case "await_expression":
    case "template_substitution":
      return node.children.length > 0 ? child(0) : { type: "other", at, children: [] };
    case "type_assertion":
      return read(node.children.at(-1)!, reader);
    case "assignment_pattern":
    case "object_assignment_pattern":
      return child(0);
    default:
      return /_declaration$|_statement$|^statement_block$/.test(node.kind)
        ? { type: "block", at, body: reader.statement(node), kind: node.kind }
        : { type: "other", at, children: all() };
  }
}

function call(node: SyntaxNode, reader: Reader): Tree {
  const construct = node.kind === "new_expression";
  const callee = node.field(construct ? "constructor" : "function")!;
  const list = node.field("arguments");
  const args = list === null ? [] : list.kind === "arguments" ? list.children : [list];
  return {
    type: "call",
    at: node.at,
    callee: named(read(callee, reader)),
    args: args.map((part) => read(part, reader)),
    keywords: [],
    construct,
  };
}

/** `cache["delete"](key)` is `cache.delete(key)`. */
function named(callee: Tree): Tree {
  return callee.type === "index" && callee.index?.type === "text"
    ? { type: "member", at: callee.at, object: callee.object, property: callee.index.value }
    : callee;
}

function entries(node: SyntaxNode, reader: Reader): Entry[] {
  return node.children.map((part): Entry => {
    const at = part.at;
    const key = (name: SyntaxNode): Tree =>
      name.kind === "computed_property_name"
        ? read(name.children[0]!, reader)
        : { type: "text", at: name.at, value: propertyName(name) };
    switch (part.kind) {
      case "pair":
      case "pair_pattern":
        return {
          key: key(part.field("key")!),
          value: read(part.field("value")!, reader),
          spread: false,
        };
      case "spread_element":
      case "rest_pattern":
        return { key: null, value: read(part.children[0]!, reader), spread: true };
      case "shorthand_property_identifier":
      case "shorthand_property_identifier_pattern":
        return {
          key: { type: "text", at, value: part.text },
          value: read(part, reader),
          spread: false,
        };
      case "object_assignment_pattern": {
        const name = part.children[0]!;
        return {
          key: { type: "text", at, value: name.text },
          value: read(name, reader),
          spread: false,
        };
      }
      case "method_definition":
        return { key: key(part.field("name")!), value: method(part, reader), spread: false };
      default:
        return { key: null, value: read(part, reader), spread: false };
    }
  });
}
