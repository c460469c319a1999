/**
 * Turns a path in a heap snapshot into steps that can be told to a person: variables with the file
 * they stand in, properties, functions and classes with their place, and long chains as a count.
 *
 * @module
 */

import type { HeapSnapshot } from "./heap_snapshot.ts";
import { pathTo, type RetainerTree } from "./retainers.ts";

/** A place in a script as the engine counts it: line and column from 1. */
export interface ScriptPlace {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** One step of a path: the edge that leads to an object, and the object. */
export interface RetainerStep {
  /** `variable`, `property`, `element`, `entry`, `export` or `internal`. */
  readonly edge: "variable" | "property" | "element" | "entry" | "export" | "internal";
  /** Name of the variable or property, index of the element. */
  readonly name: string;
  /** Type of the object in the snapshot, such as `object` or `closure`. */
  readonly type: string;
  /** Class of the object, name of the function, start of the string. */
  readonly value: string;
  /** Where the function, or the constructor of the object, is written. */
  readonly place?: ScriptPlace;
  /** File whose scope holds the variable. */
  readonly scope?: string;
  /** How many more steps of the same kind follow. */
  readonly repeats: number;
}

/** What is known of scripts in a snapshot. */
export interface ScriptIndex {
  /** File of a script, by its id. */
  readonly files: ReadonlyMap<number, string>;
  /** File of a scope, by its node. */
  readonly scopes: ReadonlyMap<number, string>;
}

const LONGEST_TEXT = 60;

/** Finds the files of all functions, and of the scopes they close over. */
export function indexScripts(heap: HeapSnapshot): ScriptIndex {
  const files = new Map<number, string>();
  const scopes = new Map<number, string>();
  for (let node = 0; node < heap.nodeCount; node++) {
    const isClosure = heap.type(node) === "closure";
    if (!isClosure && heap.name(node) !== "Generator") continue;
    const script = heap.locations.get(node)?.[0];
    const file = isClosure ? scriptFile(heap, node) : files.get(script ?? -1);
    if (file === undefined || file === "") continue;
    if (script !== undefined) files.set(script, file);
    const scope = heap.follow(node, "context");
    if (scope >= 0 && !scopes.has(scope)) scopes.set(scope, file);
  }
  return { files, scopes };
}

function scriptFile(heap: HeapSnapshot, closure: number): string | undefined {
  const shared = heap.follow(closure, "shared");
  if (shared < 0) return undefined;
  const script = ["script", "script_or_debug_info"].map((name) => heap.follow(shared, name))
    .find((node) => node >= 0);
  if (script === undefined) return undefined;
  const name = heap.follow(script, "name");
  return name < 0 ? undefined : heap.name(name);
}

/** Describes the path to `node`, and where on it the holder stands. */
export function describePath(
  heap: HeapSnapshot,
  tree: RetainerTree,
  scripts: ScriptIndex,
  node: number,
  holder: number,
): { steps: RetainerStep[]; holder: number } {
  const steps: RetainerStep[] = [];
  let holderAt = 0;
  for (const at of pathTo(tree, node)) {
    const step = describeStep(heap, tree, scripts, at);
    const last = steps.at(-1);
    if (last !== undefined && at !== holder && isSameKind(last, step)) {
      steps[steps.length - 1] = { ...last, repeats: last.repeats + 1 };
    } else {
      steps.push(step);
    }
    if (at === holder) holderAt = steps.length - 1;
  }
  return { steps, holder: holderAt };
}

function isSameKind(a: RetainerStep, b: RetainerStep): boolean {
  const name = (step: RetainerStep): string => step.edge === "element" ? "" : step.name;
  return a.edge === b.edge && a.type === b.type && a.value === b.value && name(a) === name(b);
}

function describeStep(
  heap: HeapSnapshot,
  tree: RetainerTree,
  scripts: ScriptIndex,
  node: number,
): RetainerStep {
  const edge = tree.edge[node] as number;
  const owner = tree.parent[node] as number;
  const place = placeOf(heap, scripts, node);
  const scope = scripts.scopes.get(owner);
  return {
    ...nameEdge(heap, owner, edge),
    type: heap.type(node),
    value: heap.name(node).slice(0, LONGEST_TEXT),
    ...(place === undefined ? {} : { place }),
    ...(scope === undefined ? {} : { scope }),
    repeats: 0,
  };
}

function nameEdge(
  heap: HeapSnapshot,
  owner: number,
  edge: number,
): { edge: RetainerStep["edge"]; name: string } {
  const type = heap.edgeType(edge);
  const name = heap.edgeName(edge);
  if (type === "context") return { edge: "variable", name };
  if (type === "property") return { edge: "property", name };
  if (type === "element") return { edge: "element", name };
  if (heap.name(heap.edgeTo(edge)) === "system / Cell") {
    return { edge: "export", name: exportName(heap, owner, Number(name)) };
  }
  // Variables of a block have no names in a snapshot; the other slots of a scope do.
  if (/^\d+$/.test(name) && heap.name(owner) === "system / Context") {
    return { edge: "variable", name: "" };
  }
  if (/^\d+$/.test(name) && heap.type(owner) === "array") return { edge: "entry", name };
  return { edge: "internal", name };
}

/** A module's table of exports holds each name just before its cell. */
function exportName(heap: HeapSnapshot, table: number, index: number): string {
  const end = heap.firstEdge[table + 1] as number;
  for (let edge = heap.firstEdge[table] as number; edge < end; edge++) {
    if (heap.edgeName(edge) === String(index - 1)) {
      const to = heap.edgeTo(edge);
      if (heap.type(to).includes("string")) return heap.name(to);
    }
  }
  return "";
}

function placeOf(heap: HeapSnapshot, scripts: ScriptIndex, node: number): ScriptPlace | undefined {
  const location = heap.locations.get(node);
  if (location === undefined) return undefined;
  const [script, line, column] = location;
  const url = scripts.files.get(script);
  return url === undefined ? undefined : { url, line: line + 1, column: column + 1 };
}
