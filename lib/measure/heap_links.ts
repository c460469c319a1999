/**
 * Finds how a growing chain hangs together: objects that hold one another, each through the same
 * variable or property, as closures that wrap the one before or configurations with a parent.
 *
 * @module
 */

import type { HeapSnapshot } from "./heap_snapshot.ts";
import type { RetainerTree } from "./retainers.ts";

const NAMING: ReadonlySet<string> = new Set(["context", "property"]);
const LINKED: ReadonlySet<string> = new Set(["object", "closure"]);
const FARTHEST = 4; // steps from one link to the next, such as closure, scope, closure
const LEAST_LINKS = 8; // fewer in a row are no chain
const LEAST_SHARE = 0.5; // of the links, by one name

/** What was counted below one holder. */
interface Chain {
  links: number;
  readonly names: Map<string, number>;
  readonly entries: Map<string, number>;
}

/**
 * Returns, for each of the holders that hold a chain of young objects through one variable or
 * property, its name and the names by which a link holds the next. Holders of many objects side by
 * side have none.
 */
export function findLinks(
  heap: HeapSnapshot,
  tree: RetainerTree,
  ages: Int8Array,
  holderOf: Int32Array,
  holders: ReadonlySet<number>,
): Map<number, string[]> {
  const chains = new Map<number, Chain>();
  const depths = new Int32Array(heap.nodeCount); // links above a node of its own kind
  const entries = new Int32Array(heap.nodeCount); // first young node on the path to a node
  for (const node of tree.order) {
    const holder = holderOf[node] as number;
    if ((ages[node] as number) < 0 || !holders.has(holder)) continue;
    const parent = tree.parent[node] as number;
    const entry = entries[node] = (ages[parent] as number) < 0 ? node : entries[parent] as number;
    const before = linkBefore(heap, tree, ages, node);
    if (before < 0) continue;
    if ((depths[node] = (depths[before] as number) + 1) < LEAST_LINKS) continue;
    const chain = chains.get(holder) ?? { links: 0, names: new Map(), entries: new Map() };
    chains.set(holder, chain);
    chain.links++;
    count(chain.entries, nameInto(heap, tree, entry));
    for (let at = node; at !== before; at = tree.parent[at] as number) {
      count(chain.names, nameInto(heap, tree, at));
    }
  }
  const found = new Map<number, string[]>();
  for (const [holder, { links, names, entries: ways }] of chains) {
    const [entry] = most(ways, links);
    if (entry !== undefined) found.set(holder, [...new Set([entry, ...most(names, links)])]);
  }
  return found;
}

/** The nearest object above that is of the same kind and as young; -1 where there is none. */
function linkBefore(heap: HeapSnapshot, tree: RetainerTree, ages: Int8Array, node: number): number {
  const type = heap.type(node);
  if (!LINKED.has(type)) return -1;
  let at = tree.parent[node] as number;
  for (let step = 0; step < FARTHEST && at > 0 && (ages[at] as number) >= 0; step++) {
    if (heap.type(at) === type && heap.name(at) === heap.name(node)) return at;
    at = tree.parent[at] as number;
  }
  return -1;
}

/** Name of the variable or property that leads to a node; empty where none does. */
function nameInto(heap: HeapSnapshot, tree: RetainerTree, node: number): string {
  const edge = tree.edge[node] as number;
  return NAMING.has(heap.edgeType(edge)) ? heap.edgeName(edge).replace(/^#/, "") : "";
}

function count(names: Map<string, number>, name: string): void {
  if (name !== "") names.set(name, (names.get(name) ?? 0) + 1);
}

function most(names: ReadonlyMap<string, number>, of: number): string[] {
  return [...names].filter(([, times]) => times >= LEAST_SHARE * of).map(([name]) => name);
}
