/**
 * Instrument of the stress phase: runs the cycles as the target would run by itself, without any
 * forced collection, and notes only when which cycle was reached. Resident memory is sampled from
 * outside. Pauses are noted in further cycles, after those whose memory is judged, since what
 * observes them takes memory and time of its own.
 *
 * @module
 */

import type { LoadedTarget } from "./load_target.ts";
import type { NotedPauses } from "./pause_log.ts";
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

/** What the process knows about its own run; pauses and delays are those of the observed cycles. */
export interface StressRunResult extends NotedPauses {
  /** Cycles whose memory is judged. */
  readonly cycles: number;
  /** Cycles after them, in which pauses were noted. */
  readonly observedCycles: number;
  /** Time from the first cycle to the last, s. */
  readonly seconds: number;
  /** Processor time in it, user and system, s. */
  readonly cpuSeconds: number;
  /** Cycles that had ended at the moments `markMs` (ms since the epoch of `performance`). */
  readonly markCycle: readonly number[];
  readonly markMs: readonly number[];
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
const TURN_MS = 5; // longest time without a turn of the event loop, as far as cycles allow
const LOOK_MS = 50; // between two looks at the process's own time and memory
const CHECK_EVERY = 64; // progress reports in one run
const WAITING = 3; // clock time that stands for processor time of a target that waits
const OBSERVED_SHARE = 1 / 4; // cycles in which pauses are noted, of those whose memory is judged

/** Runs the cycles and returns what was noted. */
export async function run(
  target: LoadedTarget,
  parameters: StressRunParameters,
  port: SandboxPort,
): Promise<StressRunResult> {
  const log = new MarkLog(parameters.cycles);
  port.stage = "setup";
  const context = await target.contract.setup?.(target.options);
  port.stage = "cycle";
  log.mark(0);
  const started = performance.now();
  const cpu = process.cpuUsage();
  const most = process.memoryUsage.rss() + parameters.plentyBytes;
  const cycles = await runCycles(target, context, parameters, most, port, log);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  port.stage = "measure";
  // Before the collection, which takes some megabytes of its own.
  const peakRssBytes = ownPeakRssBytes();
  const freedBytes = await freeGarbage();
  port.stage = "cycle";
  const noted = await notePauses(target, context, cycles, most, port);
  port.stage = "measure";
  const invalid = proveWork(target, context);
  port.stage = "teardown";
  await target.contract.teardown?.(context);
  return {
    cycles,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    ...log.marks(),
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
  { cycles, minimumSeconds, isStoppable }: StressRunParameters,
  mostRssBytes: number,
  port: SandboxPort,
  log: MarkLog,
): Promise<number> {
  const reportEvery = Math.max(1, Math.floor(cycles / CHECK_EVERY));
  const leastMs = minimumSeconds * 1000;
  let isTold = false;
  // It listens to the end: a signal that comes late and finds no listener would kill the process.
  if (isStoppable) process.on(STRESS_ENOUGH, () => void (isTold = true));
  const startedAt = performance.now();
  const startedCpu = cpuMs();
  let turnedAt = startedAt;
  let lookedAt = -Infinity;
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
        isLongEnough = workedMs >= leastMs || process.memoryUsage.rss() > mostRssBytes;
        port.progress(done, Math.max(cycles, done * leastMs / Math.max(1, workedMs)));
      }
    }
  }
  log.mark(done);
  return done;
}

/** Goes on from cycle `first` and notes pauses; growth that fills the process ends it early. */
async function notePauses(
  { contract }: LoadedTarget,
  context: unknown,
  first: number,
  mostRssBytes: number,
  port: SandboxPort,
): Promise<NotedPauses & { readonly observedCycles: number }> {
  // Loaded no earlier, as the run would pay for what only this needs.
  const { PauseLog } = await import("./pause_log.ts");
  const log = new PauseLog();
  const end = first + Math.ceil(first * OBSERVED_SHARE);
  let turnedAt = performance.now();
  let done = first;
  while (done < end) {
    port.cycle = done;
    const pending = contract.cycle(context, done);
    if (pending instanceof Promise) await pending;
    done++;
    if (performance.now() - turnedAt > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      if (process.memoryUsage.rss() > mostRssBytes) break;
      turnedAt = performance.now();
    }
  }
  return { ...await log.finish(), observedCycles: done - first };
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

/** When which cycle had ended, in logs of fixed size. */
class MarkLog {
  readonly #markCycle = new Float64Array(MARKS);
  readonly #markMs = new Float64Array(MARKS);
  #markEvery: number;
  #marks = 0;

  constructor(cycles: number) {
    this.#markEvery = Math.max(1, Math.floor(cycles / (MARKS / 2)));
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

  marks(): Pick<StressRunResult, "markCycle" | "markMs"> {
    return {
      markCycle: Array.from(this.#markCycle.subarray(0, this.#marks)),
      markMs: Array.from(this.#markMs.subarray(0, this.#marks)),
    };
  }
}
