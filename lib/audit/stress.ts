/**
 * Phase 3: targets under natural behaviour. Nothing is collected by force; resident set and virtual
 * size are read from outside the process; a second, short process tells what a cycle allocates and
 * what a context keeps. A result that is not conclusive measures on with twice the cycles.
 *
 * @module
 */

import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { runInSandbox, type SandboxOutcome, type TargetSpec } from "../measure/mod.ts";
import { STRESS_PROFILE_FLAGS, type StressProfileResult } from "../measure/stress_profile.ts";
import type { StressRunResult } from "../measure/stress_run.ts";
import { MemorySampler, type MemorySamples } from "../measure/stress_sampler.ts";
import { map, valuesOf } from "../parallel/mod.ts";
import { createRandom } from "../statistics/mod.ts";
import type { Progress } from "./progress.ts";
import type { StressPhase, StressResult } from "./results.ts";
import { type RunStore, unitName } from "./run_store.ts";
import type { SeverityLimits } from "./severity.ts";
import { cyclesAt, failedStress, judgeStress, type StressMeasurement } from "./stress_judgement.ts";
import { StressWatch } from "./stress_watch.ts";

/** Options for {@linkcode stressTest}. */
export interface StressOptions {
  /** Cycles per target at least. */
  readonly cycles: number;
  /** Seed of the order in which targets run. */
  readonly seed: number | string;
  /** Scenario of the targets; their first one where absent. */
  readonly scenario?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Keeps samples and results, and lets an interrupted run go on. */
  readonly store?: RunStore;
  /** Targets that run at the same time; 1 where absent. */
  readonly workers?: number;
  /**
   * What each target is expected to take, in any unit: the longest begin first, so that none is left
   * to run alone at the end. In the order of the seed only where absent.
   */
  readonly costs?: ReadonlyMap<string, number>;
  /** Growth from which a target is flagged and a leak is major, MB per 1000 cycles; 10 if absent. */
  readonly majorMb?: number;
  /** Growth above which a leak is critical, MB per 1000 cycles; 50 where absent. */
  readonly criticalMb?: number;
  /** Time between two samples, ms; 10 where absent. */
  readonly samplePeriodMs?: number;
  /** Shortest run, s; 4 where absent. V8's heap takes some seconds to reach its working size. */
  readonly minimumSeconds?: number;
  /**
   * Looks at a run for the first time after so much processor time, s, and ends it once it is clearly clean;
   * `minimumSeconds` is then the most that it takes. Every run takes `minimumSeconds` where absent.
   */
  readonly firstLookSeconds?: number;
  /** Most doublings of a run whose result is not clean; 2 where absent. */
  readonly maxDoublings?: number;
  /** Time limit of one process, s; 300 where absent. */
  readonly timeoutSeconds?: number;
  /** Limit of a process's heap, MB. */
  readonly memoryLimitMb?: number;
}

/** What is stored of a measured target, so that a resumed run does not measure it again. */
interface StressUnit {
  readonly cycles: number;
  readonly result: StressResult;
}

/** Runs each target in a process of its own and says how its memory behaves. */
export async function stressTest(
  specs: readonly TargetSpec[],
  options: StressOptions,
): Promise<StressPhase> {
  if (!Number.isSafeInteger(options.cycles) || options.cycles < 1) {
    throw new RangeError(
      `Cannot run the stress test as cycles must be a whole number > 0: current value is ${options.cycles}`,
    );
  }
  const started = performance.now();
  const progress = new PhaseProgress(specs.length, options.onProgress);
  const costOf = (i: number): number => options.costs?.get(specs[i]!.name) ?? 0;
  const order = createRandom(options.seed).shuffle(specs.map((_, i) => i))
    .sort((a, b) => costOf(b) - costOf(a));
  const measured = await map(order, (i: number) => measureOnce(specs[i]!, options, progress), {
    workers: options.workers ?? 1,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const byIndex = new Map(valuesOf(measured).map((result, place) => [order[place]!, result]));
  const results = specs.map((_, i) => byIndex.get(i)!);
  const seconds = (performance.now() - started) / 1000;
  return { results, ranking: rank(results), seconds };
}

/** Returns the names of measured targets, leanest first, by three figures. */
export function rank(results: readonly StressResult[]): StressPhase["ranking"] {
  const counted = results.filter(({ verdict }) => verdict !== "error");
  const by = (figure: (result: StressResult) => number) =>
    [...counted].sort((a, b) => figure(a) - figure(b)).map(({ target }) => target);
  return {
    byPeak: by((result) => result.peakRssBytes),
    byAllocation: by((result) => result.allocatedBytesPerStep),
    byRetained: by((result) => result.retainedBytesPerInstance),
  };
}

async function measureOnce(
  spec: TargetSpec,
  options: StressOptions,
  progress: PhaseProgress,
): Promise<StressResult> {
  const scenario = options.scenario ?? spec.meta?.scenarios?.[0] ?? "default";
  const unit = unitName({ phase: "stress", target: spec.name, scenario, repetition: 0 });
  if (options.store?.has(unit)) {
    const { cycles, result } = options.store.read<StressUnit>(unit);
    if (cycles === options.cycles) {
      progress.finish(spec.name);
      return result;
    }
  }
  const result = await measureOn(spec, scenario, options, progress);
  options.signal?.throwIfAborted();
  options.store?.write(unit, { cycles: options.cycles, result } satisfies StressUnit);
  progress.finish(spec.name);
  return result;
}

/**
 * Measures, and measures on with twice the cycles while the answer is open. Growth counts as a leak
 * if it keeps at least half its rate in the longer run: what V8 needs to warm up does not.
 */
async function measureOn(
  spec: TargetSpec,
  scenario: string,
  options: StressOptions,
  progress: PhaseProgress,
): Promise<StressResult> {
  const profiled = await profileTarget(spec, scenario, options);
  options.signal?.throwIfAborted();
  if (profiled.status !== "completed") return failedStress(spec, profiled);
  let shorter: StressResult | null = null;
  for (let doubling = 0;; doubling++) {
    const { outcome, samples } = await observe(spec, scenario, 2 ** doubling, options, progress);
    options.signal?.throwIfAborted();
    if (outcome.status !== "completed") return failedStress(spec, outcome);
    const ownSamples = ofCycles(samples, outcome.result);
    const measurement = { spec, outcome, samples: ownSamples, profile: profiled.result };
    const samplesPath = record(measurement, options.store);
    const result = judgeStress(measurement, { ...limitsOf(options), samplesPath });
    if (result.verdict === "clean" || result.verdict === "error") return result;
    if (result.verdict === "leak" && isConfirmed(result, shorter)) return result;
    if (doubling >= (options.maxDoublings ?? 2)) return withoutConfirmation(result);
    shorter = result;
  }
}

function isConfirmed(result: StressResult, shorter: StressResult | null): boolean {
  const { bytesPerCycle, settledFrom } = result.rss;
  if (bytesPerCycle * (result.cycles - settledFrom) > PLENTY_BYTES / 2) return true;
  return shorter !== null && bytesPerCycle >= shorter.rss.bytesPerCycle / 2;
}

/** Returns a leak that no longer run confirmed as what it is: open. */
function withoutConfirmation(result: StressResult): StressResult {
  if (result.verdict !== "leak") return result;
  return {
    ...result,
    verdict: "inconclusive",
    message: `${result.message}, but did not keep its rate in a longer run`,
  };
}

async function observe(
  spec: TargetSpec,
  scenario: string,
  times: number,
  options: StressOptions,
  progress: PhaseProgress,
): Promise<{ outcome: SandboxOutcome<StressRunResult>; samples: MemorySamples }> {
  const sampler = new MemorySampler(options.samplePeriodMs);
  // Windows has no signal that a process may take as a hint.
  const isStoppable = options.firstLookSeconds !== undefined && process.platform !== "win32";
  const firstLook = (options.firstLookSeconds ?? 0) * times;
  const watch = isStoppable ? new StressWatch(sampler, limitsOf(options), firstLook) : undefined;
  const outcome = await runInSandbox<StressRunResult>({
    ...requestOf(spec, scenario, options),
    instrument: instrument("stress_run"),
    parameters: {
      cycles: options.cycles * times,
      minimumSeconds: (options.minimumSeconds ?? 4) * times,
      plentyBytes: PLENTY_BYTES,
      isStoppable,
    },
    onSpawn: (pid) => {
      sampler.start(pid);
      watch?.start(pid);
    },
    onProgress: (done, total) => {
      watch?.reached(done);
      progress.report(spec.name, SHARE_OF_MEMORY * done / total);
    },
  });
  watch?.stop();
  return { outcome, samples: sampler.stop() };
}

/** The samples between the first and the last mark: what the cycles held, and nothing around them. */
function ofCycles(samples: MemorySamples, { markMs }: StressRunResult): MemorySamples {
  const inside = (_: number, i: number) =>
    samples.ms[i]! >= markMs[0]! && samples.ms[i]! <= markMs.at(-1)!;
  return {
    ms: samples.ms.filter(inside),
    rss: samples.rss.filter(inside),
    virtual: samples.virtual.filter(inside),
  };
}

function limitsOf({ majorMb = 10, criticalMb = 50 }: StressOptions): Required<SeverityLimits> {
  return { majorMb, criticalMb };
}

async function profileTarget(
  spec: TargetSpec,
  scenario: string,
  options: StressOptions,
): Promise<SandboxOutcome<StressProfileResult>> {
  // What an instance keeps shows where one lives on.
  const keeper = spec.meta?.scenarios?.find((name) => name === "long_lived") ?? scenario;
  return await runInSandbox<StressProfileResult>({
    ...requestOf(spec, scenario, options),
    instrument: instrument("stress_profile"),
    parameters: { ...(options.firstLookSeconds === undefined ? PROFILE : SHORT_PROFILE), keeper },
    nodeFlags: STRESS_PROFILE_FLAGS,
  });
}

// Cycles whose memory is judged, of all; pauses are noted in those that follow.
const SHARE_OF_MEMORY = 0.8;

// Growth that no warm-up of V8 explains; a run that has shown it ends.
const PLENTY_BYTES = 512 * 2 ** 20;

const PROFILE = { warmupCycles: 60, cycles: 30, contexts: 10, cyclesPerContext: 5 };
const SHORT_PROFILE = { ...PROFILE, contexts: 4 };

function requestOf(spec: TargetSpec, scenario: string, options: StressOptions) {
  return {
    target: spec,
    scenario,
    timeoutMs: (options.timeoutSeconds ?? 300) * 1000,
    ...(options.memoryLimitMb === undefined ? {} : { memoryLimitMb: options.memoryLimitMb }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}

function record(measurement: StressMeasurement, store: RunStore | undefined): string {
  if (store === undefined) return "";
  const { spec, outcome: { result: run }, samples } = measurement;
  const time = (ms: number) => (ms - run.markMs[0]!) / 1000;
  store.writeSamples(`stress/${spec.name}.pauses`, {
    time_s: run.pauseAtMs.map(time),
    pause_ms: run.pauseMs,
  });
  return store.writeSamples(`stress/${spec.name}`, {
    time_s: Array.from(samples.ms, time),
    cycle: cyclesAt(samples.ms, run),
    rss_bytes: samples.rss,
    virtual_bytes: samples.virtual,
    // One value of the whole run, in each row.
    freed_bytes: Array.from(samples.ms, () => run.freedBytes),
  });
}

function instrument(name: string): string {
  return fileURLToPath(
    new URL(`../measure/${name}${extname(import.meta.url)}`, import.meta.url),
  );
}

/** Adds up how far the targets are. */
class PhaseProgress {
  readonly #total: number;
  readonly #listener: ((progress: Progress) => void) | undefined;
  readonly #shares: Map<string, number> = new Map();

  constructor(total: number, listener: ((progress: Progress) => void) | undefined) {
    this.#total = total;
    this.#listener = listener;
  }

  report(target: string, share: number): void {
    // A longer run begins anew; the whole does not go back.
    this.#shares.set(target, Math.max(this.#shares.get(target) ?? 0, Math.min(share, 1)));
    const done = [...this.#shares.values()].reduce((sum, value) => sum + value, 0);
    this.#listener?.({ label: "stress", done, total: this.#total, detail: target });
  }

  finish(target: string): void {
    this.report(target, 1);
  }
}
