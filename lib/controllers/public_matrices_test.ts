/**
 * Matrices of the public Python project (dip-smc-pso, src/plant), which the control tables with a
 * plant were computed on. They mix absolute and relative angles and serve nothing but these tables.
 *
 * @module
 */

import { createPlant, type Plant, type PlantMatrices } from "../plant/mod.ts";

/** Returns a plant whose matrices are those of the public project's model. */
export function publicPlant(model: "full" | "simplified"): Plant {
  const plant = createPlant("full");
  return {
    model: "full",
    parameters: plant.parameters,
    derivative: plant.derivative.bind(plant),
    energy: plant.energy.bind(plant),
    matrices: (state, out) => writeMatrices(plant, model, state, out),
  };
}

function writeMatrices(
  { parameters: p }: Plant,
  model: "full" | "simplified",
  state: Float64Array,
  { M, bias, gravity }: PlantMatrices,
): void {
  const [, theta1, theta2, v, omega1, omega2] = state as unknown as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const s1 = Math.sin(theta1), s2 = Math.sin(theta2), s12 = Math.sin(theta1 - theta2);
  const c1 = Math.cos(theta1), c2 = Math.cos(theta2), c12 = Math.cos(theta1 - theta2);
  const A = p.pendulum1Mass * p.pendulum1Com + p.pendulum2Mass * p.pendulum1Length;
  const B = p.pendulum2Mass * p.pendulum2Com, D = B * p.pendulum1Length;
  const J2 = p.pendulum2Mass * p.pendulum2Com ** 2 + p.pendulum2Inertia;
  const J1 = p.pendulum1Mass * p.pendulum1Com ** 2 + p.pendulum2Mass * p.pendulum1Length ** 2 +
    p.pendulum1Inertia;
  const isFull = model === "full", half = isFull ? 1 : 0.5;
  M[0] = p.cartMass + p.pendulum1Mass + p.pendulum2Mass;
  M[1] = M[3] = half * A * c1 + half * B * c2;
  M[2] = M[6] = half * B * c2;
  M[4] = J1 + J2 + (isFull ? 2 * D * c12 : 0);
  M[5] = M[7] = isFull ? J2 + D * c12 : 0.8 * J2;
  M[8] = J2;
  const [f0, f1, f2] = isFull ? [0, 0, 0] : [p.cartFriction, p.joint1Friction, p.joint2Friction];
  const gyro = isFull ? 0.01 * (omega1 + omega2) : 0;
  const c01 = -A * s1 * omega1 - B * s2 * omega2 + gyro, c02 = -B * s2 * omega2;
  bias[0] = f0 * v + c01 * omega1 + c02 * omega2;
  bias[1] = -gyro * v + (f1 - D * s12 * omega2) * omega1 - D * s12 * omega2 * omega2;
  bias[2] = D * s12 * omega1 * omega1 + f2 * omega2;
  gravity[0] = 0;
  gravity[1] = -A * p.gravity * s1 - B * p.gravity * s2;
  gravity[2] = -B * p.gravity * s2;
}
