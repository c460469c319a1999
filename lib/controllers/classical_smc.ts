/**
 * Classical sliding-mode control with a boundary layer.
 *
 *     σ = λ1 θ1 + λ2 θ2 + k1 ω1 + k2 ω2 + cart_gain (v + cart_lambda x)
 *     ε = ε0 + ε1 |σ|;  s = 0 where |σ| < hysteresis_ratio ε0, else sat(σ, ε)
 *     u = clip(u_eq − K s − kd σ, ±max_force)
 *
 * @module
 */

import { OMEGA1, OMEGA2, type Plant, THETA1, THETA2, V, X } from "../plant/mod.ts";
import { EquivalentControl } from "./equivalent_control.ts";
import {
  commonSignals,
  type ControllerDefinition,
  FIRST_OWN,
  FORCE,
  type Law,
  type LawOptions,
  SIGMA,
  U_EQ,
  U_SWITCH,
} from "./law.ts";
import { clip, type SwitchMethod, writeSaturated } from "./saturate.ts";
import {
  cartOptions,
  commonOptions,
  enableEquivalent,
  gainsSchema,
  nonNegative,
  positive,
  switchMethod,
} from "./schema_parts.ts";

const EPSILON = FIRST_OWN;
const GAIN_NAMES = ["k1", "k2", "lambda1", "lambda2", "K", "kd"] as const;

interface Options {
  readonly gains: readonly number[];
  readonly maxForce: number;
  readonly boundaryLayer: number;
  readonly boundaryLayerSlope: number;
  readonly hysteresisRatio: number;
  readonly switchMethod: SwitchMethod;
  readonly cartGain: number;
  readonly cartLambda: number;
  readonly enableEquivalent: boolean;
  readonly equivalentForm: "exact" | "public";
  readonly controllabilityThreshold: number;
}

class ClassicalSmc implements Law {
  readonly signals: Float64Array = new Float64Array(FIRST_OWN + 1);
  readonly activity: Float64Array = new Float64Array(2);
  readonly #o: Options;
  readonly #io: Float64Array = new Float64Array(4);
  readonly #k1: number;
  readonly #k2: number;
  readonly #lambda1: number;
  readonly #lambda2: number;
  readonly #K: number;
  readonly #kd: number;
  readonly #equivalent: EquivalentControl;

  constructor(o: Options, plant: Plant | undefined) {
    this.#o = o;
    [this.#k1, this.#k2, this.#lambda1, this.#lambda2, this.#K, this.#kd] = o.gains as Gains;
    // The published form multiplies λ by k, although this surface does not.
    const isPublic = o.equivalentForm === "public";
    this.#equivalent = new EquivalentControl(
      o.enableEquivalent ? plant : undefined,
      {
        ell: [isPublic ? 0 : o.cartGain, this.#k1, this.#k2],
        rates: isPublic
          ? [0, this.#k1 * this.#lambda1, this.#k2 * this.#lambda2]
          : [o.cartGain * o.cartLambda, this.#lambda1, this.#lambda2],
        threshold: o.controllabilityThreshold || 0.05 * (this.#k1 + this.#k2),
        clamp: 5 * o.maxForce,
      },
      this.signals,
      U_EQ,
    );
  }

  update(state: Float64Array): void {
    const o = this.#o, signals = this.signals;
    const sigma = this.#lambda1 * state[THETA1]! + this.#lambda2 * state[THETA2]! +
      this.#k1 * state[OMEGA1]! + this.#k2 * state[OMEGA2]! +
      o.cartGain * (state[V]! + o.cartLambda * state[X]!);
    const epsilon = o.boundaryLayer + o.boundaryLayerSlope * Math.abs(sigma);
    const isHeld = Math.abs(sigma) < o.hysteresisRatio * o.boundaryLayer;
    const io = this.#io;
    io[0] = sigma;
    io[1] = epsilon;
    writeSaturated(io, o.switchMethod);
    const s = isHeld ? 0 : io[3]!;
    const uSwitch = -this.#K * s - this.#kd * sigma;
    this.#equivalent.evaluate(state);
    signals[SIGMA] = sigma;
    signals[U_SWITCH] = uSwitch;
    signals[EPSILON] = epsilon;
    signals[FORCE] = clip(signals[U_EQ]! + uSwitch, o.maxForce);
  }

  reset(): void {
    this.signals.fill(0);
  }
}

type Gains = [number, number, number, number, number, number];

/** Classical sliding-mode control with a boundary layer. */
export const classicalSmc: ControllerDefinition = {
  name: "classical_smc",
  aliases: ["classical", "classic_smc", "smc_classical", "smc_v1"],
  gainNames: GAIN_NAMES,
  gainUnits: ["s", "s", "1", "1", "N", "N"],
  gainBounds: { lower: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1], upper: [200, 200, 200, 200, 200, 200] },
  mayBeZero: ["kd"],
  signalNames: [...commonSignals, "epsilon"],
  signalUnits: ["N", "1", "N", "N", "1"],
  schema: {
    type: "object",
    description: "Classical sliding-mode control with a boundary layer",
    properties: {
      gains: gainsSchema(GAIN_NAMES, [1.4204, 2.5761, 11.638, 40.945, 12.682, 66.406]),
      ...commonOptions,
      boundary_layer: positive("Boundary-layer width of the sliding variable", 0.3),
      boundary_layer_slope: nonNegative("Growth of the width with |sigma|", 0),
      hysteresis_ratio: nonNegative("Part of the width in which switching is held at 0", 0),
      switch_method: switchMethod("tanh"),
      ...cartOptions,
      enable_equivalent: enableEquivalent,
      equivalent_form: {
        type: "string",
        description: "exact, or the published form that multiplies lambda by k",
        enum: ["exact", "public"],
        default: "exact",
      },
      controllability_threshold: nonNegative(
        "Smallest |l·M⁻¹b| for the equivalent control; 0 means 0.05 (k1 + k2)",
        0,
      ),
    },
    additionalProperties: false,
  },
  create: (options: LawOptions, plant: Plant | undefined): Law =>
    new ClassicalSmc(options as unknown as Options, plant),
};
