/**
 * Series that are a line but for a few lasting steps, as a heap after collections is: most samples
 * follow each other at exactly the same rate, and now and then something is loaded or compiled.
 * Whether the steps belong to the growth nobody can know from a few of them, so the interval holds
 * both answers: the rate between the steps, and the rate with them.
 *
 * @module
 */

import { studentQuantile } from "./distributions.ts";

/** Share of differences that must be exactly equal. */
const EQUAL_SHARE = 0.65;
/** This many steps that vary less than this are a staircase, or rounding: growth in its own right. */
const STAIRCASE = 4;
const LEAST_VARIATION = 0.15;
/** So many steps that all go one way are growth: chance would do it in less than 1 % of series. */
const STEPS_ONE_WAY = 8;
/** With so many steps, one that takes the last one back shows a level that is held. */
const STEPS_TO_CORRELATE = 6;
const HELD_LEVEL = -0.25;

/** Lower and upper end of the rate of a line with few lasting steps, and the rate between them. */
export interface SparseStepsInterval {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
}

/** Returns the interval if x and y are such a series, else null. */
export function sparseStepsInterval(
  x: Float64Array,
  y: Float64Array,
  confidence: number,
): SparseStepsInterval | null {
  const rates = x.subarray(1).map((v, i) => (y[i + 1]! - y[i]!) / (v - x[i]!));
  const sorted = rates.slice().sort();
  const between = sorted[sorted.length >> 1]!;
  const resolution = 1e-9 * Math.max(Math.abs(sorted[0]!), Math.abs(sorted.at(-1)!));
  const steps = rates.filter((rate) => Math.abs(rate - between) > resolution)
    .map((rate) => rate - between);
  if (steps.length === 0 || steps.length > (1 - EQUAL_SHARE) * rates.length) return null;
  if (isRegular(steps) || holdsLevel(steps) || goesOneWay(steps)) return null;
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (rates.length - 1);
  const reach = studentQuantile((1 + confidence) / 2, rates.length - 1) *
    Math.sqrt(variance / rates.length);
  return {
    slope: between,
    low: Math.min(between, mean - reach),
    high: Math.max(between, mean + reach),
  };
}

function isRegular(steps: Float64Array): boolean {
  if (steps.length < STAIRCASE) return false;
  const sizes = steps.map(Math.abs);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizes.length;
  return Math.sqrt(variance) < LEAST_VARIATION * mean;
}

function goesOneWay(steps: Float64Array): boolean {
  return steps.length >= STEPS_ONE_WAY &&
    (steps.every((step) => step > 0) || steps.every((step) => step < 0));
}

/** Tells steps between levels that come again, which are stationary noise, from lasting ones. */
function holdsLevel(steps: Float64Array): boolean {
  if (steps.length < STEPS_TO_CORRELATE) return false;
  let [product, square] = [0, 0];
  for (let i = 0; i < steps.length; i++) {
    square += steps[i]! ** 2;
    if (i > 0) product += steps[i]! * steps[i - 1]!;
  }
  return product < HELD_LEVEL * square;
}
