/**
 * Parts of a whole that are put back: `lines = (this.rest + chunk).split("\n")`, then
 * `this.rest = lines.pop()`.
 *
 * @module
 */
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { contains, walk } from "./tree.ts";
import type { Tree } from "./tree.ts";

/** Tells whether a value is a part of the old one, or of what the same function made of it. */
export function isRest(value: Tree, self: (part: Tree) => boolean, fn: FunctionModel): boolean {
  return isPartOf(value, (whole) =>
    contains(whole, self) ||
    whole.type === "name" && callsFor(whole.name, fn).some((made) => contains(made, self)));
}

/** Returns what was added to the old value in the whole that a part is taken from, or null. */
export function addedBefore(
  value: Tree,
  self: (part: Tree) => boolean,
  fn: FunctionModel,
): Tree | null {
  let more: Tree | null = null;
  const seen = new Set<string>();
  const look = (whole: Tree): void =>
    walk(whole, (part) => {
      const summands = summandsOf(part);
      const isLonger = summands.length > 1 && summands.some((one) => contains(one, self));
      if (isLonger) more ??= summands.find((one) => !contains(one, self)) ?? null;
      if (part.type !== "name" || seen.has(part.name)) return;
      seen.add(part.name);
      callsFor(part.name, fn).forEach(look);
    });
  look(value);
  return more;
}

/** The calls that a variable of a function is given. */
function callsFor(name: string, fn: FunctionModel): readonly Tree[] {
  const found = lookUp(fn, name);
  return found?.scope === fn ? found.binding.values.filter(({ type }) => type === "call") : [];
}

/** `lines.pop()`, `lines[0]`, `self.buffer.partition(b"\n")[2]`: a part of something. */
function isPartOf(value: Tree, isWhole: (tree: Tree) => boolean): boolean {
  if (value.type === "choice") return value.options.some((option) => isPartOf(option, isWhole));
  if (value.type === "index") {
    // What a call makes of its arguments is no part of them.
    const whole = value.object.type === "call" && value.object.callee.type === "member"
      ? value.object.callee.object
      : value.object;
    return value.slice === null && /^(name|member|this|operation|template)$/.test(whole.type) &&
      isWhole(whole);
  }
  return value.type === "call" && value.callee.type === "member" &&
    /^(pop|shift|at)$/.test(value.callee.property) && value.callee.object.type !== "this" &&
    /^(name|call)$/.test(value.callee.object.type) && isWhole(value.callee.object);
}

/** The parts of `a + b + c`, and of a template with more than one of them. */
export function summandsOf(value: Tree): readonly Tree[] {
  if (value.type === "operation" && value.operator === "+") {
    return value.operands.flatMap(summandsOf);
  }
  return value.type === "template" ? [...value.parts, { ...value, parts: [] }] : [value];
}
