/**
 * Equivalent control: the force that would hold the sliding variable still.
 *
 * With σ̇ = ℓ·q̈ + d·q̇, M q̈ + h + F + G = b u and b = [1, 0, 0]:
 *
 *     u_eq = (ℓ·M⁻¹(h + F + G) − d·q̇) / (ℓ·M⁻¹ b)
 *
 * zero where the denominator is below a threshold (the force then hardly moves σ), and clamped.
 *
 * @module
 */

import { createMatrices, OMEGA1, OMEGA2, type Plant, type PlantMatrices, V } from "../plant/mod.ts";

// Keeps the solve defined where M is singular to rounding; part of the published law.
const REGULARISATION = 1e-10;

/** Weights, threshold and clamp of an equivalent control. */
export interface EquivalentOptions {
  /** Weights ℓ of the accelerations in σ̇. */
  readonly ell: readonly [number, number, number];
  /** Weights d of the rates in σ̇. */
  readonly rates: readonly [number, number, number];
  /** |ℓ·M⁻¹ b| below which u_eq is 0. */
  readonly threshold: number;
  /** Limit of |u_eq|, N. */
  readonly clamp: number;
}

/** Equivalent control on a plant; off (always 0) without one. Allocates nothing after construction. */
export class EquivalentControl {
  readonly #plant: Plant | undefined;
  readonly #options: EquivalentOptions;
  readonly #terms: PlantMatrices = createMatrices();
  /** Writes go here, since a number returned from a call may be boxed on the heap. */
  readonly #out: Float64Array;
  readonly #index: number;

  /** Creates it; `evaluate` will write to `out[index]`. */
  constructor(
    plant: Plant | undefined,
    options: EquivalentOptions,
    out: Float64Array,
    index: number,
  ) {
    this.#plant = plant;
    this.#options = options;
    this.#out = out;
    this.#index = index;
  }

  /** Writes u_eq (N) at a state. */
  evaluate(state: Float64Array): void {
    if (this.#plant === undefined) return;
    this.#plant.matrices(state, this.#terms);
    const { M, bias, gravity } = this.#terms;
    const { ell, rates, threshold, clamp } = this.#options;
    const a = M[0]! + REGULARISATION, b = M[1]!, c = M[2]!;
    const d = M[4]! + REGULARISATION, e = M[5]!, f = M[8]! + REGULARISATION;
    const k11 = d * f - e * e, k12 = c * e - b * f, k13 = b * e - c * d;
    const k22 = a * f - c * c, k23 = b * c - a * e, k33 = a * d - b * b;
    const inverse = 1 / (a * k11 + b * k12 + c * k13);
    // M is symmetric, so ℓ·M⁻¹ is a row that serves numerator and denominator.
    const row0 = (ell[0] * k11 + ell[1] * k12 + ell[2] * k13) * inverse;
    const row1 = (ell[0] * k12 + ell[1] * k22 + ell[2] * k23) * inverse;
    const row2 = (ell[0] * k13 + ell[1] * k23 + ell[2] * k33) * inverse;
    const drift = row0 * (bias[0]! + gravity[0]!) + row1 * (bias[1]! + gravity[1]!) +
      row2 * (bias[2]! + gravity[2]!);
    const rate = rates[0] * state[V]! + rates[1] * state[OMEGA1]! + rates[2] * state[OMEGA2]!;
    const u = (drift - rate) / row0;
    const isControllable = Math.abs(row0) >= threshold && u - u === 0;
    this.#out[this.#index] = isControllable ? Math.max(-clamp, Math.min(clamp, u)) : 0;
  }
}
