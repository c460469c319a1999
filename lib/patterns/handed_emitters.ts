/**
 * Emitters that somebody else hands over: what has just come with an event is new each time, what
 * a call reaches for is shared by all who ask for it.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { lastName } from "./handles.ts";
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { dottedName } from "./places.ts";
import type { CallTree, Tree } from "./tree.ts";

/** Returns the calls that a function is handed to, as it stands there or by its name. */
export function callsHandedTo(analysis: Analysis, fn: FunctionModel): readonly CallTree[] {
  if (fn.use.kind === "argument") return fn.use.call === null ? [] : [fn.use.call];
  return analysis.calls.filter(({ tree, fn: where }) =>
    where.source === fn.source && tree.args.some((arg) => isNameOf(arg, fn, where))
  ).map(({ tree }) => tree);
}

/** `accept`, `this.accept`, `this.accept.bind(this)` */
function isNameOf(arg: Tree, fn: FunctionModel, where: FunctionModel): boolean {
  if (arg.type === "call") {
    return arg.callee.type === "member" && arg.callee.property === "bind" &&
      isNameOf(arg.callee.object, fn, where);
  }
  if (arg.type === "member") {
    return fn.isMethod && arg.object.type === "this" && arg.property === fn.name &&
      where.owner === fn.owner;
  }
  return arg.type === "name" && !fn.isMethod && arg.name === fn.name && fn.tree !== null &&
    lookUp(where, arg.name)?.binding.values.includes(fn.tree) === true;
}

/** Last words of events that bring something new, which goes when it is over. */
const ARRIVALS =
  /^(connect(ed|ion)?|session|request|response|upgrade|(data)?stream|invit(e|ation)|incoming|offer|accept(ed)?|call|caller|guest|visitor|client|peer|socket|(data)?channel|fork|spawn(ed)?|created|worker|child|page|popup)$/i;

/** Tells whether a call hands its callback what has just come: `server.on("session", …)`. */
export function bringsNew({ callee, args: [event] }: CallTree): boolean {
  if (callee.type !== "member") return false;
  if (/^create(Secure)?Server$/.test(callee.property)) return true;
  if (!/^(on|once|addListener)$/.test(callee.property) || event === undefined) return false;
  const name = event.type === "text" ? event.value : lastName(event);
  return ARRIVALS.test(name.split(/[^a-zA-Z]+|(?<=[a-z])(?=[A-Z])/).at(-1)!);
}

/** Tells whether a call gives an emitter that others hold as well, instead of making one. */
export function isReached(analysis: Analysis, call: CallTree, fn: FunctionModel): boolean {
  // A browser keeps a media query as long as somebody listens to it.
  const isOfBrowser = /^((window|self|globalThis)\.)?matchMedia$/.test(dottedName(call.callee)) &&
    lookUp(fn, "matchMedia") === null;
  if (isOfBrowser) return true;
  // `function bus() { return shared ??= new Bus(); }`
  const own = analysis.resolver.functionOf(call.callee, fn);
  return own !== null && own.returns.some((value) => {
    const place = analysis.resolver.resolve(value, own);
    return place?.root.kind === "module" && place.path.length > 0;
  });
}
