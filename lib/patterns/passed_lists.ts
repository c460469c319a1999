/**
 * Local lists of what a test let through: `for key in keys: if key not in table: raise; taken.append(key)`.
 * Whatever such a list gives back has passed the test as well.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { isEmptying } from "./emptying.ts";
import { idiomsOf } from "./idioms.ts";
import { methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { CallSite } from "./operations.ts";
import { dottedName } from "./places.ts";
import { walk } from "./tree.ts";
import type { Tree } from "./tree.ts";

/** What an element was when it was put into a list, and the call that put it there. */
export interface Put {
  readonly element: Tree;
  readonly site: CallSite;
}

/** Returns all that was put into the local list that a key is an element of; null where unknown. */
export function putsBefore(
  analysis: Analysis,
  key: Tree,
  fn: FunctionModel,
): readonly Put[] | null {
  const list = key.type === "name" ? listOf(key.name, fn) : null;
  return list === null || !isOfOwn(list, fn) ? null : putsInto(analysis, list, fn);
}

/** Name of the list that a loop variable goes over. */
function listOf(name: string, fn: FunctionModel): string | null {
  const [value, ...others] = fn.bindings.get(name)?.values ?? [];
  return value?.type === "index" && value.index === null && value.slice === null &&
      others.length === 0 && value.object.type === "name"
    ? value.object.name
    : null;
}

/** The list is a variable of this very call, which begins empty. */
function isOfOwn(list: string, fn: FunctionModel): boolean {
  const binding = fn.bindings.get(list);
  return binding?.kind === "variable" && fn.tree !== null && binding.values.length > 0 &&
    binding.values.every((value) => isEmptying(value) === "empty");
}

/** Every put, or null where the list is filled, or handed on, in ways that are not followed. */
function putsInto(analysis: Analysis, list: string, fn: FunctionModel): readonly Put[] | null {
  const calls = analysis.callsIn(methodAround(fn));
  const puts: Put[] = [];
  let isKnown = true;
  for (const part of fn.tree?.body ?? []) {
    walk(part, (inner) => {
      if (inner.type !== "name" || inner.name !== list) return;
      const call = callOn(analysis, inner);
      const site = calls.find(({ tree }) => tree === call);
      const [element, ...others] = call?.args ?? [];
      if (call === null) isKnown &&= isOnlyRead(analysis, inner);
      else if (!adds(call, fn)) return;
      else if (site !== undefined && element !== undefined && others.length === 0) {
        puts.push({ element, site });
      } else isKnown = false;
    });
  }
  return isKnown && puts.length > 0 ? puts : null;
}

/** The call of a method on the list, such as `list.append(key)`. */
function callOn(analysis: Analysis, list: Tree): Extract<Tree, { type: "call" }> | null {
  const member = analysis.parentOf(list);
  if (member?.type !== "member" || member.object !== list) return null;
  const call = analysis.parentOf(member);
  return call?.type === "call" && call.callee === member ? call : null;
}

function adds({ callee }: Extract<Tree, { type: "call" }>, { source }: FunctionModel): boolean {
  return callee.type === "member" &&
    (idiomsOf(source.language).grow.has(callee.property) || callee.property === "splice");
}

/** Gone over, asked for its length, begun or returned: nothing else gets in. */
function isOnlyRead(analysis: Analysis, list: Tree): boolean {
  const parent = analysis.parentOf(list);
  if (parent?.type === "assign") return parent.target === list && parent.operator === "=";
  if (parent?.type === "call") {
    return /^(len|list|tuple|set|sorted|reversed|enumerate|bool|str|print)$/.test(
      dottedName(parent.callee),
    );
  }
  if (parent?.type === "index") {
    const outer = analysis.parentOf(parent);
    return !(outer?.type === "assign" && outer.target === parent);
  }
  return parent !== null && /^(loop|return|if|operation|member|choice)$/.test(parent.type);
}
