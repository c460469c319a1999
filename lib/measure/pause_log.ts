/**
 * What only the process itself can know of its pauses: how long the collector stopped it, and how
 * late its event loop ran. Both observers take memory and time of their own, so a run whose memory
 * is judged notes them apart.
 *
 * @module
 */

import { monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";

/** Pauses of the collector and delays of the event loop. */
export interface NotedPauses {
  readonly gc: { readonly count: number; readonly totalMs: number; readonly maxPauseMs: number };
  /** The first pauses: when (ms since the epoch of `performance`) and how long. */
  readonly pauseAtMs: readonly number[];
  readonly pauseMs: readonly number[];
  readonly eventLoopDelayMs: { readonly mean: number; readonly p99: number; readonly max: number };
}

const PAUSES = 4096; // pauses noted one by one; all are counted
const DELAY_RESOLUTION_MS = 5; // finer timers would cost a few per cent

/** Notes from its making until `finish`; its memory is fixed. */
export class PauseLog {
  readonly #pauseMs = new Float64Array(PAUSES);
  readonly #pauseAtMs = new Float64Array(PAUSES);
  readonly #delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  readonly #observer: PerformanceObserver;
  #count = 0;
  #totalMs = 0;
  #maxPauseMs = 0;

  constructor() {
    this.#observer = new PerformanceObserver((list) => list.getEntries().forEach(this.#pause));
    this.#observer.observe({ entryTypes: ["gc"] });
    this.#delay.enable();
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

  /** Notes no more and returns what was noted. */
  async finish(): Promise<NotedPauses> {
    this.#delay.disable();
    // Entries of the collector are delivered in a later turn of the event loop.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.#observer.disconnect();
    const pauses = Math.min(this.#count, PAUSES);
    // The histogram holds the time between two timers; what exceeds their period is delay.
    const ms = (nanoseconds: number) =>
      Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - DELAY_RESOLUTION_MS) : 0;
    return {
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
