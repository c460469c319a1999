/**
 * A growing site with what the rules of boundedness ask of it: what else happens to its state, and
 * which function counts as the one that it stands in.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { isEmptying } from "./emptying.ts";
import { methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { Operation } from "./operations.ts";
import { dottedName } from "./places.ts";
import type { Place } from "./places.ts";
import { textOf } from "./shapes.ts";
import type { IfTree, LoopTree, Tree } from "./tree.ts";
import { typedPlace } from "./typed_state.ts";
import { isConstructor } from "./units.ts";

/** One site under judgement. */
export interface GrowingSite {
  readonly analysis: Analysis;
  readonly operation: Operation;
  /** Method, function or module that the site stands in. */
  readonly unit: FunctionModel;
  /** Operations on the very state, under either of its names. */
  readonly same: readonly Operation[];
  /** Operations on the state and on what contains it. */
  readonly around: readonly Operation[];
  /** How many containers of containers were judged before this one. */
  readonly depth: number;
  unitOf(fn: FunctionModel): FunctionModel;
}

/** Gathers what the rules ask of a site. */
export function growingSite(analysis: Analysis, operation: Operation, depth: number): GrowingSite {
  const { place, fn } = operation;
  const typed = typedPlace(analysis, place);
  const places = [place, ...keptAs(analysis, place), ...(typed === null ? [] : [typed])];
  return {
    analysis,
    operation,
    unit: unitOf(place, fn),
    same: places.flatMap((one) => analysis.on(one.key)),
    around: places.flatMap((one) => analysis.onAndAround(one)),
    depth,
    unitOf: (other) => unitOf(place, other),
  };
}

/** The method, or for state of a closure the function beside its others, that some code is in. */
function unitOf({ root }: Place, fn: FunctionModel): FunctionModel {
  const outer = methodAround(fn);
  if (root.kind !== "closure" || root.scope.tree === null || fn === root.scope) return outer;
  let unit = fn;
  while (unit.parent !== null && unit.parent !== root.scope) unit = unit.parent;
  return unit.parent === null ? outer : unit;
}

/** `this.parent = parent` in a constructor: two names of one object. */
function keptAs(analysis: Analysis, { root, path }: Place): readonly Place[] {
  if (root.kind !== "parameter" || path.length < 2) return [];
  const { scope, binding } = root;
  if (scope.owner === null || !isConstructor(scope)) return [];
  for (const [field, declared] of analysis.resolver.assignments(scope.owner)) {
    const isIt = declared.some(({ fn, tree }) =>
      fn === scope && tree.value?.type === "name" && tree.value.name === binding.name
    );
    if (!isIt) continue;
    const self: Tree = { type: "this", at: binding.at, isClass: false };
    const member: Tree = { type: "member", at: binding.at, object: self, property: field };
    const place = analysis.resolver.resolve(member, scope);
    if (place === null) continue;
    return [analysis.resolver.extend(place, path.slice(1))];
  }
  return [];
}

/** Tells whether an operation puts something empty, or of fixed size, in the place of what grew. */
export function isReplacing(operation: Operation, place: Place): boolean {
  const { detail } = operation;
  const { path } = place;
  if (detail?.type === "choice") {
    return detail.options.every((option) => isReplacing({ ...operation, detail: option }, place));
  }
  // `pending = [rest]`: a literal of fixed size, whatever it holds.
  const isFixed = detail?.type === "collection" && detail.entries.every((entry) => !entry.spread);
  // `this.app = new Application()`: what the old one held went with it.
  const isOuter = operation.place.path.length < path.length && detail?.type === "call" &&
    /^[A-Z]/.test(dottedName(detail.callee).split(".").at(-1)!);
  if (operation.effect === "replace" && isOuter) return true;
  if (operation.effect === "replace" && isFixed) return true;
  return operation.effect === "replace" && operation.detail !== null &&
      isEmptying(operation.detail) !== "other" ||
    operation.effect === "replace" && operation.detail?.type === "comprehension";
}

/** Tells whether an operation makes its state smaller. */
export function takesOut(operation: Operation): boolean {
  return /^(shrink|trim|clear|filter|replace)$/.test(operation.effect);
}

/** Returns the test of a branch or a loop. */
export function testOf(outer: IfTree | LoopTree): Tree | null {
  return outer.test;
}

/** Tells whether one piece of source lies within another. */
export function encloses(outer: Tree, inner: Tree): boolean {
  return outer.at.start <= inner.at.start && inner.at.end <= outer.at.end;
}

/** Returns the source text of a test or a limit, cut to a readable length. */
export function shortText(tree: Tree, fn: FunctionModel): string {
  return textOf(tree, fn).slice(0, 80);
}
