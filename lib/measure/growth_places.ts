/**
 * Growth by place: which expressions a memory grows at that is no part of the JavaScript heap, such
 * as a WebAssembly memory or that of native code, and what holds it. What is read before each
 * statement and each call of a cycle is credited to the one before it.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getHeapStatistics, writeHeapSnapshot } from "node:v8";
import { openCount, openNative } from "./gauges.ts";
import { GrowthLedger } from "./growth_ledger.ts";
import { findMarked, type GrowingHolder } from "./heap_holders.ts";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";
import { readSourceMaps, type SourceMaps } from "./source_maps.ts";
import { captureStack, StatementProbes } from "./statement_probes.ts";
import type { StackFrame } from "./survivors.ts";
import { type WasmWatch, watchWasm } from "./wasm_extent.ts";
import { type GrownMemory, WasmFocus } from "./wasm_focus.ts";
import { startWorkload, type Workload, type WorkloadValidity } from "./workload.ts";

/**
 * What is read before each statement: WebAssembly memories; what objects keep outside the heap; open
 * files; threads; or `native`, for what only the resident set shows.
 */
export type ProbedGauge = "wasm" | "external" | "files" | "threads" | "native";

/** What to look for, and for how long. */
export interface GrowthPlacesParameters {
  /** Cycles that are probed at most, after the warm-up. */
  readonly cycles: number;
  readonly warmupCycles: number;
  readonly gauge: ProbedGauge;
  /** Processor time that is spent on probed cycles, s. */
  readonly seconds: number;
  /** A larger heap is not searched for what holds the memory, bytes. */
  readonly maxHeapBytes: number;
}

/** An expression at which memory grew. */
export interface GrowthPlace {
  /** The expression first, then what called its function. */
  readonly stack: readonly StackFrame[];
  /** What memory grew by there, and did not shrink by soon after, bytes. */
  readonly bytes: number;
  /** How often it grew there. */
  readonly times: number;
}

/** What this stage returns. */
export interface GrowthPlacesResult {
  /** Places, the likeliest cause first. */
  readonly places: readonly GrowthPlace[];
  /** What holds the memory that grew most, where it is one of WebAssembly and was found. */
  readonly holder: GrowingHolder | null;
  /** Where that memory was made. */
  readonly made: readonly StackFrame[];
  readonly cycles: number;
  readonly sourceMaps: SourceMaps;
  readonly validity: WorkloadValidity;
}

const MOST_RUNS_PER_CYCLE = 600; // probes at 0.1 ms each
const FEW_RUNS_PER_CYCLE = 40; // once it is known what does not grow
const MOST_PROBES = 4000; // until what they leave in the engine is forgotten
const ENOUGH_TIMES = 200; // that something grew
const ENOUGH_CYCLES = 100;
const WAITING_SHARE = 3;
const SHOWN_CYCLES = 20;
const MOST_PLACES = 12;
const MARK = "heapbook:grown";

let watch: WasmWatch | undefined;

/** Watches the WebAssembly memories that the target makes, and where. */
export function prepare({ gauge }: GrowthPlacesParameters): void {
  if (gauge === "wasm") watch = watchWasm(captureStack);
}

/** Probes a target's cycles. */
export async function run(
  target: LoadedTarget,
  parameters: GrowthPlacesParameters,
  port: SandboxPort,
): Promise<GrowthPlacesResult> {
  const { warmupCycles, gauge } = parameters;
  const isNoisy = gauge === "native";
  const probes = new StatementProbes(target.spec.module);
  const workload = await startWorkload(target, port, warmupCycles + parameters.cycles);
  probes.startCounting();
  await workload.runTo(warmupCycles);
  const runs = isNoisy ? FEW_RUNS_PER_CYCLE : MOST_RUNS_PER_CYCLE;
  const chosen = probes.choosePlaces(runs * Math.max(1, warmupCycles));
  const focus = watch === undefined ? undefined : new WasmFocus(watch);
  const readers = focus === undefined ? [openGauge(gauge)] : [() => focus.read(), watch!.size];
  const ledgers = readers.map((read) => new GrowthLedger(chosen, read, { isNoisy }));
  await probe(workload, probes, ledgers, parameters, focus);
  const places = ledgers.find(({ times }) => times > 0)?.places().slice(0, MOST_PLACES) ?? [];
  const grown = focus?.markGrown(MARK) ?? null;
  focus?.release();
  watch?.release();
  const { cycles } = workload;
  await workload.settle();
  port.stage = "measure";
  const holder = grown === null ? null : findHolder(grown, parameters);
  const made = grown?.made ?? [];
  const urls = [
    ...[...places.flatMap(({ stack }) => stack), ...made].map(({ url }) => url),
    ...holder?.steps.map(({ place, scope }) => place?.url ?? scope ?? "") ?? [],
  ];
  const sourceMaps = readSourceMaps(urls);
  const validity = await workload.finish();
  return { places, holder, made, cycles, sourceMaps, validity };
}

function openGauge(gauge: ProbedGauge): () => number {
  if (gauge === "native") return openNative();
  if (gauge === "external") return () => process.memoryUsage().external;
  return openCount(gauge === "files" ? "files" : "threads");
}

/** Runs cycles with probes until enough was seen. */
async function probe(
  workload: Workload,
  probes: StatementProbes,
  ledgers: readonly GrowthLedger[],
  { cycles, warmupCycles, seconds }: GrowthPlacesParameters,
  focus: WasmFocus | undefined,
): Promise<void> {
  const end = warmupCycles + cycles;
  const spent = startClock();
  let probed = 0;
  const onPlace = (place: number): void => {
    probed++;
    const stack = ledgers.some((ledger) => ledger.isGrown(place)) ? captureStack() : null;
    for (const ledger of ledgers) ledger.enter(place, stack);
  };
  const isEnough = (): boolean =>
    workload.cycles >= end || spent() >= seconds ||
    workload.cycles >= warmupCycles + ENOUGH_CYCLES &&
      ledgers.some(({ times, isNoisy }) => !isNoisy && times >= ENOUGH_TIMES);
  try {
    // What is to be looked at shows by what a few cycles change.
    await workload.runTo(workload.cycles + SHOWN_CYCLES);
    while (!isEnough()) {
      focus?.refocus();
      const from = workload.cycles;
      probes.arm(onPlace);
      for (const ledger of ledgers) ledger.resume();
      for (probed = 0; probed < MOST_PROBES && !isEnough();) {
        await workload.runTo(workload.cycles + 1);
      }
      for (const ledger of ledgers) ledger.pause();
      probes.disarm();
      const few = FEW_RUNS_PER_CYCLE * (workload.cycles - from);
      probes.keep(
        (place) => ledgers.some((ledger) => !ledger.isNoisy && ledger.isGrown(place)),
        few,
      );
    }
  } finally {
    probes.disarm();
  }
}

/** Returns a clock of processor time, s; waiting counts less. */
function startClock(): () => number {
  const startedAt = performance.now();
  const usage = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(usage);
    const waited = (performance.now() - startedAt) / 1000;
    return Math.max((user + system) / 1e6, waited / WAITING_SHARE);
  };
}

/** Looks in a snapshot for what holds what is marked. */
function findHolder(
  { store }: GrownMemory,
  { maxHeapBytes }: GrowthPlacesParameters,
): GrowingHolder | null {
  if (getHeapStatistics().used_heap_size > maxHeapBytes) return null;
  const folder = mkdtempSync(join(tmpdir(), "heapbook-"));
  try {
    return findMarked(writeHeapSnapshot(join(folder, "0.heapsnapshot")), MARK, store);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
