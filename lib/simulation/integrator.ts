/**
 * What an integrator is: it advances a state by one step under a constant force.
 *
 * @module
 */

/** What an integrator advances: a plant, or any other autonomous system with one input. */
export interface Dynamics {
  /** Writes the time derivative of a state under an input into `out`. */
  derivative(state: Float64Array, force: number, out: Float64Array): void;
}

/** Advances a state by one step. Allocates nothing after construction. */
export interface Integrator {
  readonly name: IntegratorName;
  /** Order of convergence. */
  readonly order: number;
  /** Advances `state` in place by `dt` s under a constant force (N). */
  step(system: Dynamics, state: Float64Array, force: number, dt: number): void;
  /** Force (N) and step (s) of `advance`. */
  readonly inputs: Float64Array;
  /** Does what `step` does with `inputs`: numbers that go into a call may be boxed on the heap. */
  advance(system: Dynamics, state: Float64Array): void;
  /** Forgets what was learnt from earlier steps. */
  reset(): void;
}

/** Names of the integrators. */
export type IntegratorName = "euler" | "rk2" | "rk4" | "rk45";

/** Names of the integrators, in rising order of convergence. */
export const integratorNames: readonly IntegratorName[] = ["euler", "rk2", "rk4", "rk45"];

/** Tolerances of `rk45`. */
export interface Tolerances {
  /** Relative; 1e-6 where absent. */
  readonly rtol?: number;
  /** Absolute; 1e-9 where absent. */
  readonly atol?: number;
}
