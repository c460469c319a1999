/**
 * Finds, in the syntax tree of a source file, the expression that makes something grow. Profiles
 * know only the function; inside it the expression that fills the container named by the retainer
 * path is the best witness, then a call that adds to something, then an allocation.
 *
 * @module
 */

import { Lang, parse, type SgNode } from "@ast-grep/napi";
import type { SourcePlace, SourcePositions } from "./source_position.ts";

/** What is known of the growth from other witnesses. */
export interface GrowthHints {
  /** Names of variables and properties on the retainer path, the holder last. */
  readonly names: readonly string[];
  /** Classes of what is held. */
  readonly classes: readonly string[];
  /** Class of the holder, such as `Map`; it says which calls can fill it. */
  readonly holderClass?: string;
}

/** An expression with the weight of the evidence for it. */
export interface FoundExpression extends SourcePlace {
  readonly function: string;
  readonly score: number;
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  "function_declaration",
  "function_expression",
  "generator_function",
  "generator_function_declaration",
  "arrow_function",
  "method_definition",
]);
const ADDING =
  /^(push|unshift|splice|set|add|append|concat|enqueue|put|insert|register|subscribe|on|once|addListener|prependListener|addEventListener|prependOnceListener|then|catch|finally|observe|watch|track|pipe|fill|attach|connect|listen|use|write|grow|defineProperty|assign|setInterval|setTimeout|setImmediate|for|listen|open|openSync|createReadStream|createWriteStream)$/;
/** Stands for the class of a holder in which an emitter or an event target keeps its listeners. */
export const LISTENERS = "(listeners)";

/** Calls that fill a holder of a class; other calls on the same name do something else. */
const FILLERS: Readonly<Record<string, RegExp>> = {
  Array: /^(push|unshift|splice|fill|concat)$/,
  Map: /^set$/,
  WeakMap: /^set$/,
  Set: /^add$/,
  Promise: /^(then|catch|finally)$/,
  FinalizationRegistry: /^register$/,
  [LISTENERS]: /^(on|once|addListener|prepend(Once)?Listener|addEventListener|pipe|any)$/,
};
const SCOPES: ReadonlySet<string> = new Set([
  ...FUNCTIONS,
  "program",
  "statement_block",
  "for_statement",
  "for_in_statement",
  "switch_body",
]);
const ENDLESS = /^(for\s*\(\s*;\s*;|for\s+await\b|while\s*\(\s*(true|1)\s*\))/;
const LINK = /^_?(next|prev|previous|head|tail|first|last|parent|link)$/i;
const SEEN_RANK = 10; // above that of any declaration elsewhere
const SCORES = { adds: 100, fills: 60, assigns: 90, call: 30, make: 12, literal: 8, lost: 0 };

/** The syntax trees of a run's sources. */
export class GrowthSyntax {
  readonly #positions: SourcePositions;
  readonly #roots = new Map<string, SgNode | null>();

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
    let best: { node: SgNode; score: number } | null = null;
    for (const node of descendants(within)) {
      const full = scoreOf(node, hints);
      if (full <= (best?.score ?? 0)) continue;
      // What stands in no function runs once, and adds nothing per cycle: but for endless loops.
      const score = isInFunction(node) || isInEndlessLoop(node) ? full : full / 2;
      if (score > (best?.score ?? 0) && isReached(placeOf(node, file))) best = { node, score };
    }
    if (best === null) return null;
    return { ...placeOf(best.node, file), function: functionName(best.node), score: best.score };
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

function languageOf(file: string): Lang {
  if (/\.[jt]sx$/.test(file)) return Lang.Tsx;
  return /\.[cm]?ts$/.test(file) ? Lang.TypeScript : Lang.JavaScript;
}

function* descendants(root: SgNode): Generator<SgNode> {
  const pending: SgNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    pending.push(...node.children().reverse());
  }
}

/** The function whose parameters start nearest to a place; an engine's position is their "(". */
function findFunction(root: SgNode, start: SourcePlace): SgNode | null {
  let best: SgNode | null = null;
  let nearest = Infinity;
  for (const node of descendants(root)) {
    if (!FUNCTIONS.has(String(node.kind()))) continue;
    const parameters = node.field("parameters") ?? node.field("parameter") ?? node;
    for (const range of [parameters.range(), node.range()]) {
      const lines = Math.abs(range.start.line + 1 - start.line);
      const distance = lines * 1000 + Math.abs(range.start.column + 1 - start.column);
      if (distance < nearest) {
        nearest = distance;
        best = node;
      }
    }
  }
  if (nearest < 3000) return best ?? root;
  return null;
}

function scoreOf(node: SgNode, hints: GrowthHints): number {
  switch (node.kind()) {
    case "call_expression":
      return scoreCall(node, hints);
    case "assignment_expression":
    case "augmented_assignment_expression":
      return scoreAssignment(node, hints);
    case "new_expression":
      return SCORES.make +
        (hints.classes.includes(node.field("constructor")?.text() ?? "") ? 10 : 0);
    case "object":
    case "array":
    case "template_string":
      return isDeclaredConstant(node) ? SCORES.lost : SCORES.literal;
    case "arrow_function":
    case "function_expression":
      return hints.classes.some((name) => name.startsWith("function")) ? SCORES.literal : 0;
    default:
      return 0;
  }
}

/** A literal that a module sets up once is no growth. */
function isDeclaredConstant(node: SgNode): boolean {
  const parent = node.parent();
  return parent?.kind() === "variable_declarator" &&
    parent.parent()?.parent()?.kind() === "program";
}

function scoreCall(node: SgNode, hints: GrowthHints): number {
  const callee = node.field("function");
  if (callee === null) return 0;
  if (callee.kind() !== "member_expression") {
    return ADDING.test(callee.text()) ? SCORES.call : 0;
  }
  const method = callee.field("property")?.text() ?? "";
  if (!ADDING.test(method) || method === "splice" && !inserts(node)) return 0;
  const named = nameScore(lastNames(callee.field("object")), hints.names);
  const fillers = FILLERS[hints.holderClass ?? ""];
  if (fillers !== undefined && !fillers.test(method)) {
    // Adding to something on the path that is not the holder itself.
    return named > 0 && named < hints.names.length ? SCORES.call + named : SCORES.make;
  }
  if (named > 0) return SCORES.adds + named;
  if (fillers === undefined) return SCORES.call;
  // A local name for what was got out of the holder, where the holder is spoken of.
  return SCORES.fills + (isNearName(node, hints.names) ? 1 : 0);
}

function isNearName(node: SgNode, names: readonly string[]): boolean {
  let around: SgNode | null = null;
  for (let at = node.parent(); at !== null; at = at.parent()) {
    if (!FUNCTIONS.has(String(at.kind()))) continue;
    around = at;
    if (at.kind() !== "arrow_function") break;
  }
  const words = new Set(around?.text().match(/[\w$]+/g));
  return names.some((name) => words.has(name));
}

/** Whether a call of `splice` has something to put in, after the place and the count. */
function inserts(call: SgNode): boolean {
  const values = call.field("arguments")?.children().filter((child) => child.isNamed()) ?? [];
  return values.length > 2;
}

function scoreAssignment(node: SgNode, hints: GrowthHints): number {
  const left = node.field("left");
  if (left === null) return 0;
  const named = nameScore(lastNames(left), hints.names);
  if (named === 0) return left.kind() === "subscript_expression" ? SCORES.call - 5 : 0;
  const right = node.field("right")?.text() ?? "";
  // Emptying a container is the opposite of filling it.
  if (/^(\[\]|null|undefined|new (Map|Set)\(\)|\{\})$/.test(right)) return 1;
  // A property of what is named, or of what stands in it, is written over again and again; so is
  // what leads to the holder, and the holder itself, unless the new value is made from the old one
  // or is a further link.
  const isDirect = nameScore(lastNames(left).slice(0, 2), hints.names) === named;
  const [own = ""] = lastNames(left);
  const isRenewed = named === hints.names.length && mentions(right, own);
  const isReplaced = node.kind() === "assignment_expression" &&
    left.kind() !== "subscript_expression" && !isRenewed && !LINK.test(own);
  return (isDirect && !isReplaced ? SCORES.assigns : SCORES.call) + named;
}

function mentions(text: string, name: string): boolean {
  return text.match(/[\w$]+/g)?.includes(name) ?? false;
}

/** Later names on the path are nearer to the holder. */
function nameScore(found: readonly string[], names: readonly string[]): number {
  let score = 0;
  for (const name of found) score = Math.max(score, names.lastIndexOf(name) + 1);
  return score;
}

/** Identifiers of `a.b[c].d`, without arguments and indices. */
function lastNames(node: SgNode | null): string[] {
  const names: string[] = [];
  for (let at = node; at !== null;) {
    const kind = at.kind();
    if (kind === "member_expression") {
      names.push((at.field("property")?.text() ?? "").replace(/^#/, ""));
      names.push(at.field("property")?.text() ?? "");
      at = at.field("object");
    } else if (kind === "subscript_expression") {
      at = at.field("object");
    } else if (kind === "call_expression") {
      at = at.field("function");
    } else if (kind === "non_null_expression" || kind === "parenthesized_expression") {
      at = at.child(kind === "non_null_expression" ? 0 : 1);
    } else {
      names.push(at.text());
      break;
    }
  }
  return names.filter((name) => name !== "" && name !== "this");
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

/** The block, function or file in which the variable of a declarator is known. */
function scopeOf(declarator: SgNode): SgNode {
  let scope = declarator;
  for (let at = declarator.parent(); at !== null; at = at.parent()) {
    scope = at;
    if (SCOPES.has(String(at.kind()))) break;
  }
  return scope;
}

function contains(node: SgNode, { line, column }: SourcePlace): boolean {
  const { start, end } = node.range();
  const isAfter = start.line + 1 < line || start.line + 1 === line && start.column + 1 <= column;
  return isAfter && (end.line + 1 > line || end.line + 1 === line && end.column + 1 >= column);
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

/** Whether a function inside a node, or the node itself where it is one, holds a place. */
function isInOwnFunction(node: SgNode, place: SourcePlace): boolean {
  for (const inner of descendants(node)) {
    if (FUNCTIONS.has(String(inner.kind())) && contains(inner, place)) return true;
  }
  return false;
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

function placeOf(node: SgNode, file: string): SourcePlace {
  const { line, column } = node.range().start;
  return { file, line: line + 1, column: column + 1 };
}

function isInEndlessLoop(node: SgNode): boolean {
  for (let at = node.parent(); at !== null; at = at.parent()) {
    if (ENDLESS.test(at.text())) return true;
  }
  return false;
}

function isInFunction(node: SgNode): boolean {
  for (let at = node.parent(); at !== null; at = at.parent()) {
    if (FUNCTIONS.has(String(at.kind()))) return true;
  }
  return false;
}

/** Name of the function around a node: its own, or that of the variable it is assigned to. */
function functionName(node: SgNode): string {
  for (let at = node.parent(); at !== null; at = at.parent()) {
    if (!FUNCTIONS.has(String(at.kind()))) continue;
    const own = at.field("name")?.text();
    if (own !== undefined) return own;
    const parent = at.parent();
    const named = parent?.field("name") ?? parent?.field("left") ?? parent?.field("key");
    if (named !== null && named !== undefined) return named.text();
  }
  return "(module)";
}
