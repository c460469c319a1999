/**
 * Ways about in the syntax tree of a source file: functions, scopes, loops and places.
 *
 * @module
 */

import { Lang, type SgNode } from "@ast-grep/napi";
import type { SourcePlace } from "./source_position.ts";

/** Kinds of nodes that are functions. */
export const FUNCTIONS: ReadonlySet<string> = new Set([
  "function_declaration",
  "function_expression",
  "generator_function",
  "generator_function_declaration",
  "arrow_function",
  "method_definition",
]);
const SCOPES: ReadonlySet<string> = new Set([
  ...FUNCTIONS,
  "program",
  "statement_block",
  "for_statement",
  "for_in_statement",
  "switch_body",
]);
const LOOPS: ReadonlySet<string> = new Set([
  "for_statement",
  "for_in_statement",
  "while_statement",
]);
const ENDLESS = /^(for\s*\(\s*;\s*;|for\s+await\b|while\s*\(\s*(true|1)\s*\))/;

/** Language of a source file, by its name. */
export function languageOf(file: string): Lang {
  if (/\.[jt]sx$/.test(file)) return Lang.Tsx;
  return /\.[cm]?ts$/.test(file) ? Lang.TypeScript : Lang.JavaScript;
}

/** Yields a node and all below it, in the order of the text. */
export function* descendants(root: SgNode): Generator<SgNode> {
  const pending: SgNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    pending.push(...node.children().reverse());
  }
}

/** The function whose parameters start nearest to a place; an engine's position is their "(". */
export function findFunction(root: SgNode, start: SourcePlace): SgNode | null {
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

/** The block, function or file in which the variable of a declarator is known. */
export function scopeOf(declarator: SgNode): SgNode {
  let scope = declarator;
  for (let at = declarator.parent(); at !== null; at = at.parent()) {
    scope = at;
    if (SCOPES.has(String(at.kind()))) break;
  }
  return scope;
}

/** Whether a place lies in a node. */
export function contains(node: SgNode, { line, column }: SourcePlace): boolean {
  const { start, end } = node.range();
  const isAfter = start.line + 1 < line || start.line + 1 === line && start.column + 1 <= column;
  return isAfter && (end.line + 1 > line || end.line + 1 === line && end.column + 1 >= column);
}

/** Whether a function inside a node, or the node itself where it is one, holds a place. */
export function isInOwnFunction(node: SgNode, place: SourcePlace): boolean {
  for (const inner of descendants(node)) {
    if (FUNCTIONS.has(String(inner.kind())) && contains(inner, place)) return true;
  }
  return false;
}

/** Where a node starts; line and column from 1. */
export function placeOf(node: SgNode, file: string): SourcePlace {
  const { line, column } = node.range().start;
  return { file, line: line + 1, column: column + 1 };
}

/** Whether a node stands in a loop that never ends by itself. */
export function isInEndlessLoop(node: SgNode): boolean {
  for (let at = node.parent(); at !== null; at = at.parent()) {
    if (LOOPS.has(String(at.kind())) && ENDLESS.test(at.text())) return true;
  }
  return false;
}

/** Whether a node stands in a function. */
export function isInFunction(node: SgNode): boolean {
  for (let at = node.parent(); at !== null; at = at.parent()) {
    if (FUNCTIONS.has(String(at.kind()))) return true;
  }
  return false;
}

/** Name of the function around a node: its own, or that of the variable it is assigned to. */
export function functionName(node: SgNode): string {
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
