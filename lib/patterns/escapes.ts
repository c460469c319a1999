/**
 * Tells whether a function value or an instance outlives the call that makes it.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { isTakenBack } from "./handles.ts";
import { idiomsOf } from "./idioms.ts";
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { dottedName } from "./places.ts";
import { contains, partsOf, walk } from "./tree.ts";
import type { CallTree, Tree } from "./tree.ts";

/** Tells whether a function value leaves the call that makes it. */
export function escapes(fn: FunctionModel): boolean {
  return isKept(fn) && !(fn.use.call !== null && isTakenBack(fn.use.call, fn.parent!));
}

function isKept(fn: FunctionModel): boolean {
  const { use } = fn;
  if (fn.tree === null || fn.isMethod) return false;
  if (use.kind === "local") return fn.parent !== null && isOfLeaving(use.receiver, fn.parent);
  if (use.kind === "returned" || use.kind === "stored") return true;
  if (use.kind === "entry" && use.call === null) return true;
  if (use.call === null) return useOfName(fn);
  const { callee, args } = use.call;
  const name = callee.type === "member" ? callee.property : dottedName(callee);
  const kept = keptByCallee(callee, args.indexOf(fn.tree), fn.parent!);
  if (kept !== null) return kept;
  if (isRoute(name, args[0])) return true;
  if (!KEEPS_CALLBACK.test(name)) return false;
  if (callee.type !== "member") return true;
  // `response.onData((chunk) => …)`
  if (/^on[A-Z]/.test(name) && STREAM.test(lastName(callee.object))) return false;
  if (isServing(callee.object, fn.parent!)) return true;
  const isGiven = callee.object.type === "name" && isEnding(args[0]) &&
    isCallbackParameter(callee.object.name, fn.parent!);
  return !isGiven && !isStreamEvent(callee.object, args[0]) &&
    !isLocalEmitter(callee.object, fn.parent!);
}

/** `const socket = dgram.createSocket("udp4")`: it serves all peers, not one exchange. */
function isServing(object: Tree, scope: FunctionModel): boolean {
  const values = object.type === "name" ? lookUp(scope, object.name)?.binding.values ?? [] : [];
  return values.some((value) =>
    value.type === "call" && value.callee.type === "member" &&
    value.callee.property === "createSocket"
  );
}

/** `server.send = function () { … }; return server;` */
function isOfLeaving(receiver: Tree | null | undefined, scope: FunctionModel): boolean {
  let root = receiver ?? null;
  while (root?.type === "member" || root?.type === "index") root = root.object;
  return root?.type === "name" && leavesByName(root.name, scope);
}

/** Whether a function of the same file keeps the function it is given: null where it is unknown. */
function keptByCallee(callee: Tree, index: number, scope: FunctionModel): boolean | null {
  if (callee.type !== "name" || index < 0) return null;
  const own = lookUp(scope, callee.name)?.binding.values.find((value) => value.type === "function");
  const parameter = own?.type === "function" ? own.parameters[index]?.name : undefined;
  if (own?.type !== "function" || parameter === undefined) return null;
  const isIt = (part: Tree): boolean => part.type === "name" && part.name === parameter;
  const keeps = (tree: Tree): boolean => {
    if (tree.type === "function") return tree.body.some((part) => contains(part, isIt));
    if (tree.type === "return" && tree.value !== null && isIt(tree.value)) return false;
    if (
      tree.type === "assign" && tree.target.type === "member" && tree.value !== null &&
      isIt(tree.value)
    ) return true;
    // Callbacks are called and forgotten, unless the name of what takes them says otherwise.
    const isBrief = tree.type === "call" && !tree.construct && !KEEPS_CALLBACK.test(
      tree.callee.type === "member" ? tree.callee.property : dottedName(tree.callee),
    );
    return partsOf(tree).some((part) => part.type === "function" && isBrief ? false : keeps(part));
  };
  return own.body.some(keeps);
}

/** A listener on a request, a socket or a child: it ends when the stream does. */
export function isStreamEvent(object: Tree, event: Tree | undefined): boolean {
  if (event?.type !== "text") return false;
  const name = lastName(
    object.type === "call" && object.callee.type === "member" ? object.callee.object : object,
  );
  return /^(data|end|finish|close|error|exit|readable|line|message|ping|pong|drain)$/.test(
    event.value,
  ) && STREAM.test(name);
}

/** Names of what lasts as long as one exchange. */
const STREAM =
  /^_?#?(req|request|res|response|reply|stream|reader|writer|socket|conn|connection|child|proc|input|output|stdin|stdout|stderr|pipe|file|rl|ws|websocket|peer|(raw)?client|body)$/i;

function isEnding(event: Tree | undefined): boolean {
  return event?.type === "text" &&
    /^(data|end|finish|close|error|exit|readable|drain|response)$/.test(event.value);
}

/** A name that a callback was handed. */
function isCallbackParameter(name: string, fn: FunctionModel): boolean {
  const found = lookUp(fn, name);
  return found?.binding.kind === "parameter" && found.scope.use.kind === "argument";
}

/** The emitter is made in the scope that the closure captures, and stays there. */
function isLocalEmitter(object: Tree, scope: FunctionModel): boolean {
  if (object.type !== "name") return false;
  const found = lookUp(scope, object.name);
  if (found === null || found.scope.tree === null || found.binding.kind !== "variable") {
    return false;
  }
  let isEnded = false;
  for (const part of found.scope.tree?.body ?? []) {
    walk(part, (inner) => {
      // What is handed out ends when its holder wants.
      if (inner.type === "return" && inner.value?.type !== "call") return false;
      isEnded ||= inner.type === "call" && inner.callee.type === "member" &&
        inner.callee.object.type === "name" && inner.callee.object.name === object.name &&
        /^(close|destroy|end|dispose|kill|terminate|disconnect|removeAllListeners)$/.test(
          inner.callee.property,
        );
    });
  }
  const isMade = found.binding.values.some((value) =>
    value.type === "call" && (value.construct || isEnded)
  );
  return isMade && !leavesByName(object.name, found.scope);
}

/** Tells whether what a name stands for is returned, stored or put into a container. */
export function leavesByName(name: string, scope: FunctionModel): boolean {
  const isIt = (part: Tree | null): boolean => part?.type === "name" && part.name === name;
  return (scope.tree?.body ?? []).some((part) =>
    contains(
      part,
      (inner) =>
        (inner.type === "return" || inner.type === "assign") && isIt(inner.value) ||
        inner.type === "return" && handsOut(inner.value, isIt) ||
        inner.type === "collection" && inner.entries.some(({ value }) => isIt(value)),
    )
  );
}

/** Tells whether what a name stands for is put into a container: `sessions.push(session)`. */
export function isPutByName(name: string, scope: FunctionModel): boolean {
  const isIt = (part: Tree | null): boolean => part?.type === "name" && part.name === name;
  return (scope.tree?.body ?? []).some((part) =>
    contains(
      part,
      (inner) =>
        inner.type === "call" && isPut(inner, scope) && inner.args.some(isIt) ||
        inner.type === "assign" && /^(member|index)$/.test(inner.target.type) && isIt(inner.value),
    )
  );
}

/** `app.get("/users", (request) => …)` */
function isRoute(name: string, path: Tree | undefined): boolean {
  return /^(get|post|put|patch|delete|all|head|options|route|ws)$/.test(name) &&
    path?.type === "text" && /^[/*]/.test(path.value);
}

/** A function, or an object of functions, that uses something. */
function handsOut(value: Tree | null, isIt: (part: Tree) => boolean): boolean {
  if (value?.type === "function") return contains(value, isIt);
  return value?.type === "collection" &&
    value.entries.some((entry) => handsOut(entry.value, isIt));
}

/** Calls that keep the function they are given; others call it and forget it. */
const KEEPS_CALLBACK =
  /^(on|once|use|effect|tap|intercept|defer|push|unshift|setInterval|schedule|every|repeat|start_new_thread|Timer|Thread|createServer|createSecureServer|assign|freeze|defineProperty|defineProperties|(\w+)?Server|start_server|serve)$|^(on|use|set|add|register|subscribe|observe|watch|listen|attach|install|connect|bind|hook|provide|prepend|follow|monitor)(_|[A-Z]|$)|(Listener|Callback|Handler|Hook|Observer)$/;

/** `new Work(…).run()`, or a local that is never returned, stored or put into anything. */
export function staysInCall(analysis: Analysis, tree: Tree, fn: FunctionModel): boolean {
  const parent = analysis.parentOf(tree);
  if (fn.tree === null || parent === null) return false;
  if (parent.type === "member") return true;
  if (parent.type !== "assign" || parent.target.type !== "name") return false;
  const name = parent.target.name;
  let leaves = false;
  const isIt = (part: Tree | null): boolean => part?.type === "name" && part.name === name;
  for (const part of fn.tree.body) {
    walk(part, (inner) => {
      if (inner.type === "return") leaves ||= isIt(inner.value);
      else if (inner.type === "assign") leaves ||= isIt(inner.value);
      else if (inner.type === "collection") {
        leaves ||= inner.entries.some(({ value }) => isIt(value));
      } else if (inner.type === "call") {
        leaves ||= (inner.construct || isPut(inner, fn) || isHeldBack(analysis, inner, fn)) &&
          inner.args.some(isIt);
      } else if (inner.type === "function") {
        const model = analysis.project.byTree.get(inner);
        leaves ||= model !== undefined && escapes(model) && contains(inner, isIt);
      }
    });
  }
  return !leaves;
}

/** `pipeline(crawl(frontier), …)`: a generator goes on after the call that made it. */
function isHeldBack(analysis: Analysis, call: CallTree, fn: FunctionModel): boolean {
  const own = call.callee.type === "name"
    ? lookUp(fn, call.callee.name)?.binding.values.find((value) => value.type === "function")
    : undefined;
  const parent = analysis.parentOf(call);
  const isHandedOn = parent?.type === "call" && parent.callee !== call ||
    parent?.type === "return" || parent?.type === "collection";
  return own?.type === "function" && own.isGenerator && isHandedOn;
}

/** `function tick() { …; requestAnimationFrame(tick); }` goes on for ever. */
function schedulesItself({ tree }: FunctionModel, name: string): boolean {
  const isIt = (part: Tree): boolean => part.type === "name" && part.name === name;
  return tree !== null &&
    tree.body.some((part) =>
      contains(
        part,
        (inner) =>
          inner.type === "call" && inner.args.some((arg) => contains(arg, isIt)) &&
          /(^|\.)(setTimeout|setImmediate|requestAnimationFrame|requestIdleCallback|nextTick|call_later|call_soon|after|Timer)$/
            .test(dottedName(inner.callee)),
      )
    );
}

/** `sessions.push(session)` */
function isPut({ callee }: CallTree, fn: FunctionModel): boolean {
  return callee.type === "member" && idiomsOf(fn.source.language).grow.has(callee.property);
}

/** A named inner function escapes where its name is used other than called. */
function useOfName(fn: FunctionModel): boolean {
  const name = fn.use.name ?? fn.name;
  const scope = fn.parent;
  if (name === "" || scope === null) return false;
  let escaped = false;
  const body = scope.tree?.body ?? scope.source.statements;
  if (schedulesItself(fn, name)) return true;
  for (const part of body) {
    walk(part, (tree) => {
      if (tree.type === "call") {
        const callee = tree.callee.type === "member"
          ? tree.callee.property
          : dottedName(tree.callee);
        const values = [...tree.args, ...tree.keywords.map((keyword) => keyword.value)];
        if (values.some((value) => value.type === "name" && value.name === name)) {
          const index = tree.args.findIndex((value) =>
            value.type === "name" && value.name === name
          );
          escaped ||= keptByCallee(tree.callee, index, scope) ?? KEEPS_CALLBACK.test(callee);
        }
      } else if (tree.type === "return" || tree.type === "assign") {
        // Stored on an object of this very call, it goes away with that object.
        const isLocal = tree.type === "assign" && tree.target.type === "member" &&
          tree.target.object.type === "name" &&
          scope.bindings.get(tree.target.object.name)?.kind === "variable";
        if (tree.value?.type === "name" && tree.value.name === name && !isLocal) escaped = true;
      } else if (tree.type === "collection") {
        escaped ||= tree.entries.some(({ value }) => value.type === "name" && value.name === name);
      }
    });
  }
  return escaped;
}

function lastName(tree: Tree): string {
  return tree.type === "name" ? tree.name : tree.type === "member" ? tree.property : "";
}
