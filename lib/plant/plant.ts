/**
 * A plant as controllers and simulations see it, and the terms of its equations of motion.
 *
 * @module
 */

import type { PlantParameters } from "./parameters.ts";

/** The plant models: the exact Lagrangian, and its linearisation about upright. */
export type PlantModel = "full" | "simplified";

/** Names of the plant models. */
export const plantModels: readonly PlantModel[] = ["full", "simplified"];

/** Terms of M q̈ + bias + gravity = [u, 0, 0] with q = [x, theta1, theta2]. */
export interface PlantMatrices {
  /** Inertia matrix, 3 × 3 by rows, symmetric and positive definite. */
  readonly M: Float64Array;
  /** Velocity terms and friction, h + F: N, N m, N m. */
  readonly bias: Float64Array;
  /** Gravity terms G: N, N m, N m. */
  readonly gravity: Float64Array;
}

/** Equations of motion. No method allocates. */
export interface Plant {
  readonly model: PlantModel;
  readonly parameters: PlantParameters;
  /**
   * Writes the time derivative of a state under a force (N) into `out`.
   *
   * @throws {NonFiniteState} Where the state has a non-finite component.
   */
  derivative(state: Float64Array, force: number, out: Float64Array): void;
  /** Writes the terms of the equation of motion at a state into `out`. */
  matrices(state: Float64Array, out: PlantMatrices): void;
  /** Returns the total energy at a state, J; potential energy is 0 with both links level. */
  energy(state: Float64Array): number;
}

/** Returns room for the terms of the equation of motion. */
export function createMatrices(): PlantMatrices {
  return {
    M: new Float64Array(9),
    bias: new Float64Array(3),
    gravity: new Float64Array(3),
  };
}
