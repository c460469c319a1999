/**
 * Cycles of references: children that keep their parent, objects that refer to themselves.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { closureOverThis } from "./closures.ts";
import { finding } from "./finding.ts";
import type { PatternFinding } from "./finding.ts";
import { idiomsOf } from "./idioms.ts";
import { findClass, lookUp } from "./model.ts";
import type { ClassModel, FunctionModel } from "./model.ts";
import type { Operation } from "./operations.ts";
import { dottedName, nameOf } from "./places.ts";
import { contains } from "./tree.ts";
import type { At, CallTree, Tree } from "./tree.ts";

/**
 * `child = new Child(this)` kept in a field, where the child keeps its parent; `operations` are
 * those in the class.
 */
export function ownedCycles(
  analysis: Analysis,
  model: ClassModel,
  operations: readonly Operation[],
): PatternFinding[] {
  const findings: PatternFinding[] = [];
  const report = (name: string, value: Tree, fn: FunctionModel, at: At): void => {
    const cycle = value.type === "call"
      ? parentKept(analysis, value, fn)
      : fn.source.language === "python"
      ? ownMethod(model, value, fn)
      : null;
    if (cycle !== null) findings.push(cycleFinding(fn, at, model, `${name} -> ${cycle}`));
  };
  for (const [name, declared] of analysis.resolver.assignments(model)) {
    for (const { tree, fn } of declared) {
      if (tree.value !== null) report(name, tree.value, fn, tree.at);
    }
  }
  // Children that a container of this class keeps.
  for (const { place, effect, fn, tree, detail } of operations) {
    if (place.root.kind !== "instance" || !/^(grow|insert)$/.test(effect)) {
      continue;
    }
    const kept = effect === "insert" && tree.type === "assign"
      ? tree.value
      : tree.type === "call" && effect === "insert"
      ? tree.args[1] ?? null
      : detail;
    const made = kept?.type === "name" ? lookUp(fn, kept.name)?.binding.values[0] : kept;
    if (made?.type === "call") report(nameOf(place), made, fn, tree.at);
  }
  return findings;
}

function parentKept(analysis: Analysis, value: CallTree, fn: FunctionModel): string | null {
  const child = findClass(analysis.project, dottedName(value.callee), fn);
  if (child === null) return null;
  const index = value.args.findIndex((arg) => arg.type === "this" && !arg.isClass);
  const keyword = value.keywords.find((entry) => entry.value.type === "this")?.name;
  const constructor = [...child.methods.values()].find((method) =>
    idiomsOf(child.source.language).constructors.has(method.name)
  );
  const parameter = constructor?.tree?.parameters.find((entry, i) =>
    entry.name === keyword || i === index
  );
  if (parameter === undefined || constructor === undefined) return null;
  const field = parameter.stored ? parameter.name : storedAs(analysis, constructor, parameter.name);
  return field === null ? null : `${child.name}.${field} -> this`;
}

/** Name of the field that a method stores one of its parameters in, or null. */
export function storedAs(
  analysis: Analysis,
  method: FunctionModel,
  parameter: string,
): string | null {
  if (method.owner === null) return null;
  for (const [name, declared] of analysis.resolver.assignments(method.owner)) {
    const isStored = declared.some(({ tree, fn }) =>
      fn === method && tree.value !== null &&
      contains(tree.value, (part) => part.type === "name" && part.name === parameter)
    );
    if (isStored) return name;
  }
  return null;
}

/** `self.handler = self.handle` or a lambda over self: an object that refers to itself. */
function ownMethod(model: ClassModel, value: Tree, fn: FunctionModel): string | null {
  if (
    value.type === "member" && value.object.type === "this" &&
    model.methods.get(value.property)?.tree?.role === "method"
  ) {
    return `bound method ${value.property} -> self`;
  }
  return closureOverThis(value, fn) === null ? null : "closure -> self";
}

/** Returns the finding for a cycle, with what it means for the collector of the language. */
export function cycleFinding(
  fn: FunctionModel,
  at: At,
  model: ClassModel,
  path: string,
): PatternFinding {
  const note = fn.source.language === "python"
    ? "not freed by reference counting, only when the cycle collector runs"
    : "harmless for V8's collector; matters only for what must be released by hand";
  return finding(fn, at, {
    kind: "reference_cycle",
    class: model.name,
    attribute: path,
    bounded: null,
    bound: null,
    growth: "constant",
    severity: "none",
    note,
  });
}
