/**
 * Schema parts that all controllers share.
 *
 * @module
 */

import type { PropertySchema } from "../plant/mod.ts";

/** Returns the schema of a gain vector. */
export function gainsSchema(names: readonly string[], gains: readonly number[]): PropertySchema {
  return {
    type: "array",
    description: `Gains [${names.join(", ")}]; found by: heapbook tune NAME --defaults`,
    items: { type: "number" },
    minItems: names.length,
    maxItems: names.length,
    default: gains,
  };
}

/** Returns the schema of a number > 0. */
export function positive(description: string, value: number): PropertySchema {
  return { type: "number", description, exclusiveMinimum: 0, default: value };
}

/** Returns the schema of a number >= 0. */
export function nonNegative(description: string, value: number): PropertySchema {
  return { type: "number", description, minimum: 0, default: value };
}

/** Options that every controller has. */
export const commonOptions: Readonly<Record<string, PropertySchema>> = {
  max_force: positive("Limit of the force, N", 150),
  dt: positive("Control period, s", 0.001),
  telemetry_length: {
    type: "integer",
    description: "Steps kept in the telemetry rings; 0 turns telemetry off",
    minimum: 0,
    default: 1000,
  },
};

/** Options of the cart part of the sliding variable, σ += cart_gain (v + cart_lambda x). */
export const cartOptions: Readonly<Record<string, PropertySchema>> = {
  cart_gain: nonNegative("Weight of the cart in the sliding variable, s/m", 0),
  cart_lambda: nonNegative("Rate at which the surface brings the cart back, 1/s", 0),
};

/** Returns the schema of the boundary layer's shape. */
export function switchMethod(value: "tanh" | "linear"): PropertySchema {
  return {
    type: "string",
    description: "Shape of the boundary layer",
    enum: ["tanh", "linear"],
    default: value,
  };
}

/** The switch of the equivalent control. */
export const enableEquivalent: PropertySchema = {
  type: "boolean",
  description: "Adds the equivalent control; needs a plant",
  default: false,
};
