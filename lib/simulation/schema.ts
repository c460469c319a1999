/**
 * Parameters of a simulation as config.yaml has them.
 *
 * @module
 */

import type { ObjectSchema } from "../plant/mod.ts";
import { integratorNames } from "./integrator.ts";

/** JSON Schema of the block `simulation` of config.yaml, with defaults. */
export const simulationSchema: ObjectSchema = {
  type: "object",
  description: "A closed-loop run",
  properties: {
    model: {
      type: "string",
      description: "Plant model",
      enum: ["full", "simplified"],
      default: "full",
    },
    controller: {
      type: "string",
      description: "Controller that runs where none is named",
      default: "classical_smc",
    },
    integrator: {
      type: "string",
      description: "Integrator",
      enum: integratorNames,
      default: "rk4",
    },
    duration: { type: "number", description: "Duration, s", exclusiveMinimum: 0, default: 10 },
    dt: { type: "number", description: "Step, s", exclusiveMinimum: 0, default: 0.001 },
    initial_state: {
      type: "array",
      description: "[x m, theta1 rad, theta2 rad, v m/s, omega1 rad/s, omega2 rad/s]",
      items: { type: "number" },
      minItems: 6,
      maxItems: 6,
      default: [0, 0.05, -0.03, 0, 0, 0],
    },
    decimate: {
      type: "integer",
      description: "Keeps every how many steps",
      minimum: 1,
      default: 1,
    },
    max_energy: { type: "number", description: "Guard: largest energy, J; absent for none" },
    limits: {
      type: "array",
      description: "Guard: largest |component| of the state; absent for none",
      items: { type: "number" },
      minItems: 6,
      maxItems: 6,
    },
  },
  additionalProperties: false,
};
