/**
 * Registrations with something that lives on: event listeners, observers, timers and
 * subscriptions, and whether the code ever takes them back.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { closureOverThis } from "./closures.ts";
import { escapes, isStreamEvent } from "./escapes.ts";
import { finding } from "./finding.ts";
import type { PatternFinding } from "./finding.ts";
import { lookUp, methodAround } from "./model.ts";
import type { Binding, FunctionModel } from "./model.ts";
import type { CallSite } from "./operations.ts";
import { onceOnly } from "./once.ts";
import { pythonRegistration } from "./python_events.ts";
import { dottedName } from "./places.ts";
import { textOf } from "./shapes.ts";
import { contains } from "./tree.ts";
import type { CallTree, Tree } from "./tree.ts";
import { className, isConstructor } from "./units.ts";

const ADDS = /^(addEventListener|addListener|prependListener|on|once|prependOnceListener)$/;
const REMOVES = /^(removeEventListener|removeListener|off|removeAllListeners)$/;
/** Methods that prepare their object once. */
const SETS_UP = /^(_|#)?(enable|init|setup|configure|bind|install|define|wire)(_|[A-Z]|$)/;
const OBSERVERS = /(Mutation|Resize|Intersection|Performance)Observer$/;

/** Finds listeners, timers and subscriptions. */
export function findEvents(analysis: Analysis): readonly PatternFinding[] {
  return analysis.calls.flatMap((site) => {
    if (site.fn.source.language === "python") {
      const made = pythonRegistration(
        analysis,
        site,
        (object, fn) => localTarget(analysis, object, fn),
      );
      return made === null ? [] : [describe(analysis, site, made)];
    }
    const event = listener(analysis, site) ?? observer(analysis, site) ?? timer(analysis, site) ??
      subscription(analysis, site);
    return event === null ? [] : [event];
  });
}

interface Registration {
  readonly kind: "listener" | "timer" | "subscription";
  readonly attribute: string;
  /** What takes it back or limits it; null where nothing does. */
  readonly by: string | null;
  readonly note: string;
}

function describe(
  analysis: Analysis,
  site: CallSite,
  { kind, attribute, by, note }: Registration,
): PatternFinding {
  const { fn, tree } = site;
  const unit = methodAround(fn);
  const captures = tree.args.some((arg) => closureOverThis(arg, fn) !== null);
  const isOnce = unit.tree === null;
  const bound = by ?? (isOnce ? "once, while the module loads" : onceOnly(analysis, site));
  return finding(fn, tree.at, {
    kind,
    class: className(fn),
    attribute,
    bounded: bound !== null,
    bound,
    growth: isOnce || isConstructor(unit) && bound !== null ? "constant" : "per_registration",
    severity: bound === null ? "minor" : "none",
    note: captures ? `${note}; its closure keeps this instance alive` : note,
  });
}

function listener(analysis: Analysis, site: CallSite): PatternFinding | null {
  const { tree, fn } = site;
  const { callee, args } = tree;
  if (callee.type !== "member" || !ADDS.test(callee.property)) return null;
  const [event, handler, options] = args;
  if (event === undefined || handler === undefined || !isHandler(handler, fn)) return null;
  if (!isEventName(event)) return null;
  const emitter = emitterOf(callee.object);
  const target = textOf(emitter, fn);
  const name = event.type === "text" ? event.value : textOf(event, fn);
  const isAbort = name === "abort";
  const once = /nce/.test(callee.property) || hasOption(options, "once");
  const by = hasOption(options, "signal")
    ? "removed by its AbortSignal"
    : once && !isAbort
    ? "fires once"
    : isStreamEvent(emitter, event) || isGivenStream(emitter, event, fn)
    ? "ends with the stream"
    : emitter.type === "this" &&
        (isConstructor(methodAround(fn)) || SETS_UP.test(methodAround(fn).name))
    ? "listens to itself"
    : isUndoneByResult(analysis, tree, fn)
    ? "undone by what it returns"
    : removal(analysis, site, emitter, event, handler) ?? localTarget(analysis, emitter, fn);
  return describe(analysis, site, {
    kind: "listener",
    attribute: `${target}.${callee.property}(${name})`.slice(0, 120),
    by,
    note: by === null
      ? isAbort
        ? "a signal that outlives the call keeps the listener, also with once"
        : "never removed"
      : "listener",
  });
}

/** A stream that a callback was handed (`http.get(url, (incoming) => incoming.on("data", …))`). */
function isGivenStream(emitter: Tree, event: Tree, fn: FunctionModel): boolean {
  if (emitter.type !== "name" || event.type !== "text") return false;
  const found = lookUp(fn, emitter.name);
  return found?.binding.kind === "parameter" && found.scope.use.kind === "argument" &&
    /^(data|end|finish|close|error|exit|readable|drain|response|abort|aborted|timeout)$/
      .test(event.value);
}

/** `const off = this.on("x", f); … off();` */
function isUndoneByResult(analysis: Analysis, tree: CallTree, fn: FunctionModel): boolean {
  const parent = analysis.parentOf(tree);
  const name = parent?.type === "assign" && parent.target.type === "name"
    ? parent.target.name
    : null;
  return name !== null && /off|unsub|stop|remove|dispose|undo|cancel/i.test(name) &&
    analysis.calls.some(({ tree: call, fn: where }) =>
      where.source === fn.source && call.callee.type === "name" && call.callee.name === name
    );
}

/** `"close"`, a template, `Events.Close`, `eventName`: not any first argument of an `on`. */
function isEventName(event: Tree): boolean {
  if (event.type === "text" || event.type === "template") return true;
  const name = lastName(event);
  return /event|signal|type|topic|channel/i.test(name) || /^[A-Z]/.test(name);
}

/** `process.on(…).on(…)` listens to `process` both times. */
function emitterOf(object: Tree): Tree {
  return object.type === "call" && object.callee.type === "member" &&
      (ADDS.test(object.callee.property) || REMOVES.test(object.callee.property))
    ? emitterOf(object.callee.object)
    : object;
}

function isHandler(handler: Tree, fn: FunctionModel): boolean {
  if (handler.type === "function" || handler.type === "member") return true;
  if (handler.type === "call") {
    return handler.callee.type === "member" && handler.callee.property === "bind";
  }
  return handler.type === "name" && lookUp(fn, handler.name) !== null;
}

function hasOption(options: Tree | undefined, name: string): boolean {
  return options?.type === "collection" &&
    options.entries.some(({ key, value }) =>
      key?.type === "text" && key.value === name &&
      !(value.type === "constant" && value.value === false)
    );
}

/** A removal in the same file, from the same target or of the same event. */
function removal(
  analysis: Analysis,
  site: CallSite,
  object: Tree,
  event: Tree,
  handler: Tree,
): string | null {
  const target = lastName(object);
  // A variable is another emitter in each function; a field is the same one in all of them.
  const isLocal = object.type === "name" && lookUp(site.fn, object.name)?.scope.tree !== null;
  const event_ = textOf(event, site.fn);
  for (const { tree, fn } of analysis.calls) {
    if (
      fn.source !== site.fn.source || tree.callee.type !== "member" ||
      !REMOVES.test(tree.callee.property)
    ) continue;
    const sameTarget = lastName(emitterOf(tree.callee.object)) === target;
    const sameEvent = tree.args[0] === undefined || textOf(tree.args[0], fn) === event_;
    const sameScope = !isLocal || methodAround(fn) === methodAround(site.fn) ||
      lookUp(fn, target)?.scope === lookUp(site.fn, target)?.scope;
    const removed = tree.args[1];
    const sameHandler = removed === undefined || handler.type !== "function" &&
        (/^(call|index)$/.test(removed.type) || bare(removed) === bare(handler));
    if (sameTarget && sameEvent && sameScope && sameHandler) {
      return `${tree.callee.property} at line ${tree.at.line}`;
    }
  }
  return null;
}

function bare(handler: Tree): string {
  return lastName(handler).replace(/^[#_]+/, "");
}

/** The emitter was made in the same call, or is owned by the instance that listens. */
function localTarget(analysis: Analysis, object: Tree, fn: FunctionModel): string | null {
  let root = object;
  while (root.type === "member" || root.type === "index" || root.type === "call") {
    if (root.type === "call") {
      if (root.construct || root.callee.type !== "member") return "emitter made for this call";
      const makes = /^(create|connect|spawn|fork|exec|request|get$|open|build|make)/
        .test(root.callee.property);
      if (makes && isModule(root.callee.object, fn)) return "emitter made for this call";
      root = root.callee.object;
    } else root = root.object;
  }
  if (root.type === "name") {
    const found = lookUp(fn, root.name);
    if (found !== null && isMadeBeside(analysis, found.binding, object)) {
      return "once for each emitter, where it is made";
    }
    const place = analysis.resolver.resolve(root, fn);
    const isOwn = place === null ||
      place.root.kind === "closure" && !leavesScope(fn, place.root.scope);
    if (found !== null && found.scope.tree !== null && isOwn) {
      return found.binding.kind === "variable" && found.binding.values.length > 0
        ? "emitter is local"
        : null;
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
  const isOwned = made.some((value) => value?.type === "call");
  const isOnce = isConstructor(methodAround(fn)) ||
    (analysis.resolver.assignments(place.root.owner).get(place.path[0]!) ?? []).some((declared) =>
      declared.fn === fn
    );
  return isOwned && isOnce ? "emitter is owned by the instance" : null;
}

/** `if (!known) { known = new Emitter(); known.on(…); }` */
function isMadeBeside(analysis: Analysis, { values }: Binding, object: Tree): boolean {
  let block = analysis.parentOf(object);
  while (block !== null && block.type !== "if" && block.type !== "function") {
    block = analysis.parentOf(block);
  }
  return block?.type === "if" &&
    values.some((value) =>
      value.type === "call" && value.construct && block.at.start <= value.at.start &&
      value.at.end <= object.at.start
    );
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

/** Every caller of a private function hands in an emitter of its own making. */
function passedLocal(analysis: Analysis, fn: FunctionModel, binding: Binding): string | null {
  const sites = analysis.callSites(fn);
  const isLocal = sites.length > 0 && sites.every((site) => {
    const arg = site.tree.args[binding.index];
    return arg !== undefined && site.fn !== fn && localTarget(analysis, arg, site.fn) !== null;
  });
  return isLocal ? "emitter is made by the caller" : null;
}

/** `new ResizeObserver(…)` that nothing disconnects. */
function observer(analysis: Analysis, site: CallSite): PatternFinding | null {
  const { tree, fn } = site;
  const name = dottedName(tree.callee);
  if (!tree.construct || !OBSERVERS.test(name)) return null;
  const undone = analysis.calls.find(({ tree: other, fn: where }) =>
    where.source === fn.source && other.callee.type === "member" &&
    /^(disconnect|unobserve)$/.test(other.callee.property)
  );
  return describe(analysis, site, {
    kind: "listener",
    attribute: name,
    by: undone ? `disconnect at line ${undone.tree.at.line}` : null,
    note: undone ? "observer" : "observer never disconnected",
  });
}

function timer(analysis: Analysis, site: CallSite): PatternFinding | null {
  const { tree, fn } = site;
  const name = dottedName(tree.callee).split(".").at(-1)!;
  if (name !== "setInterval" && !(name === "setTimeout" && reschedulesItself(site))) return null;
  const handle = handleOf(analysis, tree);
  const clears = name === "setInterval" ? "clearInterval" : "clearTimeout";
  const cleared = handle === null
    ? undefined
    : analysis.calls.find(({ tree: other, fn: where }) =>
      where.source === fn.source &&
      /^(clearInterval|clearTimeout)$/.test(dottedName(other.callee)) &&
      other.args[0] !== undefined && (lastName(other.args[0]) === handle ||
        analysis.resolver.resolve(other.args[0], where)?.path[0] === handle)
    );
  return describe(analysis, site, {
    kind: "timer",
    attribute: handle ?? name,
    by: cleared
      ? `${clears} at line ${cleared.tree.at.line}`
      : handle === "returned"
      ? "handed to the caller"
      : null,
    note: cleared || handle === "returned" ? "timer" : "never cleared; keeps its closure alive",
  });
}

/** A function that schedules itself again without a condition. */
function reschedulesItself({ tree, fn, around }: CallSite): boolean {
  const [callback] = tree.args;
  if (around.length > 0 || callback === undefined || fn.name === "") return false;
  return callback.type === "name" && callback.name === fn.name ||
    callback.type === "function" &&
      contains(
        callback,
        (part) => part.type === "call" && dottedName(part.callee).split(".").at(-1) === fn.name,
      );
}

/** Name under which a result is kept: a variable, a field, `returned`, or null when dropped. */
function handleOf(analysis: Analysis, tree: CallTree): string | null {
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

function subscription(analysis: Analysis, site: CallSite): PatternFinding | null {
  const { tree, fn } = site;
  const { callee } = tree;
  if (callee.type !== "member" || callee.property !== "subscribe" || tree.args.length === 0) {
    return null;
  }
  if (!tree.args.some((arg) => isHandler(arg, fn) || arg.type === "collection")) return null;
  const limited = contains(
    callee.object,
    (part) =>
      part.type === "call" &&
      /^(take|first|takeUntil|takeWhile|takeUntilDestroyed)$/.test(
        dottedName(part.callee).split(".").at(-1)!,
      ),
  );
  const handle = handleOf(analysis, tree);
  const undone = analysis.calls.find(({ tree: other, fn: where }) => {
    if (where.source !== fn.source) return false;
    const called = other.callee;
    if (called.type === "member" && /^(unsubscribe|dispose|remove|cancel)$/.test(called.property)) {
      return handle === null
        ? called.property === "unsubscribe" && other.args.length > 0
        : lastName(called.object) === handle ||
          analysis.resolver.resolve(called.object, where)?.path[0] === handle ||
          other.args.some((arg) => lastName(arg) === handle) ||
          called.property === "unsubscribe" && other.args.length > 0;
    }
    // `for (const dispose of this.disposers) dispose()`
    return handle !== null && (lastName(called) === handle ||
      called.type === "name" && analysis.resolver.resolve(called, where)?.path[0] === handle);
  });
  const by = limited
    ? "ends by itself"
    : handle === "returned"
    ? "handed to the caller"
    : undone
    ? `undone at line ${undone.tree.at.line}`
    : null;
  return describe(analysis, site, {
    kind: "subscription",
    attribute: `${textOf(callee.object, fn)}.subscribe`.slice(0, 120),
    by,
    note: by === null
      ? handle === null ? "result dropped, so it can never be undone" : "never undone"
      : "subscription",
  });
}

function lastName(tree: Tree): string {
  if (tree.type === "name") return tree.name;
  if (tree.type === "member") return tree.property;
  if (tree.type === "index") return lastName(tree.object);
  return tree.type === "this" ? "this" : "";
}
