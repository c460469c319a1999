/**
 * Survivors by age: which places allocated what is still alive at the end, and when. A leak has
 * survivors from every part of the run; a ring buffer or a cache that evicts only from its end; a
 * pool or a warm-up only from its beginning. Run it with `SURVIVOR_FLAGS`.
 *
 * @module
 */

import { getHeapStatistics, queryObjects } from "node:v8";
import { createCollector } from "./collect.ts";
import { connectInspector, type PostCommand } from "./inspector.ts";
import type { LoadedTarget } from "./load_target.ts";
import { sampledObjectSize, sampleWeight } from "./sample_weight.ts";
import type { SandboxPort } from "./sandbox_port.ts";
import { readSourceMaps, type SourceMaps } from "./source_maps.ts";
import { startWorkload, type Workload, type WorkloadValidity } from "./workload.ts";

/** Without inlining, since V8 would move an allocation to the caller's name in mid-run. */
export const SURVIVOR_FLAGS: readonly string[] = ["--expose-gc", "--no-turbo-inlining"];

/** How long and how finely to sample. */
export interface SurvivorParameters {
  /** Cycles that are sampled, after the warm-up. */
  readonly cycles: number;
  readonly warmupCycles: number;
  /** Slices of the sampled part, by age. */
  readonly slices: number;
  /** Growth that is looked for, bytes per cycle; a smaller one needs finer sampling. */
  readonly expectedBytesPerCycle: number;
  /** Times as many samples as usual that may be taken; 1 where absent. */
  readonly effort?: number;
  /** Cycles from 0 at which instances of the target's classes are counted. */
  readonly snapshotCycles: readonly number[];
}

/** A function on the stack of an allocation. Line and column from 1, as the engine counts them. */
export interface StackFrame {
  readonly function: string;
  /** `file:` URL, path, or `node:` name. */
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** What one place allocated and what is left of it. */
export interface SurvivorGroup {
  /** Innermost frame first. */
  readonly stack: readonly StackFrame[];
  /** Estimated live objects and bytes by age slice, oldest first. */
  readonly objects: readonly number[];
  readonly bytes: readonly number[];
  /** Samples by age slice: what the estimates rest on. */
  readonly samples: readonly number[];
}

/** What the survivor stage returns. */
export interface SurvivorResult {
  readonly groups: readonly SurvivorGroup[];
  readonly slices: number;
  readonly cyclesPerSlice: number;
  readonly cycles: number;
  readonly intervalBytes: number;
  readonly allocatedBytesPerCycle: number;
  /** Live instances by class, one value a snapshot cycle. */
  readonly instances: Readonly<Record<string, readonly number[]>>;
  readonly sourceMaps: SourceMaps;
  readonly validity: WorkloadValidity;
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly children: readonly ProfileNode[];
}
interface Profile {
  readonly head: ProfileNode;
  readonly samples: readonly {
    readonly size: number;
    readonly nodeId: number;
    readonly ordinal: number;
  }[];
}

const OWN_FOLDER = new URL(".", import.meta.url).pathname;
const FINEST_INTERVAL = 16; // bytes; below it every object is sampled anyway
const COARSEST_INTERVAL = 32768;
const COARSEST_WANTED = 1024;
const SAMPLES_WANTED = 400; // of the growth that is looked for
const SAMPLES_AFFORDED = 120_000; // at 7 µs each, or more with deep stacks
const MARK_INTERVALS = 16; // size of an age mark: missed with probability exp(-16)
const MOST_GROUPS = 400;

/** Samples a target's allocations. */
export async function run(
  target: LoadedTarget,
  parameters: SurvivorParameters,
  port: SandboxPort,
): Promise<SurvivorResult> {
  const post = connectInspector();
  const collect = createCollector();
  const { warmupCycles, slices } = parameters;
  const cyclesPerSlice = Math.max(1, Math.ceil(parameters.cycles / slices));
  const total = warmupCycles + cyclesPerSlice * slices;
  const workload = await startWorkload(target, port, total);
  const counter = new InstanceCounter(target, parameters.snapshotCycles);

  await counter.runTo(workload, Math.floor(warmupCycles / 2));
  const allocated = await estimateAllocation(workload, warmupCycles);
  await counter.runTo(workload, warmupCycles);
  const intervalBytes = chooseInterval(parameters, allocated);
  const ages = new AgeMarks(slices, intervalBytes);
  post("HeapProfiler.startSampling", { samplingInterval: intervalBytes, stackDepth: 32 });
  for (let slice = 0; slice < slices; slice++) {
    heapbookAgeMark(ages, slice);
    await counter.runTo(workload, warmupCycles + (slice + 1) * cyclesPerSlice);
  }
  heapbookAgeMark(ages, slices);
  const profile = await stopSampling(post, workload, collect);
  port.stage = "measure";
  const groups = groupSamples(profile, slices, intervalBytes);
  const result = {
    groups,
    slices,
    cyclesPerSlice,
    cycles: workload.cycles,
    intervalBytes,
    allocatedBytesPerCycle: allocated,
    instances: counter.counts,
    sourceMaps: readSourceMaps(groups.flatMap(({ stack }) => stack.map(({ url }) => url))),
  };
  return { ...result, validity: await workload.finish() };
}

/** Estimates the bytes a cycle allocates, from single cycles that no scavenge interrupted. */
async function estimateAllocation(workload: Workload, end: number): Promise<number> {
  const rises: number[] = [];
  for (let n = 0; n < 16 && workload.cycles < end; n++) {
    const before = getHeapStatistics().used_heap_size;
    await workload.runTo(workload.cycles + 1);
    const rise = getHeapStatistics().used_heap_size - before;
    if (rise > 0) rises.push(rise);
  }
  return rises.sort((a, b) => a - b)[rises.length >> 1] ?? 0;
}

function chooseInterval(parameters: SurvivorParameters, allocatedPerCycle: number): number {
  const { cycles, expectedBytesPerCycle, effort = 1 } = parameters;
  const wanted = expectedBytesPerCycle * cycles / SAMPLES_WANTED;
  const afforded = allocatedPerCycle * cycles / (effort * SAMPLES_AFFORDED);
  const interval = Math.max(
    FINEST_INTERVAL,
    afforded > 24 ? afforded : 0,
    Math.min(wanted, COARSEST_WANTED),
  );
  return Math.round(Math.min(COARSEST_INTERVAL, interval));
}

/** Holds the age marks, so that they survive to the end. */
class AgeMarks {
  readonly slots: (readonly unknown[] | null)[];
  readonly elements: number;

  constructor(slices: number, intervalBytes: number) {
    this.slots = new Array(slices + 1).fill(null);
    this.elements = Math.ceil(Math.max(4096, MARK_INTERVALS * intervalBytes) / 8);
  }
}

/** Allocates an age mark; the profile knows it by this function's name. */
function heapbookAgeMark(ages: AgeMarks, slice: number): void {
  ages.slots[slice] = new Array(ages.elements).fill(0);
}

async function stopSampling(
  post: PostCommand,
  workload: Workload,
  collect: () => void,
): Promise<Profile> {
  await workload.settle();
  collect();
  await workload.settle();
  collect();
  return post<{ profile: Profile }>("HeapProfiler.stopSampling").profile;
}

class InstanceCounter {
  readonly counts: Record<string, number[]> = {};
  readonly #classes: readonly (readonly [string, new () => object])[];
  readonly #cycles: readonly number[];

  constructor(target: LoadedTarget, cycles: readonly number[]) {
    this.#cycles = cycles;
    this.#classes = (target.meta.classes ?? []).flatMap((name) => {
      const constructor = target.exports[name];
      return typeof constructor === "function"
        ? [[name, constructor as new () => object] as const]
        : [];
    });
  }

  /** Runs cycles, stopping to count at the snapshot cycles on the way. */
  async runTo(workload: Workload, until: number): Promise<void> {
    for (const cycle of this.#cycles) {
      if (cycle < workload.cycles || cycle > until || this.#classes.length === 0) continue;
      await workload.runTo(cycle);
      await workload.settle();
      for (const [name, constructor] of this.#classes) {
        const counts = this.counts[name] ??= [];
        const seen = this.#cycles.indexOf(cycle);
        if (counts.length <= seen) counts.push(countInstances(constructor));
      }
    }
    await workload.runTo(until);
  }
}

function countInstances(constructor: new () => object): number {
  return queryObjects(constructor, { format: "count" }) as unknown as number;
}

/** Sums samples by place and age. */
function groupSamples(profile: Profile, slices: number, interval: number): SurvivorGroup[] {
  const { stacks, marks } = readTree(profile.head);
  const bounds = profile.samples.filter(({ nodeId, size }) => marks.has(nodeId) && size >= 4096)
    .map(({ ordinal }) => ordinal).sort((a, b) => a - b);
  const groups = new Map<string, MutableGroup>();
  for (const { size, nodeId, ordinal } of profile.samples) {
    if (marks.has(nodeId)) continue;
    const slice = sliceOf(ordinal, bounds);
    if (slice < 0 || slice >= slices) continue;
    const stack = stacks.get(nodeId) as readonly StackFrame[];
    const group = groupFor(groups, stack, slices);
    const bytes = sampledObjectSize(size, interval);
    const weight = sampleWeight(bytes, interval);
    group.samples[slice] = (group.samples[slice] as number) + 1;
    group.objects[slice] = (group.objects[slice] as number) + weight;
    group.bytes[slice] = (group.bytes[slice] as number) + weight * bytes;
  }
  return [...groups.values()].sort((a, b) => sum(b.bytes) - sum(a.bytes)).slice(0, MOST_GROUPS);
}

interface MutableGroup extends SurvivorGroup {
  readonly objects: number[];
  readonly bytes: number[];
  readonly samples: number[];
}

function groupFor(
  groups: Map<string, MutableGroup>,
  stack: readonly StackFrame[],
  slices: number,
): MutableGroup {
  const key = groupKey(stack);
  let group = groups.get(key);
  if (group === undefined) {
    const zeros = (): number[] => new Array(slices).fill(0);
    group = { stack, objects: zeros(), bytes: zeros(), samples: zeros() };
    groups.set(key, group);
  }
  return group;
}

/** The stack down to the third frame of the user's own code. */
function groupKey(stack: readonly StackFrame[]): string {
  const parts: string[] = [];
  let own = 0;
  for (const frame of stack) {
    parts.push(`${frame.function} ${frame.url}:${frame.line}:${frame.column}`);
    if (isUserCode(frame.url) && ++own === 3) break;
  }
  return parts.join("\n");
}

/** Tells the target's code from Node's, from this room's, and from code without a file. */
export function isUserCode(url: string): boolean {
  return url !== "" && !url.startsWith("node:") && !url.startsWith("wasm:") &&
    !url.startsWith("evalmachine") && !url.includes(OWN_FOLDER);
}

function readTree(
  head: ProfileNode,
): { stacks: Map<number, readonly StackFrame[]>; marks: Set<number> } {
  const stacks = new Map<number, readonly StackFrame[]>();
  const marks = new Set<number>();
  const pending: { node: ProfileNode; above: readonly StackFrame[] }[] = [{
    node: head,
    above: [],
  }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { functionName, url, lineNumber, columnNumber } = next.node.callFrame;
    if (functionName === heapbookAgeMark.name) marks.add(next.node.id);
    const frame = {
      function: functionName,
      url,
      line: lineNumber + 1,
      column: columnNumber + 1,
    };
    const stack = next.node === head ? [] : [frame, ...next.above].slice(0, 32);
    stacks.set(next.node.id, stack);
    for (const child of next.node.children) pending.push({ node: child, above: stack });
  }
  return { stacks, marks };
}

/** Index of the slice that an ordinal falls into; -1 before the first mark. */
function sliceOf(ordinal: number, bounds: readonly number[]): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ordinal > (bounds[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
