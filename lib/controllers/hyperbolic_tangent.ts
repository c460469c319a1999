/**
 * The hyperbolic tangent to 1 ulp, by operations that every engine and WebAssembly round alike.
 *
 * With t = exp(2|x|) − 1, tanh |x| = t / (t + 2). 2|x| = k ln 2 + r, |r| <= ln 2 / 2, and
 * t = 2ᵏ (r + r² P(r)) + (2ᵏ − 1), P the Taylor series; what roundings lose is carried along and
 * added at the end.
 *
 * @module
 */

/** 1.5 × 2⁵²: adding and taking it away rounds to the nearest whole number. */
export const ROUND = 6755399441055744;
/** 1 / ln 2. */
export const LOG2_E = 1.44269504088896338700e+00;
/** ln 2 in two parts, the first with 32 trailing zero bits. */
export const LN2: readonly [number, number] = [
  6.93147180369123816490e-01,
  1.90821492927058770002e-10,
];
/** 2²⁷ + 1: splits a number into two halves of 26 bits (Veltkamp 1968). */
export const SPLIT = 134217729;
/** 2|x| beyond which the result is 1. */
export const SATURATED = 44;
/** Coefficients 1/2!, 1/3!, … 1/13! of P. */
export const SERIES: readonly number[] = Array.from(
  { length: 12 },
  (_, i) => 1 / factorial(i + 2),
);
/** 2ᵏ for k = 0 … 64. */
const POWERS = Float64Array.from({ length: 65 }, (_, k) => 2 ** k);
const [LN2_HIGH, LN2_LOW] = LN2;
const [E0, E1, E2, E3, E4, E5, E6, E7, E8, E9, E10, E11] = SERIES as unknown as Twelve;

/** Returns tanh x. */
export function hyperbolicTangent(x: number): number {
  const io = Float64Array.of(x, 0);
  writeTangent(io, 0);
  return io[1]!;
}

/**
 * Reads x from `io[at]` and writes tanh x to `io[at + 1]`. Allocates nothing: a number that is
 * returned from a call may be boxed on the heap, so laws use this.
 */
export function writeTangent(io: Float64Array, at: number): void {
  const x = io[at]!, double = 2 * Math.abs(x);
  if (double !== double) {
    io[at + 1] = x;
    return;
  }
  const y = Math.min(SATURATED, double);
  const k = (y * LOG2_E + ROUND) - ROUND;
  const high = y - k * LN2_HIGH, low = k * LN2_LOW;
  const r = high - low, tail = (high - r) - low;

  const r2 = r * r, r4 = r2 * r2;
  const P = ((E0 + r * E1) + r2 * (E2 + r * E3)) +
    r4 * (((E4 + r * E5) + r2 * (E6 + r * E7)) + r4 * ((E8 + r * E9) + r2 * (E10 + r * E11)));
  const q = r2 * P + (tail + tail * r);
  const t0 = r + q, t0Rest = q - (t0 - r);

  // An index that is not known to be whole would be boxed.
  const scale = POWERS[k | 0]!, base = scale - 1, m = scale * t0;
  const t = base + m, tRest = scale * t0Rest + (m - (t - base));
  const sum = t + 2, part = sum - 2, sumRest = (2 - (sum - part)) + (t - part);
  // The quotient's upper half, and what is missing from it by exact products (Dekker 1971).
  const inverse = 1 / sum, ratio = t * inverse;
  const ratioScaled = ratio * SPLIT, head = ratioScaled - (ratioScaled - ratio);
  const sumScaled = sum * SPLIT, sumHead = sumScaled - (sumScaled - sum);
  const missing = (t - head * sumHead) - head * (sum - sumHead);
  const size = head + (missing + (tRest - head * (sumRest + tRest))) * inverse;
  io[at + 1] = x < 0 ? -size : size;
}

type Twelve = [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
