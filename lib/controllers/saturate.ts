/**
 * The smoothed sign of sliding-mode control: sat(σ, ε) is tanh(σ / (3 ε)) or clip(σ / ε, −1, 1).
 *
 * @module
 */

import { hyperbolicTangent } from "./hyperbolic_tangent.ts";

/** Shapes of the smoothed sign. */
export type SwitchMethod = "tanh" | "linear";

/** Returns the smoothed sign of σ with a boundary layer of width ε > 0; both in σ's unit. */
export function saturate(sigma: number, epsilon: number, method: SwitchMethod): number {
  return method === "tanh" ? hyperbolicTangent(sigma / (3 * epsilon)) : clip(sigma / epsilon, 1);
}

/** Returns a value limited to ±limit; NaN stays NaN. */
export function clip(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}
