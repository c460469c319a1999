/**
 * Names variables that a heap snapshot leaves unnamed: V8 writes no names for the variables of a
 * block, and some test runners put a whole module into one; nor for those of a function that runs, as
 * a worker that sleeps in its first turn. The source still has them.
 *
 * @module
 */

import type { GrowingHolder, RetainerStep } from "../measure/mod.ts";
import type { GrowthSyntax } from "./growth_expression.ts";
import type { SourcePositions } from "./source_position.ts";

const LITERALS: Readonly<Record<string, string>> = { Array: "\\[", Object: "\\{" };
const FILLS = 100; // score of an expression that adds to a container by its name

const STACK = "(Stack roots)";

/**
 * Returns the holder with a name for each unnamed variable that its file tells; one of a function
 * that runs is looked for in `files`.
 */
export function nameVariables(
  holder: GrowingHolder,
  syntax: GrowthSyntax,
  positions: SourcePositions,
  files: readonly string[] = [],
): GrowingHolder {
  const steps = holder.steps.map((step, at): RetainerStep => {
    if (holder.steps[at - 1]?.value === STACK && step.type === "object") {
      for (const scope of files) {
        const name = nameOf(step, scope, syntax);
        if (name !== "") return { ...step, edge: "variable", name, scope };
      }
    }
    if (step.edge !== "variable" || step.name !== "" || step.scope === undefined) return step;
    return { ...step, name: nameOf(step, positions.sourceOf(step.scope), syntax) };
  });
  return { ...holder, steps };
}

/** The only variable that holds such a value, or the only one of them that something is added to. */
function nameOf({ value }: RetainerStep, file: string, syntax: GrowthSyntax): string {
  const literal = LITERALS[value];
  const made = `new ${value.replaceAll("$", "\\$")}\\b`;
  const names = syntax.variablesOf(
    file,
    new RegExp(`^(${literal === undefined ? made : `${literal}|${made}`})`),
  );
  if (names.length < 2) return names[0] ?? "";
  const filled = names.filter((name) => {
    const hints = { names: [name], classes: [], holderClass: value };
    return (syntax.inFile(file, hints)?.score ?? 0) > FILLS;
  });
  return filled.length === 1 ? filled[0]! : "";
}
