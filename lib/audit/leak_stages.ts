/**
 * The measuring processes behind one target's leak verdict, each a stage that is recorded with its
 * cost: the exact trend, survivors by age, and heap snapshots.
 *
 * @module
 */

import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CoverageResult,
  type GrowthPlacesResult,
  HEAP_GROWTH_FLAGS,
  type HeapGrowthResult,
  nodeProgram,
  type ProbedGauge,
  runInSandbox,
  type SandboxCompleted,
  type SandboxOutcome,
  SURVIVOR_FLAGS,
  type SurvivorResult,
  type TargetSpec,
  TREND_ENVIRONMENT,
  TREND_FLAGS,
  type TrendResult,
  usableFlags,
} from "../measure/mod.ts";
import { TREND_GRAINS, TREND_TOLERANCES } from "./leak_channels.ts";
import type { StageRecord } from "./results.ts";

/** One target in one scenario and repetition, with the limits of its measurement. */
export interface LeakTask {
  readonly spec: TargetSpec;
  readonly scenario: string;
  readonly cycles: number;
  readonly warmupCycles: number;
  readonly maxCycles: number;
  readonly snapshotCycles: readonly number[];
  readonly timeoutSeconds: number;
  /** Time after which growth that is not decided is no longer followed, s. */
  readonly budgetSeconds: number;
  /** Processor time that what stands still is watched on for, s. */
  readonly stillSeconds: number;
  /** Whether the first sound look must do: nothing is watched on that seems to stand still. */
  readonly brief: boolean;
  readonly memoryLimitMb: number;
  readonly execPath?: string;
  readonly signal?: AbortSignal;
  /** Runs a stage otherwise than in a process of its own, as tests do with closures. */
  readonly run?: typeof runInSandbox;
  readonly onStage?: (stage: string, done: number, total: number) => void;
}

/** A stage that ended, with its record. */
export interface StageEnd<T> {
  readonly outcome: SandboxOutcome<T>;
  readonly record: StageRecord;
}

const MB = 2 ** 20;
const TIME_SHARE = 0.7; // of a process's time limit, for its cycles
const PLENTY_SHARE = 0.25; // of the memory limit: growth beyond doubt
const ENOUGH_BYTES = 48 * MB; // within half a run: no cache of a sound program fills like that
const MOST_SNAPSHOT_HEAP_BYTES = 40 * MB;
const MOST_PROFILED_BYTES = 192 * MB; // of leaked memory in a process that is only to explain it
const MOST_SNAPSHOT_BYTES = 24 * MB;
const LEAST_EXPLAINED_CYCLES = 30;
const COVERED_CYCLES = 20; // enough for what a scenario does; rarer code counts as not reached
const SLICES = 20;
const BRIEF_SAMPLES = 24; // within the least number of cycles
const SHARPENING_SECONDS = { thorough: 4, brief: 1.5 }; // of processor time
const PROBING_SECONDS = { thorough: 4, brief: 2 };
const MS = 1000;

/** Runs the exact trend. */
export function runTrend(task: LeakTask): Promise<StageEnd<TrendResult>> {
  return runStage(task, "trend", TREND_FLAGS, {
    cycles: task.cycles,
    warmupCycles: task.warmupCycles,
    maxCycles: Math.max(task.maxCycles, task.cycles) + task.warmupCycles,
    budgetSeconds: task.budgetSeconds,
    stillSeconds: task.brief ? 0 : task.stillSeconds,
    ...(task.brief ? { samples: BRIEF_SAMPLES } : {}),
    sharpeningSeconds: SHARPENING_SECONDS[task.brief ? "brief" : "thorough"],
    limitSeconds: TIME_SHARE * task.timeoutSeconds,
    plentyBytes: PLENTY_SHARE * task.memoryLimitMb * MB,
    enoughBytes: ENOUGH_BYTES,
    snapshotCycles: task.snapshotCycles,
    tolerances: TREND_TOLERANCES,
    grains: TREND_GRAINS,
  });
}

/**
 * Samples survivors of a process that grows by `expected` bytes per cycle in all channels, taking
 * `effort` times as many samples as usual at most.
 */
export function runSurvivors(
  task: LeakTask,
  cycles: number,
  expected: number,
  effort: number = 1,
): Promise<StageEnd<SurvivorResult>> {
  return runStage(task, "survivors", SURVIVOR_FLAGS, {
    cycles: Math.max(SLICES, affordable(cycles, expected, MOST_PROFILED_BYTES)),
    warmupCycles: task.warmupCycles,
    slices: SLICES,
    expectedBytesPerCycle: Math.max(2, expected),
    effort,
    snapshotCycles: task.snapshotCycles,
  });
}

/**
 * Takes snapshots of a heap that grows, with its buffers, by `expected` bytes per cycle: that of the
 * main thread, or of its oldest worker.
 */
export function runHeapGrowth(
  task: LeakTask,
  cycles: number,
  expected: number,
  inWorker: boolean = false,
): Promise<StageEnd<HeapGrowthResult>> {
  return runStage(task, "snapshots", HEAP_GROWTH_FLAGS, {
    cycles: affordable(cycles, expected, MOST_SNAPSHOT_BYTES),
    // What leaks in the warm-up is in the way of the snapshots too.
    warmupCycles: affordable(task.warmupCycles, expected, MOST_SNAPSHOT_BYTES / 4),
    maxHeapBytes: MOST_SNAPSHOT_HEAP_BYTES,
    inWorker,
  });
}

/** Probes which expressions memory outside the JavaScript heap grows at. */
export function runGrowthPlaces(
  task: LeakTask,
  cycles: number,
  gauge: ProbedGauge,
): Promise<StageEnd<GrowthPlacesResult>> {
  return runStage(task, "places", gauge === "native" ? TREND_FLAGS : HEAP_GROWTH_FLAGS, {
    cycles,
    warmupCycles: task.warmupCycles,
    gauge,
    seconds: Math.min(PROBING_SECONDS[task.brief ? "brief" : "thorough"], task.budgetSeconds),
    maxHeapBytes: MOST_SNAPSHOT_HEAP_BYTES,
  });
}

/** Counts what a few cycles run, in a process whose memory nobody measures. */
export function runCoverage(task: LeakTask): Promise<StageEnd<CoverageResult>> {
  return runStage(task, "coverage", [], { cycles: Math.min(task.cycles, COVERED_CYCLES) });
}

/**
 * Counts what so many cycles of a process run that grows by `expected` bytes per cycle, in the
 * packages that are installed too: what leaks rarely must have happened.
 */
export function runLongCoverage(
  task: LeakTask,
  cycles: number,
  expected: number,
): Promise<StageEnd<CoverageResult>> {
  const most = affordable(cycles, expected, MOST_PROFILED_BYTES);
  return runStage(task, "coverage", [], { cycles: most, installed: true });
}

function affordable(cycles: number, bytesPerCycle: number, bytes: number): number {
  if (bytesPerCycle <= 0) return cycles;
  const most = Math.floor(bytes / bytesPerCycle);
  return Math.max(Math.min(cycles, most), Math.min(cycles, LEAST_EXPLAINED_CYCLES));
}

const INSTRUMENTS: Readonly<Record<string, string>> = {
  trend: "trend",
  survivors: "survivors",
  snapshots: "heap_growth",
  coverage: "coverage",
  places: "growth_places",
};

async function runStage<T>(
  task: LeakTask,
  stage: string,
  nodeFlags: readonly string[],
  parameters: unknown,
): Promise<StageEnd<T>> {
  const { spec, scenario, signal, execPath, onStage } = task;
  const file = `../measure/${INSTRUMENTS[stage]}${extname(import.meta.url)}`;
  const flags = await usableFlags(execPath ?? nodeProgram(), nodeFlags);
  const outcome = await (task.run ?? runInSandbox)<T>({
    instrument: fileURLToPath(new URL(file, import.meta.url)),
    target: spec,
    scenario,
    parameters,
    nodeFlags: flags,
    // A brief answer does without: more of the system's calls, and pages that settle later.
    ...(stage === "trend" && !task.brief ? { env: TREND_ENVIRONMENT } : {}),
    timeoutMs: task.timeoutSeconds * MS,
    memoryLimitMb: task.memoryLimitMb,
    ...(execPath === undefined ? {} : { execPath }),
    ...(signal === undefined ? {} : { signal }),
    ...(onStage === undefined ? {} : { onProgress: (done, total) => onStage(stage, done, total) }),
  });
  const cycles = outcome.status === "completed"
    ? (outcome as SandboxCompleted<{ cycles: number }>).result.cycles
    : Math.max(0, outcome.cycle);
  const { seconds, cpuSeconds, peakRssBytes } = outcome;
  const record = { stage, cycles, seconds, cpuSeconds, peakRssBytes, outcome: outcome.status };
  return { outcome, record };
}
