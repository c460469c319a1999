/**
 * Isolated bumps of a memory series: one or two samples far from their neighbours, as when a
 * compile makes V8 count a whole page as used. They say nothing about growth.
 *
 * @module
 */

import { quantile } from "./quantile.ts";

/** Deviations beyond this many robust standard deviations are bumps. */
const BUMP_SIGMAS = 6;
/** The 80 % quantile of |z| for standard normal z: a scale that 20 % of bumps cannot move. */
const Q80_OF_NORMAL = 1.2815515655446004;
/** Samples at an end are compared with the line through this many next ones. */
const END_POINTS = 5;

/**
 * Returns the series with isolated bumps replaced by what their neighbours say (after Hampel).
 * Lines, steps and monotone series come back unchanged. At the ends only upward bumps are
 * replaced: a low first sample is the start of a warm-up.
 */
export function withoutBumps(y: ArrayLike<number>): Float64Array {
  const clean = Float64Array.from(y);
  if (y.length < END_POINTS + 4) return clean;
  const last = y.length - 1;
  const isBump = new Uint8Array(y.length);
  // A bump hides its neighbours: those that stand aside once it is gone are found the second time.
  for (let pass = 0; pass < 2; pass++) {
    const limit = markBumps(clean, isBump);
    bridge(clean, isBump);
    for (const [i, inward] of [[1, 1], [0, 1], [last - 1, -1], [last, -1]] as const) {
      const value = extrapolated(clean, i, inward);
      const tolerance = limit + 1e-9 * Math.abs(value);
      // Above its neighbours too: a line through a change of level says nothing.
      const highest = Math.max(value, clean[i + inward]!, clean[i + 2 * inward]!);
      if (clean[i]! - highest > tolerance) clean[i] = value;
    }
  }
  return clean;
}

/** Marks inner bumps and returns how far a sample may stand aside. */
function markBumps(y: Float64Array, isBump: Uint8Array): number {
  const last = y.length - 1;
  const expected = y.map((value, i) => i < 2 || i > last - 2 ? value : amongNeighbours(y, i));
  const inner = expected.map((value, i) => Math.abs(y[i]! - value)).subarray(2, last - 1);
  const limit = BUMP_SIGMAS * quantile(inner, 0.8) / Q80_OF_NORMAL;
  for (let i = 2; i <= last - 2; i++) {
    const deviation = Math.abs(y[i]! - expected[i]!);
    if (deviation > limit && isAside(y, i, deviation)) isBump[i] = 1;
  }
  return limit;
}

/** Draws a line over marked samples, from the last good one to the next. */
function bridge(y: Float64Array, isBump: Uint8Array): void {
  for (let i = 1; i < y.length; i++) {
    if (!isBump[i]) continue;
    const from = i - 1;
    let to = i;
    while (isBump[to]) to++;
    for (; i < to; i++) y[i] = y[from]! + (y[to]! - y[from]!) * (i - from) / (to - from);
  }
}

/** Median of the two samples before and the two after, which is exact on a line. */
function amongNeighbours(y: ArrayLike<number>, i: number): number {
  const [a, b, c, d] = [y[i - 2]!, y[i - 1]!, y[i + 1]!, y[i + 2]!];
  const lowest = Math.min(a, b, c, d);
  const highest = Math.max(a, b, c, d);
  return (a + b + c + d - lowest - highest) / 2;
}

/** Tells a bump, after which the level is what it was, from a part of a change of level. */
function isAside(y: ArrayLike<number>, i: number, deviation: number): boolean {
  const change = Math.min(
    Math.abs(y[i + 1]! - y[i - 1]!),
    Math.abs(y[i + 2]! - y[i - 1]!),
    Math.abs(y[i + 1]! - y[i - 2]!),
  );
  return deviation > 3 * change;
}

/** Value at `i` of the line through the next samples inward. */
function extrapolated(y: Float64Array, i: number, inward: 1 | -1): number {
  const centre = (END_POINTS + 1) / 2;
  let [mean, slope] = [0, 0];
  for (let k = 1; k <= END_POINTS; k++) {
    mean += y[i + inward * k]! / END_POINTS;
    slope += (k - centre) * y[i + inward * k]! / 10; // Σ (k − 3)² = 10
  }
  return mean - slope * centre;
}
