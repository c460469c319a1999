/**
 * Weighs how likely an expression makes something grow: what fills the container that the retainer
 * path names first, then a call that adds to something, then an allocation.
 *
 * @module
 */

import type { SgNode } from "@ast-grep/napi";
import { FUNCTIONS } from "./syntax_nodes.ts";

/** What is known of the growth from other witnesses. */
export interface GrowthHints {
  /** Names of variables and properties on the retainer path, the holder last. */
  readonly names: readonly string[];
  /** Classes of what is held. */
  readonly classes: readonly string[];
  /** Class of the holder, such as `Map`; it says which calls can fill it. */
  readonly holderClass?: string;
}

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
const LINK = /^_?(next|prev|previous|head|tail|first|last|parent|link)$/i;
const SCORES = { adds: 100, fills: 60, assigns: 90, call: 30, make: 12, literal: 8, lost: 0 };

/** Weighs the evidence that something grows at a node; 0 where there is none. */
export function scoreOf(node: SgNode, hints: GrowthHints): number {
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
