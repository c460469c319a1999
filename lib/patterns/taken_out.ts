/**
 * Entries that leave again: one for each that comes, one by one elsewhere, by a filter, or released
 * at the end of their owner.
 *
 * @module
 */
import { trimmedByHelper } from "./emptied.ts";
import { isEmptying } from "./emptying.ts";
import type { GrowingSite } from "./growing_site.ts";
import { encloses, growingSite, isReplacing } from "./growing_site.ts";
import { endlessLoop } from "./long_runs.ts";
import { isMatched } from "./matched_entries.ts";
import { lookUp, methodAround } from "./model.ts";
import type { Operation } from "./operations.ts";
import { registers } from "./registration.ts";
import { contains } from "./tree.ts";
import type { IfTree, Tree } from "./tree.ts";
import { isConstructor, isLifecycle } from "./units.ts";

/** Calls that give one thing back. */
const RELEASES =
  /^(unsubscribe|dispose|close|remove|destroy|cancel|clear|abort|terminate|stop|disconnect)$/;

/** `undo`, `goBack`, `step_back`, not `background`. */
const GOES_BACK = /^[_#]?([uU]ndo|[rR]edo|((go|step|move)_?)?[bB]ack(?![a-z])|[rR]ewind|[rR]evert)/;

/** The same function takes one out for each that it puts in. */
export function exchanged(site: GrowingSite): string | null {
  const { place, fn, tree, around } = site.operation;
  const container = site.analysis.container(place);
  if (container.shape === "map" || container.shape === "set") return null;
  const taken = site.same.find((operation) =>
    operation.effect === "shrink" && operation.fn === fn && isQueueTake(operation) &&
    operation.around.length <= around.length &&
    operation.around.every((outer, i) => outer === around[i])
  );
  return taken === undefined || taken.tree === tree
    ? null
    : `${taken.verb} for each one added (line ${taken.tree.at.line})`;
}

/** Entries leave one by one in another function. */
export function takenOut(site: GrowingSite): string | null {
  for (const operation of site.same) {
    const unit = site.unitOf(operation.fn);
    if (operation.effect === "filter") {
      return `filtered by ${unit.name}() (line ${operation.tree.at.line})`;
    }
    if (isRebuilt(site, operation)) {
      return `rebuilt by ${unit.name}() (line ${operation.tree.at.line})`;
    }
    if (operation.effect !== "shrink" || unit.tree === null) continue;
    if (isOnFailure(operation) && unit === site.unit) continue;
    // Going back is for the user to ask; going on never does.
    if (GOES_BACK.test(unit.name)) continue;
    const isSameCall = operation.via === "parameter" && site.operation.via === "parameter" &&
      operation.tree === site.operation.tree;
    if (isSameCall) return `taken out again by ${operation.verb}`;
    const isElse = inOtherBranch(operation, site.operation) ||
      inOtherBranch(site.operation, operation) || isHandled(site, operation) ||
      isMatched(site, operation);
    if (isElse) {
      return `taken out in another branch (line ${operation.tree.at.line})`;
    }
    const isElsewhere = unit !== site.unit || operation.fn !== site.operation.fn;
    const isLater = operation.verb.endsWith(" as callback");
    const inFinally = operation.fn === site.operation.fn &&
      (isKeyed(site) || isLater || isSameElement(operation, site.operation)) &&
      operation.tree.at.start > site.operation.tree.at.start;
    if (isElsewhere || inFinally || inSameRun(site, operation) || expires(site, operation)) {
      return `taken out by ${
        unit.name === "" ? "a callback" : `${unit.name}()`
      } (line ${operation.tree.at.line})`;
    }
  }
  if (!registers(site.unit)) return null;
  const emptied = site.around.find((operation) =>
    (operation.effect === "clear" || isReplacing(operation, site.operation.place)) &&
    !isConstructor(methodAround(operation.fn))
  );
  return emptied === undefined
    ? null
    : `registrations, emptied by ${methodAround(emptied.fn).name}() (line ${emptied.tree.at.line})`;
}

/** `promise.catch(() => cache.delete(key))`: what succeeds stays. */
function isOnFailure({ fn }: Operation): boolean {
  const { call } = fn.use;
  if (call?.callee.type !== "member" || fn.tree === null) return false;
  const index = call.args.indexOf(fn.tree);
  return call.callee.property === "catch" && index === 0 ||
    call.callee.property === "then" && index === 1 && call.args[0] !== fn.tree;
}

/** `items.append(x) … items.remove(x)` */
function isSameElement(taken: Operation, put: Operation): boolean {
  return taken.verb === "remove" && taken.detail?.type === "name" && put.detail?.type === "name" &&
    taken.detail.name === put.detail.name;
}

/** A loop over the entries, or over the oldest of them, takes out those whose time is over or for which there is no room. */
function expires(site: GrowingSite, { around, fn }: Operation): boolean {
  const { key } = site.operation.place;
  const isOf = (tree: Tree, wanted: (found: string) => boolean, depth = 0): boolean =>
    contains(tree, (part) => {
      if (part.type === "name" && depth === 0) {
        const made = fn.bindings.get(part.name)?.values ?? [];
        if (made.some((value) => isOf(value, wanted, 1))) return true;
      }
      if (!/^(name|member|index)$/.test(part.type)) return false;
      const place = site.analysis.resolver.resolve(part, fn);
      return place !== null && wanted(place.key);
    });
  return around.some((outer) =>
    outer.type === "loop" &&
    (outer.iterable !== null
      ? isOf(outer.iterable, (found) => found === key)
      : outer.test !== null &&
        (isBudget(outer.test) && !encloses(outer, site.operation.tree) ||
          isOf(outer.test, (found) => found === key || found.startsWith(`${key}.[`))))
  );
}

/** `while (this.bytes > limit)`: a running total stands for how much there is. */
function isBudget(test: Tree): boolean {
  return test.type === "operation" && /^[<>]=?$/.test(test.operator);
}

/** What one round of a loop that never ends puts into a local variable, another takes out. */
function inSameRun(
  { operation: { place: { root }, fn, around } }: GrowingSite,
  taken: Operation,
): boolean {
  const loop = root.kind === "closure" && root.scope === fn ? endlessLoop(fn) : null;
  return loop !== null && around.includes(loop) && taken.around.includes(loop);
}

/** Put back where an attempt failed, taken out in the attempt. */
function isHandled(site: GrowingSite, taken: Operation): boolean {
  if (taken.fn !== site.operation.fn) return false;
  const { parentOf } = site.analysis;
  for (let outer = parentOf(site.operation.tree); outer !== null; outer = parentOf(outer)) {
    if (outer.type !== "block" || !/^(except|catch)_clause$/.test(outer.kind)) continue;
    const attempt = parentOf(outer);
    return attempt !== null && encloses(attempt, taken.tree) && !encloses(outer, taken.tree);
  }
  return false;
}

/** `rooms.delete(id)` takes out what `rooms.get(id).push(…)` put in. */
export function goesWithEntry(site: GrowingSite): string | null {
  const { key, path } = site.operation.place;
  const entry = path.findIndex((step) => step.startsWith("["));
  if (entry < 1) return null;
  const outer = key.slice(0, key.length - path.slice(entry).join(".").length - 1);
  const taken = site.analysis.on(outer).find((operation) => {
    const unit = site.unitOf(operation.fn);
    return operation.effect === "shrink" && unit.tree !== null &&
      (unit !== site.unit || operation.fn !== site.operation.fn);
  });
  if (taken === undefined) {
    const put = site.analysis.on(outer).find(({ effect }) => /^(insert|grow)$/.test(effect));
    const holder = put === undefined ? null : growingSite(site.analysis, put, site.depth + 1);
    const by = holder === null ? null : takenOut(holder) ?? trimmedByHelper(holder);
    return by === null ? null : `goes with its entry: ${by}`;
  }
  return `goes with its entry, taken out by ${
    site.unitOf(taken.fn).name || "a callback"
  }() (line ${taken.tree.at.line})`;
}

/** `rest = []; for (x of this.items) …; this.items = rest`: what is left is kept. */
function isRebuilt(site: GrowingSite, { effect, detail, fn, place }: Operation): boolean {
  const unit = methodAround(fn);
  if (effect !== "replace" || detail?.type !== "name" || isConstructor(unit)) return false;
  if (isLifecycle(unit)) return false;
  const found = lookUp(fn, detail.name);
  const values = found?.binding.kind === "variable" ? found.binding.values : [];
  const isFresh = found?.scope.tree !== null && values.length > 0 &&
    values.every((value) => isEmptying(value) === "empty");
  return isFresh &&
    (unit.tree?.body ?? []).some((part) =>
      contains(part, (inner) =>
        inner.type === "loop" && inner.iterable !== null &&
        contains(
          inner.iterable,
          (used) =>
            /^(member|name)$/.test(used.type) &&
            site.analysis.resolver.resolve(used, fn)?.key === place.key,
        ))
    );
}

/** Disposers and subscriptions that the end of the owner calls one by one. */
export function released(site: GrowingSite): string | null {
  const { owner } = site.unit;
  if (owner === null || site.operation.place.root.kind !== "instance") return null;
  for (const method of owner.methods.values()) {
    if (!isLifecycle(method)) continue;
    const call = site.analysis.callsIn(method).find(({ tree, fn }) => {
      const { callee } = tree;
      const isRelease = callee.type === "member" && RELEASES.test(callee.property);
      const element = isRelease ? callee.object : callee.type === "name" ? callee : null;
      const place = element === null ? null : site.analysis.resolver.resolve(element, fn);
      return place?.key === `${site.operation.place.key}.[]`;
    });
    if (call !== undefined) return `released by ${method.name}() (line ${call.tree.at.line})`;
  }
  return null;
}

/** `this.x = saved` at the end: the growth is undone. */
export function restored(site: GrowingSite): string | null {
  const { tree, fn } = site.operation;
  const restored = site.same.find((operation) =>
    operation.effect === "replace" && operation.fn === fn &&
    operation.tree.at.start > tree.at.start &&
    operation.detail?.type === "name" &&
    lookUp(fn, operation.detail.name)?.binding.values.some((value) =>
      contains(
        value,
        (part) =>
          part.type === "member" &&
          site.analysis.resolver.resolve(part, fn)?.key === site.operation.place.key,
      )
    )
  );
  return restored === undefined ? null : `restored at line ${restored.tree.at.line}`;
}

function isKeyed(site: GrowingSite): boolean {
  const { shape } = site.analysis.container(site.operation.place);
  return shape === "map" || shape === "set";
}

/** One stands in the then-part, the other in the else-part of a branch. */
function inOtherBranch(a: Operation, b: Operation): boolean {
  if (a.fn !== b.fn) return false;
  const isInThen = (outer: IfTree, { tree }: Operation): boolean =>
    outer.then.some((part) => encloses(part, tree));
  return a.around.some((outer) =>
    outer.type === "if" &&
    (b.around.includes(outer) && isInThen(outer, a) !== isInThen(outer, b) ||
      // `if (gone) return items.delete(key); items.set(key, value);`
      isInThen(outer, a) && b.exits.includes(outer.test))
  );
}

function isQueueTake(operation: Operation): boolean {
  return /^(shift|pop|popleft|popitem|get|get_nowait|heappop|heapq\.heappop|splice|delete)$/.test(
    operation.verb,
  );
}
