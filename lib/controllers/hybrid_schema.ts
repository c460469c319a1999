/**
 * Options of the hybrid adaptive super-twisting controller.
 *
 * @module
 */

import type { ObjectSchema } from "../plant/mod.ts";
import {
  commonOptions,
  enableEquivalent,
  gainsSchema,
  nonNegative,
  positive,
} from "./schema_parts.ts";

/** Names of the gains, in order. */
export const hybridGainNames: readonly string[] = ["c1", "lambda1", "c2", "lambda2"];

/** Options with their defaults. */
export const hybridSchema: ObjectSchema = {
  type: "object",
  description: "Hybrid adaptive super-twisting control",
  properties: {
    gains: gainsSchema(hybridGainNames, [52.095, 2.8634, 64.495, 8.4102]),
    ...commonOptions,
    surface: {
      type: "string",
      description:
        "plus: s = P + Q; public: s = -(P - Q); public_relative: public with theta2 - theta1",
      enum: ["plus", "public", "public_relative"],
      default: "plus",
    },
    k1_init: nonNegative("Proportional gain k1 at the start, N", 4),
    k2_init: nonNegative("Integral gain k2 at the start, N/s", 0.4),
    gamma1: nonNegative("Adaptation rate of k1, N/s", 0.1),
    gamma2: nonNegative("Adaptation rate of k2, N/s²", 0.05),
    gain_leak: nonNegative("Leak of both gains, N/s and N/s²", 0.1),
    dead_zone: nonNegative("|s| up to which switching rests", 0.05),
    enable_equivalent: enableEquivalent,
    damping_gain: nonNegative("Linear damping of s, N", 3),
    adapt_rate_limit: positive("Limit of adaptation, N/s and N/s²", 5),
    sat_soft_width: positive("Width of the smoothed sign", 0.35),
    cart_gain: nonNegative("Weight of the cart in the sliding variable, s/m", 0.5),
    cart_lambda: nonNegative("Rate at which the surface brings the cart back, 1/s", 1),
    cart_p_gain: nonNegative("Gain of the cart force, N s/m", 80),
    cart_p_lambda: nonNegative("Rate of the cart force, 1/s", 2),
    recenter_high: positive("|x| from which the cart force acts fully, m", 0.04),
    recenter_low: nonNegative("|x| up to which the cart force rests, m", 0),
    k1_max: positive("Largest k1, N", 50),
    k2_max: positive("Largest k2, N/s", 50),
    u_int_max: positive("Limit of the integral part, N", 50),
    adaptation_sat_threshold: nonNegative(
      "|s| below which a saturated force stops adaptation",
      0.02,
    ),
    taper_eps: positive("|s| at which adaptation is halved", 0.05),
  },
  additionalProperties: false,
};
