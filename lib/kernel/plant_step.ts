/**
 * One RK4 step of the full plant on pairs of states:
 *
 *     [ Mt        A cos θ1   B cos q  ] [ v̇  ]   [ u + A sin θ1 ω1² + B sin q w² − c0 v      ]
 *     [ A cos θ1  J1         D cos θ2 ] [ ω̇1 ] = [ D sin θ2 w² + A g sin θ1 − c1 ω1 + c2 ω2  ]
 *     [ B cos q   D cos θ2   J2       ] [ ẇ  ]   [ −D sin θ2 ω1² + B g sin q − c2 ω2         ]
 *
 * with q = θ1 + θ2, w = ω1 + ω2, solved by cofactors, and s⁺ = s + dt/6 (k1 + 2 k2 + 2 k3 + k4).
 * Operation by operation as in `plant/full.ts` and `simulation/integrators.ts`, the plain version
 * and test oracle, which give the same bits.
 *
 * @module
 */

import { sineCosine, smallSineCosine } from "./elementary.ts";
import { type Layout, PLACE } from "./layout.ts";
import type { Emitter, Vector } from "./vector.ts";
import { OP, signed, unsigned } from "./wasm.ts";

/** [x, theta1, theta2, v, omega1, omega2] of a pair of plants. */
export type State = readonly [Vector, Vector, Vector, Vector, Vector, Vector];

/** How angles are treated. */
export interface AngleForm {
  /** Whether only the first lane counts: its two angles then share one evaluation. */
  readonly isSingle: boolean;
  /** Takes each angle whose sine is needed where all are small; absent where they may be large. */
  readonly smallAngles?: Vector[];
}

/**
 * Variables of a step: the state it starts from, the stage's state without the position, which no
 * rate depends on, and the sum of rates.
 */
export interface StepVariables {
  readonly state: readonly number[];
  readonly stage: readonly number[];
  readonly sum: readonly number[];
  /** Largest |angle| of all stages. */
  readonly largestAngle: number;
  /** Bytes from the first stage's coefficients to this one's. */
  readonly offset: number;
}

/** Weights of the rates in their sum. */
export const WEIGHTS: readonly string[] = ["one", "two", "two again", "one again"];
/** Steps from the state to the next stage's state; the last is not used. */
export const SHIFTS: readonly string[] = ["half", "half again", "dt", "dt again"];

/**
 * Emits the four stages as a loop, which keeps few numbers alive at once; the new state is then
 * `state + sixth × sum`.
 */
export function emitStages(
  e: Emitter,
  variables: StepVariables,
  force: Vector,
  m: Layout,
  isSingle: boolean,
  isSmall: boolean,
): void {
  const { state, stage, sum, largestAngle, offset } = variables;
  const weight = m.loadAt(WEIGHTS, offset), shift = m.loadAt(SHIFTS, offset);
  const zero = m.constant(0), read = (local: number) => e.read(local);
  e.emit(...OP.i32Const, 0, ...OP.localSet, ...unsigned(offset));
  e.set([
    ...stage.map((local, i) => [local, read(state[i + 1]!)] as const),
    ...sum.map((local) => [local, zero] as const),
    [largestAngle, zero],
  ]);
  e.emit(...OP.loop);
  const angles: Vector[] = [];
  const form = { isSingle, ...(isSmall ? { smallAngles: angles } : {}) };
  const rate = derivative(e, stage.map(read), force, m, form);
  e.set([
    ...sum.map((local, i) => [local, read(local).add(weight.mul(rate[i]!))] as const),
    ...stage.map((local, i) => [local, read(state[i + 1]!).add(shift.mul(rate[i + 1]!))] as const),
    [largestAngle, angles.reduce((most, angle) => most.max(angle.abs()), read(largestAngle))],
  ]);
  e.emit(...OP.localGet, ...unsigned(offset), ...OP.i32Const, ...signed(PLACE), ...OP.i32Add);
  e.emit(...OP.localTee, ...unsigned(offset), ...OP.i32Const, ...signed(4 * PLACE));
  e.emit(...OP.i32LtS, ...OP.brIf, 0, ...OP.end);
}

function derivative(
  e: Emitter,
  stage: readonly Vector[],
  force: Vector,
  m: Layout,
  form: AngleForm,
): State {
  const [Mt, A, B, D, J1, J2, Ag, Bg] = ["Mt", "A", "B", "D", "J1", "J2", "Ag", "Bg"].map((name) =>
    m.load(name)
  ) as [Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector];
  const c0 = m.load("c0"), c1 = m.load("c1"), c2 = m.load("c2");
  const [theta1, theta2, v, omega1, omega2] = stage as [Vector, Vector, Vector, Vector, Vector];
  const w = omega1.add(omega2);
  const [[sinP, cosP], [sinQ, cosQ]] = sinesOf(e, theta1, theta1.add(theta2), m, form);
  const Dsin = D.mul(sinQ.mul(cosP).sub(cosQ.mul(sinP)));
  const Dcos = D.mul(cosQ.mul(cosP).add(sinQ.mul(sinP)));
  const b = A.mul(cosP), c = B.mul(cosQ);

  const joint2 = c2.mul(omega2), ww = w.mul(w), w11 = omega1.mul(omega1);
  const r1 = force.add(A.mul(sinP).mul(w11)).add(B.mul(sinQ).mul(ww)).sub(c0.mul(v));
  const r2 = Dsin.mul(ww).add(Ag.mul(sinP)).sub(c1.mul(omega1)).add(joint2);
  const r3 = Bg.mul(sinQ).sub(Dsin.mul(w11)).sub(joint2);

  const k11 = m.load("J1 J2").sub(Dcos.mul(Dcos));
  const k12 = c.mul(Dcos).sub(b.mul(J2)), k13 = b.mul(Dcos).sub(c.mul(J1));
  const k22 = m.load("Mt J2").sub(c.mul(c)), k23 = b.mul(c).sub(Mt.mul(Dcos));
  const k33 = m.load("Mt J1").sub(b.mul(b));
  const inverse = m.constant(1).div(Mt.mul(k11).add(b.mul(k12)).add(c.mul(k13)));
  const vDot = k11.mul(r1).add(k12.mul(r2)).add(k13.mul(r3)).mul(inverse);
  const omega1Dot = k12.mul(r1).add(k22.mul(r2)).add(k23.mul(r3)).mul(inverse);
  const wDot = k13.mul(r1).add(k23.mul(r2)).add(k33.mul(r3)).mul(inverse);
  return [v, omega1, omega2, vDot, omega1Dot, wDot.sub(omega1Dot)];
}

function sinesOf(
  e: Emitter,
  p: Vector,
  q: Vector,
  m: Layout,
  { isSingle, smallAngles }: AngleForm,
): readonly [readonly [Vector, Vector], readonly [Vector, Vector]] {
  const take = (angle: Vector) => {
    smallAngles?.push(angle);
    return smallAngles === undefined ? sineCosine(angle, m) : smallSineCosine(angle, m);
  };
  // Sines wait in memory: the compiler then keeps fewer numbers alive than it has registers for.
  const park = (pair: readonly [Vector, Vector], names: readonly [string, string]) => {
    names.forEach((name, i) => e.store(m.place(name) * PLACE, pair[i]!));
    return [m.load(names[0]), m.load(names[1])] as const;
  };
  if (!isSingle) {
    return [park(take(p), ["sine p", "cosine p"]), park(take(q), ["sine q", "cosine q"])];
  }
  const [sine, cosine] = take(p.pair(0, q, 0));
  const both = (lane: 0 | 1): readonly [Vector, Vector] => [
    sine.pair(lane, sine, lane),
    cosine.pair(lane, cosine, lane),
  ];
  return [both(0), both(1)];
}
