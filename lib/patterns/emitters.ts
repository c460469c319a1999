/**
 * What a listener listens to, and whether that ends with the call, with the instance, or by a
 * removal.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { escapes, leavesByName } from "./escapes.ts";
import { bringsNew, callsHandedTo, isReached } from "./handed_emitters.ts";
import { lastName } from "./handles.ts";
import { isMadeBeside } from "./made_emitters.ts";
import { findMethod, lookUp, methodAround } from "./model.ts";
import type { Binding, FunctionModel } from "./model.ts";
import type { CallSite } from "./operations.ts";
import { textOf } from "./shapes.ts";
import type { CallTree, Tree } from "./tree.ts";
import { isConstructor } from "./units.ts";

/** Methods that add a listener. */
export const ADDS: RegExp =
  /^(addEventListener|addListener|prependListener|on|once|prependOnceListener)$/;
const REMOVES = /^(removeEventListener|removeListener|off|removeAllListeners)$/;

/** The method that a call is made on; `addEventListener(…)` alone is the one of the window. */
export function methodCalled(
  { callee }: CallTree,
  fn: FunctionModel,
): { readonly object: Tree; readonly property: string } | null {
  if (callee.type === "member") return callee;
  if (callee.type !== "name" || !/^(add|remove)EventListener$/.test(callee.name)) return null;
  return lookUp(fn, callee.name) === null
    ? { object: { type: "name", at: callee.at, name: "window" }, property: callee.name }
    : null;
}

/** `process.on(…).on(…)` listens to `process` both times. */
export function emitterOf(object: Tree): Tree {
  return object.type === "call" && object.callee.type === "member" &&
      (ADDS.test(object.callee.property) || REMOVES.test(object.callee.property))
    ? emitterOf(object.callee.object)
    : object;
}

/** A stream that a callback was handed (`http.get(url, (incoming) => incoming.on("data", …))`). */
export function isGivenStream(emitter: Tree, event: Tree, fn: FunctionModel): boolean {
  if (emitter.type !== "name" || event.type !== "text") return false;
  const found = lookUp(fn, emitter.name);
  return found?.binding.kind === "parameter" && found.scope.use.kind === "argument" &&
    /^(data|end|finish|close|error|exit|readable|drain|response|abort|aborted|timeout)$/
      .test(event.value);
}

/** `const off = this.on("x", f); … off();` */
export function isUndoneByResult(analysis: Analysis, tree: CallTree, fn: FunctionModel): boolean {
  const parent = analysis.parentOf(tree);
  const name = parent?.type === "assign" && parent.target.type === "name"
    ? parent.target.name
    : null;
  if (name === null || !/off|unsub|stop|remove|dispose|undo|cancel/i.test(name)) return false;
  return leavesByName(name, fn) ||
    analysis.calls.some(({ tree: call, fn: where }) =>
      where.source === fn.source && call.callee.type === "name" && call.callee.name === name
    );
}

/** A removal in the same file, from the same target or of the same event. */
export function removal(
  analysis: Analysis,
  site: CallSite,
  object: Tree,
  event: Tree,
  handler: Tree,
): string | null {
  const target = lastName(object);
  // A variable is another emitter in each function; a field is the same one in all of them.
  const isLocal = object.type === "name" && lookUp(site.fn, object.name)?.scope.tree !== null &&
    !isKept(analysis, object.name, site.fn);
  const event_ = textOf(event, site.fn);
  for (const { tree, fn } of analysis.calls) {
    if (fn.source !== site.fn.source) continue;
    const called = methodCalled(tree, fn);
    if (called === null || !REMOVES.test(called.property)) continue;
    const sameTarget = lastName(emitterOf(called.object)) === target;
    const sameEvent = tree.args[0] === undefined || textOf(tree.args[0], fn) === event_;
    const sameScope = !isLocal || methodAround(fn) === methodAround(site.fn) ||
      lookUp(fn, target)?.scope === lookUp(site.fn, target)?.scope;
    const removed = tree.args[1];
    const sameHandler = removed === undefined || handler.type !== "function" &&
        (/^(call|index)$/.test(removed.type) || bare(removed) === bare(handler));
    if (sameTarget && sameEvent && sameScope && sameHandler) {
      return `${called.property} at line ${tree.at.line}`;
    }
  }
  return null;
}

/** `this.bus = bus`: the field is the same emitter. */
function isKept(analysis: Analysis, name: string, fn: FunctionModel): boolean {
  const { owner, tree } = methodAround(fn);
  if (tree?.parameters.some((parameter) => parameter.stored && parameter.name === name)) {
    return true;
  }
  return owner !== null &&
    [...analysis.resolver.assignments(owner).values()].some((declared) =>
      declared.some(({ tree, fn: where }) =>
        where === fn && tree.value?.type === "name" && tree.value.name === name
      )
    );
}

function bare(handler: Tree): string {
  return lastName(handler).replace(/^[#_]+/, "");
}

/** The emitter was made in the same call, or is owned by the instance that listens. */
export function localTarget(analysis: Analysis, object: Tree, fn: FunctionModel): string | null {
  let root = object;
  while (root.type === "member" || root.type === "index" || root.type === "call") {
    if (root.type === "call") {
      if (isReached(analysis, root, fn)) return null;
      if (root.construct || root.callee.type !== "member") return "emitter made for this call";
      const makes = /^(create|connect|spawn|fork|exec|request|get$|open|build|make)/
        .test(root.callee.property);
      if (makes && isModule(root.callee.object, fn)) return "emitter made for this call";
      root = root.callee.object;
    } else root = root.object;
  }
  if (root.type === "name") {
    const found = lookUp(fn, root.name);
    const place = analysis.resolver.resolve(root, fn);
    const isOwn = place === null ||
      place.root.kind === "closure" && !leavesScope(fn, place.root.scope);
    if (found !== null && isShared(analysis, found.binding, found.scope)) return null;
    if (found !== null && found.scope.tree !== null && isOwn) {
      return found.binding.kind === "variable" && found.binding.values.length > 0
        ? "emitter is local"
        : null;
    }
    if (found !== null && isMadeBeside(analysis, found.binding, object)) {
      return "once for each emitter, where it is made";
    }
    if (place?.root.kind === "parameter") {
      return passedLocal(analysis, place.root.scope, place.root.binding);
    }
  }
  const place = analysis.resolver.resolve(object, fn);
  if (place?.root.kind !== "instance" || place.path.length === 0) return null;
  const made = (analysis.resolver.assignments(place.root.owner).get(place.path[0]!) ?? [])
    .map(({ tree }) => tree.value).concat(
      place.root.owner.fields.get(place.path[0]!)?.value ?? null,
    );
  const isOwned = made.some((value) => value?.type === "call") &&
    !made.some((value) => value?.type === "call" && isReached(analysis, value, fn));
  const isOnce = isConstructor(methodAround(fn)) ||
    (analysis.resolver.assignments(place.root.owner).get(place.path[0]!) ?? []).some((declared) =>
      declared.fn === fn
    );
  return isOwned && isOnce ? "emitter is owned by the instance" : null;
}

/** `const query = matchMedia("print")`, or one of a pool. */
function isShared(analysis: Analysis, binding: Binding, fn: FunctionModel): boolean {
  return isBorrowed(analysis, binding, fn) ||
    binding.values.some((value) => value.type === "call" && isReached(analysis, value, fn));
}

/** `const worker = await this.take()`: one of a pool, which goes back to it. */
function isBorrowed(analysis: Analysis, { values }: Binding, fn: FunctionModel): boolean {
  return values.length > 0 &&
    values.every((value) => {
      if (value.type !== "call" || value.callee.type !== "member" || fn.owner === null) {
        return false;
      }
      const { object, property } = value.callee;
      return object.type === "this" &&
        /^[_#]?(take|acquire|borrow|checkout|lease|claim)([A-Z_]|$)/.test(property) &&
        findMethod(analysis.project, fn.owner, property) !== null;
    });
}

/** `fs`, `http`, `child_process`: something imported. */
function isModule(object: Tree, fn: FunctionModel): boolean {
  return object.type === "name" && lookUp(fn, object.name)?.binding.kind === "import";
}

/** Some function between a place and the scope of a name outlives that scope. */
function leavesScope(fn: FunctionModel, scope: FunctionModel): boolean {
  for (
    let inner: FunctionModel | null = fn;
    inner !== null && inner !== scope;
    inner = inner.parent
  ) {
    if (escapes(inner)) return true;
  }
  return false;
}

/** Every caller hands in an emitter of its own making, every event one that has just come. */
function passedLocal(analysis: Analysis, fn: FunctionModel, binding: Binding): string | null {
  const events = callsHandedTo(analysis, fn);
  if (!events.every(bringsNew)) return null;
  const sites = analysis.callSites(fn);
  if (sites.length === 0) return events.length > 0 ? "comes with its event" : null;
  const isLocal = sites.every((site) => {
    const arg = site.tree.args[binding.index];
    return arg !== undefined && site.fn !== fn && localTarget(analysis, arg, site.fn) !== null;
  });
  return isLocal ? "emitter is made by the caller" : null;
}
