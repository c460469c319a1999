/**
 * Instrument that asks, in a short process of its own, how many bytes one cycle allocates and how
 * many a set-up context keeps. The first is read from the heap's size over single cycles in a young
 * generation so large that nothing is collected meanwhile; the second from the size after a full
 * collection with several contexts alive. Needs `STRESS_PROFILE_FLAGS`.
 *
 * @module
 */

import { getHeapStatistics } from "node:v8";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";

/** Flags of the process: a collector that can be called, and a young generation that never fills. */
export const STRESS_PROFILE_FLAGS: readonly string[] = [
  "--expose-gc",
  "--min-semi-space-size=128",
  "--max-semi-space-size=128",
];

const REWARM = 20; // cycles after the one collection

/** What the parent asks for. */
export interface StressProfileParameters {
  /** Cycles before allocation is measured, so that the code is optimised. */
  readonly warmupCycles: number;
  /** Cycles measured one by one. */
  readonly cycles: number;
  /** Scenario in which an instance lives on: what a step allocates is not what making it does. */
  readonly keeper: string;
  /** Contexts kept alive together. */
  readonly contexts: number;
  /** Cycles each of them runs. */
  readonly cyclesPerContext: number;
}

/** What was measured. */
export interface StressProfileResult {
  /** Median over single cycles, bytes, on the JS heap and outside it. */
  readonly allocatedBytesPerCycle: number;
  /** Bytes that one more context keeps after a full collection. */
  readonly retainedBytesPerContext: number;
}

/** Measures both figures. */
export async function run(
  target: LoadedTarget,
  parameters: StressProfileParameters,
  port: SandboxPort,
): Promise<StressProfileResult> {
  const allocatedBytesPerCycle = await measureAllocation(target, parameters, port);
  const retainedBytesPerContext = await measureRetention(target, parameters, port);
  return { allocatedBytesPerCycle, retainedBytesPerContext };
}

async function measureAllocation(
  target: LoadedTarget,
  { keeper, warmupCycles, cycles }: StressProfileParameters,
  port: SandboxPort,
): Promise<number> {
  const context = await setUp(target, port, keeper);
  const deltas = new Float64Array(cycles);
  const empty = new Float64Array(32);
  for (let i = 0; i < warmupCycles; i++) await runCycle(target, context, i, port);
  // No collection between cycles: it would drop types, and with them the optimised code. A cycle
  // in which V8 collects by itself shows less than it allocated; the median passes over it.
  collectFully();
  for (let i = 0; i < REWARM; i++) await runCycle(target, context, warmupCycles + i, port);
  for (let i = 0; i < cycles; i++) {
    const before = occupied();
    const pending = target.contract.cycle(context, warmupCycles + REWARM + i);
    if (pending instanceof Promise) await pending;
    deltas[i] = occupied() - before;
  }
  for (let i = 0; i < empty.length; i++) {
    const before = occupied();
    empty[i] = occupied() - before;
  }
  await tearDown(target, context, port);
  return Math.max(0, middle(deltas) - middle(empty));
}

async function measureRetention(
  target: LoadedTarget,
  { keeper, contexts, cyclesPerContext }: StressProfileParameters,
  port: SandboxPort,
): Promise<number> {
  const held: unknown[] = new Array(contexts).fill(null);
  const sizes = new Float64Array(contexts);
  for (let n = 0; n < contexts; n++) {
    held[n] = await setUp(target, port, keeper);
    for (let i = 0; i < cyclesPerContext; i++) await runCycle(target, held[n], i, port);
    await new Promise((resolve) => setImmediate(resolve));
    collectFully();
    collectFully(); // the bytes of dropped ArrayBuffers are counted off by the next collection
    sizes[n] = occupied();
  }
  for (const context of held) await tearDown(target, context, port);
  // Differences, since the first contexts also compile code; their median, since V8's own are steps.
  return Math.max(0, middle(sizes.subarray(1).map((size, n) => size - sizes[n]!)));
}

async function setUp(target: LoadedTarget, port: SandboxPort, scenario: string): Promise<unknown> {
  port.stage = "setup";
  return await target.contract.setup?.({ ...target.options, scenario });
}

async function runCycle(
  target: LoadedTarget,
  context: unknown,
  i: number,
  port: SandboxPort,
): Promise<void> {
  port.stage = "cycle";
  port.cycle = i;
  port.progress(i, 0);
  const pending = target.contract.cycle(context, i);
  if (pending instanceof Promise) await pending;
}

async function tearDown(target: LoadedTarget, context: unknown, port: SandboxPort): Promise<void> {
  port.stage = "teardown";
  await target.contract.teardown?.(context);
}

function occupied(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

// Bare: with any argument Node 20 runs a scavenge instead.
function collectFully(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

function middle(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted[sorted.length >> 1] ?? 0;
}
