/**
 * What a closed loop costs: how far the state strayed, how much force was used, how fast the force
 * changed and how far the sliding variable was from 0, over the steps of one run of T seconds.
 *
 *     J = w_x Σ|s|²dt/n_x + w_u Σu²dt/n_u + w_du Σ(Δu)²dt/n_du + w_σ Σσ²dt/n_σ
 *
 * A run that fails at t_f costs P + P (T − t_f)/T instead, and no survivor costs more than P, so no
 * failure is ever cheaper than a survivor.
 *
 * @module
 */
import { STATE_SIZE } from "../plant/mod.ts";

/** One number per term of the cost. */
export interface CostTerms {
  /** Square of all six components of the state. */
  readonly state: number;
  /** Square of the force, N². */
  readonly force: number;
  /** Square of the change of the force from step to step, N². */
  readonly forceChange: number;
  /** Square of the sliding variable. */
  readonly sigma: number;
}

/** What the terms weigh and what a failure costs. */
export interface CostSettings {
  /** Weights w; default 1, 0.1, 0.01, 0.1. */
  readonly weights: CostTerms;
  /** Norms n that bring the terms to comparable size; default 10, 100, 1000, 1. */
  readonly norms: CostTerms;
  /** Cost P that no survivor exceeds and every failure does. Default 1000. */
  readonly penalty: number;
}

/** Weights, norms and penalty of the laboratory. */
export const defaultCostSettings: CostSettings = {
  weights: { state: 1, force: 0.1, forceChange: 0.01, sigma: 0.1 },
  norms: { state: 10, force: 100, forceChange: 1000, sigma: 1 },
  penalty: 1000,
};

const LARGEST_STATE = 1e6;

/** Largest |component| of a state that is not lost, in the order of the state. */
export const lostLimits: readonly number[] = [
  LARGEST_STATE,
  Math.PI / 2,
  Math.PI,
  LARGEST_STATE,
  LARGEST_STATE,
  LARGEST_STATE,
];

/** Returns whether a state is lost: |theta1| > π/2, |theta2| > π, |any| > 1e6, or not finite. */
export function isLost(state: Float64Array): boolean {
  for (let i = 0; i < STATE_SIZE; i++) {
    if (!(Math.abs(state[i]!) <= lostLimits[i]!)) return true;
  }
  return false;
}

/**
 * Returns the weighted terms of integrals over the survived steps.
 *
 * @param integrals Σ |s|² dt, Σ u² dt, Σ (Δu)² dt and Σ σ² dt; the first step has no change of force.
 */
export function weigh(integrals: CostTerms, { weights, norms }: CostSettings): CostTerms {
  return {
    state: weights.state * integrals.state / norms.state,
    force: weights.force * integrals.force / norms.force,
    forceChange: weights.forceChange * integrals.forceChange / norms.forceChange,
    sigma: weights.sigma * integrals.sigma / norms.sigma,
  };
}

/** Returns the cost of a run that survived to its end; never above the penalty. */
export function costOfSurvivor(integrals: CostTerms, settings: CostSettings): number {
  const { state, force, forceChange, sigma } = weigh(integrals, settings);
  const cost = state + force + forceChange + sigma;
  return cost < settings.penalty ? cost : settings.penalty;
}

/**
 * Returns the cost of a run that failed: 2 P at once, P at the very end.
 *
 * @param time When it failed, s.
 * @param duration What it should have lasted, s.
 */
export function costOfFailure(
  time: number,
  duration: number,
  { penalty }: CostSettings,
): number {
  return penalty + penalty * (duration - time) / duration;
}

/** A recorded run; states are (N + 1) × 6 by rows, forces and sigma have N entries. */
export interface RecordedRun {
  /** States by rows, (N + 1) × 6. */
  readonly states: Float64Array;
  /** Force of each step, N. */
  readonly forces: Float64Array;
  /** Sliding variable at each step. */
  readonly sigma: Float64Array;
  /** Length of a step, s. */
  readonly dt: number;
  /** What the run should have lasted, s. */
  readonly duration: number;
}

/** Returns the cost of a recorded run and the weighted terms of its survived steps. */
export function costOfRecord(
  run: RecordedRun,
  settings: CostSettings = defaultCostSettings,
): { readonly cost: number; readonly terms: CostTerms; readonly survivedSteps: number } {
  const { states, forces, sigma, dt, duration } = run;
  const integrals = { state: 0, force: 0, forceChange: 0, sigma: 0 };
  const at = (k: number) => states.subarray(k * STATE_SIZE, (k + 1) * STATE_SIZE);
  let k = 0;
  for (; k < forces.length && !isLost(at(k + 1)); k++) {
    const square = at(k).reduce((sum, value) => sum + value * value, 0);
    const change = k === 0 ? 0 : forces[k]! - forces[k - 1]!;
    integrals.state += square * dt;
    integrals.force += forces[k]! * forces[k]! * dt;
    integrals.forceChange += change * change * dt;
    integrals.sigma += sigma[k]! * sigma[k]! * dt;
  }
  const isComplete = k > 0 && k >= Math.round(duration / dt);
  return {
    cost: isComplete
      ? costOfSurvivor(integrals, settings)
      : costOfFailure(k * dt, duration, settings),
    terms: weigh(integrals, settings),
    survivedSteps: k,
  };
}

/** Returns mean and largest of some costs combined as `meanWeight` mean + `maxWeight` max. */
export function combineCosts(
  costs: ArrayLike<number>,
  meanWeight: number,
  maxWeight: number,
): number {
  let sum = 0;
  let largest = -Infinity;
  for (let i = 0; i < costs.length; i++) {
    sum += costs[i]!;
    if (costs[i]! > largest) largest = costs[i]!;
  }
  return meanWeight * sum / costs.length + maxWeight * largest;
}
