/**
 * Adaptive sliding-mode control: the switching gain K grows while the sliding variable is large.
 *
 *     σ = k1 (ω1 + λ1 θ1) + k2 (ω2 + λ2 θ2) + cart_gain (v + cart_lambda x)
 *     u = clip(−K sat(σ) − α σ, ±max_force)
 *     K̇ = 0 where |σ| ≤ dead_zone, else γ |σ| − leak_rate (K − K_init), limited to ±adapt_rate_limit
 *     K⁺ = clip(K + K̇ dt, K_min, K_max)
 *
 * @module
 */

import { OMEGA1, OMEGA2, THETA1, THETA2, V, X } from "../plant/mod.ts";
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
  U_SWITCH,
} from "./law.ts";
import { clip, type SwitchMethod, writeSaturated } from "./saturate.ts";
import {
  cartOptions,
  commonOptions,
  gainsSchema,
  nonNegative,
  positive,
  switchMethod,
} from "./schema_parts.ts";

const K = FIRST_OWN, K_RATE = FIRST_OWN + 1, TIME_IN_SLIDING = FIRST_OWN + 2;
const GAIN_NAMES = ["k1", "k2", "lambda1", "lambda2", "gamma"] as const;

interface Options {
  readonly gains: readonly number[];
  readonly maxForce: number;
  readonly dt: number;
  readonly leakRate: number;
  readonly deadZone: number;
  readonly adaptRateLimit: number;
  readonly kMin: number;
  readonly kMax: number;
  readonly kInit: number;
  readonly alpha: number;
  readonly boundaryLayer: number;
  readonly switchMethod: SwitchMethod;
  readonly cartGain: number;
  readonly cartLambda: number;
}

class AdaptiveSmc implements Law {
  readonly signals: Float64Array = new Float64Array(FIRST_OWN + 3);
  readonly activity: Float64Array = new Float64Array(2);
  readonly #o: Options;
  readonly #io: Float64Array = new Float64Array(4);
  readonly #k1: number;
  readonly #k2: number;
  readonly #lambda1: number;
  readonly #lambda2: number;
  readonly #gamma: number;

  constructor(o: Options) {
    this.#o = o;
    [this.#k1, this.#k2, this.#lambda1, this.#lambda2, this.#gamma] = o.gains as Gains;
    this.reset();
  }

  update(state: Float64Array): void {
    const o = this.#o, signals = this.signals;
    const sigma = this.#k1 * (state[OMEGA1]! + this.#lambda1 * state[THETA1]!) +
      this.#k2 * (state[OMEGA2]! + this.#lambda2 * state[THETA2]!) +
      o.cartGain * (state[V]! + o.cartLambda * state[X]!);
    const size = Math.abs(sigma), gain = signals[K]!;
    const io = this.#io;
    io[0] = sigma;
    io[1] = o.boundaryLayer;
    writeSaturated(io, o.switchMethod);
    const uSwitch = -gain * io[3]!;
    const isAdapting = size > o.deadZone;
    const rate = isAdapting
      ? clip(this.#gamma * size - o.leakRate * (gain - o.kInit), o.adaptRateLimit)
      : 0;
    const next = Math.max(o.kMin, Math.min(o.kMax, gain + rate * o.dt));
    if (isAdapting && rate !== 0) this.activity[DUE]!++;
    if (next !== gain) this.activity[CHANGED]!++;
    signals[FORCE] = clip(uSwitch - o.alpha * sigma, o.maxForce);
    signals[SIGMA] = sigma;
    signals[U_SWITCH] = uSwitch;
    signals[K] = next;
    signals[K_RATE] = rate;
    signals[TIME_IN_SLIDING] = size <= o.boundaryLayer ? signals[TIME_IN_SLIDING]! + o.dt : 0;
  }

  reset(): void {
    this.signals.fill(0);
    this.signals[K] = this.#o.kInit;
    this.activity.fill(0);
  }
}

type Gains = [number, number, number, number, number];

/** Adaptive sliding-mode control. */
export const adaptiveSmc: ControllerDefinition = {
  name: "adaptive_smc",
  aliases: ["adaptive"],
  gainNames: GAIN_NAMES,
  gainUnits: ["s", "s", "1/s", "1/s", "N/s"],
  gainBounds: { lower: [0.1, 0.1, 0.1, 0.1, 0.1], upper: [200, 200, 200, 200, 200] },
  signalNames: [...commonSignals, "K", "K_rate", "time_in_sliding"],
  signalUnits: ["N", "1", "N", "N", "N", "N/s", "s"],
  schema: {
    type: "object",
    description: "Adaptive sliding-mode control",
    properties: {
      gains: gainsSchema(GAIN_NAMES, [38.202, 88.571, 3.7409, 10.751, 0.93765]),
      ...commonOptions,
      leak_rate: nonNegative("Rate at which K returns to K_init, 1/s", 0.01),
      dead_zone: nonNegative("|sigma| up to which K rests", 0.05),
      adapt_rate_limit: positive("Limit of |dK/dt|, N/s", 10),
      K_min: positive("Least switching gain, N", 0.1),
      K_max: positive("Largest switching gain, N", 100),
      K_init: positive("Switching gain at the start, N", 10),
      alpha: nonNegative("Linear damping of the sliding variable, N", 0.5),
      boundary_layer: positive("Boundary-layer width of the sliding variable", 0.4),
      switch_method: switchMethod("tanh"),
      ...cartOptions,
    },
    additionalProperties: false,
  },
  create: (options: LawOptions): Law => {
    const o = options as unknown as Options;
    if (o.kMin <= o.kInit && o.kInit <= o.kMax) return new AdaptiveSmc(o);
    throw new RangeError(
      `Cannot create adaptive_smc as K_init must lie within K_min and K_max ` +
        `(${o.kMin} … ${o.kMax} N): current value is ${o.kInit}`,
    );
  },
};
