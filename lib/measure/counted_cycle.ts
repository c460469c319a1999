/**
 * A function under test with the number of its next cycle. What it keeps is there in the next stage
 * too, so the numbers go on from stage to stage: a map whose keys came again would not grow.
 *
 * @module
 */

import type { AuditTarget } from "./target.ts";

/** Counts the cycles of a function. Its frames are the instrument's, not the function's. */
export class CountedCycle {
  readonly #cycle: (i: number) => unknown;
  #next = 0;

  constructor(cycle: (i: number) => unknown) {
    this.#cycle = cycle;
  }

  /** Number of the cycle that ran last. */
  get last(): number {
    return this.#next - 1;
  }

  /** Returns the function as a target. */
  asTarget(): AuditTarget {
    return { cycle: () => this.run() };
  }

  /** Runs the next cycle. */
  run(): unknown {
    return this.#cycle(this.#next++);
  }

  /** Lets the last cycle count as not run. */
  takeBack(): void {
    this.#next--;
  }
}
