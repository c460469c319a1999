/**
 * Parses one source file with ast-grep and gives its named nodes by field and by position.
 * Python's grammar is a prebuilt library that ast-grep loads at run time; it is registered on
 * first use, since ast-grep accepts that exactly once per process.
 *
 * @module
 */
import { createRequire } from "node:module";
import { extname } from "node:path";
import { Lang, parse, registerDynamicLanguage } from "@ast-grep/napi";
import type { SgNode } from "@ast-grep/napi";
import type { At } from "./tree.ts";

/** Languages that phase 1 reads. */
export type Language = "typescript" | "tsx" | "javascript" | "python";

const LANGUAGES: Readonly<Record<string, Language>> = {
  ".ts": "typescript",
  ".mts": "typescript",
  ".cts": "typescript",
  ".tsx": "tsx",
  ".js": "javascript",
  ".mjs": "javascript",
  ".cjs": "javascript",
  ".jsx": "javascript",
  ".py": "python",
};

/** Returns the language of a file by its extension, or null where phase 1 cannot read it. */
export function languageOf(file: string): Language | null {
  return LANGUAGES[extname(file).toLowerCase()] ?? null;
}

/** A named node of a syntax tree; comments and broken lines are left out. */
export class SyntaxNode {
  readonly #node: SgNode;
  readonly #source: string;
  #children: readonly SyntaxNode[] | null = null;
  /** Kind of the grammar, for example `call_expression`. */
  readonly kind: string;
  /** Position in the source. */
  readonly at: At;

  /** Wraps an ast-grep node of the given source. */
  constructor(node: SgNode, source: string) {
    this.#node = node;
    this.#source = source;
    this.kind = String(node.kind());
    const { start, end } = node.range();
    this.at = {
      start: start.index,
      end: end.index,
      line: start.line + 1,
      column: start.column + 1,
    };
  }

  /** Source text. */
  get text(): string {
    return this.#source.slice(this.at.start, this.at.end);
  }

  /** Named children in source order. */
  get children(): readonly SyntaxNode[] {
    this.#children ??= this.#node.namedChildren()
      .map((child) => new SyntaxNode(child, this.#source))
      .filter((child) => !/^(comment|line_continuation)$/.test(child.kind));
    return this.#children;
  }

  /** Child in a field of the grammar, or null. */
  field(name: string): SyntaxNode | null {
    const child = this.#node.field(name);
    return child === null ? null : new SyntaxNode(child, this.#source);
  }

  /** Text of the anonymous tokens among the children, such as operators and keywords. */
  get tokens(): readonly string[] {
    return this.#node.children().filter((child) => !child.isNamed()).map((child) => child.text());
  }
}

/** Parsed file. */
export interface Parsed {
  readonly root: SyntaxNode;
  /** Where the grammar could not go on, or null. */
  readonly error: { readonly line: number; readonly column: number; readonly text: string } | null;
  /** Runs an ast-grep rule and returns where it matches. */
  match(rule: object): readonly At[];
}

let pythonRegistered = false;

/**
 * Parses a source text.
 *
 * @throws {Error} When the grammar of the language cannot be loaded on this machine.
 */
export function parseSource(source: string, language: Language): Parsed {
  if (language === "python") registerPython();
  // The grammar does not know `export type *` yet; blanks keep every position.
  const known = source.replace(/\bexport type \*/g, "export      *");
  const root = parse(GRAMMARS[language], known).root() as SgNode;
  return {
    root: new SyntaxNode(root, source),
    error: firstError(root),
    match: (rule) => root.findAll({ rule }).map((node) => new SyntaxNode(node, source).at),
  };
}

const GRAMMARS: Readonly<Record<Language, string>> = {
  typescript: Lang.TypeScript,
  tsx: Lang.Tsx,
  javascript: Lang.JavaScript,
  python: "python",
};

function registerPython(): void {
  if (pythonRegistered) return;
  const require = createRequire(import.meta.url);
  try {
    registerDynamicLanguage({ python: require("@ast-grep/lang-python") });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot read Python as the grammar of @ast-grep/lang-python must load: ${reason}`,
    );
  }
  pythonRegistered = true;
}

/** The grammar stumbles over some types of TypeScript; nothing that runs stands in them. */
function isInType(node: SgNode): boolean {
  return node.ancestors().some((outer) =>
    /^(interface_declaration|type_alias_declaration|ambient_declaration|type_annotation)$/.test(
      String(outer.kind()),
    )
  );
}

/** The first place that does not parse. A node without text is a token that the parser missed. */
function firstError(root: SgNode): Parsed["error"] {
  const broken = { rule: { any: [{ kind: "ERROR" }, { regex: "^$" }] } };
  const node = root.kind() === "ERROR"
    ? root
    : root.text() === ""
    ? null
    : root.findAll(broken).find((one) => !isInType(one)) ?? null;
  if (node === null) return null;
  const { start } = node.range();
  const first = node.text().split("\n", 1)[0]!.trim().slice(0, 60);
  const text = first === "" ? `missing ${String(node.kind())}` : first;
  return { line: start.line + 1, column: start.column + 1, text };
}
