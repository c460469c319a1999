/**
 * The distributions that intervals need: normal and Student quantiles, the regularised incomplete
 * gamma function, and the exact interval of a Poisson count. Relative accuracy 1e-9 or better.
 *
 * @module
 */

import { createRequire } from "node:module";

/** Lower and upper end of an interval. */
export type Bounds = readonly [low: number, high: number];

// Loaded at its first use: a random stream needs none of its 0.7 MB, and every measured process of
// the laboratory would collect around it.
let library: typeof import("simple-statistics") | undefined;

function gammaln(x: number): number {
  library ??= createRequire(import.meta.url)(
    "simple-statistics",
  ) as typeof import("simple-statistics");
  return library.gammaln(x);
}

/** Returns the p-quantile of the standard normal distribution, 0 < p < 1. Wichura 1988, AS 241. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(0.180625 - q * q, CENTRE);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const value = r <= 5 ? ratio(r - 1.6, MIDDLE) : ratio(r - 5, TAIL);
  return q < 0 ? -value : value;
}

/** Returns the p-quantile of Student's distribution with `degrees` > 0 degrees of freedom. */
export function studentQuantile(p: number, degrees: number): number {
  if (p < 0.5) return -studentQuantile(1 - p, degrees);
  const tail = (t: number) => incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  let high = 1;
  while (tail(high) > 1 - p) high *= 2;
  return bisect((t) => tail(t) - (1 - p), 0, high);
}

/** Returns the exact interval of a Poisson mean after `count` events (Garwood 1936). */
export function poissonInterval(count: number, confidence = 0.99): Bounds {
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(
      `Cannot bound a rate as its count must be a whole number ≥ 0: current value is ${count}`,
    );
  }
  const alpha = (1 - checkConfidence(confidence)) / 2;
  const reach = 10 * Math.sqrt(count + 1) + 30;
  const low = count === 0 ? 0 : bisect((mean) => alpha - incompleteGamma(count, mean), 0, count);
  const high = bisect((mean) => 1 - alpha - incompleteGamma(count + 1, mean), count, count + reach);
  return [low, high];
}

/** Returns the interval of a proportion after `successes` of `trials` (Wilson 1927). */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Bounds {
  if (!(trials > 0 && successes >= 0 && successes <= trials)) {
    throw new RangeError(
      `Cannot bound a proportion as 0 ≤ successes ≤ trials and trials > 0: current value is ${successes} of ${trials}`,
    );
  }
  const z = normalQuantile((1 + checkConfidence(confidence)) / 2);
  const p = successes / trials;
  const centre = p + z * z / (2 * trials);
  const half = z * Math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials));
  const scale = 1 + z * z / trials;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}

/** Returns a coverage, if it lies strictly between 0 and 1. @throws RangeError otherwise. */
export function checkConfidence(confidence: number): number {
  if (confidence > 0 && confidence < 1) return confidence;
  throw new RangeError(
    `Cannot build an interval as confidence must lie between 0 and 1: current value is ${confidence}`,
  );
}

/** Returns P(a, x), the lower regularised incomplete gamma function; a > 0, x ≥ 0. */
export function incompleteGamma(a: number, x: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(a * Math.log(x) - x - gammaln(a));
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = 1; term > sum * 1e-16; n++) sum += term *= x / (a + n);
    return front * sum;
  }
  return 1 - front / continuedFraction(x + 1 - a, (n) => -n * (n - a), (n) => x + 2 * n + 1 - a);
}

/** Returns I_x(a, b), the regularised incomplete beta function; 0 ≤ x ≤ 1. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x),
  ) / a;
  const numerator = (n: number) => {
    const m = Math.floor(n / 2);
    return n % 2 === 0
      ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
  };
  return front / continuedFraction(1, numerator, () => 1);
}

/** Evaluates b0 + a1 / (b1 + a2 / (b2 + …)) by Lentz's method. */
function continuedFraction(
  b0: number,
  a: (n: number) => number,
  b: (n: number) => number,
): number {
  const tiny = 1e-300;
  let value = b0 || tiny;
  let [c, d] = [value, 0];
  for (let n = 1; n < 100_000; n++) {
    d = 1 / (b(n) + a(n) * d || tiny);
    c = b(n) + a(n) / c || tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

function bisect(falling: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  for (let i = 0; i < 200 && b - a > 1e-13 * (1 + Math.abs(b)); i++) {
    const middle = (a + b) / 2;
    if (falling(middle) > 0) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}

type Rational = readonly [numerator: readonly number[], denominator: readonly number[]];

function ratio(r: number, [numerator, denominator]: Rational): number {
  const horner = (coefficients: readonly number[]) =>
    coefficients.reduce((sum, coefficient) => sum * r + coefficient, 0);
  return horner(numerator) / horner(denominator);
}

// AS 241, highest power first.
const CENTRE: Rational = [
  [
    2.5090809287301226727e3,
    3.3430575583588128105e4,
    6.7265770927008700853e4,
    4.5921953931549871457e4,
    1.3731693765509461125e4,
    1.9715909503065514427e3,
    1.3314166789178437745e2,
    3.387132872796366608,
  ],
  [
    5.226495278852854561e3,
    2.8729085735721942674e4,
    3.930789580009271061e4,
    2.1213794301586595867e4,
    5.3941960214247511077e3,
    6.8718700749205790830e2,
    4.2313330701600911252e1,
    1,
  ],
];
const MIDDLE: Rational = [
  [
    7.7454501427834140764e-4,
    2.27238449892691845833e-2,
    2.41780725177450611770e-1,
    1.27045825245236838258,
    3.64784832476320460504,
    5.76949722146069140550,
    4.63033784615654529590,
    1.42343711074968357734,
  ],
  [
    1.05075007164441684324e-9,
    5.475938084995344946e-4,
    1.51986665636164571966e-2,
    1.48103976427480074590e-1,
    6.89767334985100004550e-1,
    1.67638483018380384940,
    2.05319162663775882187,
    1,
  ],
];
const TAIL: Rational = [
  [
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    1.24266094738807843860e-3,
    2.65321895265761230930e-2,
    2.96560571828504891230e-1,
    1.78482653991729133580,
    5.46378491116411436990,
    6.65790464350110377720,
  ],
  [
    2.04426310338993978564e-15,
    1.42151175831644588870e-7,
    1.84631831751005468180e-5,
    7.86869131145613259100e-4,
    1.48753612908506148525e-2,
    1.36929880922735805310e-1,
    5.99832206555887937690e-1,
    1,
  ],
];
