/**
 * The smoothed sign of sliding-mode control: sat(σ, ε) is tanh(σ / (3 ε)) or clip(σ / ε, −1, 1).
 *
 * @module
 */

import { writeTangent } from "./hyperbolic_tangent.ts";

/** Shapes of the smoothed sign. */
export type SwitchMethod = "tanh" | "linear";

/** Returns the smoothed sign of σ with a boundary layer of width ε > 0; both in σ's unit. */
export function saturate(sigma: number, epsilon: number, method: SwitchMethod): number {
  const io = Float64Array.of(sigma, epsilon, 0, 0);
  writeSaturated(io, method);
  return io[3]!;
}

/**
 * Reads σ and ε from `io[0]` and `io[1]` and writes the smoothed sign to `io[3]`. Allocates
 * nothing: a number that goes in or out of a call may be boxed on the heap, so laws use this.
 */
export function writeSaturated(io: Float64Array, method: SwitchMethod): void {
  if (method === "tanh") {
    io[2] = io[0]! / (3 * io[1]!);
    writeTangent(io, 2);
  } else io[3] = Math.max(-1, Math.min(1, io[0]! / io[1]!));
}

/** Returns a value limited to ±limit; NaN stays NaN. */
export function clip(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}
