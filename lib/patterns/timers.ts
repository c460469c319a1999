/**
 * Timers that repeat: intervals, and timeouts that start themselves again.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { handleOf, lastName, listOf } from "./handles.ts";
import { isHandler } from "./listeners.ts";
import { lookUp } from "./model.ts";
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

/** `cron.schedule("0 8 * * *", action)`: it runs by the clock until somebody stops it. */
export function job(analysis: Analysis, { tree, fn }: CallSite): Registration | null {
  const { callee, args: [when, action] } = tree;
  if (!/^schedule(Job)?$/.test(lastName(callee)) || when === undefined) return null;
  const library = callee.type === "member" ? callee.object : callee;
  const source = library.type === "name" ? lookUp(fn, library.name)?.binding.source : null;
  if (!/(^|[/-])(cron|schedule)/.test(source ?? "")) return null;
  // A date comes once.
  const isDate = when.type === "call" && when.construct || /(date|at|time)$/i.test(lastName(when));
  if (isDate || action === undefined || !isHandler(action, fn)) return null;
  const own = handleOf(analysis, tree);
  const handle = own === null ? null : listOf(analysis, fn, own) ?? own;
  const stopped = analysis.calls.find(({ tree: { callee: called, args }, fn: where }) =>
    handle !== null && where.source === fn.source && called.type === "member" &&
    /^(stop|cancel|destroy|cancelJob)$/.test(called.property) &&
    [called.object, ...args].some((part) =>
      lastName(part) === handle || analysis.resolver.resolve(part, where)?.path[0] === handle
    )
  );
  return {
    kind: "timer",
    attribute: handle ?? lastName(callee),
    by: stopped
      ? `stopped at line ${stopped.tree.at.line}`
      : handle === "returned"
      ? "handed to the caller"
      : null,
    note: stopped || handle === "returned" ? "timer" : "never stopped; keeps its closure alive",
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
