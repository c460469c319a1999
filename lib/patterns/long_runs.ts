/**
 * Functions that do not end while the service runs: their local variables live as long as state
 * does, and what a loop of theirs adds to them stays.
 *
 * @module
 */
import type { FunctionModel } from "./model.ts";
import type { LoopTree, Tree } from "./tree.ts";
import { contains, partsOf } from "./tree.ts";

const known = new WeakMap<FunctionModel, LoopTree | null>();

/** Returns the loop that a function never leaves but by an error, or null. */
export function endlessLoop(fn: FunctionModel): LoopTree | null {
  if (fn.tree === null) return null;
  let loop = known.get(fn);
  if (loop === undefined) known.set(fn, loop = findLoop(fn.tree.body));
  return loop;
}

function findLoop(parts: readonly Tree[]): LoopTree | null {
  for (const part of parts) {
    if (part.type === "function" || part.type === "class") continue;
    if (part.type === "loop" && isEndless(part)) return part;
    const inner = findLoop(partsOf(part));
    if (inner !== null) return inner;
  }
  return null;
}

/** `while True`, `for (;;)`, `while not stopping.is_set()`, with nothing in it that leaves. */
function isEndless({ test, iterable, body }: LoopTree): boolean {
  if (iterable !== null) return false;
  const isTrue = test === null || test.type === "constant" && test.value === true ||
    test.type === "number" && test.value === 1;
  const isService = test !== null && contains(test, (part) => {
    const name = part.type === "name" ? part.name : part.type === "member" ? part.property : "";
    return /(^|_|[a-z])(running|stop(ped|ping)?|alive|closed|closing|shutdown|aborted)$/i.test(
      name,
    );
  });
  return (isTrue || isService) && !body.some((part) => leaves(part, false));
}

/** A `return`, or a `break` that is not of an inner loop. */
function leaves(tree: Tree, isInner: boolean): boolean {
  if (tree.type === "function" || tree.type === "class") return false;
  if (tree.type === "return") return tree.exit === "return" || tree.exit === "break" && !isInner;
  const isLoop = tree.type === "loop" || tree.type === "block" && tree.kind.startsWith("switch");
  return partsOf(tree).some((part) => leaves(part, isInner || isLoop));
}
