/**
 * Growth that stops where there is no more room: behind a test of the size, where nothing is there
 * yet, or behind a flag that lets it happen once.
 *
 * @module
 */
import type { GrowingSite } from "./growing_site.ts";
import { encloses, shortText, takesOut } from "./growing_site.ts";
import { idiomsOf } from "./idioms.ts";
import { findMethod, lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { onceOnly } from "./once.ts";
import { dottedName } from "./places.ts";
import { contains, walk } from "./tree.ts";
import type { MemberTree, Tree } from "./tree.ts";

/** Grows only while there is room. */
export function guard(site: GrowingSite): string | null {
  const { around, exits, fn } = site.operation;
  for (const test of exits) {
    if (isLimit(site, test, fn, "above")) return `not above ${shortText(test, fn)}`;
  }
  const end = endOfRun(site);
  if (end !== null) return `the call ends when ${shortText(end, fn)}`;
  const once = onceOnly(site.analysis, site.operation, site.operation.place);
  if (once !== null) return once;
  for (const outer of around) {
    const test = outer.type === "if" || outer.iterable === null ? outer.test : null;
    if (test === null) continue;
    const inElse = outer.type === "if" &&
      !outer.then.some((part) => encloses(part, site.operation.tree));
    if (!inElse && isEmpty(site, test, fn)) return `only while ${shortText(test, fn)}`;
    // `while (table.length <= n)` fills up to whatever the caller asks for.
    if (outer.type === "loop" && contains(test, (part) => isParameterOf(part, fn))) continue;
    if (isLimit(site, test, fn, inElse ? "above" : "below")) {
      return `only while ${shortText(test, fn)}`;
    }
  }
  return null;
}

/** `if len(late) > 10: raise`: a local variable goes with the call that it is too much for. */
function endOfRun(site: GrowingSite): Tree | null {
  const { fn, place: { root } } = site.operation;
  if (root.kind !== "closure" || root.scope !== fn) return null;
  let end: Tree | null = null;
  for (const part of fn.tree?.body ?? []) {
    walk(part, (inner) => {
      if (inner.type === "function") return false;
      const isEnd = inner.type === "if" && inner.then.at(-1)?.type === "return" &&
        isLimit(site, inner.test, fn, "above");
      if (isEnd) end ??= inner.test;
    });
  }
  return end;
}

/** `not items`, `!items.length`, `items.length === 0`: nothing is there yet. */
function isEmpty(site: GrowingSite, test: Tree, fn: FunctionModel): boolean {
  if (test.type !== "operation") return false;
  const [left, right] = test.operands;
  if (left === undefined) return false;
  const isNot = /^(!|not)$/.test(test.operator);
  const isZero = /^={2,3}$/.test(test.operator) && right?.type === "number" && right.value === 0;
  if (!isNot && !isZero) return false;
  const isIt = site.analysis.resolver.resolve(left, fn)?.key === site.operation.place.key;
  return isNot && isIt && fn.source.language === "python" || isSize(site, left, fn);
}

/** A test about how much there is. `below`: true while there is room. */
export function isLimit(
  site: GrowingSite,
  test: Tree,
  fn: FunctionModel,
  side: "above" | "below" | "any",
  depth = 0,
): boolean {
  let found = false;
  walk(test, (part) => {
    if (part.type === "operation" && /^(!|not)$/.test(part.operator)) {
      const other = side === "below" ? "above" : "below";
      found ||= part.operands.some((inner) => isLimit(site, inner, fn, other, depth));
      return false;
    }
    // `this.tooMany()`: the test is what the method gives.
    const asked = depth < 2 ? askedOf(site, part, fn) : null;
    found ||= asked !== null &&
      asked.returns.some((value) => isLimit(site, value, asked, side, depth + 1));
    if (part.type !== "operation" || !/^(<|<=|>|>=|==|===)$/.test(part.operator)) return;
    const [left, right] = part.operands;
    if (left === undefined || right === undefined) return;
    const sized = isSize(site, left, fn) ? "left" : isSize(site, right, fn) ? "right" : null;
    if (sized === null) return;
    const other = sized === "left" ? right : left;
    if (other.type === "number" && other.value <= 0) return;
    const isAbove = part.operator.startsWith("=") ||
      (part.operator.startsWith(">") === (sized === "left"));
    const isBelow = part.operator.startsWith("<") === (sized === "left");
    if (side === "any" ? isAbove : side === "above" ? isAbove : isBelow) found = true;
  });
  return found;
}

/** The own method, getter or function whose result a test asks for. */
function askedOf({ analysis }: GrowingSite, part: Tree, fn: FunctionModel): FunctionModel | null {
  const asked = part.type === "call" ? part.callee : part;
  if (asked.type === "member" && asked.object.type === "this" && fn.owner !== null) {
    const method = findMethod(analysis.project, fn.owner, asked.property);
    return part.type === "call" || method?.tree?.role === "getter" ? method : null;
  }
  if (part.type !== "call" || asked.type !== "name") return null;
  const own = lookUp(fn, asked.name)?.binding.values.find(({ type }) => type === "function");
  return own === undefined ? null : analysis.project.byTree.get(own) ?? null;
}

/** `len(x)`, `x.length`, `x.size` of this place or of one that is trimmed with it. */
function isSize(site: GrowingSite, tree: Tree, fn: FunctionModel, depth = 0): boolean {
  if (tree.type === "name" && depth < 3) {
    const found = lookUp(fn, tree.name);
    return found !== null &&
      found.binding.values.some((value) => isSize(site, value, found.scope, depth + 1));
  }
  const idioms = idiomsOf(fn.source.language);
  const object = tree.type === "call" && idioms.size.has(dottedName(tree.callee))
    ? tree.args[0]
    : tree.type === "member" && /^(length|size|byteLength)$/.test(tree.property)
    ? tree.object
    : undefined;
  if (object === undefined) {
    // `items.unshift(x)` gives the new length.
    const isGrown = fn.source.language !== "python" && tree.type === "call" &&
      tree.callee.type === "member" && /^(push|unshift)$/.test(tree.callee.property);
    if (isGrown) return isOurs(site, (tree.callee as MemberTree).object, fn);
    return tree.type === "operation" &&
        tree.operands.some((part) => isSize(site, part, fn, depth + 1)) ||
      tree.type === "call" && tree.callee.type === "member" &&
        /^(qsize|size|count)$/.test(tree.callee.property) &&
        isOurs(site, tree.callee.object, fn);
  }
  return isOurs(site, object, fn);
}

function isOurs(site: GrowingSite, object: Tree, fn: FunctionModel): boolean {
  const place = site.analysis.resolver.resolve(object, fn);
  if (place === null) return false;
  if (place.key === site.operation.place.key) return true;
  // Histories that grow side by side are cut side by side.
  return site.analysis.on(place.key).some((operation) =>
    operation.fn === site.operation.fn && /^(grow|insert)$/.test(operation.effect) &&
    sameBlock(operation.around, site.operation.around)
  ) && site.around.some((operation) => takesOut(operation) && operation.fn === fn);
}

function isParameterOf(part: Tree, fn: FunctionModel): boolean {
  return part.type === "name" && fn.bindings.get(part.name)?.kind === "parameter";
}

function sameBlock(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.at(-1) === b.at(-1);
}
