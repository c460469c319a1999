/**
 * Tables that are filled while modules load: by decorators, or by calls that stand in the module
 * itself. Their keys are as many as the sources declare.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { keysAround } from "./containers.ts";
import { methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { Operation } from "./operations.ts";
import type { Place } from "./places.ts";
import { contains } from "./tree.ts";
import type { Tree } from "./tree.ts";

/** Tells whether a table has entries, and all of them by declaration. */
export function declaredKeys(analysis: Analysis, place: Place): boolean {
  const entered = keysAround(place).flatMap((key) =>
    analysis.on(key).filter(({ effect }) => /^(grow|insert)$/.test(effect))
  );
  return entered.length > 0 &&
    entered.every((operation) => {
      const { fn } = operation;
      return fn === methodAround(fn) && isLoading(analysis, fn) || isDecorated(operation);
    });
}

/** Tells whether a function runs only while its module loads: nobody else can call it. */
export function isLoading(analysis: Analysis, fn: FunctionModel): boolean {
  if (fn.tree === null) return true;
  if (fn.parent?.tree !== null || fn.isMethod || fn.use.kind !== "declared") return false;
  const { exports, statements } = fn.source;
  if (exports === null ? !/^_/.test(fn.name) : exports.has(fn.name)) return false;
  const sites = analysis.callSites(fn);
  return sites.length > 0 &&
    sites.every(({ fn: caller, around }) =>
      caller.tree === null && around.every(({ type }) => type !== "loop")
    ) && !statements.some((part) => contains(part, (inner) => isHandedOn(analysis, inner, fn)));
}

/** The function's name stands for more than a call of it. */
function isHandedOn(analysis: Analysis, part: Tree, { name, tree }: FunctionModel): boolean {
  if (part.type !== "name" || part.name !== name) return false;
  const parent = analysis.parentOf(part);
  return parent !== tree && !(parent?.type === "call" && parent.callee === part);
}

/** `def enter(fn): table[name] = fn; return fn`: what is entered is what is declared below. */
function isDecorated({ fn, tree }: Operation): boolean {
  const value = tree.type === "assign" ? tree.value : null;
  return value?.type === "name" && fn.source.language === "python" &&
    fn.bindings.get(value.name)?.kind === "parameter" &&
    fn.returns.some((given) => given.type === "name" && given.name === value.name);
}
