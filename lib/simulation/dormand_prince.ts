/**
 * Dormand–Prince 5(4): fifth order with an error estimate from an embedded fourth-order result.
 *
 * One `step` covers its whole interval: inner steps are chosen so that the estimated error stays
 * below atol + rtol |y|; one whose error is larger is tried again with a smaller step, so no time is
 * lost. (Dormand & Prince 1980, table 2; Hairer, Nørsett & Wanner, II.4.)
 *
 * @module
 */

import type { Dynamics, Integrator, IntegratorName, Tolerances } from "./integrator.ts";

const STAGES = 7;
// Rows of the tableau; the last is also the fifth-order result.
const A: readonly (readonly number[])[] = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
// Fifth-order less fourth-order weights.
const E: readonly number[] = [
  71 / 57600,
  0,
  -71 / 16695,
  71 / 1920,
  -17253 / 339200,
  22 / 525,
  -1 / 40,
];
const SAFETY = 0.9, LEAST_FACTOR = 0.2, LARGEST_FACTOR = 5;
// An inner step below this part of the interval means that the error cannot be met.
const LEAST_PART = 1e-10;

/** Dormand–Prince with error control. Allocates nothing after construction. */
export class DormandPrince implements Integrator {
  readonly name: IntegratorName = "rk45";
  readonly order: number = 5;
  readonly #rtol: number;
  readonly #atol: number;
  readonly #rates: readonly Float64Array[];
  readonly #stage: Float64Array;
  /** Next inner step, interval, error of the last inner step: kept here so none is boxed. */
  readonly #h: Float64Array = Float64Array.of(Infinity, 0, 0);

  /** Creates it for states of `size` components. */
  constructor(size: number, { rtol = 1e-6, atol = 1e-9 }: Tolerances = {}) {
    this.#rtol = rtol;
    this.#atol = atol;
    this.#rates = Array.from({ length: STAGES }, () => new Float64Array(size));
    this.#stage = new Float64Array(size);
  }

  /** Advances `state` in place by `dt` s under a constant force (N). */
  step(system: Dynamics, state: Float64Array, force: number, dt: number): void {
    const h = this.#h;
    let done = 0;
    while (done < dt) {
      const left = dt - done;
      const isLast = !(h[0]! < left);
      const size = isLast ? left : h[0]!;
      this.#attempt(system, state, force, size);
      const error = h[2]!;
      if (error <= 1) {
        state.set(this.#stage);
        done = isLast ? dt : done + size;
      } else if (!(size > LEAST_PART * dt)) {
        throw new RangeError(
          `Cannot integrate as the error must stay within the tolerance: ` +
            `current value is ${error} times the tolerance at an inner step of ${size} s`,
        );
      }
      const wish = SAFETY * error ** (-1 / this.order);
      // A step whose error is no number is tried again with the smallest factor.
      const factor = error >= 0 ? Math.max(LEAST_FACTOR, Math.min(LARGEST_FACTOR, wish)) : 0.2;
      h[0] = size * factor;
    }
  }

  /** Forgets the inner step that was found fit. */
  reset(): void {
    this.#h[0] = Infinity;
  }

  #attempt(system: Dynamics, state: Float64Array, force: number, size: number): void {
    const rates = this.#rates, stage = this.#stage;
    system.derivative(state, force, rates[0]!);
    for (let s = 1; s < STAGES; s++) {
      const row = A[s]!;
      for (let i = 0; i < state.length; i++) {
        let sum = 0;
        for (let j = 0; j < s; j++) sum += row[j]! * rates[j]![i]!;
        stage[i] = state[i]! + size * sum;
      }
      system.derivative(stage, force, rates[s]!);
    }
    this.#h[2] = this.#errorOf(state, size);
  }

  /** Root mean square of the estimated errors over their tolerances. */
  #errorOf(state: Float64Array, size: number): number {
    const rates = this.#rates, stage = this.#stage;
    let total = 0;
    for (let i = 0; i < state.length; i++) {
      let sum = 0;
      for (let j = 0; j < STAGES; j++) sum += E[j]! * rates[j]![i]!;
      const scale = this.#atol + this.#rtol * Math.max(Math.abs(state[i]!), Math.abs(stage[i]!));
      const part = size * sum / scale;
      total += part * part;
    }
    return Math.sqrt(total / state.length);
  }
}
