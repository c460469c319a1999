import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeapSnapshot } from "./heap_snapshot.ts";
import { findRetainers, pathTo } from "./retainers.ts";

/** A heap in which each node has edges of one kind to those that are listed. */
function heapOf(
  names: readonly string[],
  edges: readonly (readonly number[])[],
  edgeNames: readonly string[] = [],
): HeapSnapshot {
  const to = edges.flat();
  const firstEdge = Uint32Array.from([
    0,
    ...edges.map((_, k) => edges.slice(0, k + 1).flat().length),
  ]);
  return {
    nodeCount: names.length,
    firstEdge,
    type: () => "object",
    name: (node: number) => names[node] ?? "",
    edgeType: () => "property",
    edgeName: (edge: number) => edgeNames[edge] ?? "",
    edgeTo: (edge: number) => to[edge] ?? 0,
  } as unknown as HeapSnapshot;
}

const NAMES = ["root", "system / Context", "module", "jobs", "job"];
const EDGES = [[1, 2], [4], [3], [4], []];

test("findRetainers() takes the shortest path", () => {
  assert.deepEqual(pathTo(findRetainers(heapOf(NAMES, EDGES), new Map()), 4), [1, 4]);
});

test("findRetainers() goes round the scopes of the runtime where it can", () => {
  const scopes = new Map([[1, "node:internal/process"]]);
  assert.deepEqual(pathTo(findRetainers(heapOf(NAMES, EDGES), scopes), 4), [2, 3, 4]);
  // What nothing else holds is still found there.
  const only = [[1], [4], [], [], []];
  assert.deepEqual(pathTo(findRetainers(heapOf(NAMES, only), scopes), 4), [1, 4]);
});

test("findRetainers() prefers what a function on the stack holds to what native code works on", () => {
  const names = ["root", "(Handle scope)", "(Stack roots)", "runTo", "context", "frames"];
  const heap = heapOf(names, [[1, 2], [5], [3], [4], [5], []]);
  assert.deepEqual(pathTo(findRetainers(heap, new Map()), 5), [2, 3, 4, 5]);
});

test("findRetainers() passes by what the compiler works on just now", () => {
  const names = ["root", "(Strong roots)", "(Stack roots)", "runTo", "context", "frames"];
  const edges = [[1, 2], [5], [3], [4], [5], []];
  const compiled = heapOf(names, edges, ["", "", "277 / IdentityMapBase"]);
  assert.deepEqual(pathTo(findRetainers(compiled, new Map()), 5), [2, 3, 4, 5]);
  const listed = heapOf(names, edges, ["", "", "12 / strong root"]);
  assert.deepEqual(pathTo(findRetainers(listed, new Map()), 5), [1, 5]);
});
