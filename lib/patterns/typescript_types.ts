/**
 * Reads what a TypeScript source declares and no expression computes: types, names of properties,
 * imports.
 *
 * @module
 */
import type { SyntaxNode } from "./syntax.ts";
import type { Tree } from "./tree.ts";

/** Returns the type that a declaration promises, or null. */
export function annotation(node: SyntaxNode): string | null {
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

/** Reads an import. */
export function importOf(node: SyntaxNode): Tree {
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

/** The fields that an object type promises, as a class without values. */
export function typeOf(node: SyntaxNode): Tree[] {
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

/** Returns the name of a property as it is written, a computed one in brackets. */
export function propertyName(node: SyntaxNode): string {
  if (node.kind === "computed_property_name") return `[${node.children[0]?.text ?? ""}]`;
  return node.kind === "string" ? node.text.slice(1, -1) : node.text;
}
