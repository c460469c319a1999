/**
 * Finds why objects stay alive: the lightest path from a root to every object, where edges that a
 * person can name are light and the engine's own are heavy, so that a path does not end in "stack
 * roots" merely because the measuring code held the module too.
 *
 * @module
 */

import type { HeapSnapshot } from "./heap_snapshot.ts";

/** The tree of lightest paths. */
export interface RetainerTree {
  /** Node before each node on its path; -1 at the root and for what only weak edges reach. */
  readonly parent: Int32Array;
  /** Edge from it. */
  readonly edge: Int32Array;
  /** Nodes in order of their weight, the root first. */
  readonly order: readonly number[];
}

const EDGE_WEIGHTS: Readonly<Record<string, number>> = {
  context: 1,
  property: 1,
  element: 1,
  shortcut: 1,
  internal: 3,
  hidden: 8,
};
const ENGINE_ROOT_WEIGHT = 60; // more than any path that a person would follow
/** What native code works on at the moment: some array in the middle of a path, by chance. */
const HANDLE_SCOPE = "(Handle scope)";
const PASSING_WEIGHT = 90;
/** Root under which the compiler lists what it works on just now, as by chance. */
const COMPILER_TABLE = "IdentityMapBase";
const STRONG_ROOTS = "(Strong roots)";
const ENGINE_ROOTS: ReadonlySet<string> = new Set([
  "(Stack roots)",
  HANDLE_SCOPE,
  "(Builtins)",
  "(Compilation cache)",
  STRONG_ROOTS,
  "(Strong root list)",
  "(Internalized strings)",
  "(Eternal handles)",
  "(Traced handles)",
  "(Micro tasks)",
]);
/** Handles of the runtime hold what user code holds too, and say less about it. */
const HANDLE = /^Node \/ (?!Environment|PrincipalRealm|Realm|CleanupQueue|ModuleWrap|Contextify)/;
const HANDLE_WEIGHT = 30;
/** So do the scopes of the runtime's own scripts, as that of `process.stdout` with its listeners. */
const RUNTIME_SCOPE_WEIGHT = 20;
const ROOTS_SEARCHED = 64; // synthetic roots stand first

/** Builds the tree, by buckets of equal weight; `scopes` are the files of scopes, by their node. */
export function findRetainers(
  heap: HeapSnapshot,
  scopes: ReadonlyMap<number, string>,
): RetainerTree {
  const parent = new Int32Array(heap.nodeCount).fill(-1);
  const edge = new Int32Array(heap.nodeCount).fill(-1);
  const weight = new Int32Array(heap.nodeCount).fill(0x7fffffff);
  const rootWeights = weighRoots(heap, scopes);
  const buckets: number[][] = [[0]];
  const order: number[] = [];
  weight[0] = 0;
  for (let level = 0; level < buckets.length; level++) {
    // A bucket may grow while it is read only by edges of no weight, of which there are none.
    for (const node of buckets[level] ?? []) {
      if (weight[node] !== level) continue;
      order.push(node);
      const end = heap.firstEdge[node + 1] as number;
      const extra = rootWeights[node] as number;
      for (let e = heap.firstEdge[node] as number; e < end; e++) {
        const step = EDGE_WEIGHTS[heap.edgeType(e)];
        if (step === undefined) continue; // weak
        const to = heap.edgeTo(e);
        const total = level + step + (isCompilers(heap, node, e) ? PASSING_WEIGHT : extra);
        if (total >= (weight[to] as number)) continue;
        weight[to] = total;
        parent[to] = node;
        edge[to] = e;
        (buckets[total] ??= []).push(to);
      }
    }
    delete buckets[level];
  }
  return { parent, edge, order };
}

function isCompilers(heap: HeapSnapshot, node: number, edge: number): boolean {
  return node < ROOTS_SEARCHED && heap.name(node) === STRONG_ROOTS &&
    heap.edgeName(edge).endsWith(COMPILER_TABLE);
}

/** What leaving a node costs besides its edge. */
function weighRoots(heap: HeapSnapshot, scopes: ReadonlyMap<number, string>): Uint8Array {
  const weights = new Uint8Array(heap.nodeCount);
  for (const [scope, file] of scopes) {
    if (file.startsWith("node:")) weights[scope] = RUNTIME_SCOPE_WEIGHT;
  }
  for (let node = 0; node < heap.nodeCount; node++) {
    const isRoot = node < ROOTS_SEARCHED && ENGINE_ROOTS.has(heap.name(node));
    if (isRoot) {
      const isScope = heap.name(node) === HANDLE_SCOPE;
      weights[node] = isScope ? PASSING_WEIGHT : ENGINE_ROOT_WEIGHT;
    } else if (heap.type(node) === "native" && HANDLE.test(heap.name(node))) {
      weights[node] = HANDLE_WEIGHT;
    }
  }
  return weights;
}

/** Returns the nodes from the first below the root down to `node`. */
export function pathTo(tree: RetainerTree, node: number): number[] {
  const path: number[] = [];
  for (let at = node; at > 0; at = tree.parent[at] as number) path.push(at);
  return path.reverse();
}
