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
import { STATE_SIZE, THETA1, THETA2 } from "../plant/mod.ts";

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

/** Returns whether a state is lost: |theta1| > π/2, |theta2| > π, |any| > 1e6, or not finite. */
export function isLost(state: Float64Array): boolean {
  for (let i = 0; i < STATE_SIZE; i++) {
    if (!(Math.abs(state[i]!) <= LARGEST_STATE)) return true;
  }
  return Math.abs(state[THETA1]!) > Math.PI / 2 || Math.abs(state[THETA2]!) > Math.PI;
}

/** Sums the terms of one run step by step; allocates nothing after construction. */
export class RunCost {
  /** Steps added since the last reset. */
  steps: number = 0;
  readonly #settings: CostSettings;
  // Integrals of state², force², (force change)² and sigma², then the latest force. One array, as
  // a field that holds a number would be boxed anew at every step.
  readonly #sums: Float64Array = new Float64Array(5);

  /** Creates sums at zero. */
  constructor(settings: CostSettings = defaultCostSettings) {
    this.#settings = settings;
  }

  /** Starts a new run. */
  reset(): void {
    this.steps = 0;
    this.#sums.fill(0);
  }

  /**
   * Adds one survived step of `dt` seconds.
   *
   * @param state State before the step.
   * @param force Force held during the step, N. The first step has no change of force.
   */
  add(state: Float64Array, force: number, sigma: number, dt: number): void {
    const sums = this.#sums;
    let square = 0;
    for (let i = 0; i < STATE_SIZE; i++) square += state[i]! * state[i]!;
    const change = this.steps === 0 ? 0 : force - sums[4]!;
    sums[0] = sums[0]! + square * dt;
    sums[1] = sums[1]! + force * force * dt;
    sums[2] = sums[2]! + change * change * dt;
    sums[3] = sums[3]! + sigma * sigma * dt;
    sums[4] = force;
    this.steps++;
  }

  /** Returns the weighted terms so far. */
  terms(): CostTerms {
    const { weights, norms } = this.#settings;
    return {
      state: weights.state * this.#sums[0]! / norms.state,
      force: weights.force * this.#sums[1]! / norms.force,
      forceChange: weights.forceChange * this.#sums[2]! / norms.forceChange,
      sigma: weights.sigma * this.#sums[3]! / norms.sigma,
    };
  }

  /** Returns the cost of a run that survived to its end; never above the penalty. */
  survived(): number {
    const { state, force, forceChange, sigma } = this.terms();
    const cost = state + force + forceChange + sigma;
    return cost < this.#settings.penalty ? cost : this.#settings.penalty;
  }

  /**
   * Returns the cost of a run that failed: 2 P at once, P at the very end.
   *
   * @param time When it failed, s.
   * @param duration What it should have lasted, s.
   */
  failed(time: number, duration: number): number {
    const { penalty } = this.#settings;
    return penalty + penalty * (duration - time) / duration;
  }
}

/** A recorded run; states are (N + 1) × 6 by rows, forces and sigma have N entries. */
export interface RecordedRun {
  readonly states: Float64Array;
  readonly forces: Float64Array;
  readonly sigma: Float64Array;
  /** Length of a step, s. */
  readonly dt: number;
  /** What the run should have lasted, s. */
  readonly duration: number;
}

/** Returns the cost of a recorded run and the terms of its survived steps. */
export function costOfRecord(
  run: RecordedRun,
  settings: CostSettings = defaultCostSettings,
): { readonly cost: number; readonly terms: CostTerms; readonly survivedSteps: number } {
  const sums = new RunCost(settings);
  const at = (k: number) => run.states.subarray(k * STATE_SIZE, (k + 1) * STATE_SIZE);
  const planned = Math.round(run.duration / run.dt);
  for (let k = 0; k < run.forces.length; k++) {
    if (isLost(at(k + 1))) break;
    sums.add(at(k), run.forces[k]!, run.sigma[k]!, run.dt);
  }
  const isComplete = sums.steps > 0 && sums.steps >= planned;
  return {
    cost: isComplete ? sums.survived() : sums.failed(sums.steps * run.dt, run.duration),
    terms: sums.terms(),
    survivedSteps: sums.steps,
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
