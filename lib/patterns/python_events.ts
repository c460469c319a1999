/**
 * Registrations of Python that outlive the call: signals and observers, logging handlers, exit
 * functions and timers, and whether the code ever takes them back.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { lastName } from "./handles.ts";
import { findMethod, lookUp, methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { CallSite } from "./operations.ts";
import { dottedName } from "./places.ts";
import type { Registration } from "./registration.ts";
import { textOf } from "./shapes.ts";
import { contains } from "./tree.ts";
import type { Tree } from "./tree.ts";

const CONNECTS =
  /^(connect|subscribe|attach_observer|add_(listener|observer|subscriber|callback|handler))$/;
const DISCONNECTS =
  /^(disconnect|unsubscribe|detach_observer|remove_(listener|observer|subscriber|callback|handler))$/;

/** Returns the registration that a call makes, or null. `owned` tells of emitters of one's own. */
export function pythonRegistration(
  analysis: Analysis,
  site: CallSite,
  owned: (object: Tree, fn: FunctionModel) => string | null,
): Registration | null {
  const name = dottedName(site.tree.callee);
  if (name === "atexit.register") return atExit(analysis, site);
  if (/(^|\.)Timer$/.test(name)) return timer(analysis, site);
  const { callee } = site.tree;
  if (callee.type !== "member") return null;
  if (callee.property === "addHandler") return loggingHandler(analysis, site, callee.object);
  return CONNECTS.test(callee.property)
    ? connection(analysis, site, callee.object, callee.property, owned)
    : null;
}

/** A call of one of these names in the same file, with or without a certain first argument. */
function undoneBy(analysis: Analysis, site: CallSite, names: RegExp): string | null {
  const undo = analysis.calls.find(({ tree, fn }) =>
    fn.source === site.fn.source && tree.callee.type === "member" &&
    names.test(tree.callee.property)
  );
  return undo === undefined
    ? null
    : `${(undo.tree.callee as { property: string }).property} at line ${undo.tree.at.line}`;
}

function atExit(analysis: Analysis, site: CallSite): Registration {
  const by = undoneBy(analysis, site, /^unregister$/);
  return {
    kind: "listener",
    attribute: "atexit",
    by,
    note: "kept until the process ends, with everything the function reaches; atexit.unregister it",
  };
}

/** A timer that fires once lets go; one that its own function starts again never does. */
function timer(analysis: Analysis, site: CallSite): Registration | null {
  const action = site.tree.args[1] ??
    site.tree.keywords.find(({ name }) => name === "function")?.value;
  if (action === undefined) return null;
  const own = methodAround(site.fn).name;
  const again = own !== "" && contains(
    action,
    (part) =>
      part.type === "member" && part.property === own || part.type === "name" && part.name === own,
  );
  const parent = analysis.parentOf(site.tree);
  const handle = parent?.type === "assign" ? parent.target : null;
  const attribute = handle?.type === "member"
    ? handle.property
    : handle?.type === "name"
    ? handle.name
    : "timer";
  return {
    kind: "timer",
    attribute,
    by: undoneBy(analysis, site, /^cancel$/) ?? (again ? null : "fires once"),
    note: again
      ? "starts itself again, so its function and arguments stay alive"
      : "keeps its function and arguments alive until it fires or is cancelled",
  };
}

/** `logging.getLogger(name).addHandler(h)` where nothing asks whether there is one already. */
function loggingHandler(
  analysis: Analysis,
  site: CallSite,
  logger: Tree,
): Registration | null {
  const target = textOf(logger, site.fn);
  if (!/log/i.test(target)) return null;
  const asks = (part: Tree): boolean =>
    part.type === "member" && /^(handlers|hasHandlers)$/.test(part.property);
  const isAsked = (methodAround(site.fn).tree?.body ?? []).some((part) => contains(part, asks));
  return {
    kind: "listener",
    attribute: `${target}.addHandler`.slice(0, 120),
    by: isAsked ? "only where there is no handler yet" : handlerRemoved(analysis, site),
    note: "loggers live as long as the process and keep every handler",
  };
}

/** The same handler is removed, or all that a logger has. */
function handlerRemoved(analysis: Analysis, site: CallSite): string | null {
  const added = site.tree.args[0];
  const removal = analysis.calls.find(({ tree, fn }) => {
    const { callee, args: [removed] } = tree;
    if (fn.source !== site.fn.source || callee.type !== "member") return false;
    if (callee.property !== "removeHandler" || removed === undefined) return false;
    const isAny = /^(call|index)$/.test(removed.type) ||
      removed.type === "name" && lookUp(fn, removed.name)?.binding.kind === "loop";
    return isAny || added !== undefined && lastName(added) !== "" &&
        lastName(added) === lastName(removed);
  });
  return removal === undefined ? null : `removeHandler at line ${removal.tree.at.line}`;
}

function connection(
  analysis: Analysis,
  site: CallSite,
  emitter: Tree,
  verb: string,
  owned: (object: Tree, fn: FunctionModel) => string | null,
): Registration | null {
  if (!site.tree.args.some((arg) => isCallback(analysis, arg, site.fn))) return null;
  const by = handedOn(analysis, site) ?? undoneBy(analysis, site, DISCONNECTS) ??
    owned(emitter, site.fn);
  return {
    kind: "subscription",
    attribute: `${textOf(emitter, site.fn)}.${verb}`.slice(0, 120),
    by,
    note: by === null ? "never disconnected" : "subscription",
  };
}

/** `with bus.subscribe(f):` ends with the block; what another call is given is its affair. */
function handedOn(analysis: Analysis, { tree, fn }: CallSite): string | null {
  const parent = analysis.parentOf(tree);
  if (parent?.type === "block" && parent.kind === "with" && parent.at.line === tree.at.line) {
    return "ends with its with block";
  }
  if (parent?.type === "call" && parent.callee !== tree) return "handed to what ends it";
  if (parent?.type !== "assign") return null;
  if (parent.declares) return "ends with its with block";
  const { target } = parent;
  const isUsed = target.type === "name" &&
    (methodAround(fn).tree?.body ?? []).some((part) =>
      contains(
        part,
        (inner) =>
          inner !== target && inner.type === "name" && inner.name === target.name &&
          inner.at.start > tree.at.end,
      )
    );
  return isUsed ? `kept as ${target.name}` : null;
}

/** A lambda, a `partial`, a bound method of this class or a function known by name. */
function isCallback(analysis: Analysis, arg: Tree, fn: FunctionModel): boolean {
  if (arg.type === "function") return true;
  if (arg.type === "call") return /(^|\.)partial(method)?$/.test(dottedName(arg.callee));
  if (arg.type === "member") {
    return arg.object.type === "this" && fn.owner !== null &&
      findMethod(analysis.project, fn.owner, arg.property) !== null;
  }
  if (arg.type !== "name") return false;
  return lookUp(fn, arg.name)?.binding.values.some((value) => value.type === "function") === true;
}
