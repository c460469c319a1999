/**
 * Tells a retainer path in words a person can act on:
 * `module "cache.ts" → const "entries" (Map) → 1000 values (Session)`.
 *
 * @module
 */

import { basename } from "node:path";
import type { GrowingHolder, RetainerStep } from "../measure/mod.ts";
import type { GrowthSyntax } from "./growth_expression.ts";
import type { RetainerPath, Site } from "./results.ts";
import type { SourcePlace, SourcePositions } from "./source_position.ts";

const NAMED: ReadonlySet<RetainerStep["edge"]> = new Set(["variable", "property", "export"]);
const ROOT = /^\(.+ (roots|strings|handles|scope|table|list)\)$/; // what V8 holds on to by itself
const NAME = /^[A-Za-z_]{2,}$/;
const INTERNAL_CLASS = /^(system \/|\(|Node \/)/;

/** Describes a holder of growth. Names that no scope explains are looked up in `files`. */
export function describeHolder(
  holder: GrowingHolder,
  syntax: GrowthSyntax,
  positions: SourcePositions,
  files: readonly string[],
): RetainerPath {
  const container = findContainer(holder, syntax, positions, files);
  return {
    words: tell(holder, syntax, positions, container),
    steps: holder.steps.map((step) => tellStep(step, positions)),
    ...(container === null ? {} : { container }),
    bytes: bytesOfHolder(holder),
  };
}

/** Returns what a holder came to hold between the snapshots, or what its own storage grew by. */
export function bytesOfHolder({ bytes, store }: GrowingHolder): number {
  return total(bytes) || (store.at(-1) ?? 0) - (store[0] ?? 0);
}

/** Names of variables and properties down to the holder, the holder last. */
export function holderNames(holder: GrowingHolder): string[] {
  const own = holder.steps.slice(0, holder.holder + 1);
  const below = holder.steps[holder.holder + 1];
  // A scope holds through its variable.
  const isScope = own.at(-1)?.value === "system / Context";
  return [...own, ...(isScope && below !== undefined ? [below] : [])]
    .filter(({ edge, name }) => NAMED.has(edge) && name !== "")
    .map(({ name }) => name.replace(/^#/, ""))
    .filter((name) => !["exports", "cycle", "default"].includes(name));
}

/** Finds the deepest variable down to the holder whose scope is in a wanted file. */
export function findVariable(
  { steps, holder }: GrowingHolder,
  syntax: GrowthSyntax,
  positions: SourcePositions,
  isWanted: (file: string) => boolean,
): Site | null {
  for (let at = holder; at >= 0; at--) {
    const { edge, name, scope } = steps[at] as RetainerStep;
    if (edge !== "variable" || name === "" || scope === undefined) continue;
    const file = positions.sourceOf(scope);
    if (!isWanted(file)) continue;
    const found = syntax.declaration(file, name, seenFrom(steps, at, positions));
    if (found !== null) {
      return { file, line: found.line, column: found.column, function: name };
    }
  }
  return null;
}

/** The deepest variable or property down to the holder that user code declares. */
function findContainer(
  holder: GrowingHolder,
  syntax: GrowthSyntax,
  positions: SourcePositions,
  others: readonly string[],
): Site | null {
  const { steps } = holder;
  const isScope = steps[holder.holder]?.value === "system / Context";
  const end = holder.holder + (isScope ? 1 : 0);
  for (let at = Math.min(end, steps.length - 1); at >= 0; at--) {
    const step = steps[at] as RetainerStep;
    if (!NAMED.has(step.edge) || step.name === "") continue;
    for (const file of new Set([...filesAround(steps, at, positions), ...others])) {
      const found = syntax.declaration(file, step.name, seenFrom(steps, at, positions));
      if (found !== null) {
        const { line, column } = found as SourcePlace;
        return { file, line, column, function: step.name };
      }
    }
  }
  return null;
}

/** Place of the function through whose scopes a variable is held. */
function seenFrom(
  steps: readonly RetainerStep[],
  at: number,
  positions: SourcePositions,
): SourcePlace | undefined {
  if (steps[at]?.edge !== "variable") return undefined;
  let above = at - 1;
  while (steps[above]?.value === "system / Context") above--;
  const place = steps[above]?.place;
  return place === undefined ? undefined : positions.map(place) ?? undefined;
}

/** Files in which the name of a step may be declared: its scope, its owner's class, scopes above. */
function filesAround(
  steps: readonly RetainerStep[],
  at: number,
  positions: SourcePositions,
): string[] {
  const files: string[] = [];
  const add = (url: string | undefined): void => {
    if (url === undefined || url === "" || url.startsWith("node:")) return;
    const file = positions.sourceOf(url);
    if (file !== "" && !files.includes(file)) files.push(file);
  };
  add(steps[at]?.scope);
  if (steps[at]?.edge === "property") add(steps[at - 1]?.place?.url);
  for (let above = at; above >= 0; above--) {
    add(steps[above]?.scope);
    add(steps[above]?.place?.url);
  }
  return files;
}

function tell(
  holder: GrowingHolder,
  syntax: GrowthSyntax,
  positions: SourcePositions,
  container: Site | null,
): string {
  const words: string[] = [];
  const { steps } = holder;
  const isScope = steps[holder.holder]?.value === "system / Context";
  const end = holder.holder + (isScope ? 1 : 0);
  const start = Math.max(0, firstTold(steps, end));
  for (let at = start; at <= end; at++) {
    let step = steps[at] as RetainerStep;
    // An exported variable is a cell with the value inside.
    const inner = step.edge === "export" ? steps[++at] : undefined;
    if (inner !== undefined) step = { ...step, type: inner.type, value: inner.value };
    const kind = INTERNAL_CLASS.test(step.value) || step.type === "hidden"
      ? ""
      : ` (${step.value})`;
    if (step.edge === "variable" || step.edge === "export") {
      const file = step.scope !== undefined
        ? positions.sourceOf(step.scope)
        : container?.function === step.name
        ? container.file
        : "";
      if (words.length === 0 && file !== "") words.push(`module "${basename(file)}"`);
      const declared = file === ""
        ? null
        : syntax.declaration(file, step.name, seenFrom(steps, at, positions));
      const name = step.name === ""
        ? "a variable"
        : `${declared?.kind ?? "variable"} "${step.name}"`;
      words.push(`${name}${kind}`);
    } else if (step.edge === "property") {
      words.push(`.${step.name}${kind}`);
    } else if (ROOT.test(step.value)) {
      if (step.value !== "(GC roots)") words.push(step.value.slice(1, -1).toLowerCase());
    } else if (step.edge === "element") {
      words.push(`[${step.name}]${kind}`);
    } else if (ROOT.test(steps[at - 1]?.value ?? "") && NAME.test(step.name)) {
      words.push(`${step.name.replaceAll("_", " ")}${kind}`);
    } else if (kind !== "" && step.type === "object") {
      words.push(step.value);
    }
  }
  if (words.length === 0) words.push(...rootWords(steps, holder.holder));
  words.push(tellHeld(holder));
  return words.join(" → ");
}

/** Paths are told from the last module scope; what is above it only led there. */
function firstTold(steps: readonly RetainerStep[], end: number): number {
  for (let at = end; at >= 0; at--) {
    const { edge, scope, place } = steps[at] as RetainerStep;
    const isUser = edge === "export" ||
      edge === "variable" && scope !== undefined && !scope.startsWith("node:") &&
        (scope.startsWith("/") || scope.startsWith("file:"));
    if (isUser) return at;
    if (edge === "property" && place === undefined && steps[at - 1]?.value === "global") return at;
  }
  return steps.findIndex(({ edge }) => edge === "property" || edge === "variable");
}

function rootWords(steps: readonly RetainerStep[], holder: number): string[] {
  return steps.slice(0, holder + 3)
    .map(({ name, value }) => (value || name).replaceAll("_", " "))
    .filter((word) => word !== "" && word !== "(GC roots)").slice(0, 2);
}

function tellHeld({ objects, classes, store, steps }: GrowingHolder): string {
  const [main] = classes.filter(({ class: name }) =>
    !INTERNAL_CLASS.test(name) || name === "(string)"
  );
  if (main !== undefined && main.objects > 0) return `${main.objects} values (${main.class})`;
  const count = total(objects);
  if (count > 3) return `${count} values`;
  const bytes = (store.at(-1) ?? 0) - (store[0] ?? 0);
  return bytes > 0 ? `its storage grew by ${bytes} bytes` : `${steps.at(-1)?.value ?? "values"}`;
}

function tellStep(step: RetainerStep, positions: SourcePositions): string {
  const label = step.edge === "property"
    ? `.${step.name}`
    : step.edge === "variable"
    ? `variable ${step.name}`
    : step.edge === "element"
    ? `[${step.name}]`
    : `${step.edge} ${step.name}`;
  const place = step.place === undefined ? null : positions.map(step.place);
  const where = place === null ? "" : ` @ ${place.file}:${place.line}`;
  const more = step.repeats > 0 ? ` … ${step.repeats} more alike` : "";
  return `${label} → ${step.value || `(${step.type})`}${where}${more}`;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
