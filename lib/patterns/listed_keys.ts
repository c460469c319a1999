/**
 * Keys that a list lets through: one of its entries has the key (`rows.some((row) => row.id === id)`)
 * or the key is a place in it (`i < rows.length`). While the list stays as it is, they are few.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { isFixed } from "./fixed_tables.ts";
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import { dottedName } from "./places.ts";
import type { Tree } from "./tree.ts";

/** Returns why a key is one of few where a test of a list is true, or false; else null. */
export function listedKey(
  analysis: Analysis,
  test: Tree,
  isTrue: boolean,
  name: string,
  fn: FunctionModel,
): string | null {
  const searched = isTrue ? listSearched(test, name, fn) : null;
  if (searched !== null && isFixed(analysis, searched, fn)) {
    return `one per entry of ${dottedName(searched)}`;
  }
  const counted = listCounted(test, isTrue, name, fn);
  return counted !== null && isFixed(analysis, counted, fn)
    ? `a place in ${dottedName(counted)}`
    : null;
}

/** The list that has an entry with the key: `rows.some(…)`, `rows.find(…)`, `any(… for row in rows)`. */
function listSearched(test: Tree, name: string, fn: FunctionModel): Tree | null {
  if (test.type === "name") {
    // `row = rows.find((row) => row.id === id)`, then `if (row)`
    const [value, ...others] = lookUp(fn, test.name)?.binding.values ?? [];
    return value?.type === "call" && others.length === 0 ? listSearched(value, name, fn) : null;
  }
  if (test.type !== "call") return null;
  const { callee, args: [asked] } = test;
  if (dottedName(callee) === "any" && asked?.type === "comprehension") {
    const [clause, ...others] = asked.clauses;
    const [element] = asked.element;
    const isOne = clause !== undefined && others.length === 0 && element !== undefined &&
      equals(element, name, namesIn(clause.target));
    return isOne ? clause.iterable : null;
  }
  if (callee.type !== "member" || !/^(some|find)$/.test(callee.property)) return null;
  const parameter = asked?.type === "function" ? asked.parameters[0] : undefined;
  const [body, ...rest] = asked?.type === "function" ? asked.body : [];
  if (parameter === undefined || body?.type !== "return" || rest.length > 0) return null;
  const element = parameter.target === null ? [parameter.name] : namesIn(parameter.target);
  return body.value !== null && equals(body.value, name, element) ? callee.object : null;
}

/** `row.id === id`, with an element and the key on the two sides, perhaps with more to hold. */
function equals(test: Tree, name: string, element: readonly string[]): boolean {
  if (test.type !== "operation") return false;
  if (/^(and|&&)$/.test(test.operator)) {
    return test.operands.some((part) => equals(part, name, element));
  }
  const other = test.operands.find((part) => dottedName(part) !== name);
  return /^={2,3}$/.test(test.operator) && other !== undefined &&
    test.operands.some((part) => dottedName(part) === name) &&
    element.includes(dottedName(other).split(".")[0]!);
}

/** The names that an element is bound to: `row`, `{ id }`. */
function namesIn(target: Tree): string[] {
  if (target.type === "name") return [target.name];
  return target.type === "collection" ? target.entries.flatMap(({ value }) => namesIn(value)) : [];
}

/** The list whose length is above the key: `i < rows.length`, `0 <= i < len(rows)`. */
function listCounted(
  test: Tree,
  isTrue: boolean,
  name: string,
  fn: FunctionModel,
): Tree | null {
  if (test.type !== "operation") return null;
  const operators = test.operator.split(" ");
  // Of a chain that does not hold, nobody knows which part it is.
  if (!isTrue && operators.length > 1) return null;
  for (const [i, operator] of operators.entries()) {
    const [left, right] = test.operands.slice(i, i + 2);
    if (left === undefined || right === undefined || !/^[<>]=?$/.test(operator)) continue;
    const isLeftLess = operator.startsWith("<") === isTrue;
    const [less, more] = isLeftLess ? [left, right] : [right, left];
    if (dottedName(less) === name) return listOfLength(more, fn);
  }
  return null;
}

/** `rows.length`, `len(rows)`, or a variable that holds it. */
function listOfLength(tree: Tree, fn: FunctionModel): Tree | null {
  if (tree.type === "name") {
    const found = lookUp(fn, tree.name);
    const [value, ...others] = found?.binding.values ?? [];
    const isHeld = value !== undefined && value.type !== "name" && others.length === 0;
    return isHeld ? listOfLength(value, fn) : null;
  }
  if (tree.type === "member" && tree.property === "length") return tree.object;
  return tree.type === "call" && dottedName(tree.callee) === "len" ? tree.args[0] ?? null : null;
}
