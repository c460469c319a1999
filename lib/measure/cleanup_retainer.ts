/**
 * Says what keeps the objects of a type alive, from a heap snapshot of this process.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { writeHeapSnapshot } from "node:v8";
import { type HeapSnapshot, readHeapSnapshot } from "./heap_snapshot.ts";
import { describePath, indexScripts, type RetainerStep } from "./retainer_steps.ts";
import { findRetainers } from "./retainers.ts";

const LONGEST = 8; // steps that are told; the last ones name the holder
const UNNAMED: ReadonlySet<string> = new Set(["internal"]);

/** Returns for each type the path from a root to its youngest object, in words. */
export function explainTypes(types: readonly string[]): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "orphans-"));
  try {
    const heap = readHeapSnapshot(writeHeapSnapshot(join(folder, "heap.heapsnapshot")));
    const scripts = indexScripts(heap);
    const tree = findRetainers(heap, scripts.scopes);
    const youngest = youngestOf(heap, types, tree.parent);
    return new Map(types.map((type) => {
      const node = youngest.get(type);
      if (node === undefined) return [type, "only weak references were found"];
      return [type, inWords(describePath(heap, tree, scripts, node, node).steps)];
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The object of each type that was seen last and that a root holds. */
function youngestOf(
  heap: HeapSnapshot,
  types: readonly string[],
  parent: Int32Array,
): ReadonlyMap<string, number> {
  const wanted = new Set(types);
  const found = new Map<string, number>();
  for (let node = 1; node < heap.nodeCount; node++) {
    if (heap.type(node) !== "object" || (parent[node] as number) < 0) continue;
    const type = heap.name(node);
    if (!wanted.has(type)) continue;
    const other = found.get(type);
    if (other === undefined || heap.id(node) > heap.id(other)) found.set(type, node);
  }
  return found;
}

function inWords(steps: readonly RetainerStep[]): string {
  const named = steps.filter(({ edge }) => !UNNAMED.has(edge));
  return (named.length > 0 ? named : steps).slice(-LONGEST).map(word).join(" → ");
}

function word({ edge, name, value, scope, repeats }: RetainerStep): string {
  const file = scope === undefined ? "" : ` in ${basename(scope)}`;
  const what = edge === "element" || edge === "entry"
    ? `entry (${value})`
    : `${edge} "${name}"${file} (${value})`;
  return repeats === 0 ? what : `${what} and ${repeats} more`;
}
