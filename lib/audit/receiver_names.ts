/**
 * Tells what an expression names: of `a.b.get(c).d` the names on the way, whether the last of them
 * is a known one, and whether a variable stands for something got out of what is known.
 *
 * @module
 */

import type { SgNode } from "@ast-grep/napi";
import type { VariableValues } from "./variable_values.ts";

const MOST_ALIASES = 3; // variables in a row, each got out of the one before

/** Later names on the path are nearer to the holder. */
export function nameScore(found: readonly string[], names: readonly string[]): number {
  let score = 0;
  for (const name of found) score = Math.max(score, names.lastIndexOf(name) + 1);
  return score;
}

/** Identifiers of `a.b[c].d`, without arguments and indices. */
export function lastNames(node: SgNode | null): string[] {
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

/** Whether what an expression names last, of itself or of what it is got out of, is a known name. */
export function isOwnName(node: SgNode | null, names: readonly string[]): boolean {
  const { name } = ownName(node);
  return names.includes(name) || names.includes(name.replace(/^#/, ""));
}

/** Whether a variable was given what another one of a known name holds: `let next = current`. */
export function standsFor(
  node: SgNode | null,
  name: string | undefined,
  values: VariableValues,
): boolean {
  if (node?.kind() !== "identifier" || name === undefined) return false;
  return values.of(node).some((value) => value.text() === name);
}

/**
 * How deep inside of what the last of the names names an expression is: 1 for `rows.get(key)`, or for
 * a variable that was given it; 0 where it is not inside.
 */
export function insideOf(
  node: SgNode,
  names: readonly string[],
  values: VariableValues,
  left: number = MOST_ALIASES,
): number {
  const { name, depth, variable } = ownName(node);
  // A variable may be called as the property that it was got out of.
  if (variable !== undefined && left > 0) {
    for (const value of values.of(variable)) {
      const inside = insideOf(value, names, values, left - 1);
      if (inside > 0) return inside + depth;
    }
  }
  return name.replace(/^#/, "") === names.at(-1) ? depth : 0;
}

/** The name of a variable or property, and how many times something is got out of it. */
function ownName(
  node: SgNode | null,
): { name: string; depth: number; variable?: SgNode } {
  let depth = 0;
  for (let at = node; at !== null;) {
    switch (at.kind()) {
      case "identifier":
        return { name: at.text(), depth, variable: at };
      case "member_expression":
        return { name: at.field("property")?.text() ?? "", depth };
      case "subscript_expression":
        depth++;
        at = at.field("object");
        break;
      case "call_expression": {
        const callee = at.field("function");
        if (callee?.kind() !== "member_expression") return { name: "", depth };
        depth++;
        at = callee.field("object");
        break;
      }
      case "non_null_expression":
      case "binary_expression": // rows.get(key) ?? []
        at = at.child(0);
        break;
      case "parenthesized_expression":
        at = at.child(1);
        break;
      default:
        return { name: "", depth };
    }
  }
  return { name: "", depth };
}
