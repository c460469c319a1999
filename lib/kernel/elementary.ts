/**
 * Sine, cosine and tanh of pairs, operation by operation as in `plant/sine_cosine.ts` and
 * `controllers/hyperbolic_tangent.ts`, which give the same bits.
 *
 * @module
 */

import { LN2, LOG2_E, SATURATED, SERIES, SPLIT } from "../controllers/mod.ts";
import { COSINE, HALF_PI, ROUND, SINE, TWO_OVER_PI } from "../plant/mod.ts";
import type { Layout } from "./layout.ts";
import type { Vector } from "./vector.ts";

/** |angle| up to which no quadrant has to be found, rad: a little below π/4. */
export const SMALL_ANGLE = 0.785;

/** Returns sine and cosine of angles within ±SMALL_ANGLE. */
export function smallSineCosine(r: Vector, m: Layout): readonly [Vector, Vector] {
  const n = (value: number) => m.constant(value);
  const z = r.mul(r), half = n(0.5).mul(z), one = n(1).sub(half);
  const [s, c, v] = polynomials(r, z, m);
  const sine = r.sub(z.mul(n(0).sub(v.mul(s))).sub(v.mul(n(SINE[0]!))));
  return [sine, one.add(n(1).sub(one).sub(half).add(z.mul(c)))];
}

/** Returns sine and cosine of angles within ±1e6 rad. */
export function sineCosine(x: Vector, m: Layout): readonly [Vector, Vector] {
  const n = (value: number) => m.constant(value);
  const turned = x.mul(n(TWO_OVER_PI)).add(n(ROUND));
  const k = turned.sub(n(ROUND));
  const r1 = x.sub(k.mul(n(HALF_PI[0]))), w = k.mul(n(HALF_PI[1])), r2 = r1.sub(w);
  const y = k.mul(n(HALF_PI[2])).sub(r1.sub(r2).sub(w));
  const r = r2.sub(y), tail = r2.sub(r).sub(y);

  const z = r.mul(r), half = n(0.5).mul(z);
  const [s, c, v] = polynomials(r, z, m);
  const sine = r.sub(z.mul(n(0.5).mul(tail).sub(v.mul(s))).sub(tail).sub(v.mul(n(SINE[0]!))));
  const one = n(1).sub(half);
  const cosine = one.add(n(1).sub(one).sub(half).add(z.mul(c).sub(r.mul(tail))));

  // The low bits of the rounded number hold k: bit 0 swaps, bit 1 turns the sign.
  const isOdd = turned.and(m.bits(1n)).negInt();
  const sign = m.bits(-(2n ** 63n));
  const sineSign = turned.shiftLeft(62).and(sign);
  const cosineSign = turned.addInt(m.bits(1n)).shiftLeft(62).and(sign);
  return [
    isOdd.select(cosine, sine).xor(sineSign),
    isOdd.select(sine, cosine).xor(cosineSign),
  ];
}

/** The sums of the sine's and the cosine's higher terms, and r³. */
function polynomials(r: Vector, z: Vector, m: Layout): readonly [Vector, Vector, Vector] {
  const [, S2, S3, S4, S5, S6] = SINE.map((value) => m.constant(value)) as Six;
  const [C1, C2, C3, C4, C5, C6] = COSINE.map((value) => m.constant(value)) as Six;
  const zz = z.mul(z);
  const s = S2.add(z.mul(S3.add(z.mul(S4)))).add(z.mul(zz).mul(S5.add(z.mul(S6))));
  const c = z.mul(C1.add(z.mul(C2.add(z.mul(C3)))))
    .add(zz.mul(zz).mul(C4.add(z.mul(C5.add(z.mul(C6))))));
  return [s, c, z.mul(r)];
}

/** Returns the hyperbolic tangent. */
export function hyperbolicTangent(x: Vector, m: Layout): Vector {
  const n = (value: number) => m.constant(value);
  const y = n(2).mul(x.abs()).min(n(SATURATED));
  const turned = y.mul(n(LOG2_E)).add(n(ROUND));
  const k = turned.sub(n(ROUND));
  const high = y.sub(k.mul(n(LN2[0]))), low = k.mul(n(LN2[1]));
  const r = high.sub(low), tail = high.sub(r).sub(low);

  const E = SERIES.map(n), r2 = r.mul(r), r4 = r2.mul(r2);
  const line = (i: number) => E[i]!.add(r.mul(E[i + 1]!));
  const cubic = (i: number) => line(i).add(r2.mul(line(i + 2)));
  const P = cubic(0).add(r4.mul(cubic(4).add(r4.mul(cubic(8)))));
  const q = r2.mul(P).add(tail.add(tail.mul(r)));
  const t0 = r.add(q), t0Rest = q.sub(t0.sub(r));

  // 2ᵏ from its exponent bits; the constant's own high bits are shifted out.
  const scale = turned.addInt(m.bits(1023n)).shiftLeft(52);
  const base = scale.sub(n(1)), part = scale.mul(t0);
  const t = base.add(part), tRest = scale.mul(t0Rest).add(part.sub(t.sub(base)));
  const sum = t.add(n(2)), rest = sum.sub(n(2));
  const sumRest = n(2).sub(sum.sub(rest)).add(t.sub(rest));
  const upperHalf = (value: Vector) => {
    const scaled = value.mul(n(SPLIT));
    return scaled.sub(scaled.sub(value));
  };
  const inverse = n(1).div(sum), head = upperHalf(t.mul(inverse)), sumHead = upperHalf(sum);
  const missing = t.sub(head.mul(sumHead)).sub(head.mul(sum.sub(sumHead)));
  const size = head.add(missing.add(tRest.sub(head.mul(sumRest.add(tRest)))).mul(inverse));
  return x.lt(n(0)).select(size.neg(), size);
}

type Six = [Vector, Vector, Vector, Vector, Vector, Vector];
