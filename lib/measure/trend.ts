/**
 * The exact-mode trend: what every channel holds after a forced collection, over the cycles. Run
 * it with `TREND_FLAGS`: without optimised code, and with feedback and bytecode allocated at first
 * use, the heap of a steady program is the same to the byte from one sample to the next.
 *
 * The child measures on by itself while something still grows (a leak keeps its rate, a warm-up or
 * a filling cache does not), and stops early when all channels are flat or growth is beyond doubt.
 *
 * @module
 */

import { createCollector } from "./collect.ts";
import { envelopeRise, isEnding, stepNoise } from "./flatness.ts";
import { GAUGES, openGauges, type ReadGauges, type Watches } from "./gauges.ts";
import type { LoadedTarget } from "./load_target.ts";
import { watchResizing } from "./resizable_buffers.ts";
import { type SampleColumns, SampleLog } from "./sample_log.ts";
import type { SandboxPort } from "./sandbox_port.ts";
import { watchWasm } from "./wasm_extent.ts";
import { watchWorkers } from "./worker_heaps.ts";
import { startWorkload, type Workload, type WorkloadValidity } from "./workload.ts";

/**
 * Flags that make a steady heap constant to the byte, and with it the resident set: threads that
 * help to mark touch memory of their own, and a young generation that resizes takes and returns
 * pages at moments of its own. (Sweeping stays concurrent: a worker that sleeps between its jobs
 * would not finish it, and its heap would be read too large.)
 */
export const TREND_FLAGS: readonly string[] = [
  "--expose-gc",
  "--no-opt",
  "--no-sparkplug",
  "--no-maglev",
  "--no-lazy-feedback-allocation",
  "--no-flush-bytecode",
  "--no-concurrent-array-buffer-sweeping",
  "--no-parallel-marking",
  "--no-concurrent-marking",
  "--no-cppheap-concurrent-marking",
  "--min-semi-space-size=16",
  "--max-semi-space-size=16",
];

/**
 * Has the C library give large blocks back at once. By default it keeps them where blocks of that
 * size were freed before, so that buffers which come and go raise the resident set by megabytes that
 * look like native memory kept. (glibc's names; others take no notice.)
 */
export const TREND_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: "65536",
  MALLOC_TRIM_THRESHOLD_: "65536",
};

/** How long and how finely to measure. */
export interface TrendParameters {
  /** Cycles after the warm-up that are measured at least. */
  readonly cycles: number;
  readonly warmupCycles: number;
  /**
   * The measurement goes on, doubling, up to this many cycles in all; up to four times as many where
   * growth is about to end, as that of a cache that fills.
   */
  readonly maxCycles: number;
  /** No doubling is begun that would not end within this processor time, s. */
  readonly budgetSeconds: number;
  /**
   * What stands still is watched on while that has cost less processor time than this, s, up to four
   * times the least cycles: what begins to grow late shows. 0 where absent.
   */
  readonly stillSeconds?: number;
  /**
   * A heap that seems to stand still, but so restlessly that a byte per cycle could hide, is measured
   * on while that has cost less processor time than this, s.
   */
  readonly sharpeningSeconds: number;
  /** Time after which the measurement ends, however few cycles it has, s. */
  readonly limitSeconds: number;
  /** Growth of a channel that ends the measurement at once, bytes. */
  readonly plentyBytes: number;
  /** Samples within the least number of cycles; 40 where absent. */
  readonly samples?: number;
  /** Growth over the last half that needs no more doubling once the least cycles are twice done. */
  readonly enoughBytes: number;
  /** Cycles at which the state of the process is kept, from 0. */
  readonly snapshotCycles: readonly number[];
  /** Rise of a channel that counts as none, bytes per cycle, by gauge. */
  readonly tolerances: Readonly<Partial<Record<(typeof GAUGES)[number], number>>>;
  /** Rise of a channel over all cycles that counts as none whatever their number, bytes, by gauge. */
  readonly grains?: Readonly<Partial<Record<(typeof GAUGES)[number], number>>>;
}

/** What the trend returns. */
export interface TrendResult {
  readonly samples: SampleColumns;
  readonly snapshots: SampleColumns;
  readonly cycles: number;
  readonly stoppedBy: "flat" | "plenty" | "cycles" | "budget";
  /** Scripts of the worker threads that were read, as URLs. */
  readonly workerScripts: readonly string[];
  readonly validity: WorkloadValidity;
  /** Time spent in cycles, and in collecting and reading, s. */
  readonly cycleSeconds: number;
  readonly sampleSeconds: number;
}

let watches: Watches | undefined;

/** Starts to watch what only shows from the beginning. */
export function prepare(): void {
  watches ??= startWatches();
}

function startWatches(): Watches {
  return { wasm: watchWasm(), workers: watchWorkers(), resizing: watchResizing() };
}

const EXTENSION = 4; // times the most cycles, where growth is ending; the least, where nothing grows
const SIGMAS = 3;
const WAITING_SHARE = 3;
const CAPACITY = 192; // rows
const SAMPLES = 40; // within the least number of cycles

/** Measures a target's trend. */
export async function run(
  target: LoadedTarget,
  parameters: TrendParameters,
  port: SandboxPort,
): Promise<TrendResult> {
  const trend = new Trend(parameters);
  const workload = await startWorkload(target, port, parameters.warmupCycles + parameters.cycles);
  const stoppedBy = await trend.measure(workload);
  port.stage = "measure";
  const cycles = workload.cycles;
  const result = { ...trend.result(), cycles, stoppedBy };
  return { ...result, validity: await workload.finish() };
}

class Trend {
  readonly #parameters: TrendParameters;
  readonly #collect = createCollector();
  readonly #watches: Watches = watches ??= startWatches();
  readonly #read: ReadGauges = openGauges(this.#watches);
  readonly #log: SampleLog;
  readonly #snapshots: SampleLog;
  readonly #tolerances: Float64Array;
  readonly #grains: Float64Array;
  #sampleSeconds = 0;
  #startedAt = 0;

  constructor(parameters: TrendParameters) {
    this.#parameters = parameters;
    const step = Math.max(1, Math.floor(parameters.cycles / (parameters.samples ?? SAMPLES)));
    this.#log = new SampleLog(GAUGES, CAPACITY, step);
    this.#snapshots = new SampleLog(GAUGES, Math.max(1, parameters.snapshotCycles.length), 1);
    this.#tolerances = Float64Array.from(GAUGES, (name) => parameters.tolerances[name] ?? Infinity);
    this.#grains = Float64Array.from(GAUGES, (name) => parameters.grains?.[name] ?? -Infinity);
    rehearse();
  }

  async measure(workload: Workload): Promise<TrendResult["stoppedBy"]> {
    const { warmupCycles } = this.#parameters;
    this.#startedAt = performance.now();
    // The warm-up is a rehearsal of the judgement too: its own first-time costs fall into it.
    for (let goal = Math.ceil(warmupCycles / 4);; goal = this.#after(goal)) {
      const cut = await this.#measureTo(workload, goal);
      if (cut !== null) return cut;
      const end = this.#judge(goal);
      if (end !== null && goal > warmupCycles) return end;
    }
  }

  /** Says why to stop at a goal, or null to go on. */
  #judge(goal: number): TrendResult["stoppedBy"] | null {
    const { cycles, maxCycles, budgetSeconds, stillSeconds = 0 } = this.#parameters;
    const { sharpeningSeconds } = this.#parameters;
    const next = (this.#after(goal) - goal) / goal;
    const isEnding = this.#isEnding();
    const isEnough = this.#isEnough();
    const isFlat = this.#isFlat();
    const isSharp = this.#isSharp();
    const isCheap = goal < EXTENSION * cycles && this.#spent() * (1 + next) <= stillSeconds;
    if (isFlat && !isCheap && (isSharp || this.#spent() > sharpeningSeconds)) return "flat";
    if (isEnough && goal >= 2 * cycles) return "plenty";
    if (goal >= (isEnding ? EXTENSION : 1) * maxCycles) return "cycles";
    return this.#spent() * (1 + next) > budgetSeconds ? "budget" : null;
  }

  /** The next goal: twice as many cycles, with a stop where parts of the measurement end. */
  #after(goal: number): number {
    const { warmupCycles, cycles, maxCycles } = this.#parameters;
    if (goal < warmupCycles) return Math.min(2 * goal, warmupCycles);
    if (goal === warmupCycles) return warmupCycles + cycles;
    return Math.min(2 * goal, (goal < maxCycles ? 1 : EXTENSION) * maxCycles);
  }

  /** Processor time, so that a busy machine does not cut the evidence short; waiting counts less. */
  #spent(): number {
    const { user, system } = process.cpuUsage();
    return Math.max((user + system) / 1e6, this.#elapsed() / WAITING_SHARE);
  }

  /** Says why it stopped before the goal, or null where it was reached. */
  async #measureTo(workload: Workload, goal: number): Promise<"plenty" | "budget" | null> {
    const snapshotCycles = this.#parameters.snapshotCycles;
    while (workload.cycles < goal) {
      const at = workload.cycles;
      if (at % this.#log.step === 0 || snapshotCycles.includes(at)) await this.#sample(workload);
      if (this.#isPlenty()) return "plenty";
      if (this.#elapsed() > this.#parameters.limitSeconds) return "budget";
      await workload.runTo(this.#nextStop(at, goal));
    }
    await this.#sample(workload);
    return null;
  }

  /** The next cycle to stop at: a step of the log, a snapshot, or the goal. */
  #nextStop(at: number, goal: number): number {
    let stop = at + this.#log.step - at % this.#log.step;
    if (goal < stop) stop = goal;
    // Plain loops throughout: a path that is first taken late would leave its traces in the heap.
    for (const cycle of this.#parameters.snapshotCycles) {
      if (cycle > at && cycle < stop) stop = cycle;
    }
    return stop;
  }

  /** Takes a row at the present cycle, unless there is one. */
  async #sample(workload: Workload): Promise<void> {
    const cycle = workload.cycles;
    const last = this.#log.length - 1;
    if (last >= 0 && this.#log.at(last, 0) === cycle) return;
    const startedAt = performance.now();
    this.#log.makeRoom();
    await workload.settle();
    await this.#watches.workers.read();
    this.#collect();
    const read = (rows: Float64Array, offset: number): void => this.#read(cycle, rows, offset);
    this.#log.append(read);
    if (this.#parameters.snapshotCycles.includes(cycle)) this.#snapshots.append(read);
    this.#sampleSeconds += (performance.now() - startedAt) / 1000;
  }

  #isFlat(): boolean {
    const log = this.#log;
    const end = log.length;
    if (end < 6) return false;
    const first = Math.floor(end / 3);
    const cycles = (log.at(end - 1, 0) - log.at(first, 0)) * 2 / 3;
    for (let column = 1; column < GAUGES.length; column++) {
      const rise = envelopeRise((row) => log.at(row, column), first, end);
      if (rise > this.#allowedRise(column, cycles)) return false;
    }
    return true;
  }

  #allowedRise(column: number, cycles: number): number {
    return Math.max((this.#tolerances[column] as number) * cycles, this.#grains[column] as number);
  }

  /** Whether the heap is so quiet that a leak of one byte per cycle would have shown by now. */
  #isSharp(): boolean {
    const log = this.#log;
    const end = log.length;
    const first = Math.floor(end / 3);
    const noise = stepNoise((row) => log.at(row, 1), first, end);
    return SIGMAS * noise < log.at(end - 1, 0) - log.at(first, 0);
  }

  /** Whether all that still grows slows down, or has just stopped. */
  #isEnding(): boolean {
    const log = this.#log;
    const end = log.length;
    if (end < 6) return false;
    const first = Math.floor(end / 3);
    const cycles = (log.at(end - 1, 0) - log.at(first, 0)) * 2 / 3;
    let ending = 0;
    for (let column = 1; column < GAUGES.length; column++) {
      const at = (row: number): number => log.at(row, column);
      if (envelopeRise(at, first, end) <= this.#allowedRise(column, cycles)) continue;
      if (!isEnding(at, end)) return false;
      ending++;
    }
    return ending > 0;
  }

  #isPlenty(): boolean {
    const log = this.#log;
    const end = log.length;
    if (end < 2) return false;
    const { warmupCycles, plentyBytes } = this.#parameters;
    const last = end - 1;
    const from = Math.min(last, Math.ceil(warmupCycles / log.step));
    let growth = 0;
    for (let column = 1; column <= COLUMN_RSS; column++) {
      growth = Math.max(growth, log.at(last, column) - log.at(from, column));
    }
    // Asked last: all above is taken in the warm-up too, where it may leave traces in the heap.
    return log.at(last, 0) >= 2 * warmupCycles && growth > plentyBytes;
  }

  #isEnough(): boolean {
    const log = this.#log;
    const [half, last] = [log.length >> 1, log.length - 1];
    for (let column = 1; column <= COLUMN_RSS; column++) {
      if (log.at(last, column) - log.at(half, column) > this.#parameters.enoughBytes) return true;
    }
    return false;
  }

  #elapsed(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  result(): Omit<TrendResult, "cycles" | "stoppedBy" | "validity"> {
    return {
      workerScripts: this.#watches.workers.scripts(),
      samples: this.#log.columns(),
      snapshots: this.#snapshots.columns(),
      cycleSeconds: this.#elapsed() - this.#sampleSeconds,
      sampleSeconds: this.#sampleSeconds,
    };
  }
}

/** Takes every path of the judgement once: what it compiles must not show as growth later. */
function rehearse(): void {
  const series = [
    (row: number) => row,
    (row: number) => Math.min(row, 45),
    (row: number) => row % 7,
  ];
  for (const at of series) {
    envelopeRise(at, 0, REHEARSED_ROWS);
    stepNoise(at, 0, REHEARSED_ROWS);
    isEnding(at, REHEARSED_ROWS);
  }
  // A log that fills late would show its first thinning as a step of a kilobyte.
  const log = new SampleLog(GAUGES, 8, 1);
  for (let cycle = 0; cycle < REHEARSED_ROWS; cycle++) {
    if (cycle % log.step === 0) log.append((rows, offset) => rows.fill(cycle, offset, offset + 1));
  }
}

const REHEARSED_ROWS = 60;
const COLUMN_RSS = GAUGES.indexOf("rss");
