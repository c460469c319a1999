/**
 * Watches a stress run while it goes on, and ends it at the first look at which its samples give a
 * clear answer: a lean target needs a second, one that starts threads now and then needs many.
 *
 * @module
 */

import { readMemory } from "../measure/mod.ts";
import { STRESS_ENOUGH } from "../measure/stress_run.ts";
import type { MemorySampler } from "../measure/stress_sampler.ts";
import { cyclesAt, judgeStressSeries } from "./stress_judgement.ts";
import type { SeverityLimits } from "./severity.ts";

/** Looks come ever later, so that there are few: each one is a chance to be clear by luck. */
const LATER = Math.SQRT2;

/** A look that finds a run clean must be borne out by a second one, soon after. */
const SOON = 1.2;

/** Share of the limit within which a look calls a run clean, since the whole of it is judged again. */
const MARGIN = 0.75;

const POLL_MS = 50;
const WAITING = 3; // clock time that stands for processor time of a target that waits

/** Looks at one run. */
export class StressWatch {
  readonly #sampler: MemorySampler;
  readonly #stricter: Required<SeverityLimits>;
  readonly #markMs: number[] = [];
  readonly #markCycle: number[] = [];
  #nextLook: number;
  #isCleanSoFar = false;
  #timer: NodeJS.Timeout | undefined;
  #pid = 0;
  #cpuBefore = 0;

  /** Prepares to look for the first time after so many seconds of processor time in cycles. */
  constructor(
    sampler: MemorySampler,
    limits: Required<SeverityLimits>,
    firstLookSeconds: number,
  ) {
    this.#sampler = sampler;
    this.#stricter = { ...limits, majorMb: MARGIN * limits.majorMb };
    this.#nextLook = firstLookSeconds;
  }

  /** Names the process. */
  start(pid: number): void {
    this.#pid = pid;
  }

  /** Takes the number of cycles that are done now. */
  reached(cycle: number): void {
    this.#markMs.push(now());
    this.#markCycle.push(cycle);
    if (this.#timer !== undefined) return;
    this.#cpuBefore = this.#cpuSeconds();
    this.#timer = setInterval(() => this.#poll(), POLL_MS);
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #poll(): void {
    // Processor time, so that a busy machine shows as many cycles at a look as an idle one.
    const waited = (now() - this.#markMs[0]!) / 1000 / WAITING;
    const worked = Math.max(this.#cpuSeconds() - this.#cpuBefore, waited);
    if (worked < this.#nextLook) return;
    const isClean = this.#isCleanNow();
    if (isClean && this.#isCleanSoFar) return this.#end();
    this.#isCleanSoFar = isClean;
    this.#nextLook = worked * (isClean ? SOON : LATER);
  }

  #isCleanNow(): boolean {
    const { ms, rss, virtual } = this.#sampler.taken();
    const marks = { markMs: this.#markMs, markCycle: this.#markCycle };
    const series = { cycle: cyclesAt(ms, marks), rss, virtual };
    const { verdict } = judgeStressSeries(series, this.#markCycle.at(-1)!, this.#stricter);
    return verdict === "clean";
  }

  #cpuSeconds(): number {
    return readMemory(this.#pid)?.cpuSeconds ?? 0;
  }

  #end(): void {
    this.stop();
    try {
      process.kill(this.#pid, STRESS_ENOUGH);
    } catch {
      // It has just ended by itself.
    }
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
