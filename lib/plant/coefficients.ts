/**
 * The combinations of parameters that the equations of motion are written in.
 *
 * @module
 */

import type { PlantParameters } from "./parameters.ts";

/** Constants of the equations of motion. */
export interface Coefficients {
  /** Total mass m0 + m1 + m2, kg. */
  readonly Mt: number;
  /** m1 a1 + m2 L1, kg m. */
  readonly A: number;
  /** m2 a2, kg m. */
  readonly B: number;
  /** m2 L1 a2, kg m². */
  readonly D: number;
  /** I1 + m1 a1² + m2 L1², kg m². */
  readonly J1: number;
  /** I2 + m2 a2², kg m². */
  readonly J2: number;
  /** A g and B g, N m. */
  readonly Ag: number;
  readonly Bg: number;
  /** Frictions, N s/m and N m s/rad. */
  readonly c0: number;
  readonly c1: number;
  readonly c2: number;
}

/** Returns the constants of the equations of motion for a set of parameters. */
export function coefficientsOf(p: PlantParameters): Coefficients {
  const A = p.pendulum1Mass * p.pendulum1Com + p.pendulum2Mass * p.pendulum1Length;
  const B = p.pendulum2Mass * p.pendulum2Com;
  return {
    Mt: p.cartMass + p.pendulum1Mass + p.pendulum2Mass,
    A,
    B,
    D: p.pendulum2Mass * p.pendulum1Length * p.pendulum2Com,
    J1: p.pendulum1Inertia + p.pendulum1Mass * p.pendulum1Com ** 2 +
      p.pendulum2Mass * p.pendulum1Length ** 2,
    J2: p.pendulum2Inertia + p.pendulum2Mass * p.pendulum2Com ** 2,
    Ag: A * p.gravity,
    Bg: B * p.gravity,
    c0: p.cartFriction,
    c1: p.joint1Friction,
    c2: p.joint2Friction,
  };
}
