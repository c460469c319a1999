/**
 * Timers that repeat: intervals, and timeouts that start themselves again.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { handleOf, lastName, listOf } from "./handles.ts";
import type { CallSite } from "./operations.ts";
import { dottedName } from "./places.ts";
import type { Registration } from "./registration.ts";
import { contains } from "./tree.ts";
import type { CallTree } from "./tree.ts";

/** Returns the timer that a call starts, or null. */
export function timer(analysis: Analysis, site: CallSite): Registration | null {
  const { tree, fn } = site;
  const full = dottedName(tree.callee);
  if (!/^((window|globalThis|global|self|timers)\.)?set(Interval|Timeout)$/.test(full)) return null;
  const name = full.split(".").at(-1)!;
  if (name !== "setInterval" && !(name === "setTimeout" && reschedulesItself(site))) return null;
  const own = handleOf(analysis, tree);
  const handle = own === null ? null : listOf(analysis, fn, own) ?? own;
  const clears = name === "setInterval" ? "clearInterval" : "clearTimeout";
  const cleared = handle === null
    ? undefined
    : analysis.calls.find(({ tree: other, fn: where }) =>
      where.source === fn.source && clearsAll(other, handle) ||
      where.source === fn.source &&
        /(^|\.)clear(Interval|Timeout)$/.test(dottedName(other.callee)) &&
        other.args[0] !== undefined && (lastName(other.args[0]) === handle ||
          analysis.resolver.resolve(other.args[0], where)?.path[0] === handle)
    );
  return {
    kind: "timer",
    attribute: handle ?? name,
    by: cleared
      ? `${clears} at line ${cleared.tree.at.line}`
      : handle === "returned"
      ? "handed to the caller"
      : null,
    note: cleared || handle === "returned" ? "timer" : "never cleared; keeps its closure alive",
  };
}

/** `this.timers.forEach(clearInterval)` */
function clearsAll({ callee, args: [action] }: CallTree, handle: string): boolean {
  return callee.type === "member" && callee.property === "forEach" &&
    lastName(callee.object) === handle && action?.type === "name" &&
    /^clear(Interval|Timeout)$/.test(action.name);
}

/** A function that schedules itself again without a condition. */
function reschedulesItself({ tree, fn, around, exits }: CallSite): boolean {
  const [callback] = tree.args;
  if (around.length + exits.length > 0 || callback === undefined || fn.name === "") return false;
  return callback.type === "name" && callback.name === fn.name ||
    callback.type === "function" &&
      contains(
        callback,
        (part) => part.type === "call" && dottedName(part.callee).split(".").at(-1) === fn.name,
      );
}
