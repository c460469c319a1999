import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sineCosine } from "../plant/mod.ts";
import { hyperbolicTangent } from "./hyperbolic_tangent.ts";

// Fixed-point numbers of 400 bits behind the point.
const BITS = 400n, ONE = 1n << BITS;

/** The exact value of a double as a fixed-point number (its last bits are far above 2⁻⁴⁰⁰). */
function fixed(x: number): bigint {
  const shift = 2 ** 60;
  let value = 0n, scale = ONE;
  for (let rest = x; rest !== 0; rest = (rest - Math.trunc(rest)) * shift, scale >>= 60n) {
    value += BigInt(Math.trunc(rest)) * scale;
  }
  return value;
}

const times = (a: bigint, b: bigint) => (a * b) >> BITS;

/** Taylor series Σ x^k / k! with terms from `first` in steps of `step` and signs `sign`. */
function series(x: bigint, first: number, step: number, sign: bigint): bigint {
  let term = first === 0 ? ONE : x, sum = 0n;
  for (let k = first; term !== 0n && term !== -1n; k += step) {
    sum += term;
    for (let i = 1; i <= step; i++) term = times(term, x) / BigInt(k + i);
    term *= sign;
  }
  return sum;
}

/** Returns |actual − exact| in units of the last place of the exact value. */
function ulps(actual: number, exact: bigint): number {
  const value = Math.abs(Number(exact >> (BITS - 200n)) / 2 ** 200) || Number.MIN_VALUE;
  const ulp = 2 ** (Math.floor(Math.log2(value)) - 52);
  const error = fixed(actual) - exact;
  return Math.abs(Number(error >> (BITS - 200n)) / 2 ** 200) / ulp;
}

const angles = fc.oneof(
  fc.double({ min: -1.6, max: 1.6, noNaN: true }),
  fc.double({ min: -30, max: 30, noNaN: true }),
  fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
).filter((x) => x === 0 || Math.abs(x) > 1e-30);

test("sineCosine() is within 1 ulp of the exact values", () => {
  const io = new Float64Array(3);
  let worst = 0;
  fc.assert(
    fc.property(angles, (x) => {
      io[0] = x;
      sineCosine(io, 0);
      const sine = series(fixed(x), 1, 2, -1n), cosine = series(fixed(x), 0, 2, -1n);
      if (x !== 0) worst = Math.max(worst, ulps(io[1]!, sine));
      worst = Math.max(worst, ulps(io[2]!, cosine));
      assert.ok(worst <= 1, `${worst} ulp at ${x}`);
    }),
    { numRuns: 3000 },
  );
  assert.ok(worst > 0.4, "the measure sees rounding errors");
});

test("hyperbolicTangent() is within 1 ulp of the exact values", () => {
  fc.assert(
    fc.property(angles, (x) => {
      if (x === 0) return;
      const up = series(fixed(2 * x), 0, 1, 1n);
      const exact = ((up - ONE) << BITS) / (up + ONE);
      const error = ulps(hyperbolicTangent(x), exact);
      assert.ok(error <= 1, `${error} ulp at ${x}`);
    }),
    { numRuns: 3000 },
  );
});

test("sineCosine() and hyperbolicTangent() are odd and even and know the ends", () => {
  const io = new Float64Array(3), mirrored = new Float64Array(3);
  fc.assert(fc.property(fc.double({ noNaN: true }), (x) => {
    io[0] = x;
    mirrored[0] = -x;
    sineCosine(io, 0);
    sineCosine(mirrored, 0);
    assert.equal(mirrored[1]! + 0, -io[1]! + 0);
    assert.equal(mirrored[2], io[2]);
    assert.equal(hyperbolicTangent(-x) + 0, -hyperbolicTangent(x) + 0);
    assert.ok(Math.abs(hyperbolicTangent(x)) <= 1);
  }));
  assert.deepEqual([hyperbolicTangent(Infinity), hyperbolicTangent(-1e300)], [1, -1]);
  assert.ok(Number.isNaN(hyperbolicTangent(NaN)));
});
