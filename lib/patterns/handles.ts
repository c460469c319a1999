/**
 * Names under which the result of a registration is kept, so that it can be undone.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { contains, walk } from "./tree.ts";
import type { CallTree, Tree } from "./tree.ts";

/** Name under which a result is kept: a variable, a field, `returned`, or null when dropped. */
export function handleOf(analysis: Analysis, tree: CallTree): string | null {
  let inner: Tree = tree;
  let parent = analysis.parentOf(tree);
  while (
    parent !== null &&
    (parent.type === "choice" ||
      parent.type === "call" && parent.callee === inner || parent.type === "member")
  ) {
    inner = parent;
    parent = analysis.parentOf(parent);
  }
  if (parent?.type === "assign") return lastName(parent.target);
  if (parent?.type === "field") return parent.name;
  if (parent?.type === "return") return "returned";
  if (parent?.type === "call") {
    const isKept = parent.callee.type === "member" &&
      /^(push|add|set|unshift)$/.test(parent.callee.property);
    return isKept && parent.callee.type === "member" ? lastName(parent.callee.object) : "returned";
  }
  if (parent?.type === "collection") return "returned";
  return null;
}

/** `this.handles.push(handle)`: name of the container that a variable is put into, or null. */
export function listOf(analysis: Analysis, fn: FunctionModel, handle: string): string | null {
  const put = analysis.callsIn(methodAround(fn)).find(({ tree: { callee, args } }) =>
    callee.type === "member" && /^(push|add|unshift)$/.test(callee.property) &&
    args.some((arg) => arg.type === "name" && arg.name === handle)
  );
  return put?.tree.callee.type === "member" ? lastName(put.tree.callee.object) || null : null;
}

/** `handle = hook(f); try: … finally: handle.remove()`: it ends with the call that made it. */
export function isTakenBack(call: CallTree, scope: FunctionModel): boolean {
  const body = scope.tree?.body ?? [];
  let handle = "";
  for (const part of body) {
    walk(part, (inner) => {
      if (inner.type === "assign" && inner.value === call) handle = lastName(inner.target);
    });
  }
  const ends = ({ callee }: CallTree): boolean =>
    callee.type === "member"
      ? lastName(callee.object) === handle && ENDS.test(callee.property)
      : lastName(callee) === handle;
  return handle !== "" &&
    body.some((part) =>
      contains(part, (outer) =>
        outer.type === "block" && outer.kind === "finally_clause" &&
        contains(outer, (inner) => inner.type === "call" && ends(inner)))
    );
}

const ENDS = /^(remove|close|unsubscribe|dispose|cancel|stop|off|disconnect|release|detach)$/;

/** Returns the last name of an expression: `socket` of `this.socket`. */
export function lastName(tree: Tree): string {
  if (tree.type === "name") return tree.name;
  if (tree.type === "member") return tree.property;
  if (tree.type === "index") return lastName(tree.object);
  return tree.type === "this" ? "this" : "";
}
