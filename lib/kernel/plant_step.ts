/**
 * One RK4 step of the full plant on pairs of states, operation by operation as in
 * `plant/full.ts` and `simulation/integrators.ts`, which give the same bits.
 *
 * @module
 */

import { sineCosine, smallSineCosine } from "./elementary.ts";
import type { Layout } from "./layout.ts";
import type { Vector } from "./vector.ts";

/** [x, theta1, theta2, v, omega1, omega2] of a pair of plants. */
export type State = readonly [Vector, Vector, Vector, Vector, Vector, Vector];

/** How angles are treated. */
export interface AngleForm {
  /** Whether only the first lane counts: its two angles then share one evaluation. */
  readonly isSingle: boolean;
  /** Takes each angle whose sine is needed where all are small; absent where they may be large. */
  readonly smallAngles?: Vector[];
}

/** Returns the states after a step of `dt` under a constant force. */
export function stepPlant(state: State, force: Vector, m: Layout, form: AngleForm): State {
  const dt = m.load("dt"), half = m.load("half"), sixth = m.load("sixth"), two = m.constant(2);
  const shifted = (rate: State, by: Vector) =>
    state.map((value, i) => value.add(by.mul(rate[i]!))) as unknown as State;
  const k1 = derivative(state, force, m, form);
  const k2 = derivative(shifted(k1, half), force, m, form);
  const k3 = derivative(shifted(k2, half), force, m, form);
  const k4 = derivative(shifted(k3, dt), force, m, form);
  return state.map((value, i) => {
    const sum = k1[i]!.add(two.mul(k2[i]!)).add(two.mul(k3[i]!));
    return value.add(sixth.mul(sum.add(k4[i]!)));
  }) as unknown as State;
}

function derivative(state: State, force: Vector, m: Layout, form: AngleForm): State {
  const [Mt, A, B, D, J1, J2, Ag, Bg] = ["Mt", "A", "B", "D", "J1", "J2", "Ag", "Bg"].map((name) =>
    m.load(name)
  ) as [Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector];
  const c0 = m.load("c0"), c1 = m.load("c1"), c2 = m.load("c2");
  const [, theta1, theta2, v, omega1, omega2] = state;
  const w = omega1.add(omega2);
  const [[sinP, cosP], [sinQ, cosQ]] = sinesOf(theta1, theta1.add(theta2), m, form);
  const Dsin = D.mul(sinQ.mul(cosP).sub(cosQ.mul(sinP)));
  const Dcos = D.mul(cosQ.mul(cosP).add(sinQ.mul(sinP)));
  const b = A.mul(cosP), c = B.mul(cosQ);

  const joint2 = c2.mul(omega2), ww = w.mul(w), w11 = omega1.mul(omega1);
  const r1 = force.add(A.mul(sinP).mul(w11)).add(B.mul(sinQ).mul(ww)).sub(c0.mul(v));
  const r2 = Dsin.mul(ww).add(Ag.mul(sinP)).sub(c1.mul(omega1)).add(joint2);
  const r3 = Bg.mul(sinQ).sub(Dsin.mul(w11)).sub(joint2);

  const k11 = J1.mul(J2).sub(Dcos.mul(Dcos));
  const k12 = c.mul(Dcos).sub(b.mul(J2)), k13 = b.mul(Dcos).sub(c.mul(J1));
  const k22 = Mt.mul(J2).sub(c.mul(c)), k23 = b.mul(c).sub(Mt.mul(Dcos));
  const k33 = Mt.mul(J1).sub(b.mul(b));
  const inverse = m.constant(1).div(Mt.mul(k11).add(b.mul(k12)).add(c.mul(k13)));
  const vDot = k11.mul(r1).add(k12.mul(r2)).add(k13.mul(r3)).mul(inverse);
  const omega1Dot = k12.mul(r1).add(k22.mul(r2)).add(k23.mul(r3)).mul(inverse);
  const wDot = k13.mul(r1).add(k23.mul(r2)).add(k33.mul(r3)).mul(inverse);
  return [v, omega1, omega2, vDot, omega1Dot, wDot.sub(omega1Dot)];
}

function sinesOf(
  p: Vector,
  q: Vector,
  m: Layout,
  { isSingle, smallAngles }: AngleForm,
): readonly [readonly [Vector, Vector], readonly [Vector, Vector]] {
  const take = (angle: Vector) => {
    smallAngles?.push(angle);
    return smallAngles === undefined ? sineCosine(angle, m) : smallSineCosine(angle, m);
  };
  if (!isSingle) return [take(p), take(q)];
  const [sine, cosine] = take(p.pair(0, q, 0));
  const both = (lane: 0 | 1): readonly [Vector, Vector] => [
    sine.pair(lane, sine, lane),
    cosine.pair(lane, cosine, lane),
  ];
  return [both(0), both(1)];
}
