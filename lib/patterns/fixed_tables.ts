/**
 * Tables that get no entries after they were made: what they have is written in the sources.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { keysAround } from "./containers.ts";
import { isEmptying } from "./emptying.ts";
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { Operation } from "./operations.ts";
import { dottedName } from "./places.ts";
import type { Place } from "./places.ts";
import type { Tree } from "./tree.ts";
import { isConstructor } from "./units.ts";

/**
 * Tells whether a container is known and gets no entries after it was made. What `isKept` says of
 * a write under a key keeps the entries as they are.
 */
export function isFixed(
  analysis: Analysis,
  container: Tree,
  fn: FunctionModel,
  isKept: (operation: Operation) => boolean = () => false,
): boolean {
  const place = analysis.resolver.resolve(container, fn);
  if (place === null || place.path.length === 0) return false;
  const { root, path } = place;
  const isFilled = keysAround(place).some((key) =>
    analysis.on(key).some((operation) =>
      /^(grow|insert)$/.test(operation.effect) && !isKept(operation)
    )
  );
  if (isFilled) return false;
  if (root.kind === "module") {
    const values = analysis.project.modules.get(root.source)?.bindings.get(path[0]!)?.values ?? [];
    return values.length === 1 && beginsFilled(values[0]!);
  }
  if (root.kind !== "instance" && root.kind !== "static") return false;
  const declared = analysis.resolver.assignments(root.owner).get(path[0]!) ?? [];
  const field = root.owner.fields.get(path[0]!)?.value ?? null;
  return declared.every((one) => isConstructor(one.fn)) &&
    (declared.length > 0 || field !== null && beginsFilled(field) || isHandedIn(place));
}

/** `constructor(private readonly rows: Row[])`: a field that begins as what the maker hands in. */
function isHandedIn({ root, path }: Place): boolean {
  return root.kind === "instance" &&
    root.owner.methods.get("constructor")?.tree?.parameters.some((parameter) =>
        parameter.stored && parameter.name === path[0]
      ) === true;
}

/** `new Set(["a", "b"])` has entries from the start. */
function beginsFilled(value: Tree): boolean {
  const [first] = value.type === "call" ? value.args : [];
  return isEmptying(value) === "other" ||
    first?.type === "collection" && first.entries.length > 0;
}

/** Tells whether a table is a literal whose entries stay the same: `PALETTE[i]` is one of few. */
export function isWritten(analysis: Analysis, table: Tree, fn: FunctionModel): boolean {
  const place = analysis.resolver.resolve(table, fn);
  if (place === null || place.path.length !== 1 || !isFixed(analysis, table, fn)) return false;
  const isWrittenTo = [place.key, `${place.key}.[]`].some((key) =>
    analysis.on(key).some(({ effect }) => effect !== "touch")
  );
  const { root, path: [name] } = place;
  const value = root.kind === "module"
    ? analysis.project.modules.get(root.source)?.bindings.get(name!)?.values[0]
    : root.kind === "instance" || root.kind === "static"
    ? root.owner.fields.get(name!)?.value
    : undefined;
  // `Object.freeze([…])`, `tuple([…])`
  const literal = value?.type === "call" ? value.args[0] : value;
  return !isWrittenTo && literal?.type === "collection";
}

/** Tells whether what a loop goes over is written down: a literal, a fixed table, an enumeration. */
export function isListed(
  analysis: Analysis,
  list: Tree,
  fn: FunctionModel,
  depth = 0,
): boolean {
  if (depth > 3) return false;
  switch (list.type) {
    case "collection":
      return list.entries.length > 0 && list.entries.every(({ spread }) => !spread);
    case "comprehension": {
      const [element] = list.element;
      const [clause] = list.clauses;
      const isSome = element?.type === "name" && clause?.target.type === "name" &&
        element.name === clause.target.name;
      return isSome && isListed(analysis, clause.iterable, fn, depth + 1);
    }
    case "call": {
      const { callee, args } = list;
      const inner = callee.type === "member" && /^(filter|slice|sort|keys)$/.test(callee.property)
        ? callee.object
        : /^(sorted|list|set|reversed|Object\.keys)$/.test(dottedName(callee))
        ? args[0]
        : undefined;
      return inner !== undefined && isListed(analysis, inner, fn, depth + 1);
    }
    case "name": {
      const found = lookUp(fn, list.name);
      if (analysis.project.closedTypes.has(list.name)) return found?.binding.kind !== "parameter";
      const [only] = found?.binding.values ?? [];
      if (found?.binding.kind !== "variable" || found.binding.values.length !== 1) return false;
      if (found.scope.tree === null) return isFixed(analysis, list, fn);
      return only!.type !== "call" && isListed(analysis, only!, found.scope, depth + 1);
    }
    case "index":
      return list.index !== null && isFixed(analysis, list, fn);
    default:
      return false;
  }
}
