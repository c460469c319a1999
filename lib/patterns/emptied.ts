/**
 * State that is cut back to a limit, or emptied or made anew by what runs before the growth or as
 * part of normal work.
 *
 * @module
 */
import { asksSize, isEmptying } from "./emptying.ts";
import type { GrowingSite } from "./growing_site.ts";
import { isReplacing, shortText, takesOut, testOf } from "./growing_site.ts";
import { escapes } from "./escapes.ts";
import { endlessLoop } from "./long_runs.ts";
import { findMethod, methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { Operation } from "./operations.ts";
import { isInside } from "./places.ts";
import { isLimit } from "./room.ts";
import { contains, walk } from "./tree.ts";
import { isConstructor, isLifecycle } from "./units.ts";

/** Methods that begin or end a piece of normal work. */
const BEGINS =
  /^(_|#)?(start|begin|run|init|setup|set_up|prepare|new|next|load|open|connect|flush|drain|process|consume|take|collect|export|save|write|send|commit|swap|rotate|handle|emit|deliver|publish)/i;
/** Methods that end the life of an owner. */
const CLOSES = /^(_|#)?(stop|disconnect|end|quit|exit|unload|detach|unmount|kill)/i;

/** Cut back to a limit somewhere, or popped while too long. */
export function trimmed(site: GrowingSite): string | null {
  for (const operation of site.around) {
    if (operation === site.operation || !happens(site, operation)) continue;
    const line = operation.tree.at.line;
    if (operation.effect === "trim") {
      return `${operation.verb} keeps ${limitOf(operation)} (line ${line})`;
    }
    if (
      operation.effect !== "shrink" && operation.effect !== "clear" &&
      !isReplacing(operation, site.operation.place)
    ) {
      continue;
    }
    const test = operation.around.map(testOf).find((part) =>
      part !== null && isLimit(site, part, operation.fn, "any")
    );
    if (test) return `${operation.verb} when ${shortText(test, operation.fn)} (line ${line})`;
    if (isEvicted(operation)) return `${operation.verb} of the oldest (line ${line})`;
  }
  return null;
}

/** `if len(order) > limit: pages.pop(order.popleft())`: a list of the keys says what goes. */
function isEvicted({ effect, detail, around }: Operation): boolean {
  const isTake = detail?.type === "call" && detail.callee.type === "member" &&
    /^(shift|pop|popleft)$/.test(detail.callee.property);
  return effect === "shrink" && isTake &&
    around.some(({ test }) => test !== null && asksSize(test));
}

/** `if (full) evict(site)` with the eviction in the helper. */
export function trimmedByHelper(site: GrowingSite): string | null {
  const owner = site.unit.owner;
  for (const { tree, fn, around } of owner === null ? [] : site.analysis.guardedCalls(owner)) {
    if (tree.callee.type !== "member") continue;
    const test = around.map(testOf).find((part) => part !== null && isLimit(site, part, fn, "any"));
    if (!test || fn.owner === null) continue;
    const helper = findMethod(site.analysis.project, fn.owner, tree.callee.property);
    const takes = site.around.some((operation) =>
      helper !== null && methodAround(operation.fn) === helper && takesOut(operation)
    );
    if (takes) {
      return `${tree.callee.property}() when ${shortText(test, fn)} (line ${tree.at.line})`;
    }
  }
  return null;
}

/** Made anew or emptied by what runs before or around the growth. */
export function recreated(site: GrowingSite): string | null {
  const leading = site.analysis.leadingTo(site.unit);
  for (const operation of site.around) {
    if (operation.effect !== "clear" && !isReplacing(operation, site.operation.place)) continue;
    const unit = site.unitOf(operation.fn);
    const line = operation.tree.at.line;
    if (operation.tree === site.operation.tree || unit.tree === null) continue;
    if (isOfOneEvent(operation.fn)) continue;
    if (unit === site.unit && !isConstructor(unit)) {
      if (isPerEntry(site, operation) || isBegun(site, operation)) continue;
      if (isBeforeLoop(site, operation)) continue;
      const isInner = isInside(operation.fn, unit) && operation.fn !== site.operation.fn;
      // Given to a timer or a promise it runs by itself, returned it waits for the caller.
      const isScheduled = isInner && operation.fn.use.kind === "argument";
      if (!isInner || isScheduled) return `re-created at line ${line}`;
      continue;
    }
    if (isConstructor(unit)) {
      // A timer that the constructor starts, or a listener that it adds.
      const isScheduled = operation.fn !== unit && operation.fn.use.kind === "argument";
      if (isScheduled && escapes(operation.fn)) return `emptied again and again (line ${line})`;
      continue;
    }
    const runs = [...leading].find((leader) => leader !== unit && leads(site, unit, leader));
    if (runs !== undefined) {
      return `re-created by ${unit.name}() (line ${line}) in ${runs.name}()`;
    }
    const isIt = site.same.includes(operation) || isMadeWith(site, operation) ||
      isOfEntry(site, operation);
    if (isIt && isRoutine(site, operation)) {
      return `emptied by ${unit.name}() (line ${line})`;
    }
  }
  return null;
}

/** `this.active = { id, points: [] }` makes `this.active.points` anew. */
function isMadeWith(site: GrowingSite, { place, detail }: Operation): boolean {
  const { path, root } = site.operation.place;
  return root.kind === "instance" && path.length === place.path.length + 1 &&
    detail?.type === "collection" && detail.shape === "map" &&
    detail.entries.some(({ key }) => key?.type === "text" && key.value === path.at(-1));
}

/** `index = new Map()` lets go of what `index.get(key).push(…)` put in. */
function isOfEntry(site: GrowingSite, { effect, detail, place }: Operation): boolean {
  const isEmpty = effect === "clear" || detail !== null && isEmptying(detail) === "empty";
  return isEmpty && site.operation.place.key.startsWith(`${place.key}.[`);
}

/** `const all = this.items; this.items = []; return all;`: the caller is given what was there. */
function isHandedOut(site: GrowingSite, { effect, fn, place }: Operation): boolean {
  return effect === "replace" &&
    fn.returns.some((value) => {
      const found = value.type === "name" ? fn.bindings.get(value.name) : undefined;
      return found?.kind === "variable" &&
        found.values.some((one) =>
          /^(member|name|index|choice)$/.test(one.type) &&
          site.analysis.resolver.resolve(one, fn)?.key === place.key
        );
    });
}

/** `source.once("ready", () => { items.length = 0; })` empties a single time. */
function isOfOneEvent({ use: { call } }: FunctionModel): boolean {
  const [event] = call?.args ?? [];
  return call?.callee.type === "member" && call.callee.property === "once" &&
    !(event?.type === "text" && /^(end|clos|finish|exit|disconnect|destroy|err)/.test(event.value));
}

/** Made once, before the loop that its function never leaves. */
function isBeforeLoop(site: GrowingSite, { fn, around }: Operation): boolean {
  const { root } = site.operation.place;
  const loop = root.kind === "closure" && root.scope === fn ? endlessLoop(fn) : null;
  return loop !== null && site.operation.around.includes(loop) && !around.includes(loop);
}

/** Set once by the function around; what grows later is a closure that it gives away. */
function isBegun(site: GrowingSite, { fn }: Operation): boolean {
  // A field is the same one at the next call, what a parameter brings is another one.
  if (site.operation.place.root.kind !== "parameter" || escapes(fn)) return false;
  for (let inner = site.operation.fn; inner !== fn;) {
    if (escapes(inner) && isInside(inner, fn)) return true;
    if (inner.parent === null) return false;
    inner = inner.parent;
  }
  return false;
}

/** Emptying that belongs to normal work: what is there is taken first, or a run begins. */
function isRoutine(site: GrowingSite, operation: Operation): boolean {
  const unit = site.unitOf(operation.fn);
  if (isDrained(site, operation) || isHandedOut(site, operation)) return true;
  // `flush()` ends with `this.reset()`.
  const isEnding = (fn: FunctionModel): boolean => isLifecycle(fn) || CLOSES.test(fn.name);
  if (isEnding(unit)) {
    return site.analysis.callersOf(unit).some((caller) =>
      caller !== unit && caller.owner !== null && caller.owner === unit.owner &&
      BEGINS.test(caller.name) && !isEnding(caller)
    );
  }
  if (
    BEGINS.test(unit.name) || operation.around.length === 0 && operation.fn === unit ||
    site.analysis.callersOf(unit).some((caller) => caller !== unit && caller.owner === unit.owner)
  ) {
    return true;
  }
  let uses = 0;
  for (const part of unit.tree?.body ?? []) {
    walk(part, (inner) => {
      if (inner.type !== "member" && inner.type !== "name") return;
      if (site.analysis.resolver.resolve(inner, operation.fn)?.key === operation.place.key) {
        uses++;
      }
    });
  }
  return uses > 1;
}

/** `for (const job of this.queue.splice(0)) …`: what is taken out is used. */
function isDrained(site: GrowingSite, { verb, tree }: Operation): boolean {
  const parent = verb === "splice" ? site.analysis.parentOf(tree) : null;
  return parent !== null && /^(loop|assign|call|member|collection|other)$/.test(parent.type) &&
    !(parent.type === "loop" && parent.iterable !== tree);
}

/** Trims in code that only a caller's `reset` reaches do not bound a run. */
function happens(site: GrowingSite, operation: Operation): boolean {
  const unit = site.unitOf(operation.fn);
  if (operation.fn === site.operation.fn) return true;
  return (!isConstructor(unit) || operation.fn !== unit) && unit.tree !== null &&
    (!isLifecycle(unit) || site.analysis.callersOf(unit).length > 0 ||
      operation.effect === "trim");
}

/** One unit calls another one, directly or not. */
function leads(site: GrowingSite, unit: FunctionModel, leader: FunctionModel): boolean {
  return !isConstructor(leader) && site.analysis.leadingTo(unit).has(leader) &&
    leader.owner !== null &&
    leader.owner === site.unit.owner;
}

/** `if key not in d: d[key] = []` makes an entry, it does not empty one. */
function isPerEntry(site: GrowingSite, operation: Operation): boolean {
  return operation.effect === "initialise" ||
    operation.place.path.length < site.operation.place.path.length &&
      operation.around.some((outer) =>
        outer.type === "if" && contains(outer.test, (part) => {
          const place = site.analysis.resolver.resolve(part, operation.fn);
          return place !== null && place.key === operation.place.key;
        })
      );
}

function limitOf(operation: Operation): string {
  return operation.detail === null ? "a part" : shortText(operation.detail, operation.fn);
}
