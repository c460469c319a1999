/**
 * Instrument of the stress phase: runs the cycles as the target would run by itself, without any
 * forced collection, and notes what only the process itself can know: when which cycle was
 * reached, the collector's pauses and the delay of the event loop. Resident memory is sampled from
 * outside. All logs are allocated before the first cycle and handed over after the last.
 *
 * @module
 */

import { monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import type { LoadedTarget } from "./load_target.ts";
import { ownPeakRssBytes } from "./process_memory.ts";
import type { SandboxPort } from "./sandbox_port.ts";

/** What the parent asks for. */
export interface StressRunParameters {
  /** Cycles to run at least. */
  readonly cycles: number;
  /**
   * Cycles go on until the process has worked for so long, s: processor time, so that a busy machine
   * does not cut the warm-up short, or three times as much time by the clock where it mostly waits.
   */
  readonly minimumSeconds: number;
  /** Whether the signal `STRESS_ENOUGH` ends the run once the least cycles are done. */
  readonly isStoppable?: boolean;
  /** Growth of the resident set that needs no more cycles than were asked for, bytes. */
  readonly plentyBytes: number;
}

/** What the process knows about its own run. */
export interface StressRunResult {
  readonly cycles: number;
  /** Time from the first cycle to the last, s. */
  readonly seconds: number;
  /** Processor time in it, user and system, s. */
  readonly cpuSeconds: number;
  /** Cycles that had ended at the moments `markMs` (ms since the epoch of `performance`). */
  readonly markCycle: readonly number[];
  readonly markMs: readonly number[];
  readonly gc: { readonly count: number; readonly totalMs: number; readonly maxPauseMs: number };
  /** The first pauses: when (ms, as `markMs`) and how long. */
  readonly pauseMs: readonly number[];
  readonly pauseAtMs: readonly number[];
  readonly eventLoopDelayMs: { readonly mean: number; readonly p99: number; readonly max: number };
  /** Largest resident set up to the last cycle, bytes. */
  readonly peakRssBytes: number;
  /** What a full collection after the last cycle freed: garbage that natural ones had left, bytes. */
  readonly freedBytes: number;
  /** Why the work does not count; empty where `validate` agreed. */
  readonly invalid: string;
}

/** Tells a stoppable run that whoever watches it from outside has seen enough. */
export const STRESS_ENOUGH = "SIGUSR2";

const MARKS = 1024; // moments noted in one run at most
const PAUSES = 4096; // pauses noted one by one; all are counted
const TURN_MS = 5; // longest time without a turn of the event loop, as far as cycles allow
const DELAY_RESOLUTION_MS = 5; // finer timers would cost a few per cent
const LOOK_MS = 50; // between two looks at the process's own time and memory
const CHECK_EVERY = 64; // progress reports in one run
const WAITING = 3; // clock time that stands for processor time of a target that waits

/** Runs the cycles and returns what was noted. */
export async function run(
  target: LoadedTarget,
  parameters: StressRunParameters,
  port: SandboxPort,
): Promise<StressRunResult> {
  const log = new StressLog(parameters.cycles);
  port.stage = "setup";
  const context = await target.contract.setup?.(target.options);
  port.stage = "cycle";
  log.start();
  const started = performance.now();
  const cpu = process.cpuUsage();
  const cycles = await runCycles(target, context, parameters, port, log);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  port.stage = "measure";
  const noted = await log.finish();
  // Before the collection at the end, which takes some megabytes of its own.
  const peakRssBytes = ownPeakRssBytes();
  const freedBytes = await freeGarbage();
  const invalid = proveWork(target, context);
  port.stage = "teardown";
  await target.contract.teardown?.(context);
  return {
    cycles,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    ...noted,
    peakRssBytes,
    freedBytes,
    invalid,
  };
}

async function freeGarbage(): Promise<number> {
  // Loaded no earlier, as the run would pay for what only this needs.
  const [{ exposeGc }, { getHeapStatistics }] = await Promise.all([
    import("./collect.ts"),
    import("node:v8"),
  ]);
  const collect = exposeGc();
  const held = () => getHeapStatistics().used_heap_size + process.memoryUsage().external;
  const before = held();
  collect();
  collect();
  return Math.max(0, before - held());
}

async function runCycles(
  { contract }: LoadedTarget,
  context: unknown,
  { cycles, minimumSeconds, plentyBytes, isStoppable }: StressRunParameters,
  port: SandboxPort,
  log: StressLog,
): Promise<number> {
  const reportEvery = Math.max(1, Math.floor(cycles / CHECK_EVERY));
  const leastMs = minimumSeconds * 1000;
  let isTold = false;
  const tell = () => void (isTold = true);
  if (isStoppable) process.once(STRESS_ENOUGH, tell);
  const startedAt = performance.now();
  const startedCpu = cpuMs();
  let turnedAt = startedAt;
  let lookedAt = -Infinity;
  const plenty = process.memoryUsage.rss() + plentyBytes;
  let isLongEnough = false;
  let done = 0;
  while (done < cycles || !(isLongEnough || isTold)) {
    port.cycle = done;
    const pending = contract.cycle(context, done);
    if (pending instanceof Promise) await pending;
    done++;
    log.cycle(done);
    if (done < cycles && done % reportEvery === 0) port.progress(done, cycles);
    if (performance.now() - turnedAt > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      turnedAt = performance.now();
      if (turnedAt - lookedAt > LOOK_MS) {
        lookedAt = turnedAt;
        const workedMs = Math.max(cpuMs() - startedCpu, (turnedAt - startedAt) / WAITING);
        isLongEnough = workedMs >= leastMs || process.memoryUsage.rss() > plenty;
        port.progress(done, Math.max(cycles, done * leastMs / Math.max(1, workedMs)));
      }
    }
  }
  log.mark(done);
  process.off(STRESS_ENOUGH, tell);
  return done;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function proveWork({ contract }: LoadedTarget, context: unknown): string {
  try {
    contract.validate?.(context);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Logs of fixed size, and the two observers that fill them. */
class StressLog {
  readonly #markCycle = new Float64Array(MARKS);
  readonly #markMs = new Float64Array(MARKS);
  readonly #pauseMs = new Float64Array(PAUSES);
  readonly #pauseAtMs = new Float64Array(PAUSES);
  readonly #delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  readonly #observer: PerformanceObserver;
  #markEvery: number;
  #marks = 0;
  #count = 0;
  #totalMs = 0;
  #maxPauseMs = 0;

  constructor(cycles: number) {
    this.#markEvery = Math.max(1, Math.floor(cycles / (MARKS / 2)));
    this.#observer = new PerformanceObserver((list) => list.getEntries().forEach(this.#pause));
  }

  start(): void {
    this.#observer.observe({ entryTypes: ["gc"] });
    this.#delay.enable();
    this.mark(0);
  }

  cycle(done: number): void {
    if (done % this.#markEvery === 0) this.mark(done);
  }

  /** Notes the moment; when the log is full, every second mark stays and they come half as often. */
  mark(done: number): void {
    if (this.#marks === MARKS) this.#thin();
    this.#markCycle[this.#marks] = done;
    this.#markMs[this.#marks] = performance.timeOrigin + performance.now();
    this.#marks++;
  }

  #thin(): void {
    for (let i = 0; i < MARKS / 2; i++) {
      this.#markCycle[i] = this.#markCycle[2 * i]!;
      this.#markMs[i] = this.#markMs[2 * i]!;
    }
    this.#marks = MARKS / 2;
    this.#markEvery *= 2;
  }

  readonly #pause = (entry: PerformanceEntry): void => {
    if (this.#count < PAUSES) {
      this.#pauseMs[this.#count] = entry.duration;
      this.#pauseAtMs[this.#count] = performance.timeOrigin + entry.startTime;
    }
    this.#count++;
    this.#totalMs += entry.duration;
    this.#maxPauseMs = Math.max(this.#maxPauseMs, entry.duration);
  };

  async finish(): Promise<
    Omit<
      StressRunResult,
      "cycles" | "seconds" | "cpuSeconds" | "peakRssBytes" | "freedBytes" | "invalid"
    >
  > {
    this.#delay.disable();
    // Entries of the collector are delivered in a later turn of the event loop.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.#observer.disconnect();
    const pauses = Math.min(this.#count, PAUSES);
    // The histogram holds the time between two timers; what exceeds their period is delay.
    const ms = (nanoseconds: number) =>
      Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - DELAY_RESOLUTION_MS) : 0;
    return {
      markCycle: Array.from(this.#markCycle.subarray(0, this.#marks)),
      markMs: Array.from(this.#markMs.subarray(0, this.#marks)),
      gc: { count: this.#count, totalMs: this.#totalMs, maxPauseMs: this.#maxPauseMs },
      pauseMs: Array.from(this.#pauseMs.subarray(0, pauses)),
      pauseAtMs: Array.from(this.#pauseAtMs.subarray(0, pauses)),
      eventLoopDelayMs: {
        mean: ms(this.#delay.mean),
        p99: ms(this.#delay.percentile(99)),
        max: this.#delay.exceeds >= 0 ? ms(this.#delay.max) : 0,
      },
    };
  }
}
