/**
 * Finds what tslab breaks: `{ cycles }` where `cycles` was declared in an earlier cell. tslab reads
 * names of earlier cells from an object and rewrites every mention but this one, so the cell fails
 * with "cycles is not defined"; `{ cycles: cycles }` works.
 *
 * @module
 */
import { Lang, parse, type SgNode } from "@ast-grep/napi";

/** A shorthand property that tslab breaks. */
export interface BrokenShorthand {
  /** Index of the cell among those given. */
  readonly cell: number;
  /** Line in the cell, from 0. */
  readonly line: number;
  readonly name: string;
}

/** Returns the shorthand properties in `sources`, code cells in order, of names of earlier cells. */
export function findBrokenShorthands(sources: readonly string[]): readonly BrokenShorthand[] {
  const known = new Set<string>();
  const found: BrokenShorthand[] = [];
  for (const [cell, source] of sources.entries()) {
    const root = parse(Lang.TypeScript, source).root();
    const own = declaredNames(root);
    for (const node of root.findAll({ rule: { kind: "shorthand_property_identifier" } })) {
      const name = node.text();
      if (!known.has(name) || own.includes(name)) continue;
      found.push({ cell, line: node.range().start.line, name });
    }
    own.forEach((name) => known.add(name));
  }
  return found;
}

/** Names that the top level of a cell declares or imports. */
function declaredNames(root: SgNode): readonly string[] {
  return root.children().flatMap((child) => {
    switch (child.kind()) {
      case "export_statement":
        return declaredNames(child);
      case "import_statement":
        return importedNames(child);
      case "lexical_declaration":
        return child.children().filter((node) => node.kind() === "variable_declarator")
          .flatMap((node) => boundNames(node.field("name")));
      default: {
        const isNamed = /^(function|generator_function|class)_declaration$/.test(
          String(child.kind()),
        );
        return isNamed ? boundNames(child.field("name")) : [];
      }
    }
  });
}

function importedNames(statement: SgNode): readonly string[] {
  const rule = {
    any: [
      { kind: "import_specifier" },
      { kind: "namespace_import" },
      { kind: "identifier", inside: { kind: "import_clause" } },
    ],
  };
  return statement.findAll({ rule }).map((node) => node.text().split(/\s+as\s+/).at(-1)!.trim());
}

/** Names in a binding: an identifier, or the leaves of a destructuring pattern. */
function boundNames(name: SgNode | null): readonly string[] {
  if (name === null) return [];
  if (/^(type_)?identifier$/.test(String(name.kind()))) return [name.text()];
  const rule = {
    any: [{ kind: "identifier" }, { kind: "shorthand_property_identifier_pattern" }],
  };
  return name.findAll({ rule }).map((node) => node.text());
}
