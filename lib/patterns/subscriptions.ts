/**
 * Subscriptions as of RxJS, and what undoes them.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { localTarget } from "./emitters.ts";
import { handleOf, lastName, listOf } from "./handles.ts";
import { isHandler } from "./listeners.ts";
import { isMaking } from "./made_emitters.ts";
import { lookUp, methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { CallSite } from "./operations.ts";
import { dottedName, isInside } from "./places.ts";
import type { Registration } from "./registration.ts";
import { textOf } from "./shapes.ts";
import { contains } from "./tree.ts";
import type { CallTree, Tree } from "./tree.ts";

/** Returns the subscription that a call makes, or null. */
export function subscription(analysis: Analysis, site: CallSite): Registration | null {
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
  const own = handleOf(analysis, tree);
  const handle = own === null ? null : listOf(analysis, fn, own) ?? own;
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
    : isOwnSource(analysis, callee.object, fn)
    ? "its source is owned by the instance"
    : null;
  return {
    kind: "subscription",
    attribute: `${textOf(callee.object, fn)}.subscribe`.slice(0, 120),
    by,
    note: by === null
      ? handle === null ? "result dropped, so it can never be undone" : "never undone"
      : "subscription",
  };
}

const REGISTERS =
  /^(on|subscribe|listen|observe|watch|hook)(_|[A-Z]|$)|^add_?([lL]istener|[hH]andler|[oO]bserver)$/;

/** `subscribe("saved", handler);` where the function gives back what undoes it, and nobody keeps that. */
export function droppedUndo(analysis: Analysis, { tree, fn }: CallSite): Registration | null {
  const { callee } = tree;
  if (callee.type !== "name" || !REGISTERS.test(callee.name)) return null;
  if (!isDropped(analysis, tree)) return null;
  const own = lookUp(fn, callee.name)?.binding.values.find((value) => value.type === "function");
  const made = own === undefined ? undefined : analysis.project.byTree.get(own);
  if (made === undefined || made === fn || methodAround(fn).tree === null) return null;
  const put = analysis.operations.find((operation) =>
    operation.fn === made && /^(grow|insert)$/.test(operation.effect) &&
    operation.detail?.type === "name" &&
    made.bindings.get(operation.detail.name)?.kind === "parameter"
  );
  const isUndone = put !== undefined &&
    analysis.on(put.place.key).some((operation) =>
      operation.effect === "shrink" && isInside(operation.fn, made)
    );
  if (!isUndone) return null;
  return {
    kind: "subscription",
    attribute: callee.name,
    by: null,
    note: "what it gives back to undo it is dropped",
  };
}

/** `window.onDidChangeTheme(handler);` gives back what undoes it, and nobody keeps that. */
export function droppedDisposable(
  analysis: Analysis,
  { tree, fn }: CallSite,
): Registration | null {
  const { callee, args: [handler, , kept] } = tree;
  if (callee.type !== "member" || !/^on(Did|Will)[A-Z]/.test(callee.property)) return null;
  if (handler === undefined || !isHandler(handler, fn) || kept !== undefined) return null;
  const isOfEnd = /(Dispose|Close|Exit|End|Destroy)$/.test(callee.property);
  if (!isDropped(analysis, tree) || isOfEnd || callee.object.type === "this") return null;
  // `mount((editor) => editor.onDidChangeText(…))`: it goes with what the callback is handed.
  const given = callee.object.type === "name" ? lookUp(fn, callee.object.name) : null;
  if (given?.binding.kind === "parameter" && given.scope.use.kind === "argument") return null;
  return {
    kind: "subscription",
    attribute: `${textOf(callee.object, fn)}.${callee.property}`.slice(0, 120),
    by: localTarget(analysis, callee.object, fn),
    note: "what it gives back to undo it is dropped",
  };
}

/** Nothing takes what the call gives. */
function isDropped(analysis: Analysis, tree: CallTree): boolean {
  const parent = analysis.parentOf(tree);
  return parent === null || /^(function|if|loop|block)$/.test(parent.type);
}

/** `this.search$.pipe(…)` of a subject that the instance makes for itself. */
function isOwnSource(analysis: Analysis, source: Tree, fn: FunctionModel): boolean {
  let root = source;
  while (root.type === "call" && root.callee.type === "member") root = root.callee.object;
  const place = root.type === "member" ? analysis.resolver.resolve(root, fn) : null;
  if (place?.root.kind !== "instance" || place.path.length !== 1) return false;
  const { owner } = place.root;
  const name = place.path[0]!;
  const made = [
    owner.fields.get(name)?.value,
    ...(analysis.resolver.assignments(owner).get(name) ?? []).map(({ tree }) => tree.value),
  ];
  return made.some((value) => value?.type === "call" && isMaking(value));
}
