/**
 * Compares the snapshots of one process and names what holds growth: the last object on the path
 * from a root that existed at the first snapshot, with what hangs below it by age.
 *
 * @module
 */

import { type HeapSnapshot, readHeapSnapshot } from "./heap_snapshot.ts";
import { describePath, indexScripts, type RetainerStep } from "./retainer_steps.ts";
import { findLinks } from "./heap_links.ts";
import { findRetainers, type RetainerTree } from "./retainers.ts";

/** An object that holds more and more. */
export interface GrowingHolder {
  /** Path from a root down to one of the youngest objects held; repeats are counted, not listed. */
  readonly steps: readonly RetainerStep[];
  /** Index in `steps` of the holder itself. */
  readonly holder: number;
  /** Bytes and objects below it, by the gap between snapshots they were born in. */
  readonly bytes: readonly number[];
  readonly objects: readonly number[];
  /** Bytes of its own table or backing store at each snapshot. */
  readonly store: readonly number[];
  /** Classes of what it holds, the largest first. */
  readonly classes: readonly GrownClass[];
  /** Names by which a chain hangs together: the way into it, and from one link to the next. */
  readonly links?: readonly string[];
}

/** Objects of one class that were born between the snapshots and are still there. */
export interface GrownClass {
  readonly class: string;
  readonly objects: number;
  readonly bytes: number;
}

const LEAST_BALANCE = 0.25; // smallest part of a gap, against the mean of all gaps
const LEAST_STORE_BYTES = 128;
const STORE_GROWTH = 1.3;
const LEAST_VALUE_BYTES = 1024; // names and messages are of any length
const MOST_PARTS = 1000; // of a text that was put together and not yet written flat
const MOST_HOLDERS = 12;
const MOST_CLASSES = 10;
const LINKS = /^(_?next|_?prev|previous|_idleNext|_idlePrev|link)$/;
const ENGINE_METADATA = /^(system \/ Feedback|\(feedback|system \/ AllocationSite|\(Builtins)/;
const NAMING: ReadonlySet<string> = new Set(["context", "property"]);
const STORES: ReadonlySet<string> = new Set(["elements", "table", "properties", "backing_store"]);

/** Reads the snapshot files of one process, oldest first, and returns what grew. */
export function judgeHeapGrowth(
  files: readonly string[],
): { holders: GrowingHolder[]; classes: GrownClass[] } {
  const bounds: number[] = [];
  const stores: Map<number, number>[] = [];
  for (const file of files.slice(0, -1)) {
    const heap = readHeapSnapshot(file);
    bounds.push(highestId(heap));
    stores.push(readStores(heap));
  }
  const heap = readHeapSnapshot(files.at(-1) as string);
  return judgeHeap(heap, [...bounds, highestId(heap)], [...stores, readStores(heap)]);
}

/**
 * Reads the one snapshot of a process and returns what grew; `bounds` are the last ids that were
 * given before each part of the run. Numbers in an array leave no trace here: its table is copied
 * as it grows, and is as young as the last copy.
 */
export function judgeAgedGrowth(
  file: string,
  bounds: readonly number[],
): { holders: GrowingHolder[]; classes: GrownClass[] } {
  const heap = readHeapSnapshot(file);
  return judgeHeap(heap, [...bounds, highestId(heap)], [readStores(heap)]);
}

/**
 * Reads a snapshot and returns what holds the one object that has a property of the name `mark`;
 * null where there is none. `store` are its sizes over time, bytes.
 */
export function findMarked(
  file: string,
  mark: string,
  store: readonly number[],
): GrowingHolder | null {
  const heap = readHeapSnapshot(file);
  const scripts = indexScripts(heap);
  const tree = findRetainers(heap, scripts.scopes);
  for (const node of tree.order) {
    if (!hasProperty(heap, node, mark)) continue;
    const path = describePath(heap, tree, scripts, node, node);
    const zeros = store.slice(1).map(() => 0);
    return { ...path, bytes: zeros, objects: zeros, store, classes: [] };
  }
  return null;
}

function hasProperty(heap: HeapSnapshot, node: number, name: string): boolean {
  for (let e = heap.firstEdge[node] as number; e < (heap.firstEdge[node + 1] as number); e++) {
    if (heap.edgeType(e) === "property" && heap.edgeName(e) === name) return true;
  }
  return false;
}

function judgeHeap(
  heap: HeapSnapshot,
  bounds: readonly number[],
  stores: readonly Map<number, number>[],
): { holders: GrowingHolder[]; classes: GrownClass[] } {
  const scripts = indexScripts(heap);
  const tree = findRetainers(heap, scripts.scopes);
  const ages = readAges(heap, tree, bounds);
  const { found, holderOf } = gather(heap, tree, ages, bounds.length - 1);
  const grown = [...found.values()]
    .map((sums) => ({ ...sums, store: stores.map((sizes) => sizes.get(heap.id(sums.node)) ?? 0) }))
    .filter(({ node }) => !isMetadata(heap, tree, node))
    .filter(({ bytes, objects, store }) => isSpread(bytes, objects) || isGrowingStore(store))
    .sort((a, b) => total(b.bytes) - total(a.bytes))
    .slice(0, MOST_HOLDERS);
  const links = findLinks(heap, tree, ages, holderOf, new Set(grown.map(({ node }) => node)));
  const holders = grown.map((sums): GrowingHolder => ({
    ...describePath(heap, tree, scripts, sums.example, sums.node),
    bytes: sums.bytes,
    objects: sums.objects,
    store: sums.store,
    classes: largest(sums.classes),
    links: links.get(sums.node) ?? [],
  }));
  return { holders, classes: classGrowth(heap, tree, ages, bounds.length - 1) };
}

/** Ids of heap objects are odd and rise; even ones stand for native memory, by its address. */
function isHeapId(id: number): boolean {
  return (id & 1) === 1;
}

function highestId(heap: HeapSnapshot): number {
  let highest = 0;
  for (let node = 0; node < heap.nodeCount; node++) {
    const id = heap.id(node);
    if (isHeapId(id) && id > highest) highest = id;
  }
  return highest;
}

/**
 * Sizes of tables and backing stores by the id of their owner, and of texts and long integers in its
 * variables and properties: one that grows is another object each time it is written.
 */
function readStores(heap: HeapSnapshot): Map<number, number> {
  const sizes = new Map<number, number>();
  for (let node = 0; node < heap.nodeCount; node++) {
    const type = heap.type(node);
    if (type !== "object" && type !== "native") continue;
    let size = 0;
    for (let e = heap.firstEdge[node] as number; e < (heap.firstEdge[node + 1] as number); e++) {
      const kind = heap.edgeType(e);
      if (kind === "internal" && STORES.has(heap.edgeName(e))) size += heap.size(heap.edgeTo(e));
      if (NAMING.has(kind)) size += valueSize(heap, heap.edgeTo(e));
    }
    if (size >= LEAST_STORE_BYTES) sizes.set(heap.id(node), size);
  }
  return sizes;
}

/** Size of a long text, with what it was put together from, or a long integer; else 0. */
function valueSize(heap: HeapSnapshot, node: number): number {
  let size = heap.type(node) === "bigint" ? heap.size(node) : 0;
  let part = node;
  for (let k = 0; k < MOST_PARTS && part >= 0; k++) {
    const type = heap.type(part);
    if (type !== "string" && type !== "concatenated string") break;
    size += heap.size(part);
    part = type === "string" ? -1 : heap.follow(part, "first");
  }
  return size >= LEAST_VALUE_BYTES ? size : 0;
}

/** Gap in which each node was born; -1 before the first snapshot. Native memory is as old as its owner. */
function readAges(heap: HeapSnapshot, tree: RetainerTree, bounds: readonly number[]): Int8Array {
  const ages = new Int8Array(heap.nodeCount).fill(-1);
  for (const node of tree.order) {
    const id = heap.id(node);
    if (isHeapId(id)) ages[node] = gapOf(id, bounds);
    else if (node !== 0) ages[node] = ages[tree.parent[node] as number] as number;
  }
  return ages;
}

function gapOf(id: number, bounds: readonly number[]): number {
  for (let gap = 0; gap < bounds.length; gap++) if (id <= (bounds[gap] as number)) return gap - 1;
  return bounds.length - 2;
}

interface Sums {
  readonly node: number;
  example: number;
  readonly bytes: number[];
  readonly objects: number[];
  readonly classes: Map<string, { objects: number; bytes: number }>;
}

/** Credits every object born between the snapshots to the last old object on its path. */
function gather(
  heap: HeapSnapshot,
  tree: RetainerTree,
  ages: Int8Array,
  gaps: number,
): { found: Map<number, Sums>; holderOf: Int32Array } {
  const holderOf = new Int32Array(heap.nodeCount);
  const found = new Map<number, Sums>();
  for (const node of tree.order) {
    const age = ages[node] as number;
    if (age < 0) {
      holderOf[node] = isChained(heap, tree, node)
        ? holderOf[tree.parent[node] as number] as number
        : node;
      continue;
    }
    const holder = holderOf[node] = holderOf[tree.parent[node] as number] as number;
    let sums = found.get(holder);
    if (sums === undefined) {
      const zeros = (): number[] => new Array(gaps).fill(0);
      sums = { node: holder, example: node, bytes: zeros(), objects: zeros(), classes: new Map() };
      found.set(holder, sums);
    }
    const bytes = heap.size(node);
    sums.bytes[age] = (sums.bytes[age] as number) + bytes;
    sums.objects[age] = (sums.objects[age] as number) + 1;
    if (isPersonal(heap, node)) {
      // Nodes come in order of their weight, so the first is the nearest to the holder.
      if (!isPersonal(heap, sums.example)) sums.example = node;
      addTo(sums.classes, className(heap, node), bytes);
    }
  }
  return { found, holderOf };
}

/** A link of a list is credited to what holds the list, or its parts would look like many holders. */
function isChained(heap: HeapSnapshot, tree: RetainerTree, node: number): boolean {
  const owner = tree.parent[node] as number;
  if (owner <= 0 || heap.type(node) !== "object" && heap.type(node) !== "hidden") return false;
  const grandparent = tree.parent[owner] as number;
  if (grandparent < 0) return false;
  const name = heap.edgeName(tree.edge[node] as number);
  if (LINKS.test(name)) return true;
  // A chain of one class under one name: three alike in a row.
  return heap.name(owner) === heap.name(node) && heap.name(grandparent) === heap.name(node) &&
    heap.edgeName(tree.edge[owner] as number) === name;
}

function isPersonal(heap: HeapSnapshot, node: number): boolean {
  const type = heap.type(node);
  return type !== "array" && type !== "hidden" && type !== "code" && type !== "object shape" &&
    type !== "number" && type !== "synthetic";
}

function className(heap: HeapSnapshot, node: number): string {
  const type = heap.type(node);
  if (type.includes("string")) return "(string)";
  if (type === "closure") return `function ${heap.name(node) || "(anonymous)"}`;
  return heap.name(node) || `(${type})`;
}

function addTo(classes: Sums["classes"], name: string, bytes: number): void {
  const sums = classes.get(name) ?? { objects: 0, bytes: 0 };
  sums.objects++;
  sums.bytes += bytes;
  classes.set(name, sums);
}

function largest(classes: Sums["classes"]): GrownClass[] {
  return [...classes].map(([name, sums]) => ({ class: name, ...sums }))
    .sort((a, b) => b.bytes - a.bytes).slice(0, MOST_CLASSES);
}

function isSpread(bytes: readonly number[], objects: readonly number[]): boolean {
  const least = LEAST_BALANCE * total(bytes) / bytes.length;
  return objects.every((count) => count > 0) && bytes.every((part) => part >= least && part > 0);
}

/** What the engine keeps about code grows while code warms up, and belongs to nobody. */
function isMetadata(heap: HeapSnapshot, tree: RetainerTree, node: number): boolean {
  for (let at = node; at > 0; at = tree.parent[at] as number) {
    if (heap.type(at) === "code" || ENGINE_METADATA.test(heap.name(at))) return true;
  }
  return false;
}

/** A table that grew in all gaps but one, never shrank, and grew by more than slack. */
function isGrowingStore(store: readonly number[]): boolean {
  let rises = 0;
  for (let k = 1; k < store.length; k++) {
    const change = (store[k] as number) - (store[k - 1] as number);
    if (change < 0) return false;
    if (change > 0) rises++;
  }
  const first = Math.max(store[0] as number, 1);
  return rises >= store.length - 2 && (store.at(-1) as number) >= STORE_GROWTH * first;
}

/** Classes whose instances of every gap are still there. */
function classGrowth(
  heap: HeapSnapshot,
  tree: RetainerTree,
  ages: Int8Array,
  gaps: number,
): GrownClass[] {
  const byClass = new Map<string, { objects: number[]; bytes: number[] }>();
  for (const node of tree.order) {
    const age = ages[node] as number;
    if (age < 0 || !isPersonal(heap, node)) continue;
    const name = className(heap, node);
    let sums = byClass.get(name);
    if (sums === undefined) {
      sums = { objects: new Array(gaps).fill(0), bytes: new Array(gaps).fill(0) };
      byClass.set(name, sums);
    }
    sums.objects[age] = (sums.objects[age] as number) + 1;
    sums.bytes[age] = (sums.bytes[age] as number) + heap.size(node);
  }
  return [...byClass]
    .filter(([, { bytes, objects }]) => isSpread(bytes, objects))
    .map(([name, sums]) => ({
      class: name,
      objects: total(sums.objects),
      bytes: total(sums.bytes),
    }))
    .sort((a, b) => b.bytes - a.bytes).slice(0, MOST_CLASSES);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
