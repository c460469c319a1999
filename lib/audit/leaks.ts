/**
 * Phase 2: does it leak? Every target, scenario and repetition is measured in processes of its
 * own, in an order shuffled by the run's seed, with planted leaks and planted innocents among
 * them; results are stored one by one, so that an interrupted run goes on where it was.
 *
 * @module
 */

import { totalmem } from "node:os";
import { join } from "node:path";
import type { runInSandbox, TargetSpec } from "../measure/mod.ts";
import { map } from "../parallel/mod.ts";
import { createRandom } from "../statistics/mod.ts";
import type { LeakTask } from "./leak_stages.ts";
import { type LeakJudgementOptions, type MeasuredLeak, measureLeak } from "./measure_leak.ts";
import type { Progress } from "./progress.ts";
import { traceReach } from "./reach.ts";
import { isPrediction } from "./reconcile.ts";
import type { ControlResult, LeakPhase, LeakResult, PatternsPhase, SiteReach } from "./results.ts";
import { judgeControl, type PlantedTarget } from "./planted_verdict.ts";
import { combineRepetitions } from "./repetitions.ts";
import { type RunStore, unitName } from "./run_store.ts";

/** How to measure leaks. Whatever is absent is as in `audit` of config.yaml's defaults. */
export interface LeakOptions {
  /** Cycles measured after the warm-up. */
  readonly cycles?: number;
  readonly warmupCycles?: number;
  /** Most cycles that growth is followed for. */
  readonly maxCycles?: number;
  /** Cycles at which the state of the process is recorded. */
  readonly snapshotCycles?: readonly number[];
  readonly repetitions?: number;
  readonly seed?: number;
  readonly confidence?: number;
  /** Limit of concern, bytes per cycle. */
  readonly concernBytesPerCycle?: number;
  readonly majorMb?: number;
  readonly criticalMb?: number;
  /** Limit of one measuring process, s. */
  readonly timeoutSeconds?: number;
  /** Time after which undecided growth is no longer followed, s. */
  readonly budgetSeconds?: number;
  /** Processor time that what stands still is watched on for, for growth that begins late, s. */
  readonly stillSeconds?: number;
  /**
   * Answers at the first sound look, as a quick run does: what seems to stand still is not watched on
   * for growth that begins late, nor a restless heap asked for less than the limit of concern.
   */
  readonly brief?: boolean;
  readonly memoryLimitMb?: number;
  /** Measuring processes at the same time. */
  readonly workers?: number;
  /** Planted leaks and innocents to run beside the targets. */
  readonly controls?: readonly PlantedTarget[];
  /** Another Node binary to measure on. */
  readonly execPath?: string;
  /** Name of that binary; what is stored is kept apart from that of other runtimes. */
  readonly runtime?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly store?: RunStore;
  /** Folder that recorded file names below it are relative to; they stay whole where absent. */
  readonly root?: string;
  /** Profiles clean targets too, for their largest live allocations. Default true. */
  readonly alwaysProfile?: boolean;
}

const DEFAULT_WARMUP_SHARE = 0.2; // of the cycles, where no warm-up is given
const LEAST_WARMUP = 50;
const MAX_CYCLES_FACTOR = 8;

/**
 * Measures targets for leaks, with controls beside them.
 *
 * @throws RangeError where there is no target, or the number of cycles is too small to judge by
 */
export async function measureLeaks(
  specs: readonly TargetSpec[],
  options: LeakOptions = {},
): Promise<LeakPhase> {
  const startedAt = performance.now();
  checkOptions(specs, options);
  const units = planUnits(specs, options);
  const total = units.length;
  const fractions = new Float64Array(total);
  const report = (unit: number, done: number, detail: string): void => {
    // A stage after another begins anew; the whole does not go back.
    fractions[unit] = Math.max(fractions[unit]!, done);
    const sum = fractions.reduce((all, part) => all + part, 0);
    options.onProgress?.({ label: "Leak detection", done: sum, total, detail });
  };
  const outcomes = await map(
    units,
    (unit) => measureUnit(unit, options, report),
    {
      workers: options.workers ?? 2,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
  const measured = new Map<Unit, LeakResult>();
  for (const [index, outcome] of outcomes.entries()) {
    const unit = units[index] as Unit;
    if (outcome.ok) measured.set(unit, outcome.value);
    else if (!options.signal?.aborted) throw outcome.error;
  }
  const results = groupResults(units.filter(({ control }) => control === undefined), measured);
  const controls = controlResults(units, measured);
  const reach = await reachOf(units, measured, options);
  return {
    results: inOrderOf(results, specs),
    controls,
    controlsValid: new Set(controls.map(({ kind }) => kind)).size === 2 &&
      controls.every(({ passed }) => passed),
    limitOfDetection: Math.max(0, ...results.map(({ limitOfDetection }) => limitOfDetection)),
    ...(reach.length === 0 ? {} : { reach }),
    seconds: (performance.now() - startedAt) / 1000,
  };
}

/** Traces which sites of the run's phase 1 the targets go through; controls predict nothing. */
async function reachOf(
  units: readonly Unit[],
  measured: ReadonlyMap<Unit, LeakResult>,
  options: LeakOptions,
): Promise<readonly SiteReach[]> {
  const { store, runtime, signal, root, workers } = options;
  if (store?.has("patterns") !== true || runtime !== undefined || signal?.aborted) return [];
  const sites = store.read<PatternsPhase>("patterns").findings.filter(isPrediction);
  const traced = units.filter((unit) =>
    unit.control === undefined && unit.repetition === 0 && measured.get(unit)?.validity.valid
  );
  if (sites.length === 0 || traced.length === 0) return [];
  const tasks = traced.map(({ spec, scenario }) => toTask(spec, scenario, options));
  return await traceReach(tasks, sites, {
    ...(root === undefined ? {} : { root }),
    ...(signal === undefined ? {} : { signal }),
    ...(workers === undefined ? {} : { workers }),
  });
}

/** Judges one target on its own, as `heapbook check` does: no controls, profiles only if needed. */
export async function checkTarget(
  spec: TargetSpec,
  options: LeakOptions & { readonly scenario?: string } = {},
): Promise<LeakResult> {
  checkOptions([spec], options);
  const scenario = options.scenario ?? spec.meta?.scenarios?.[0] ?? "default";
  const onStage = (stage: string, done: number, total: number): void =>
    options.onProgress?.({ label: spec.name, done, total, detail: stage });
  const task = { ...toTask(spec, scenario, options), onStage };
  const judgement = toJudgement({ ...options, alwaysProfile: options.alwaysProfile ?? false });
  return record(await measureLeak(task, judgement), options, 0);
}

/** Judges work that cannot leave its process: `run` takes the place of the measuring children. */
export async function checkClosure(
  spec: TargetSpec,
  options: LeakOptions,
  run: typeof runInSandbox,
): Promise<LeakResult> {
  checkOptions([spec], options);
  const task = { ...toTask(spec, "default", options), run };
  return (await measureLeak(task, toJudgement({ ...options, alwaysProfile: false }))).result;
}

/** One measurement: a target or a control, in a scenario, once. */
interface Unit {
  readonly spec: TargetSpec;
  readonly scenario: string;
  readonly repetition: number;
  readonly control?: PlantedTarget;
  readonly index: number;
}

function planUnits(specs: readonly TargetSpec[], options: LeakOptions): Unit[] {
  const units: Omit<Unit, "index">[] = [];
  for (const spec of specs) {
    for (const scenario of spec.meta?.scenarios ?? ["default"]) {
      for (let repetition = 0; repetition < (options.repetitions ?? 1); repetition++) {
        units.push({ spec, scenario, repetition });
      }
    }
  }
  for (const control of options.controls ?? []) {
    units.push({ spec: control, scenario: "default", repetition: 0, control });
  }
  // The seed decides who runs beside and before whom, so that no target is always the first.
  return createRandom(options.seed ?? 0).shuffle(units).map((unit, index) => ({ ...unit, index }));
}

async function measureUnit(
  unit: Unit,
  options: LeakOptions,
  report: (unit: number, done: number, detail: string) => void,
): Promise<LeakResult> {
  const { spec, scenario, repetition, control, index } = unit;
  const { store } = options;
  const key = unitName({
    phase: leaksName(options.runtime),
    target: spec.name,
    scenario,
    repetition,
  });
  const detail = scenario === "default" ? spec.name : `${spec.name}, ${scenario}`;
  if (store?.has(key) === true) {
    report(index, 1, detail);
    return store.read<LeakResult>(key);
  }
  options.signal?.throwIfAborted();
  const onStage = (stage: string, done: number, total: number): void =>
    report(index, 0.95 * done / Math.max(1, total), `${detail}: ${stage}`);
  const task = { ...toTask(spec, scenario, options), onStage };
  const alwaysProfile = control === undefined && (options.alwaysProfile ?? true);
  const measured = await measureLeak(task, toJudgement({ ...options, alwaysProfile }));
  options.signal?.throwIfAborted();
  const result = inFolder(record(measured, options, repetition), options.root);
  store?.write(key, result);
  store?.log(
    `${leaksName(options.runtime)} ${detail}: ${result.verdict} in ${result.seconds.toFixed(1)} s`,
  );
  report(index, 1, detail);
  return result;
}

/** Takes the folder out of every file name, so that a run can be read and verified elsewhere. */
function inFolder(result: LeakResult, root: string | undefined): LeakResult {
  if (root === undefined) return result;
  const prefix = JSON.stringify(join(root, "/")).slice(1, -1);
  return JSON.parse(JSON.stringify(result).replaceAll(prefix, "")) as LeakResult;
}

/** Stores the samples of the trend, notes where they are, and keeps what the witnesses said. */
function record(
  { result, samples, witness }: MeasuredLeak,
  { store, runtime }: LeakOptions,
  repetition: number,
): LeakResult {
  if (store === undefined || samples === null) return result;
  const name = [result.target, result.scenario, String(repetition)].map(encodeURIComponent);
  const folder = encodeURIComponent(leaksName(runtime));
  const path = store.writeSamples(`${folder}/${name.join(".")}`, samples);
  store.write(witnessPath(path), witness);
  const stages = result.stages.map((stage) =>
    stage.stage === "trend" ? { ...stage, samples: path } : stage
  );
  return { ...result, stages };
}

/** Returns what phase 2 is called in a run's store, by the runtime that it was measured on. */
export function leaksName(runtime?: string): string {
  return runtime === undefined ? "leaks" : `leaks@${runtime}`;
}

/** Returns where the witnesses of a trend are stored, by the path of its samples. */
export function witnessPath(samplesPath: string): string {
  return samplesPath.replace(/^samples\//, "witnesses/").replace(/\.json$/, "");
}

function groupResults(
  units: readonly Unit[],
  measured: ReadonlyMap<Unit, LeakResult>,
): LeakResult[] {
  const groups = new Map<string, LeakResult[]>();
  for (const unit of units) {
    const result = measured.get(unit);
    if (result === undefined) continue;
    const key = JSON.stringify([unit.spec.name, unit.scenario]);
    groups.set(key, [...groups.get(key) ?? [], result]);
  }
  return [...groups.values()].map(combineRepetitions);
}

function controlResults(
  units: readonly Unit[],
  measured: ReadonlyMap<Unit, LeakResult>,
): ControlResult[] {
  return units.flatMap((unit) => {
    const result = measured.get(unit);
    return unit.control === undefined || result === undefined
      ? []
      : [judgeControl(unit.control, result)];
  }).sort((a, b) => a.kind < b.kind ? 1 : a.kind > b.kind ? -1 : a.name < b.name ? -1 : 1);
}

function inOrderOf(results: readonly LeakResult[], specs: readonly TargetSpec[]): LeakResult[] {
  const rank = new Map(specs.map(({ name }, index) => [name, index]));
  return [...results].sort((a, b) =>
    (rank.get(a.target) ?? 0) - (rank.get(b.target) ?? 0) || a.scenario.localeCompare(b.scenario)
  );
}

function toTask(spec: TargetSpec, scenario: string, options: LeakOptions): LeakTask {
  const cycles = options.cycles ?? 1000;
  const { execPath, signal } = options;
  return {
    spec,
    scenario,
    cycles,
    warmupCycles: options.warmupCycles ??
      Math.max(LEAST_WARMUP, Math.round(DEFAULT_WARMUP_SHARE * cycles)),
    maxCycles: options.maxCycles ?? MAX_CYCLES_FACTOR * cycles,
    snapshotCycles: (options.snapshotCycles ?? [0, 100, 500, 1000])
      .filter((cycle) => cycle <= cycles),
    timeoutSeconds: options.timeoutSeconds ?? 120,
    budgetSeconds: options.budgetSeconds ?? 30,
    stillSeconds: options.stillSeconds ?? 1.5,
    brief: options.brief ?? false,
    memoryLimitMb: options.memoryLimitMb ??
      Math.min(2048, Math.floor(totalmem() / 4 / 2 ** 20)),
    ...(execPath === undefined ? {} : { execPath }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function toJudgement(options: LeakOptions): LeakJudgementOptions {
  return {
    confidence: options.confidence ?? 0.99,
    concern: options.concernBytesPerCycle ?? 16,
    majorMb: options.majorMb ?? 10,
    criticalMb: options.criticalMb ?? 50,
    alwaysProfile: options.alwaysProfile ?? true,
  };
}

function checkOptions(specs: readonly TargetSpec[], { cycles = 1000 }: LeakOptions): void {
  if (specs.length === 0) {
    throw new RangeError("Cannot measure leaks as there must be a target: current value is none");
  }
  if (!Number.isSafeInteger(cycles) || cycles < 20) {
    throw new RangeError(
      `Cannot measure leaks as cycles must be a whole number >= 20: current value is ${cycles}`,
    );
  }
}
