/**
 * Hybrid adaptive super-twisting control: super-twisting whose gains adapt, with a part that
 * brings the cart back. Equations, defaults and their order are those of the published law, but for
 * the surface, which is s = P + Q by default (s = −(P − Q), the published one, does not stabilise
 * the full plant):
 *
 *     P = c1 (ω1 + λ1 θ1) + c2 (ω2 + λ2 θ2),  Q = cart_gain (v + cart_lambda x)
 *     g = tanh(s / w), 0 inside the dead zone;  u_cart = −rc cart_p_gain (v + cart_p_lambda x)
 *     u = −k1 √|s| g + u_int − damping_gain s + u_cart + u_eq, clipped, with anti-windup
 *     k̇i = min(γi |s| taper, limit) − leak;  u̇_int = −k2 g
 *
 * @module
 */

import { isFiniteState, OMEGA1, OMEGA2, type Plant, THETA1, THETA2, V, X } from "../plant/mod.ts";
import { EquivalentControl } from "./equivalent_control.ts";
import { writeTangent } from "./hyperbolic_tangent.ts";
import { hybridGainNames, hybridSchema } from "./hybrid_schema.ts";
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

const K1 = FIRST_OWN, K2 = FIRST_OWN + 1, U_INT = FIRST_OWN + 2, U_CART = FIRST_OWN + 3;
/** Index of the number of earlier calls in the hybrid law's signals. */
export const CALLS: number = FIRST_OWN + 4;

// Places in the scratch array; numbers that go in or out of a call may be boxed on the heap.
const TANGENT = 0, FORCE_BEFORE = 2;
// Calls after which adaptation slows down, and how much each further one counts.
const TAPER_START = 1000, TAPER_RATE = 0.01;
// Beyond these the law gives up: |s|, ‖(x, θ1, θ2)‖ and ‖(v, ω1, ω2)‖.
const MAX_SIGMA = 200, MAX_POSITION_NORM = 15, MAX_RATE_NORM = 75;

interface Options {
  readonly gains: readonly number[];
  readonly maxForce: number;
  readonly dt: number;
  readonly surface: "plus" | "public" | "public_relative";
  readonly k1Init: number;
  readonly k2Init: number;
  readonly gamma1: number;
  readonly gamma2: number;
  readonly gainLeak: number;
  readonly deadZone: number;
  readonly enableEquivalent: boolean;
  readonly dampingGain: number;
  readonly adaptRateLimit: number;
  readonly satSoftWidth: number;
  readonly cartGain: number;
  readonly cartLambda: number;
  readonly cartPGain: number;
  readonly cartPLambda: number;
  readonly recenterHigh: number;
  readonly recenterLow: number;
  readonly k1Max: number;
  readonly k2Max: number;
  readonly uIntMax: number;
  readonly adaptationSatThreshold: number;
  readonly taperEps: number;
}

class HybridAdaptiveStaSmc implements Law {
  readonly signals: Float64Array = new Float64Array(FIRST_OWN + 5);
  readonly activity: Float64Array = new Float64Array(2);
  readonly #o: Options;
  readonly #gains: Float64Array;
  readonly #io: Float64Array = new Float64Array(3);
  readonly #equivalent: EquivalentControl;

  constructor(o: Options, plant: Plant | undefined) {
    this.#o = o;
    this.#gains = Float64Array.from(o.gains);
    const [c1, lambda1, c2, lambda2] = o.gains as [number, number, number, number];
    this.#equivalent = new EquivalentControl(
      o.enableEquivalent ? plant : undefined,
      {
        ell: [0, c1, c2],
        rates: [0, c1 * lambda1, c2 * lambda2],
        threshold: 1e-6,
        clamp: 10 * o.maxForce,
      },
      this.signals,
      U_EQ,
    );
    this.reset();
  }

  update(state: Float64Array): void {
    if (!isFiniteState(state)) {
      this.#rest();
      return;
    }
    const o = this.#o, signals = this.signals;
    this.#writeSigma(state);
    this.#writeCart(state);
    this.#equivalent.evaluate(state);
    const s = signals[SIGMA]!, size = Math.abs(s), root = Math.sqrt(size);
    const isResting = size <= o.deadZone, io = this.#io;
    io[TANGENT] = s / Math.max(o.satSoftWidth, o.deadZone);
    writeTangent(io, TANGENT);
    const g = isResting ? 0 : io[TANGENT + 1]!;
    const k1 = signals[K1]!, k2 = signals[K2]!, uInt = signals[U_INT]!;
    const rest = -o.dampingGain * s + signals[U_CART]! + signals[U_EQ]!;

    io[FORCE_BEFORE] = -k1 * root * g + uInt + rest;
    this.#adapt(isResting);
    const switching = -signals[K1]! * root * g;
    const moved = uInt - signals[K2]! * g * o.dt, bound = o.uIntMax, limit = o.maxForce;
    let uIntNext = isResting ? uInt : Math.max(-bound, Math.min(bound, moved));
    const wanted = switching + uIntNext + rest;
    let u = Math.max(-limit, Math.min(limit, wanted));
    if (u !== wanted) {
      uIntNext = uInt;
      u = Math.max(-limit, Math.min(limit, switching + uIntNext + rest));
    }
    signals[U_INT] = uIntNext;
    signals[U_SWITCH] = switching;
    signals[FORCE] = u;
    signals[CALLS]!++;
    if (!isResting) this.activity[DUE]!++;
    if (signals[K1] !== k1 || signals[K2] !== k2 || uIntNext !== uInt) this.activity[CHANGED]!++;
    this.#stopIfRunaway(state);
  }

  reset(): void {
    this.signals.fill(0);
    this.activity.fill(0);
    this.#rest();
  }

  /** Zero force, internal state at its start. */
  #rest(): void {
    const signals = this.signals;
    signals[FORCE] =
      signals[SIGMA] =
      signals[U_EQ] =
      signals[U_SWITCH] =
      signals[U_CART] =
        0;
    signals[K1] = this.#o.k1Init;
    signals[K2] = this.#o.k2Init;
    signals[U_INT] = 0;
  }

  #writeSigma(state: Float64Array): void {
    const o = this.#o, gains = this.#gains;
    const theta1 = state[THETA1]!, omega1 = state[OMEGA1]!;
    const isRelative = o.surface === "public_relative";
    const theta2 = isRelative ? state[THETA2]! - theta1 : state[THETA2]!;
    const omega2 = isRelative ? state[OMEGA2]! - omega1 : state[OMEGA2]!;
    const P = gains[0]! * (omega1 + gains[1]! * theta1) + gains[2]! * (omega2 + gains[3]! * theta2);
    const Q = o.cartGain * (state[V]! + o.cartLambda * state[X]!);
    this.signals[SIGMA] = o.surface === "plus" ? P + Q : -(P - Q);
  }

  #writeCart(state: Float64Array): void {
    const o = this.#o, distance = Math.abs(state[X]!);
    const span = o.recenterHigh - o.recenterLow;
    const share = distance <= o.recenterLow
      ? 0
      : distance >= o.recenterHigh
      ? 1
      : (distance - o.recenterLow) / span;
    this.signals[U_CART] = -share * o.cartPGain * (state[V]! + o.cartPLambda * state[X]!);
  }

  #adapt(isResting: boolean): void {
    const o = this.#o, signals = this.signals;
    const size = Math.abs(signals[SIGMA]!), force = this.#io[FORCE_BEFORE]!;
    const k1 = signals[K1]!, k2 = signals[K2]!;
    const isSaturated = Math.abs(force) > o.maxForce + 1e-12 && size < o.adaptationSatThreshold;
    let d1 = -o.gainLeak, d2 = -o.gainLeak;
    if (!isResting && !isSaturated) {
      const late = Math.max(0, signals[CALLS]! - TAPER_START);
      const taper = size / (size + o.taperEps) * (1 / (1 + TAPER_RATE * late));
      d1 = Math.min(o.gamma1 * size * taper, o.adaptRateLimit) - o.gainLeak;
      d2 = Math.min(o.gamma2 * size * taper, o.adaptRateLimit) - o.gainLeak;
      d1 = Math.max(d1, -k1 / (10 * o.dt));
      d2 = Math.max(d2, -k2 / (10 * o.dt));
    }
    if (k1 > 0.8 * o.k1Max) d1 = Math.min(d1, -2 * o.gainLeak);
    if (k2 > 0.8 * o.k2Max) d2 = Math.min(d2, -2 * o.gainLeak);
    signals[K1] = Math.max(0, Math.min(o.k1Max, k1 + d1 * o.dt));
    signals[K2] = Math.max(0, Math.min(o.k2Max, k2 + d2 * o.dt));
  }

  #stopIfRunaway(state: Float64Array): void {
    const o = this.#o, signals = this.signals;
    const x = state[X]!, theta1 = state[THETA1]!, theta2 = state[THETA2]!;
    const v = state[V]!, omega1 = state[OMEGA1]!, omega2 = state[OMEGA2]!;
    const u = signals[FORCE]!;
    const isSound = signals[K1]! <= 1.5 * o.k1Max && signals[K2]! <= 1.5 * o.k2Max &&
      Math.abs(signals[U_INT]!) <= 2 * o.uIntMax && Math.abs(signals[SIGMA]!) <= MAX_SIGMA &&
      x * x + theta1 * theta1 + theta2 * theta2 <= MAX_POSITION_NORM ** 2 &&
      v * v + omega1 * omega1 + omega2 * omega2 <= MAX_RATE_NORM ** 2 && u - u === 0;
    if (isSound) return;
    signals[FORCE] = 0;
    signals[U_INT] = 0;
    signals[K1] = Math.max(0, Math.min(0.05 * o.k1Init, 0.05 * o.k1Max));
    signals[K2] = Math.max(0, Math.min(0.05 * o.k2Init, 0.05 * o.k2Max));
  }
}

/** Hybrid adaptive super-twisting control. */
export const hybridAdaptiveStaSmc: ControllerDefinition = {
  name: "hybrid_adaptive_sta_smc",
  aliases: ["hybrid", "hybrid_sta"],
  gainNames: hybridGainNames,
  gainUnits: ["s", "1/s", "s", "1/s"],
  gainBounds: { lower: [0.1, 0.1, 0.1, 0.1], upper: [400, 200, 400, 200] },
  signalNames: [...commonSignals, "k1", "k2", "u_int", "u_cart", "calls"],
  signalUnits: ["N", "1", "N", "N", "N", "N/s", "N", "N", "1"],
  acceptsNonFinite: true,
  schema: hybridSchema,
  create: (options: LawOptions, plant: Plant | undefined): Law => {
    const o = options as unknown as Options;
    checkAtMost("k1_init", o.k1Init, "k1_max", o.k1Max);
    checkAtMost("k2_init", o.k2Init, "k2_max", o.k2Max);
    checkAtMost("recenter_low", o.recenterLow, "recenter_high", o.recenterHigh);
    return new HybridAdaptiveStaSmc(o, plant);
  },
};

function checkAtMost(key: string, value: number, limitKey: string, limit: number): void {
  if (value <= limit) return;
  throw new RangeError(
    `Cannot create hybrid_adaptive_sta_smc as ${key} must be <= ${limitKey} (${limit}): ` +
      `current value is ${value}`,
  );
}
