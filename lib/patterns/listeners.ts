/**
 * Event listeners and observers.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import {
  ADDS,
  emitterOf,
  isGivenStream,
  isUndoneByResult,
  localTarget,
  methodCalled,
  removal,
} from "./emitters.ts";
import { isStreamEvent } from "./escapes.ts";
import { lastName } from "./handles.ts";
import { lookUp, methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { CallSite } from "./operations.ts";
import { dottedName } from "./places.ts";
import type { Registration } from "./registration.ts";
import { textOf } from "./shapes.ts";
import type { Tree } from "./tree.ts";
import { isConstructor } from "./units.ts";

/** Methods that prepare their object once. */
const SETS_UP = /^(_|#)?(enable|init|setup|configure|bind|install|define|wire)(_|[A-Z]|$)/;
const OBSERVERS = /(Mutation|Resize|Intersection|Performance)Observer$/;

/** Returns the event listener that a call adds, or null. */
export function listener(analysis: Analysis, site: CallSite): Registration | null {
  const { tree, fn } = site;
  const { args } = tree;
  const callee = methodCalled(tree, fn);
  if (callee === null || !ADDS.test(callee.property)) return null;
  const [event, handler, options] = args;
  if (event === undefined || handler === undefined || !isHandler(handler, fn)) return null;
  if (!isEventName(event)) return null;
  const emitter = emitterOf(callee.object);
  const target = tree.callee.type === "name" ? "window" : textOf(emitter, fn);
  const name = event.type === "text" ? event.value : textOf(event, fn);
  const isAbort = name === "abort";
  const once = /nce/.test(callee.property) || hasOption(options, "once");
  const by = hasOption(options, "signal")
    ? "removed by its AbortSignal"
    : once && !isAbort && !isLast(emitter, event)
    ? "fires once"
    : isStreamEvent(emitter, event) && !isOfModule(analysis, emitter, fn) ||
        isGivenStream(emitter, event, fn) || isEnded(analysis, site, emitter)
    ? "ends with the stream"
    : emitter.type === "this" &&
        (isConstructor(methodAround(fn)) || SETS_UP.test(methodAround(fn).name))
    ? "listens to itself"
    : isUndoneByResult(analysis, tree, fn)
    ? "undone by what it returns"
    : removal(
      analysis,
      site,
      emitter,
      event,
      handler.type === "assign" ? handler.target : handler,
    ) ?? localTarget(analysis, emitter, fn);
  return {
    kind: "listener",
    attribute: `${target}.${callee.property}(${name})`.slice(0, 120),
    by,
    note: by === null
      ? isAbort
        ? "a signal that outlives the call keeps the listener, also with once"
        : once
        ? "kept until the service ends, also with once"
        : "never removed"
      : "listener",
  };
}

/** What happens once, when the service ends: till then each listener waits. */
function isLast(emitter: Tree, event: Tree): boolean {
  if (event.type !== "text") return false;
  return emitter.type === "name" && emitter.name === "process"
    ? /^(SIG[A-Z]+|exit|beforeExit)$/.test(event.value)
    : emitter.type !== "this" && /^(shutdown|shuttingDown|terminate)$/.test(event.value);
}

/** The same function waits for the end of what it was given: `link.once("close", …)`. */
function isEnded(analysis: Analysis, { fn }: CallSite, emitter: Tree): boolean {
  const given = emitter.type === "name" ? lookUp(fn, emitter.name) : null;
  if (given?.binding.kind !== "parameter") return false;
  return analysis.callsIn(methodAround(fn)).some(({ tree: { callee, args: [event] }, fn: where }) =>
    callee.type === "member" && ADDS.test(callee.property) && event?.type === "text" &&
    /^(close|closed|end|ended|disconnect|disconnected|exit|destroy|destroyed)$/.test(event.value) &&
    callee.object.type === "name" && lookUp(where, callee.object.name)?.binding === given.binding
  );
}

/** A variable of the module that functions listen to again and again. */
function isOfModule(analysis: Analysis, emitter: Tree, fn: FunctionModel): boolean {
  return methodAround(fn).tree !== null &&
    analysis.resolver.resolve(emitter, fn)?.root.kind === "module";
}

/** `new ResizeObserver(…)` that nothing disconnects. */
export function observer(analysis: Analysis, site: CallSite): Registration | null {
  const { tree, fn } = site;
  const name = dottedName(tree.callee);
  if (!tree.construct || !OBSERVERS.test(name)) return null;
  const undone = analysis.calls.find(({ tree: other, fn: where }) =>
    where.source === fn.source && other.callee.type === "member" &&
    /^(disconnect|unobserve)$/.test(other.callee.property)
  );
  return {
    kind: "listener",
    attribute: name,
    by: undone ? `disconnect at line ${undone.tree.at.line}` : null,
    note: undone ? "observer" : "observer never disconnected",
  };
}

/** `fs.watchFile(path, changed)` that no `unwatchFile` ends, `watch(path, changed)` let go of. */
export function fileWatcher(analysis: Analysis, site: CallSite): Registration | null {
  const { tree, tree: { callee, args }, fn } = site;
  const verb = lastName(callee);
  if (!/^watch(File)?$/.test(verb) || args.length < 2) return null;
  // `import { watch } from "node:fs"`
  const module = verb === "watch" && callee.type === "name"
    ? lookUp(fn, callee.name)?.binding.source ?? null
    : callee.type === "member" && callee.object.type === "name"
    ? lookUp(fn, callee.object.name)?.binding.source ?? null
    : null;
  const isOfFiles = /^(node:)?fs$/.test(module ?? "");
  if (!isOfFiles && (callee.type !== "member" || verb !== "watchFile")) return null;
  const handler = args.at(-1);
  const isOwn = callee.type === "member" && callee.object.type === "this";
  if (isOwn || handler === undefined || !isHandler(handler, fn)) return null;
  if (verb === "watch") {
    const parent = analysis.parentOf(tree);
    const isKept = parent !== null && !/^(function|if|loop|block)$/.test(parent.type);
    if (isKept || methodAround(fn).tree === null) return null;
    const note = "watches until the process ends; keep the watcher and close it";
    return { kind: "listener", attribute: verb, by: null, note };
  }
  const undone = analysis.calls.find(({ tree: other, fn: where }) =>
    where.source === fn.source && lastName(other.callee) === "unwatchFile"
  );
  return {
    kind: "listener",
    attribute: "watchFile",
    by: undone ? `unwatchFile at line ${undone.tree.at.line}` : null,
    note: undone ? "listener" : "watches until the process ends; unwatchFile it",
  };
}

/** `"close"`, a template, `Events.Close`, `eventName`: not any first argument of an `on`. */
function isEventName(event: Tree): boolean {
  if (event.type === "text" || event.type === "template") return true;
  const name = lastName(event);
  return /event|signal|type|topic|channel/i.test(name) || /^[A-Z]/.test(name);
}

/** Tells whether an argument can be called: a function, a method, a bound one, a name. */
export function isHandler(handler: Tree, fn: FunctionModel): boolean {
  // `bus.on("x", this.onX = this.x.bind(this))`
  if (handler.type === "assign") return handler.value !== null && isHandler(handler.value, fn);
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
