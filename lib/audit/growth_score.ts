/**
 * Weighs how likely an expression makes something grow: what fills the container that the retainer
 * path names first, then a call that adds to something, then an allocation.
 *
 * @module
 */

import type { SgNode } from "@ast-grep/napi";
import { insideOf, isOwnName, lastNames, nameScore, standsFor } from "./receiver_names.ts";
import { FUNCTIONS } from "./syntax_nodes.ts";
import type { VariableValues } from "./variable_values.ts";

/** What is known of the growth from other witnesses. */
export interface GrowthHints {
  /** Names of variables and properties on the retainer path, the holder last. */
  readonly names: readonly string[];
  /** Classes of what is held. */
  readonly classes: readonly string[];
  /** Class of the holder, such as `Map`; it says which calls can fill it. */
  readonly holderClass?: string;
  /** Whether the holder stands inside what the last name names: a list in a map of lists. */
  readonly isInside?: boolean;
  /** Names by which a chain hangs together; each is given anew with every link. */
  readonly links?: readonly string[];
  /** Event whose listeners grow, where it is known. */
  readonly event?: string;
}

const ADDING =
  /^(push|unshift|splice|set|add|append|concat|enqueue|put|insert|register|subscribe|on|once|addListener|prependListener|addEventListener|prependOnceListener|then|catch|finally|observe|watch|track|pipe|fill|attach|connect|listen|use|write|grow|defineProperty|assign|setInterval|setTimeout|setImmediate|for|listen|open|openSync|createReadStream|createWriteStream)$/;
/** Stands for the class of a holder in which an emitter or an event target keeps its listeners. */
export const LISTENERS = "(listeners)";
/** Stands for the class of what holds the timers that have not fired. */
export const TIMERS = "(timers)";

/** Calls that fill a holder of a class; other calls on the same name do something else. */
const FILLERS: Readonly<Record<string, RegExp>> = {
  Array: /^(push|unshift|splice|fill|concat)$/,
  Map: /^set$/,
  WeakMap: /^set$/,
  Set: /^add$/,
  Promise: /^(then|catch|finally)$/,
  FinalizationRegistry: /^register$/,
  [LISTENERS]: /^(on|once|addListener|prepend(Once)?Listener|addEventListener|listenTo|pipe|any)$/,
  [TIMERS]: /^set(Timeout|Interval|Immediate)$/,
};
const LINK = /^_?(next|prev|previous|head|tail|first|last|parent|link)$/i;
const SCORES = {
  adds: 100,
  fills: 60,
  near: 40,
  assigns: 90,
  call: 30,
  make: 12,
  literal: 8,
  lost: 0,
};

/** Weighs the evidence that something grows at a node of a file; 0 where there is none. */
export function scoreOf(node: SgNode, hints: GrowthHints, values: VariableValues): number {
  switch (node.kind()) {
    case "call_expression":
      return scoreCall(node, hints, values);
    case "assignment_expression":
    case "augmented_assignment_expression":
      return scoreAssignment(node, hints, values);
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

function scoreCall(node: SgNode, hints: GrowthHints, values: VariableValues): number {
  const callee = node.field("function");
  if (callee === null) return 0;
  const fillers = FILLERS[hints.holderClass ?? ""];
  if (callee.kind() !== "member_expression") {
    if (hints.holderClass === TIMERS && fillers?.test(callee.text())) return SCORES.adds;
    return ADDING.test(callee.text()) ? SCORES.call : 0;
  }
  const method = callee.field("property")?.text() ?? "";
  if (!ADDING.test(method) || method === "splice" && !inserts(node)) return 0;
  const receiver = callee.field("object");
  const named = nameScore(lastNames(receiver), hints.names);
  if (fillers !== undefined && !fillers.test(method)) {
    // Adding to something on the path that is not the holder itself.
    return named > 0 && named < hints.names.length ? SCORES.call + named : SCORES.make;
  }
  if (hints.holderClass === LISTENERS && isOtherEvent(node, hints.event)) return SCORES.call;
  if (hints.isInside && receiver !== null) {
    const inside = insideOf(receiver, hints.names, values);
    if (inside > 0) return SCORES.adds + hints.names.length + inside;
    if (named > 0) return SCORES.near + named;
  }
  if (named > 0) {
    // Where any call may fill the holder, one on what only leads to it says less.
    const isHolder = isOwnName(receiver, hints.names) &&
      (fillers !== undefined || named === hints.names.length);
    return (isHolder ? SCORES.adds : SCORES.near) + named;
  }
  if (fillers === undefined) return SCORES.call;
  if (standsFor(receiver, hints.names.at(-1), values)) return SCORES.adds;
  // A local name for what was got out of the holder, where the holder is spoken of.
  return SCORES.fills + (isNearName(node, hints.names) ? 1 : 0);
}

/** Whether a listener is for another event than that whose listeners grow. */
function isOtherEvent(call: SgNode, event: string | undefined): boolean {
  const [first] = call.field("arguments")?.children().filter((child) => child.isNamed()) ?? [];
  return event !== undefined && first?.kind() === "string" && first.text().slice(1, -1) !== event;
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

function scoreAssignment(node: SgNode, hints: GrowthHints, values: VariableValues): number {
  const left = node.field("left");
  if (left === null) return 0;
  const named = nameScore(lastNames(left), hints.names);
  const inside = hints.isInside && left.kind() === "subscript_expression"
    ? insideOf(left.field("object")!, hints.names, values)
    : 0;
  if (inside > 0) return SCORES.assigns + hints.names.length + inside;
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
    left.kind() !== "subscript_expression" && !isRenewed && !isLink(own, hints);
  return (isDirect && !isReplaced ? SCORES.assigns : SCORES.call) + named;
}

function isLink(name: string, { links = [] }: GrowthHints): boolean {
  return LINK.test(name) || links.includes(name);
}

function mentions(text: string, name: string): boolean {
  return text.match(/[\w$]+/g)?.includes(name) ?? false;
}
