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
const A: readonly Float64Array[] = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
].map((row) => Float64Array.from(row));
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
// Places in the scratch array.
const NEXT = 0, SIZE = 1, ERROR = 2;
// Places in the inputs.
const FORCE = 0, DT = 1;
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
  /** Scratch; numbers that go in or out of a call may be boxed on the heap. */
  readonly #io: Float64Array = Float64Array.of(Infinity, 0, 0);
  /** Force (N) and step (s) of `advance`. */
  readonly inputs: Float64Array = new Float64Array(2);

  /** Creates it for states of `size` components. */
  constructor(size: number, { rtol = 1e-6, atol = 1e-9 }: Tolerances = {}) {
    this.#rtol = rtol;
    this.#atol = atol;
    this.#rates = Array.from({ length: STAGES }, () => new Float64Array(size));
    this.#stage = new Float64Array(size);
  }

  /** Advances `state` in place by `dt` s under a constant force (N). */
  step(system: Dynamics, state: Float64Array, force: number, dt: number): void {
    this.inputs[FORCE] = force;
    this.inputs[DT] = dt;
    this.advance(system, state);
  }

  /** Advances `state` by what `inputs` say. */
  advance(system: Dynamics, state: Float64Array): void {
    const io = this.#io, dt = this.inputs[DT]!;
    let done = 0;
    while (done < dt) {
      const left = dt - done, isLast = !(io[NEXT]! < left), size = isLast ? left : io[NEXT]!;
      io[SIZE] = size;
      this.#attempt(system, state);
      this.#estimate(state);
      const error = io[ERROR]!;
      if (error <= 1) {
        state.set(this.#stage);
        done = isLast ? dt : done + size;
      } else if (!(size > LEAST_PART * dt)) {
        throw new RangeError(
          `Cannot integrate as the error must stay within the tolerance: ` +
            `current value is ${error} times the tolerance at an inner step of ${size} s`,
        );
      }
      const wish = Math.min(LARGEST_FACTOR, SAFETY * error ** (-1 / this.order));
      // A step whose error is no number is tried again with the smallest factor.
      const factor = Math.max(LEAST_FACTOR, error >= 0 ? wish : 0);
      io[NEXT] = size * factor;
    }
  }

  /** Forgets the inner step that was found fit. */
  reset(): void {
    this.#io[NEXT] = Infinity;
  }

  #attempt(system: Dynamics, state: Float64Array): void {
    const rates = this.#rates, stage = this.#stage, force = this.inputs[FORCE]!;
    const size = this.#io[SIZE]!;
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
  }

  /** Writes the root mean square of the estimated errors over their tolerances. */
  #estimate(state: Float64Array): void {
    const rates = this.#rates, stage = this.#stage, size = this.#io[SIZE]!;
    let total = 0;
    for (let i = 0; i < state.length; i++) {
      let sum = 0;
      for (let j = 0; j < STAGES; j++) sum += E[j]! * rates[j]![i]!;
      const scale = this.#atol + this.#rtol * Math.max(Math.abs(state[i]!), Math.abs(stage[i]!));
      const part = size * sum / scale;
      total += part * part;
    }
    this.#io[ERROR] = Math.sqrt(total / state.length);
  }
}
