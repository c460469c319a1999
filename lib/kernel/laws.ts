/**
 * The four control laws on pairs of states, operation by operation as in `controllers/`, whose
 * equations stand in the header of each law's file and which give the same bits.
 *
 * @module
 */

import { hyperbolicTangent } from "./elementary.ts";
import type { Layout } from "./layout.ts";
import type { State } from "./plant_step.ts";
import type { Vector } from "./vector.ts";

/** What a law makes of a state. */
export interface LawStep {
  /** Signals after the call, by name; those that the law keeps are its next internal state. */
  readonly signals: Readonly<Record<string, Vector>>;
  /** Mask of calls after which the internal state had to change. */
  readonly due?: Vector;
  /** Mask of calls after which it did. */
  readonly changed?: Vector;
}

/** A law as a kernel sees it. */
export interface KernelLaw {
  /** Signals that the law keeps from call to call. */
  readonly kept: readonly string[];
  /** Options that choose between forms of the law. */
  readonly forms: readonly string[];
  /** Returns the law's expressions. */
  step(state: State, kept: Readonly<Record<string, Vector>>, m: Layout, forms: Forms): LawStep;
}

/** Values of the options in `forms`. */
export type Forms = Readonly<Record<string, unknown>>;

/** Laws that kernels know, by the controller's name. */
export const kernelLaws: Readonly<Record<string, KernelLaw>> = {
  classical_smc: { kept: [], forms: ["switchMethod"], step: classical },
  sta_smc: { kept: ["z"], forms: ["switchMethod"], step: superTwisting },
  adaptive_smc: { kept: ["K", "time_in_sliding"], forms: ["switchMethod"], step: adaptive },
  hybrid_adaptive_sta_smc: {
    kept: ["k1", "k2", "u_int", "calls"],
    forms: ["surface"],
    step: hybrid,
  },
};

function classical(state: State, _kept: object, m: Layout, forms: Forms): LawStep {
  const [, theta1, theta2, , omega1, omega2] = state, p = (name: string) => m.load(name);
  const sigma = p("lambda1").mul(theta1).add(p("lambda2").mul(theta2)).add(p("k1").mul(omega1))
    .add(p("k2").mul(omega2)).add(cartPart(state, m));
  const size = sigma.abs(), layer = p("boundaryLayer");
  const epsilon = layer.add(p("boundaryLayerSlope").mul(size));
  const s = size.lt(p("hysteresisRatio").mul(layer))
    .select(m.constant(0), saturate(sigma, epsilon, m, forms));
  const u_switch = p("K").neg().mul(s).sub(p("kd").mul(sigma));
  const force = clip(m.constant(0).add(u_switch), p("maxForce"));
  return { signals: { force, sigma, u_eq: m.constant(0), u_switch, epsilon } };
}

function superTwisting(
  state: State,
  { z }: Readonly<Record<string, Vector>>,
  m: Layout,
  forms: Forms,
): LawStep {
  const p = (name: string) => m.load(name), limit = p("maxForce"), dt = p("controlDt");
  const sigma = linkPart(state, m).add(cartPart(state, m));
  const s = saturate(sigma, p("boundaryLayer"), m, forms);
  const u_switch = p("K1").neg().mul(sigma.abs().sqrt()).mul(s).add(z!)
    .sub(p("dampingGain").mul(sigma));
  const raw = m.constant(0).add(u_switch), force = clip(raw, limit);
  const windup = p("antiWindupGain").mul(force.sub(raw)).mul(dt);
  const next = clip(z!.sub(p("K2").mul(s).mul(dt)).add(windup), limit);
  return {
    signals: { force, sigma, u_eq: m.constant(0), u_switch, z: next },
    due: s.ne(m.constant(0)),
    changed: next.ne(z!),
  };
}

function adaptive(
  state: State,
  { K, time_in_sliding }: Readonly<Record<string, Vector>>,
  m: Layout,
  forms: Forms,
): LawStep {
  const p = (name: string) => m.load(name), zero = m.constant(0), dt = p("controlDt");
  const sigma = linkPart(state, m).add(cartPart(state, m)), size = sigma.abs();
  const u_switch = K!.neg().mul(saturate(sigma, p("boundaryLayer"), m, forms));
  const isAdapting = size.gt(p("deadZone"));
  const wish = p("gamma").mul(size).sub(p("leakRate").mul(K!.sub(p("kInit"))));
  const K_rate = isAdapting.select(clip(wish, p("adaptRateLimit")), zero);
  const next = K!.add(K_rate.mul(dt)).min(p("kMax")).max(p("kMin"));
  const force = clip(u_switch.sub(p("alpha").mul(sigma)), p("maxForce"));
  const time = size.le(p("boundaryLayer")).select(time_in_sliding!.add(dt), zero);
  return {
    signals: { force, sigma, u_eq: zero, u_switch, K: next, K_rate, time_in_sliding: time },
    due: isAdapting.and(K_rate.ne(zero)),
    changed: next.ne(K!),
  };
}

function hybrid(
  state: State,
  kept: Readonly<Record<string, Vector>>,
  m: Layout,
  forms: Forms,
): LawStep {
  const p = (name: string) => m.load(name), n = (value: number) => m.constant(value);
  const { k1, k2, u_int, calls } = kept as Record<"k1" | "k2" | "u_int" | "calls", Vector>;
  const limit = p("maxForce"), dt = p("controlDt");
  const sigma = hybridSurface(state, m, forms), size = sigma.abs(), root = size.sqrt();
  const isResting = size.le(p("deadZone"));
  const g = isResting.select(n(0), hyperbolicTangent(sigma.div(p("width")), m));
  const u_cart = cartForce(state, m);
  const rest = p("dampingGain").neg().mul(sigma).add(u_cart).add(n(0));

  const before = k1.neg().mul(root).mul(g).add(u_int).add(rest);
  const isSaturated = before.abs().gt(p("saturatedForce"))
    .and(size.lt(p("adaptationSatThreshold")));
  const isHeld = isResting.or(isSaturated);
  const late = calls.sub(n(1000)).max(n(0));
  const taper = size.div(size.add(p("taperEps"))).mul(n(1).div(n(1).add(n(0.01).mul(late))));
  const grown = (gain: Vector, name: string) => {
    const rate = p(`gamma${name}`).mul(size).mul(taper).min(p("adaptRateLimit"))
      .sub(p("gainLeak")).max(gain.neg().div(p("tenDt")));
    const held = isHeld.select(p("gainLeak").neg(), rate);
    const d = gain.gt(p(`k${name}Guard`)).select(held.min(p("fallRate")), held);
    return gain.add(d.mul(dt)).min(p(`k${name}Max`)).max(n(0));
  };
  const k1Next = grown(k1, "1"), k2Next = grown(k2, "2");

  const u_switch = k1Next.neg().mul(root).mul(g);
  const moved = clip(u_int.sub(k2Next.mul(g).mul(dt)), p("uIntMax"));
  const wish = isResting.select(u_int, moved);
  const wanted = u_switch.add(wish).add(rest), tried = clip(wanted, limit);
  const isWound = tried.ne(wanted);
  const u_intNext = isWound.select(u_int, wish);
  const u = isWound.select(clip(u_switch.add(u_int).add(rest), limit), tried);

  const isSound = soundness(state, sigma, k1Next, k2Next, u_intNext, u, m);
  return {
    signals: {
      force: isSound.select(u, n(0)),
      sigma,
      u_eq: n(0),
      u_switch,
      k1: isSound.select(k1Next, p("k1Fallback")),
      k2: isSound.select(k2Next, p("k2Fallback")),
      u_int: isSound.select(u_intNext, n(0)),
      u_cart,
      calls: calls.add(n(1)),
    },
    due: isResting.not(),
    changed: k1Next.ne(k1).or(k2Next.ne(k2)).or(u_intNext.ne(u_int)),
  };
}

function hybridSurface(state: State, m: Layout, { surface }: Forms): Vector {
  const [, theta1, theta2, , omega1, omega2] = state, isRelative = surface === "public_relative";
  const angle = isRelative ? theta2.sub(theta1) : theta2;
  const rate = isRelative ? omega2.sub(omega1) : omega2;
  const P = m.load("c1 gain").mul(omega1.add(m.load("lambda1").mul(theta1)))
    .add(m.load("c2 gain").mul(rate.add(m.load("lambda2").mul(angle))));
  const Q = cartPart(state, m);
  return surface === "plus" ? P.add(Q) : P.sub(Q).neg();
}

function cartForce([x, , , v]: State, m: Layout): Vector {
  const distance = x.abs(), low = m.load("recenterLow");
  const share = distance.le(low).select(
    m.constant(0),
    distance.ge(m.load("recenterHigh"))
      .select(m.constant(1), distance.sub(low).div(m.load("recenterSpan"))),
  );
  return share.neg().mul(m.load("cartPGain")).mul(v.add(m.load("cartPLambda").mul(x)));
}

function soundness(
  [x, theta1, theta2, v, omega1, omega2]: State,
  sigma: Vector,
  k1: Vector,
  k2: Vector,
  uInt: Vector,
  u: Vector,
  m: Layout,
): Vector {
  const square = (a: Vector, b: Vector, c: Vector) => a.mul(a).add(b.mul(b)).add(c.mul(c));
  return k1.le(m.load("k1Emergency")).and(k2.le(m.load("k2Emergency")))
    .and(uInt.abs().le(m.load("uIntEmergency"))).and(sigma.abs().le(m.constant(200)))
    .and(square(x, theta1, theta2).le(m.constant(225)))
    .and(square(v, omega1, omega2).le(m.constant(5625)))
    .and(u.sub(u).ge(m.constant(0)));
}

function linkPart([, theta1, theta2, , omega1, omega2]: State, m: Layout): Vector {
  return m.load("k1").mul(omega1.add(m.load("lambda1").mul(theta1)))
    .add(m.load("k2").mul(omega2.add(m.load("lambda2").mul(theta2))));
}

function cartPart([x, , , v]: State, m: Layout): Vector {
  return m.load("cartGain").mul(v.add(m.load("cartLambda").mul(x)));
}

function saturate(sigma: Vector, epsilon: Vector, m: Layout, { switchMethod }: Forms): Vector {
  return switchMethod === "tanh"
    ? hyperbolicTangent(sigma.div(m.constant(3).mul(epsilon)), m)
    : clip(sigma.div(epsilon), m.constant(1));
}

/** The same as `controllers/saturate.ts`. */
export function clip(value: Vector, limit: Vector): Vector {
  return value.min(limit).max(limit.neg());
}
