/**
 * Reads a TypeScript or JavaScript syntax tree into the small language of the rules, statement by
 * statement. Types vanish but for what they promise.
 *
 * @module
 */
import { withPrototypeClasses } from "./prototype_classes.ts";
import type { SyntaxNode } from "./syntax.ts";
import type { Tree } from "./tree.ts";
import { classOf, functionOf, maybe } from "./typescript_definitions.ts";
import type { Reader } from "./typescript_definitions.ts";
import { read, WITHOUT_MEANING } from "./typescript_expressions.ts";
import { annotation, importOf, typeOf } from "./typescript_types.ts";

const READER: Reader = { body, statement, read: (node) => read(node, READER) };

/** Reads a module or script; the result is its statements. */
export function readTypeScript(root: SyntaxNode): readonly Tree[] {
  return withPrototypeClasses(root.children.flatMap(statement));
}

function body(node: SyntaxNode | null): Tree[] {
  if (node === null) return [];
  return node.kind === "statement_block" || node.kind === "class_static_block"
    ? withPrototypeClasses(node.children.flatMap(statement))
    : statement(node);
}

function statement(node: SyntaxNode): Tree[] {
  const at = node.at;
  if (WITHOUT_MEANING.has(node.kind)) return [];
  switch (node.kind) {
    case "lexical_declaration":
    case "variable_declaration":
      return node.children.map(declarator);
    case "expression_statement":
      return node.children.map((part) => read(part, READER));
    case "export_statement": {
      const inner = node.field("declaration") ?? node.field("value");
      if (inner === null) return [];
      return inner === node.field("value") ? [read(inner, READER)] : statement(inner);
    }
    case "function_declaration":
    case "generator_function_declaration":
      return [functionOf(node, "function", node.field("name")?.text ?? null, READER)];
    case "class_declaration":
    case "abstract_class_declaration":
      return [classOf(node, READER)];
    case "interface_declaration":
    case "type_alias_declaration":
      return typeOf(node);
    case "if_statement":
      return [{
        type: "if",
        at,
        test: read(node.field("condition")!, READER),
        then: body(node.field("consequence")),
        otherwise: (node.field("alternative")?.children ?? []).flatMap(body),
      }];
    case "for_statement":
      return [
        ...(node.field("initializer") ? statement(node.field("initializer")!) : []),
        {
          type: "loop",
          at,
          target: null,
          iterable: null,
          test: node.field("condition") ? read(node.field("condition")!, READER) : null,
          body: [
            ...body(node.field("body")),
            ...(node.field("increment") ? [read(node.field("increment")!, READER)] : []),
          ],
        },
      ];
    case "for_in_statement":
      return [{
        type: "loop",
        at,
        target: node.field("left") ? read(node.field("left")!, READER) : null,
        iterable: node.field("right") ? iterableOf(node, read(node.field("right")!, READER)) : null,
        test: null,
        body: body(node.field("body")),
      }];
    case "while_statement":
    case "do_statement":
      return [{
        type: "loop",
        at,
        target: null,
        iterable: null,
        test: read(node.field("condition")!, READER),
        body: body(node.field("body")),
      }];
    case "return_statement":
    case "throw_statement":
    case "break_statement":
    case "continue_statement":
      return [{
        type: "return",
        at,
        value: /return|throw/.test(node.kind) && node.children[0]
          ? read(node.children[0], READER)
          : null,
        exit: node.kind.replace("_statement", ""),
      }];
    case "statement_block":
      return [{ type: "block", at, body: body(node), kind: "block" }];
    case "try_statement":
      return [{
        type: "block",
        at,
        kind: "try",
        body: node.children.flatMap((part) =>
          part.kind === "statement_block"
            ? body(part)
            : [{ type: "block" as const, at: part.at, kind: part.kind, body: clause(part) }]
        ),
      }];
    case "switch_statement":
      return [
        read(node.field("value")!, READER),
        ...(node.field("body")?.children ?? []).flatMap((part) => [
          {
            type: "block" as const,
            at: part.at,
            kind: part.kind,
            body: part.children.flatMap(any),
          },
        ]),
      ];
    case "import_statement":
      return [importOf(node)];
    case "labeled_statement":
    case "internal_module":
    case "module":
      return body(node.children.at(-1) ?? null);
    default:
      // Statements without a meaning of their own here (`enum`, `with`, `debugger`): their parts.
      return /_declaration$|_statement$/.test(node.kind)
        ? [{ type: "block", at, body: node.children.flatMap(any), kind: node.kind }]
        : [read(node, READER)];
  }
}

/** `for (key in object)` goes over the keys. */
function iterableOf(node: SyntaxNode, right: Tree): Tree {
  if (!node.tokens.includes("in")) return right;
  const { at } = right;
  const object: Tree = { type: "name", at, name: "Object" };
  return {
    type: "call",
    at,
    callee: { type: "member", at, object, property: "keys" },
    args: [right],
    keywords: [],
    construct: false,
  };
}

function any(node: SyntaxNode): Tree[] {
  return /_statement$|_declaration$|^statement_block$/.test(node.kind)
    ? statement(node)
    : [read(node, READER)];
}

function clause(node: SyntaxNode): Tree[] {
  return body(node.field("body") ?? node.children.at(-1) ?? null);
}

function declarator(node: SyntaxNode): Tree {
  return {
    type: "assign",
    at: node.at,
    target: read(node.field("name") ?? node.children[0]!, READER),
    operator: "=",
    value: maybe(node.field("value"), READER),
    annotation: annotation(node),
    declares: true,
  };
}
