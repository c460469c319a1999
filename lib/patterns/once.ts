/**
 * Tells code that runs once although its function is called often: behind a flag that it sets, or
 * where a field was still empty.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import type { FunctionModel } from "./model.ts";
import { methodAround } from "./model.ts";
import type { Place } from "./places.ts";
import { textOf } from "./shapes.ts";
import type { IfTree, Tree } from "./tree.ts";

/** Where some code stands in its function. */
export interface Standing {
  readonly fn: FunctionModel;
  readonly exits: readonly Tree[];
  readonly tree: Tree;
}

/** Returns the words for what lets the code run once only, or null. */
export function onceOnly(analysis: Analysis, standing: Standing, grown?: Place): string | null {
  const { fn, exits, tree } = standing;
  const isSet = (flag: Place | null): boolean => {
    const here = flag === null ? [] : analysis.on(flag.key).filter((one) => one.fn === fn);
    // A flag that the function takes back itself only keeps a second call out meanwhile.
    return here.some(({ detail }) => sets(detail)) &&
      !here.some(({ effect, detail }) => effect === "replace" && !sets(detail));
  };
  for (const test of exits) {
    const flag = flagOf(analysis, test, fn, grown);
    if (isSet(flag)) return `once, until ${textOf(test, fn)} is reset`;
  }
  const unit = methodAround(fn);
  for (const outer of enclosing(analysis, tree)) {
    const negated = negatedPart(outer.test);
    const isInThen = outer.then.some((part) => encloses(part, tree));
    if (negated === null || !isInThen) continue;
    const flag = flagOf(analysis, negated, unit, grown) ?? flagOf(analysis, negated, fn, grown);
    const isSetHere = flag !== null &&
      analysis.on(flag.key).some((operation) =>
        methodAround(operation.fn) === unit && sets(operation.detail) &&
        outer.then.some((part) => encloses(part, operation.tree))
      );
    if (isSetHere) return `once, where ${textOf(outer.test, fn)}`;
  }
  return null;
}

/** Branches around a tree, through the functions around it. */
function enclosing(analysis: Analysis, tree: Tree): IfTree[] {
  const branches: IfTree[] = [];
  for (let outer = analysis.parentOf(tree); outer !== null; outer = analysis.parentOf(outer)) {
    if (outer.type === "if") branches.push(outer);
  }
  return branches;
}

function encloses(outer: Tree, inner: Tree): boolean {
  return outer.at.start <= inner.at.start && inner.at.end <= outer.at.end;
}

/** A plain field or variable, not an entry of a container, nor what grows. */
function flagOf(
  analysis: Analysis,
  test: Tree,
  fn: FunctionModel,
  grown: Place | undefined,
): Place | null {
  const place = analysis.resolver.resolve(test, fn);
  if (place === null || place.path.length === 0) return null;
  // A flag of a thread is set once for each of them.
  const isEntry = place.path.some((step) =>
    step.startsWith("[") || /^_*((thread_?)?locals?|tls)$/i.test(step)
  );
  const isGrown = grown !== undefined &&
    (grown.key === place.key || grown.key.startsWith(`${place.key}.`));
  return isEntry || isGrown ? null : place;
}

/** `!flag`, `flag === undefined`, `not self.flag`, `self.flag is None`. */
function negatedPart(test: Tree): Tree | null {
  if (test.type !== "operation") return null;
  const [left, right] = test.operands;
  if (/^(!|not)$/.test(test.operator)) return left ?? null;
  const isNothing = right?.type === "constant" && right.value !== true;
  return /^(==|===|is)$/.test(test.operator) && isNothing ? left ?? null : null;
}

/** A value that counts as true, so that the test fails from then on. */
function sets(value: Tree | null): boolean {
  return value !== null && !(value.type === "constant" && value.value !== true) &&
    !(value.type === "number" && value.value === 0);
}
