/**
 * Where in a YAML text a key or a value stands.
 *
 * @module
 */
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type LineCounter } from "yaml";
import type { Node, Pair } from "yaml";

/** Keys and indices from the root to a value. */
export type KeyPath = readonly (string | number)[];

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Returns where the value at `path` stands, or its key with `part` "key". Where the path leads to
 * nothing (a missing key), the nearest enclosing key.
 */
export function positionOf(
  document: Document,
  lines: LineCounter,
  path: KeyPath,
  part: "key" | "value",
): Position {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const found = enter(document, node, step);
    if (found === undefined) break;
    node = found.value;
    const isLast = depth === path.length - 1;
    const start: Node | null = isLast && part === "key" ? found.key : found.value ?? found.key;
    // A section's value starts at its first inner key; its own key is the better place to point at.
    const place: Node | null = (isMap(start) || isSeq(start)) && !start.flow ? found.key : start;
    offset = place?.range?.[0] ?? offset;
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function enter(document: Document, from: Node | null, step: string | number) {
  const node = isAlias(from) ? from.resolve(document) ?? null : from;
  if (isSeq(node)) {
    const item = node.items[Number(step)] as Node | undefined;
    return item === undefined ? undefined : { key: item, value: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isPair(item) && keyOf(item) === String(step));
  return pair && { key: pair.key as Node, value: pair.value as Node | null };
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}
