/**
 * Finds, in the syntax tree of a source file, the expression that makes something grow. Profiles
 * know only the function; inside it the expression that fills the container named by the retainer
 * path is the best witness, then a call that adds to something, then an allocation.
 *
 * @module
 */

import { parse, type SgNode } from "@ast-grep/napi";
import { type GrowthHints, scoreOf } from "./growth_score.ts";
import type { SourcePlace, SourcePositions } from "./source_position.ts";
import {
  contains,
  descendants,
  findFunction,
  functionName,
  isInEndlessLoop,
  isInFunction,
  isInOwnFunction,
  languageOf,
  placeOf,
  scopeOf,
} from "./syntax_nodes.ts";
import { VariableValues } from "./variable_values.ts";

/** An expression with the weight of the evidence for it. */
export interface FoundExpression extends SourcePlace {
  readonly function: string;
  readonly score: number;
  /** Whether another line has as much evidence. */
  readonly isTied: boolean;
}

const SEEN_RANK = 10; // above that of any declaration elsewhere

/** The syntax trees of a run's sources. */
export class GrowthSyntax {
  readonly #positions: SourcePositions;
  readonly #roots = new Map<string, SgNode | null>();
  readonly #values = new Map<string, VariableValues>();

  /** Reads files through `positions`. */
  constructor(positions: SourcePositions) {
    this.#positions = positions;
  }

  /** Finds the likeliest expression in the function that starts at a place; null without a tree. */
  inFunction(
    start: SourcePlace,
    hints: GrowthHints,
    isReached?: (place: SourcePlace) => boolean,
  ): FoundExpression | null {
    const root = this.#rootOf(start.file);
    if (root === null) return null;
    const around = findFunction(root, start);
    if (around === null) return null;
    return this.#best(around, hints, start.file, isReached);
  }

  /** Finds the likeliest expression in a whole file, or in what of it is known to run. */
  inFile(
    file: string,
    hints: GrowthHints,
    isReached?: (place: SourcePlace) => boolean,
  ): FoundExpression | null {
    const root = this.#rootOf(file);
    return root === null ? null : this.#best(root, hints, file, isReached);
  }

  /** Finds the likeliest expression where what is declared at a place is known. */
  inScope(
    declared: SourcePlace,
    hints: GrowthHints,
    isReached?: (place: SourcePlace) => boolean,
  ): FoundExpression | null {
    const root = this.#rootOf(declared.file);
    if (root === null) return null;
    for (const node of descendants(root)) {
      if (node.kind() !== "variable_declarator") continue;
      const { line, column } = placeOf(node, declared.file);
      if (line !== declared.line || column !== declared.column) continue;
      return this.#best(scopeOf(node), hints, declared.file, isReached);
    }
    return this.#best(root, hints, declared.file, isReached);
  }

  /**
   * Finds where a variable, field or property of this name is declared in a file: of variables the
   * one that is seen from the place `near`, if there is one.
   */
  declaration(
    file: string,
    name: string,
    near?: SourcePlace,
  ): (SourcePlace & { kind: string; value: string }) | null {
    const root = this.#rootOf(file);
    if (root === null) return null;
    let best: (SourcePlace & { kind: string; value: string }) | null = null;
    let rank = 0;
    for (const node of descendants(root)) {
      const found = declares(node, name);
      if (found === null) continue;
      const isSeen = near?.file === file && node.kind() === "variable_declarator" &&
        contains(scopeOf(node), near);
      // Scopes around one place are nested: the later they start, the nearer they are.
      const own = isSeen ? SEEN_RANK + scopeOf(node).range().start.index : found.rank;
      if (own > rank) {
        rank = own;
        best = { ...placeOf(node, file), kind: found.kind, value: found.value };
      }
    }
    return best;
  }

  /** Finds the first variable whose own value matches, not that of a variable inside it. */
  declarationOf(
    file: string,
    value: RegExp,
  ): (SourcePlace & { kind: string; name: string }) | null {
    const root = this.#rootOf(file);
    if (root === null) return null;
    for (const node of descendants(root)) {
      if (node.kind() !== "variable_declarator") continue;
      if (!value.test(ownText(node.field("value")))) continue;
      const kind = node.parent()?.text().match(/^(const|let|var)/)?.[1] ?? "variable";
      return { ...placeOf(node, file), kind, name: node.field("name")?.text() ?? "" };
    }
    return null;
  }

  /** Name of the function around a place; `(module)` where there is none. */
  functionAround({ file, line, column }: SourcePlace): string {
    const root = this.#rootOf(file);
    let inner: SgNode | null = null;
    for (const node of root === null ? [] : descendants(root)) {
      if (contains(node, { file, line, column })) inner = node;
    }
    return inner === null ? "(module)" : functionName(inner);
  }

  /** Finds the variable, field or property that is given what a place makes; the innermost one. */
  receiverOf(place: SourcePlace): (SourcePlace & { kind: string; name: string }) | null {
    const root = this.#rootOf(place.file);
    let found: (SourcePlace & { kind: string; name: string }) | null = null;
    for (const node of root === null ? [] : descendants(root)) {
      const [name, value] = receives(node);
      // What a function makes is not in the variable that holds the function.
      if (!name || !value || !contains(value, place) || isInOwnFunction(value, place)) continue;
      const keyword = node.parent()?.text().match(/^(const|let|var)\b/)?.[1];
      const kind = keyword ?? (name.kind() === "identifier" ? "variable" : "property");
      found = { ...placeOf(node, place.file), kind, name: name.text() };
    }
    return found;
  }

  /** Names of the variables of a module whose value matches. */
  variablesOf(file: string, value: RegExp): string[] {
    const root = this.#rootOf(file);
    if (root === null) return [];
    return [...descendants(root)].filter((node) =>
      node.kind() === "variable_declarator" && !isInFunction(node) &&
      value.test(node.field("value")?.text() ?? "")
    ).map((node) => node.field("name")?.text() ?? "");
  }

  /** Names of variables made from another one, such as a view of a memory. */
  aliasesOf(file: string, name: string): string[] {
    const root = this.#rootOf(file);
    if (root === null) return [];
    const pattern = new RegExp(`\\b${name.replaceAll("$", "\\$")}\\b`);
    return [...descendants(root)].flatMap((node) =>
      node.kind() === "variable_declarator" && pattern.test(node.field("value")?.text() ?? "")
        ? [node.field("name")?.text() ?? ""]
        : []
    );
  }

  #best(
    within: SgNode,
    hints: GrowthHints,
    file: string,
    isReached: (place: SourcePlace) => boolean = () => true,
  ): FoundExpression | null {
    const values = this.#valuesOf(file);
    const candidates: { node: SgNode; score: number }[] = [];
    for (const node of descendants(within)) {
      const score = scoreOf(node, hints, values);
      // What stands in no function runs once, and adds nothing per cycle: but for endless loops.
      const isRepeated = score > 0 && (isInFunction(node) || isInEndlessLoop(node));
      if (score > 0) candidates.push({ node, score: isRepeated ? score : score / 2 });
    }
    // Whether a place is reached takes longest to say, so the likeliest are asked first.
    candidates.sort((a, b) => b.score - a.score);
    const reached = ({ node }: { node: SgNode }): boolean => isReached(placeOf(node, file));
    const first = candidates.findIndex(reached);
    if (first < 0) return null;
    const { node, score } = candidates[first]!;
    const place = placeOf(node, file);
    const isTied = candidates.slice(first + 1).some((other) =>
      other.score === score && placeOf(other.node, file).line !== place.line && reached(other)
    );
    return { ...place, function: functionName(node), score, isTied };
  }

  #valuesOf(file: string): VariableValues {
    let values = this.#values.get(file);
    if (values === undefined) {
      values = new VariableValues(this.#rootOf(file)!);
      this.#values.set(file, values);
    }
    return values;
  }

  #rootOf(file: string): SgNode | null {
    let root = this.#roots.get(file);
    if (root === undefined) {
      const text = this.#positions.lines(file).join("\n");
      root = text === "" ? null : parse(languageOf(file), text).root();
      this.#roots.set(file, root);
    }
    return root;
  }
}

function declares(
  node: SgNode,
  name: string,
): { rank: number; kind: string; value: string } | null {
  const kind = String(node.kind());
  const value = (): string => node.field("value")?.text() ?? "";
  if (kind === "variable_declarator") {
    if (node.field("name")?.text() !== name) return null;
    const keyword = node.parent()?.text().match(/^(const|let|var)/)?.[1] ?? "variable";
    return { rank: 5, kind: keyword, value: value() };
  }
  if (kind === "public_field_definition" || kind === "field_definition") {
    const own = node.field("name")?.text() ?? node.field("property")?.text();
    return own === name || own === `#${name}` ? { rank: 4, kind: "field", value: value() } : null;
  }
  if (kind === "assignment_expression") {
    const left = node.field("left");
    if (left?.kind() !== "member_expression") return null;
    if (left.field("property")?.text().replace(/^#/, "") !== name.replace(/^#/, "")) return null;
    return { rank: 3, kind: "property", value: node.field("right")?.text() ?? "" };
  }
  if (kind === "pair") {
    return node.field("key")?.text() === name
      ? { rank: 2, kind: "property", value: value() }
      : null;
  }
  return null;
}

/** What a declaration or assignment gives a value to, and the value. */
function receives(node: SgNode): [name: SgNode | null, value: SgNode | null] {
  switch (node.kind()) {
    case "variable_declarator":
      return [node.field("name"), node.field("value")];
    case "assignment_expression":
      return [node.field("left"), node.field("right")];
    case "field_definition":
    case "public_field_definition":
      return [node.field("property") ?? node.field("name"), node.field("value")];
    default:
      return [null, null];
  }
}

/** Text of a value without the variables that are declared inside it. */
function ownText(value: SgNode | null): string {
  if (value === null) return "";
  let text = value.text();
  for (const node of descendants(value)) {
    if (node.kind() === "variable_declarator") text = text.replace(node.text(), "");
  }
  return text;
}
