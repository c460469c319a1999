/**
 * Super-twisting sliding-mode control (Levant 1993): a continuous force with an integral part.
 *
 *     σ = k1 (ω1 + λ1 θ1) + k2 (ω2 + λ2 θ2) + cart_gain (v + cart_lambda x)
 *     u_raw = u_eq − K1 √|σ| sat(σ) + z − damping σ;  u = clip(u_raw, ±max_force)
 *     z⁺ = clip(z − K2 sat(σ) dt + Kaw (u − u_raw) dt, ±max_force)
 *
 * @module
 */

import { OMEGA1, OMEGA2, type Plant, THETA1, THETA2, V, X } from "../plant/mod.ts";
import { EquivalentControl } from "./equivalent_control.ts";
import {
  CHANGED,
  commonSignals,
  type ControllerDefinition,
  DUE,
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

const Z = FIRST_OWN;
const GAIN_NAMES = ["K1", "K2", "k1", "k2", "lambda1", "lambda2"] as const;

interface Options {
  readonly gains: readonly number[];
  readonly maxForce: number;
  readonly dt: number;
  readonly boundaryLayer: number;
  readonly dampingGain: number;
  readonly antiWindupGain: number;
  readonly switchMethod: SwitchMethod;
  readonly cartGain: number;
  readonly cartLambda: number;
  readonly enableEquivalent: boolean;
}

class StaSmc implements Law {
  readonly signals: Float64Array = new Float64Array(FIRST_OWN + 1);
  readonly activity: Float64Array = new Float64Array(2);
  readonly #o: Options;
  readonly #io: Float64Array = new Float64Array(4);
  readonly #K1: number;
  readonly #K2: number;
  readonly #k1: number;
  readonly #k2: number;
  readonly #lambda1: number;
  readonly #lambda2: number;
  readonly #equivalent: EquivalentControl;

  constructor(o: Options, plant: Plant | undefined) {
    this.#o = o;
    [this.#K1, this.#K2, this.#k1, this.#k2, this.#lambda1, this.#lambda2] = o.gains as Gains;
    this.#equivalent = new EquivalentControl(
      o.enableEquivalent ? plant : undefined,
      {
        ell: [o.cartGain, this.#k1, this.#k2],
        rates: [o.cartGain * o.cartLambda, this.#k1 * this.#lambda1, this.#k2 * this.#lambda2],
        threshold: o.boundaryLayer,
        clamp: Infinity,
      },
      this.signals,
      U_EQ,
    );
  }

  update(state: Float64Array): void {
    const o = this.#o, signals = this.signals;
    const sigma = this.#k1 * (state[OMEGA1]! + this.#lambda1 * state[THETA1]!) +
      this.#k2 * (state[OMEGA2]! + this.#lambda2 * state[THETA2]!) +
      o.cartGain * (state[V]! + o.cartLambda * state[X]!);
    const io = this.#io;
    io[0] = sigma;
    io[1] = o.boundaryLayer;
    writeSaturated(io, o.switchMethod);
    const s = io[3]!;
    const z = signals[Z]!;
    this.#equivalent.evaluate(state);
    const uSwitch = -this.#K1 * Math.sqrt(Math.abs(sigma)) * s + z - o.dampingGain * sigma;
    const raw = signals[U_EQ]! + uSwitch;
    const u = clip(raw, o.maxForce);
    const windup = o.antiWindupGain * (u - raw) * o.dt;
    const zNext = clip(z - this.#K2 * s * o.dt + windup, o.maxForce);
    if (s !== 0) this.activity[DUE]!++;
    if (zNext !== z) this.activity[CHANGED]!++;
    signals[SIGMA] = sigma;
    signals[U_SWITCH] = uSwitch;
    signals[Z] = zNext;
    signals[FORCE] = u;
  }

  reset(): void {
    this.signals.fill(0);
    this.activity.fill(0);
  }
}

type Gains = [number, number, number, number, number, number];

/** Super-twisting sliding-mode control. */
export const staSmc: ControllerDefinition = {
  name: "sta_smc",
  aliases: ["sta", "super_twisting"],
  gainNames: GAIN_NAMES,
  gainUnits: ["N", "N/s", "s", "s", "1/s", "1/s"],
  gainBounds: { lower: [1, 0.1, 0.1, 0.1, 0.1, 0.1], upper: [200, 200, 200, 200, 200, 200] },
  signalNames: [...commonSignals, "z"],
  signalUnits: ["N", "1", "N", "N", "N"],
  schema: {
    type: "object",
    description: "Super-twisting sliding-mode control",
    properties: {
      gains: gainsSchema(GAIN_NAMES, [49.682, 0.62173, 11.888, 19.206, 6.6012, 12.373]),
      ...commonOptions,
      boundary_layer: positive("Boundary-layer width of the sliding variable", 0.3),
      damping_gain: nonNegative("Linear damping of the sliding variable, N", 0),
      anti_windup_gain: nonNegative("Back-calculation of the integral part, 1/s", 0),
      switch_method: switchMethod("linear"),
      ...cartOptions,
      enable_equivalent: enableEquivalent,
    },
    additionalProperties: false,
  },
  create: (options: LawOptions, plant: Plant | undefined): Law =>
    new StaSmc(options as unknown as Options, plant),
  warn: ({ gains }: LawOptions): readonly string[] =>
    gains[0]! > gains[1]! ? [] : [
      `sta_smc: K1 (${gains[0]}) is not above K2 (${
        gains[1]
      }), which finite-time convergence asks for`,
    ],
};
