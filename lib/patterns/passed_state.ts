/**
 * State that reaches a function through its parameters, and whether a place outlives the call.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { isOfPair } from "./component_state.ts";
import { escapes, isPutByName, leavesByName } from "./escapes.ts";
import { natureOf } from "./growth_nature.ts";
import { endlessLoop } from "./long_runs.ts";
import { methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { CallSite, Operation } from "./operations.ts";
import { dottedName, isInside } from "./places.ts";
import type { Place } from "./places.ts";
import { isReducer, isScan } from "./reducers.ts";
import { isReference } from "./shapes.ts";
import { contains } from "./tree.ts";
import type { Tree } from "./tree.ts";
import { livesInCalls } from "./typed_state.ts";
import { isTargetContext } from "./units.ts";

/** Tells whether the place outlives the call that the operation runs in. */
export function isPersistent(analysis: Analysis, operation: Operation): boolean {
  const { place, fn } = operation;
  const { root } = place;
  switch (root.kind) {
    case "instance":
    case "static":
    case "global":
      return true;
    case "module":
      return methodAround(fn).tree !== null;
    case "closure":
      return isCaptured(analysis, fn, root.scope) || isReferenceOf(place) ||
        isOfLongRun(operation) || isShared(analysis, operation, root.scope);
    case "parameter":
      return isCallersState(analysis, operation) || isCaptured(analysis, fn, root.scope) ||
        isOfKeptObject(operation) || isUndoneLater(analysis, operation);
  }
}

/** `clients.push(client)` and, in a callback beside it, `client.received.push(size)`. */
function isOfKeptObject({ place: { root, path }, fn }: Operation): boolean {
  if (root.kind !== "parameter" || path.length < 2 || !isInside(fn, root.scope)) return false;
  return isPutByName(path[0]!, root.scope);
}

/** `a.joints.add(joint); return () => a.joints.delete(joint);`: till then it is there. */
function isUndoneLater(analysis: Analysis, { place, fn }: Operation): boolean {
  return analysis.on(place.key).some((operation) =>
    operation.effect === "shrink" && isInside(operation.fn, fn) && escapes(operation.fn)
  );
}

/** A variable made before the loop that its function never leaves, and used in it. */
function isOfLongRun({ place: { root, path }, fn, around }: Operation): boolean {
  if (root.kind !== "closure" || root.scope !== fn) return false;
  const loop = endlessLoop(fn);
  // `try: while True: items.append(next(source)) … except StopIteration: return items` ends.
  const isResult = fn.returns.some((value) =>
    contains(value, (part) => part.type === "name" && part.name === path[0])
  );
  return loop !== null && !isResult && around.includes(loop) &&
    (fn.bindings.get(path[0]!)?.values ?? []).some((value) => value.at.end < loop.at.start);
}

/** `stream.on("data", (line) => lines.push(line)); return { tail: () => lines.slice(-9) };` */
function isShared(analysis: Analysis, { place, fn }: Operation, scope: FunctionModel): boolean {
  const { call } = fn.use;
  const isListening = scope.tree !== null && call?.callee.type === "member" &&
    /^(on|addListener|addEventListener)$/.test(call.callee.property);
  if (!isListening) return false;
  const isUsed = (part: Tree): boolean => part.type === "name" && part.name === place.path[0];
  return analysis.project.functions.some((other) =>
    other !== fn && other.source === fn.source && isInside(other, scope) && other !== scope &&
    other.tree?.body.some((part) => contains(part, isUsed)) === true &&
    isCaptured(analysis, other, scope)
  );
}

/** A reference or a state that a component keeps from call to call. */
function isReferenceOf({ root, path }: Place): boolean {
  if (root.kind !== "closure") return false;
  return root.scope.bindings.get(path[0]!)?.values.some((value) =>
    isOfPair(value) ||
    path.length > 1 && value.type === "call" && isReference(dottedName(value.callee))
  ) === true;
}

/** A function between the operation and the scope of the state outlives that scope. */
function isCaptured(
  analysis: Analysis,
  fn: FunctionModel,
  scope: FunctionModel,
  depth = 0,
): boolean {
  for (let inner: FunctionModel | null = fn; inner !== null && inner !== scope;) {
    if (escapes(inner) || inner.isMethod && isHandedOut(inner, scope)) return true;
    // A helper lives as long as the closure that calls it.
    const helper: FunctionModel = inner;
    const isCalled = depth < 3 &&
      analysis.callSites(helper).some(({ fn: caller }) =>
        caller !== helper && isInside(caller, scope) && !isInside(caller, helper) &&
        isCaptured(analysis, caller, scope, depth + 1)
      );
    if (isCalled) return true;
    inner = inner.parent;
  }
  return false;
}

/** A method of a class that leaves the function in which it is declared. */
function isHandedOut({ owner }: FunctionModel, scope: FunctionModel): boolean {
  const name = owner?.tree.name ?? null;
  return name !== null && owner !== null && scope.tree !== null && leavesByName(name, scope);
}

/** Names under which callers hand in state that they keep, and names of results to fill. */
const KEPT =
  /(^|_)(history|histories|hist|log|logs|trace|cache|buffer|telemetry|registry|store|memo|journal|archive)$/i;
const OWNERS =
  /^(parent|owner|context|ctx|state|store|registry|app|bus|manager|controller|session|world|globals?|shared|self|instance|target|tuner|engine)$/i;

/** `def collect(value, into=[])`: the default is made once and shared by all calls. */
function isSharedDefault(fn: FunctionModel, index: number): boolean {
  if (fn.source.language !== "python") return false;
  const value = fn.tree?.parameters[index]?.value;
  return value?.type === "collection" && value.shape !== "tuple";
}

function isCallersState(analysis: Analysis, operation: Operation): boolean {
  const { root, path } = operation.place;
  if (root.kind !== "parameter") return false;
  if (root.binding.rest !== "no") return false;
  if (isTargetContext(root.scope, root.binding)) return true;
  if (isSharedDefault(root.scope, root.binding.index)) return true;
  const isOfState = root.binding.index === 0 && isReducer(root.scope) &&
    (path.length > 1 || isScan(root.scope));
  if (isOfState && /^(collection|call|template|operation)$/.test(operation.tree.type)) return true;
  // What an inline callback is handed (`reduce((memo, event) => …)`) is its caller's own affair.
  if (root.scope.use.kind === "argument") return false;
  const name = path[0]!;
  const isNested = path.slice(1).some((step) => !step.startsWith("["));
  // What registers itself with another object stays for as long as that object does.
  const { detail, tree } = operation;
  const value = tree.type === "assign" ? tree.value : tree.type === "call" ? tree.args[1] : null;
  if (isNested && (detail?.type === "this" || value?.type === "this")) return true;
  if (!isNested) return KEPT.test(name);
  return OWNERS.test(name) && !livesInCalls(analysis, root.binding.annotation);
}

/** Replaces a parameter's container by what callers pass, where they pass state they keep. */
export function throughParameters(analysis: Analysis, operation: Operation): readonly Operation[] {
  const { root, path } = operation.place;
  if (root.kind !== "parameter" || !/^(grow|insert)$/.test(operation.effect)) return [operation];
  const passed = passedPlaces(
    analysis,
    root.scope,
    root.binding.name,
    root.binding.index,
    0,
    path.length - 1,
  );
  const grown = passed.filter(({ place }) =>
    natureOf(analysis, { ...operation, place: analysis.resolver.extend(place, path.slice(1)) }) ===
      "growth"
  );
  const { detail, effect } = operation;
  const keyed = grown.filter(({ site }) =>
    !(effect === "insert" && detail?.type === "name" && isFixedKey(root.scope, detail.name, site))
  );
  const callers = keyed.map(({ place, site }): Operation => ({
    ...operation,
    // Which keys of it grow is the callee's affair; the caller sees one container growing.
    place: analysis.resolver.extend(place, path.slice(1).filter((step) => !step.startsWith("["))),
    effect: "grow",
    verb: "passed",
    fn: site.fn,
    tree: site.tree,
    around: site.around,
    exits: [],
    via: "parameter",
    // An instance as a whole (`self[key] = …`) is no container.
  })).filter((caller) => caller.place.path.length > 0);
  return KEPT.test(path[0]!) || isSharedDefault(root.scope, root.binding.index)
    ? [operation, ...callers]
    : grown.length > 0
    ? callers
    : [operation];
}

/** `setFlag(this, "ready", true)`: the same key from that caller each time. */
function isFixedKey(scope: FunctionModel, name: string, { tree }: CallSite): boolean {
  const binding = scope.bindings.get(name);
  const given = binding?.kind === "parameter" ? tree.args[binding.index] : undefined;
  return given !== undefined && /^(text|number|constant)$/.test(given.type);
}

function passedPlaces(
  analysis: Analysis,
  fn: FunctionModel,
  name: string,
  index: number,
  depth: number,
  steps: number,
): { place: Place; site: CallSite }[] {
  if (depth > 2) return [];
  return analysis.callSites(fn).flatMap((site) => {
    const keyword = site.tree.keywords.find((entry) => entry.name === name)?.value;
    const arg: Tree | undefined = keyword ?? site.tree.args[index];
    const place = arg === undefined ? null : analysis.resolver.resolve(arg, site.fn);
    if (place === null || place.path.length + steps === 0) return [];
    const { root } = place;
    if (root.kind === "parameter" && !isTargetContext(root.scope, root.binding)) {
      if (root.scope === fn || isInside(site.fn, fn)) return [];
      return passedPlaces(
        analysis,
        root.scope,
        root.binding.name,
        root.binding.index,
        depth + 1,
        steps,
      );
    }
    return root.kind === "closure" && site.fn === root.scope ? [] : [{ place, site }];
  });
}
