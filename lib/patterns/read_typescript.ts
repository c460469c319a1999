/**
 * Reads a TypeScript or JavaScript syntax tree into the small language of the rules. Types,
 * assertions and `await` vanish; private names keep their `#`.
 *
 * @module
 */
import { withPrototypeClasses } from "./prototype_classes.ts";
import type { SyntaxNode } from "./syntax.ts";
import type { Entry, FunctionTree, Parameter, Tree } from "./tree.ts";

/** Reads a module or script; the result is its statements. */
export function readTypeScript(root: SyntaxNode): readonly Tree[] {
  return withPrototypeClasses(root.children.flatMap(statement));
}

const IGNORED = new Set([
  "ambient_declaration",
  "function_signature",
  "hash_bang_line",
  "empty_statement",
  "type_annotation",
  "type_arguments",
  "type_parameters",
  "optional_chain",
]);

function body(node: SyntaxNode | null): Tree[] {
  if (node === null) return [];
  return node.kind === "statement_block" || node.kind === "class_static_block"
    ? withPrototypeClasses(node.children.flatMap(statement))
    : statement(node);
}

function statement(node: SyntaxNode): Tree[] {
  const at = node.at;
  if (IGNORED.has(node.kind)) return [];
  switch (node.kind) {
    case "lexical_declaration":
    case "variable_declaration":
      return node.children.map(declarator);
    case "expression_statement":
      return node.children.map(read);
    case "export_statement": {
      const inner = node.field("declaration") ?? node.field("value");
      if (inner === null) return [];
      return inner === node.field("value") ? [read(inner)] : statement(inner);
    }
    case "function_declaration":
    case "generator_function_declaration":
      return [functionOf(node, "function", node.field("name")?.text ?? null)];
    case "class_declaration":
    case "abstract_class_declaration":
      return [classOf(node)];
    case "interface_declaration":
    case "type_alias_declaration":
      return typeOf(node);
    case "if_statement":
      return [{
        type: "if",
        at,
        test: read(node.field("condition")!),
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
          test: node.field("condition") ? read(node.field("condition")!) : null,
          body: [
            ...body(node.field("body")),
            ...(node.field("increment") ? [read(node.field("increment")!)] : []),
          ],
        },
      ];
    case "for_in_statement":
      return [{
        type: "loop",
        at,
        target: node.field("left") ? read(node.field("left")!) : null,
        iterable: node.field("right") ? iterableOf(node, read(node.field("right")!)) : null,
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
        test: read(node.field("condition")!),
        body: body(node.field("body")),
      }];
    case "return_statement":
    case "throw_statement":
    case "break_statement":
    case "continue_statement":
      return [{
        type: "return",
        at,
        value: /return|throw/.test(node.kind) && node.children[0] ? read(node.children[0]) : null,
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
        read(node.field("value")!),
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
        : [read(node)];
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
    : [read(node)];
}

function clause(node: SyntaxNode): Tree[] {
  return body(node.field("body") ?? node.children.at(-1) ?? null);
}

function declarator(node: SyntaxNode): Tree {
  return {
    type: "assign",
    at: node.at,
    target: read(node.field("name") ?? node.children[0]!),
    operator: "=",
    value: maybe(node.field("value")),
    annotation: annotation(node),
    declares: true,
  };
}

function annotation(node: SyntaxNode): string | null {
  const type = node.field("type")?.text.replace(/^:\s*/, "");
  return type ?? typeOfMade(node.field("value"));
}

/** `new Set<Session>()` says what it holds as `Set<Session>` does. */
function typeOfMade(value: SyntaxNode | null): string | null {
  if (value?.kind !== "new_expression") return null;
  const types = value.field("type_arguments")?.text;
  const name = value.field("constructor")?.text ?? "";
  return types !== undefined && /^(Map|Set|Array)$/.test(name) ? name + types : null;
}

function importOf(node: SyntaxNode): Tree {
  const names: { local: string; imported: string }[] = [];
  const collect = (part: SyntaxNode): void => {
    if (part.kind === "import_specifier") {
      const imported = part.field("name")!.text;
      names.push({ local: part.field("alias")?.text ?? imported, imported });
    } else if (part.kind === "identifier") {
      names.push({ local: part.text, imported: "default" });
    } else if (part.kind === "namespace_import") {
      names.push({ local: part.children[0]!.text, imported: "*" });
    } else part.children.forEach(collect);
  };
  node.children.filter((part) => part.kind === "import_clause").forEach(collect);
  const source = node.field("source")?.text.slice(1, -1) ?? "";
  return { type: "import", at: node.at, source, names };
}

function classOf(node: SyntaxNode): Tree {
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
    members: (node.field("body")?.children ?? []).flatMap(member),
  };
}

/** The fields that an object type promises, as a class without values. */
function typeOf(node: SyntaxNode): Tree[] {
  const shape = node.field("body") ?? node.field("value");
  if (shape === null || !/^(interface_body|object_type)$/.test(shape.kind)) return [];
  const members = shape.children.filter((part) => part.kind === "property_signature")
    .map((part): Tree => ({
      type: "field",
      at: part.at,
      name: propertyName(part.field("name") ?? part.children[0]!),
      annotation: annotation(part),
      value: null,
      isStatic: false,
    }));
  const name = node.field("name")?.text ?? null;
  return [{ type: "class", at: node.at, name, bases: [], decorators: [], members }];
}

function member(node: SyntaxNode): Tree[] {
  switch (node.kind) {
    case "method_definition":
    case "abstract_method_signature":
      return [method(node)];
    case "public_field_definition":
    case "field_definition": {
      const name = node.field("name") ?? node.field("property") ?? node.children[0]!;
      return [{
        type: "field",
        at: node.at,
        name: propertyName(name),
        annotation: annotation(node),
        value: maybe(node.field("value")),
        isStatic: node.tokens.includes("static"),
      }];
    }
    case "class_static_block":
      return [{
        type: "function",
        at: node.at,
        name: "static",
        parameters: [],
        body: body(node.field("body") ?? node.children.at(-1) ?? null),
        role: "static",
        decorators: [],
        isAbstract: false,
        isGenerator: false,
      }];
    default:
      return [];
  }
}

function method(node: SyntaxNode): FunctionTree {
  const tokens = node.tokens;
  const role = tokens.includes("static")
    ? "static"
    : tokens.includes("get")
    ? "getter"
    : tokens.includes("set")
    ? "setter"
    : "method";
  return functionOf(node, role, propertyName(node.field("name")!));
}

function propertyName(node: SyntaxNode): string {
  if (node.kind === "computed_property_name") return `[${node.children[0]?.text ?? ""}]`;
  return node.kind === "string" ? node.text.slice(1, -1) : node.text;
}

function functionOf(
  node: SyntaxNode,
  role: FunctionTree["role"],
  name: string | null,
): FunctionTree {
  const block = node.field("body");
  const single = node.field("parameter");
  const list = node.field("parameters")?.children ?? [];
  return {
    type: "function",
    at: node.at,
    name,
    parameters: single ? [simple(single)] : list.map(parameter),
    body: block === null ? [] : block.kind === "statement_block" ? body(block) : [
      { type: "return", at: block.at, value: read(block), exit: "return" },
    ],
    role,
    decorators: [],
    isAbstract: node.kind === "abstract_method_signature",
    isGenerator: node.tokens.includes("*"),
  };
}

function simple(node: SyntaxNode): Parameter {
  const isName = node.kind === "identifier";
  return {
    name: isName ? node.text : "",
    target: isName ? null : read(node),
    annotation: null,
    value: null,
    rest: "no",
    stored: false,
    at: node.at,
  };
}

function parameter(node: SyntaxNode): Parameter {
  if (node.kind !== "required_parameter" && node.kind !== "optional_parameter") {
    if (node.kind === "assignment_pattern") {
      return { ...simple(node.children[0]!), value: read(node.children[1]!), at: node.at };
    }
    if (node.kind === "rest_pattern") {
      return { ...simple(node.children[0]!), rest: "list", at: node.at };
    }
    return simple(node);
  }
  const pattern = node.field("pattern") ?? node.children[0]!;
  const isRest = pattern.kind === "rest_pattern";
  return {
    ...simple(isRest ? pattern.children[0]! : pattern),
    annotation: annotation(node),
    value: maybe(node.field("value")),
    rest: isRest ? "list" : "no",
    stored: node.children.some((part) => part.kind === "accessibility_modifier") ||
      node.tokens.includes("readonly"),
    at: node.at,
  };
}

function maybe(node: SyntaxNode | null): Tree | null {
  return node === null ? null : read(node);
}

function read(node: SyntaxNode): Tree {
  const at = node.at;
  const child = (index: number): Tree => read(node.children[index]!);
  const all = (): Tree[] => node.children.filter((part) => !IGNORED.has(part.kind)).map(read);
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
          .map((part) => read(part.children[0]!)),
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
        object: read(node.field("object")!),
        property: node.field("property")!.text,
      };
    case "subscript_expression":
      return {
        type: "index",
        at,
        object: read(node.field("object")!),
        index: read(node.field("index")!),
        slice: null,
      };
    case "call_expression":
    case "new_expression":
      return call(node);
    case "array":
    case "array_pattern":
      return { type: "collection", at, shape: "list", entries: entries(node) };
    case "object":
    case "object_pattern":
      return { type: "collection", at, shape: "map", entries: entries(node) };
    case "arrow_function":
      return functionOf(node, "arrow", null);
    case "function_expression":
    case "function":
    case "generator_function":
      return functionOf(node, "function", node.field("name")?.text ?? null);
    case "class":
      return classOf(node);
    case "assignment_expression":
    case "augmented_assignment_expression":
      return {
        type: "assign",
        at,
        target: read(node.field("left")!),
        operator: node.tokens.find((token) => token.endsWith("=")) ?? "=",
        value: read(node.field("right")!),
        annotation: null,
        declares: false,
      };
    case "ternary_expression":
      return {
        type: "choice",
        at,
        test: read(node.field("condition")!),
        options: [read(node.field("consequence")!), read(node.field("alternative")!)],
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
      return read(node.children.at(-1)!);
    case "assignment_pattern":
    case "object_assignment_pattern":
      return child(0);
    default:
      return /_declaration$|_statement$|^statement_block$/.test(node.kind)
        ? { type: "block", at, body: statement(node), kind: node.kind }
        : { type: "other", at, children: all() };
  }
}

function call(node: SyntaxNode): Tree {
  const construct = node.kind === "new_expression";
  const callee = node.field(construct ? "constructor" : "function")!;
  const list = node.field("arguments");
  const args = list === null ? [] : list.kind === "arguments" ? list.children : [list];
  return {
    type: "call",
    at: node.at,
    callee: named(read(callee)),
    args: args.map(read),
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

function entries(node: SyntaxNode): Entry[] {
  return node.children.map((part): Entry => {
    const at = part.at;
    const key = (name: SyntaxNode): Tree =>
      name.kind === "computed_property_name"
        ? read(name.children[0]!)
        : { type: "text", at: name.at, value: propertyName(name) };
    switch (part.kind) {
      case "pair":
      case "pair_pattern":
        return {
          key: key(part.field("key")!),
          value: read(part.field("value")!),
          spread: false,
        };
      case "spread_element":
      case "rest_pattern":
        return { key: null, value: read(part.children[0]!), spread: true };
      case "shorthand_property_identifier":
      case "shorthand_property_identifier_pattern":
        return { key: { type: "text", at, value: part.text }, value: read(part), spread: false };
      case "object_assignment_pattern": {
        const name = part.children[0]!;
        return { key: { type: "text", at, value: name.text }, value: read(name), spread: false };
      }
      case "method_definition":
        return { key: key(part.field("name")!), value: method(part), spread: false };
      default:
        return { key: null, value: read(part), spread: false };
    }
  });
}
