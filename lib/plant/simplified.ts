/**
 * The linearisation of the full plant about upright, ẋ = A s + B u, derived from the parameters:
 * sines become their angles, cosines 1, and products of rates vanish.
 *
 * @module
 */

import { type Coefficients, coefficientsOf } from "./coefficients.ts";
import type { PlantParameters } from "./parameters.ts";
import type { Plant, PlantMatrices, PlantModel } from "./plant.ts";
import {
  isFiniteState,
  NonFiniteState,
  OMEGA1,
  OMEGA2,
  STATE_SIZE,
  THETA1,
  THETA2,
  V,
  X,
} from "./state.ts";

/** Matrices of ẋ = A s + B u. */
export interface Linearisation {
  /** 6 × 6 by rows. */
  readonly A: Float64Array;
  /** 6 × 1. */
  readonly B: Float64Array;
}

/** Returns the linearisation of the full plant about upright at rest. */
export function linearise(parameters: PlantParameters): Linearisation {
  const c = coefficientsOf(parameters);
  const K = uprightInverse(c);
  // Right-hand sides [r1, r2, r3] per unit of each state component, in the order of the state.
  const load = [
    [0, 0, 0],
    [0, c.Ag, c.Bg],
    [0, 0, c.Bg],
    [-c.c0, 0, 0],
    [0, -c.c1, 0],
    [0, c.c2, -c.c2],
  ];
  const A = new Float64Array(STATE_SIZE * STATE_SIZE), B = new Float64Array(STATE_SIZE);
  for (let i = 0; i < 3; i++) A[i * STATE_SIZE + i + 3] = 1;
  load.forEach((column, j) =>
    accelerations(K, column).forEach((value, i) => A[(i + 3) * STATE_SIZE + j] = value)
  );
  accelerations(K, [1, 0, 0]).forEach((value, i) => B[i + 3] = value);
  return { A, B };
}

/** The linear plant. Allocates nothing after construction. */
export class SimplifiedPlant implements Plant {
  readonly model: PlantModel = "simplified";
  readonly parameters: PlantParameters;
  readonly #c: Coefficients;
  readonly #A: Float64Array;
  readonly #B: Float64Array;

  /** Creates the plant from checked parameters. */
  constructor(parameters: PlantParameters) {
    this.parameters = parameters;
    this.#c = coefficientsOf(parameters);
    const { A, B } = linearise(parameters);
    this.#A = A;
    this.#B = B;
  }

  /** Writes the time derivative of a state under a force (N) into `out`. */
  derivative(state: Float64Array, force: number, out: Float64Array): void {
    const A = this.#A, B = this.#B;
    if (!isFiniteState(state)) throw new NonFiniteState("compute the derivative", state);
    out[X] = state[V]!;
    out[THETA1] = state[OMEGA1]!;
    out[THETA2] = state[OMEGA2]!;
    // The position enters no acceleration: its column is zero.
    for (let i = V; i < STATE_SIZE; i++) {
      let sum = B[i]! * force;
      for (let j = THETA1; j < STATE_SIZE; j++) sum += A[i * STATE_SIZE + j]! * state[j]!;
      out[i] = sum;
    }
  }

  /** Writes M at upright, the friction terms and linear gravity into `out`. */
  matrices(state: Float64Array, out: PlantMatrices): void {
    const { Mt, A, B, D, J1, J2, Ag, Bg, c0, c1, c2 } = this.#c;
    const theta1 = state[THETA1]!, q = theta1 + state[THETA2]!;
    const { M, bias, gravity } = out;
    M[0] = Mt;
    M[1] = M[3] = A + B;
    M[2] = M[6] = B;
    M[4] = J1 + J2 + 2 * D;
    M[5] = M[7] = J2 + D;
    M[8] = J2;
    bias[0] = c0 * state[V]!;
    bias[1] = c1 * state[OMEGA1]!;
    bias[2] = c2 * state[OMEGA2]!;
    gravity[0] = 0;
    gravity[1] = -Ag * theta1 - Bg * q;
    gravity[2] = -Bg * q;
  }

  /** Returns the energy to second order about upright, J: what the linear motion conserves. */
  energy(state: Float64Array): number {
    const { Mt, A, B, D, J1, J2, Ag, Bg } = this.#c;
    const theta1 = state[THETA1]!, q = theta1 + state[THETA2]!;
    const v = state[V]!, omega1 = state[OMEGA1]!, w = omega1 + state[OMEGA2]!;
    const kinetic = 0.5 * (Mt * v * v + J1 * omega1 * omega1 + J2 * w * w) +
      v * (A * omega1 + B * w) + D * omega1 * w;
    return kinetic + Ag * (1 - 0.5 * theta1 * theta1) + Bg * (1 - 0.5 * q * q);
  }
}

/** Inverse of the upright inertia matrix in [x, theta1, theta1 + theta2], 3 × 3 by rows. */
function uprightInverse({ Mt, A, B, D, J1, J2 }: Coefficients): number[] {
  const k11 = J1 * J2 - D * D, k12 = B * D - A * J2, k13 = A * D - B * J1;
  const k22 = Mt * J2 - B * B, k23 = A * B - Mt * D, k33 = Mt * J1 - A * A;
  const inverse = 1 / (Mt * k11 + A * k12 + B * k13);
  return [k11, k12, k13, k12, k22, k23, k13, k23, k33].map((k) => k * inverse);
}

/** Accelerations of [x, theta1, theta2] for a load in [x, theta1, theta1 + theta2]. */
function accelerations(K: readonly number[], load: readonly number[]): [number, number, number] {
  const row = (i: number) =>
    K[3 * i]! * load[0]! + K[3 * i + 1]! * load[1]! + K[3 * i + 2]! * load[2]!;
  return [row(0), row(1), row(2) - row(1)];
}
