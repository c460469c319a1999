/**
 * Names the places behind growth outside the JavaScript heap, from the probes that saw where it
 * rose, and what holds the memory that grew.
 *
 * @module
 */

import { basename } from "node:path";
import type { GrowingHolder, GrowthPlacesResult, StackFrame } from "../measure/mod.ts";
import { GrowthSyntax } from "./growth_expression.ts";
import type { LeakSites } from "./leak_sites.ts";
import type { AllocationSite, RetainerPath, Site } from "./results.ts";
import { bytesOfHolder, describeHolder, findVariable } from "./retainer_words.ts";
import { type SourcePlace, SourcePositions } from "./source_position.ts";
import { nameVariables } from "./unnamed_variables.ts";

const MOST_SITES = 10;

/** Names where memory was seen to grow: first the expressions, then what called their functions. */
export function namePlaces(
  { places, holder, made, sourceMaps }: GrowthPlacesResult,
  module: string,
): LeakSites {
  const positions = new SourcePositions(sourceMaps);
  const syntax = new GrowthSyntax(positions);
  const sites = new Map<string, AllocationSite>();
  const add = (frame: StackFrame | undefined, bytes: number): void => {
    const place = frame === undefined ? null : positions.map(frame);
    if (frame === undefined || place === null) return;
    const key = `${place.file}:${place.line}`;
    if (sites.has(key)) return;
    const text = positions.textAt(place);
    const name = frame.function || syntax.functionAround(place);
    sites.set(key, { ...place, function: name, bytes: Math.round(bytes), objects: 0, text });
  };
  for (const { stack, bytes } of places) add(stack[0], bytes);
  for (const { stack, bytes } of places) add(stack[1], bytes);
  const allocations = [...sites.values()].slice(0, MOST_SITES);
  if (holder === null) return { allocations, retainers: [] };
  const file = positions.sourceOf(module);
  return { allocations, retainers: [describeMemory(holder, made, syntax, positions, file)] };
}

/**
 * Tells what holds a WebAssembly memory: the variable that it was made for, or the last one of the
 * program's own on the way to it, or that of a package.
 */
function describeMemory(
  found: GrowingHolder,
  made: readonly StackFrame[],
  syntax: GrowthSyntax,
  positions: SourcePositions,
  module: string,
): RetainerPath {
  const holder = nameVariables(found, syntax, positions);
  const path = describeHolder(holder, syntax, positions, [module]);
  const maker = made[0] === undefined ? null : positions.map(made[0]);
  const variable = maker === null || isInstalled(maker.file) ? null : syntax.receiverOf(maker);
  const own = variable !== null
    ? { ...placeOf(variable), function: variable.name }
    : findVariable(holder, syntax, positions, (file) => !isInstalled(file));
  if (own === null) return path;
  const kind = variable?.kind ?? syntax.declaration(own.file, own.function, own)?.kind ??
    "variable";
  const words =
    `module "${basename(own.file)}" → ${kind} "${own.function}" → WebAssembly memory, ` +
    `of which ${bytesOfHolder(holder)} more bytes came into use`;
  return { ...path, words, container: own };
}

function placeOf({ file, line, column }: SourcePlace): Omit<Site, "function"> {
  return { file, line, column };
}

function isInstalled(file: string): boolean {
  return file.includes("/node_modules/");
}
