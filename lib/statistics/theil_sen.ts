/**
 * Theil–Sen: the median of the slopes between all pairs of points. Up to 29 % of the samples may be
 * wrong by any amount; in a post-collection heap series, where noise is isolated bumps, it is exact.
 *
 * @module
 */

import { median, quantileSorted } from "./quantile.ts";

/** Above this many points, medians of consecutive blocks stand for them: pairs grow as n². */
const MAX_POINTS = 600;

/** A line by Theil–Sen. */
export interface TheilSenFit {
  /** Median slope, unit of y per unit of x. */
  readonly slope: number;
  /** Median of y − slope · x. */
  readonly intercept: number;
  /** Lower quartile of the slopes: a stricter statement of growth than the median. */
  readonly lowerQuartile: number;
}

/**
 * Returns the Theil–Sen line through points with ascending x.
 *
 * @throws RangeError if there are fewer than two points, or the lengths differ.
 */
export function theilSen(x: ArrayLike<number>, y: ArrayLike<number>): TheilSenFit {
  if (x.length < 2 || x.length !== y.length) {
    throw new RangeError(
      `Cannot fit a line as x and y must hold the same number of points, at least 2: current value is ${x.length} and ${y.length}`,
    );
  }
  const [px, py] = x.length <= MAX_POINTS ? [x, y] : [blockMedians(x), blockMedians(y)];
  const slopes = pairSlopes(px, py).sort();
  if (slopes.length === 0) return { slope: 0, intercept: median(y), lowerQuartile: 0 };
  const slope = quantileSorted(slopes, 0.5);
  const intercept = median(Float64Array.from(py, (value, i) => value - slope * px[i]!));
  return { slope, intercept, lowerQuartile: quantileSorted(slopes, 0.25) };
}

function pairSlopes(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  const slopes = new Float64Array(x.length * (x.length - 1) / 2);
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) {
      const dx = x[j]! - x[i]!;
      if (dx !== 0) slopes[count++] = (y[j]! - y[i]!) / dx;
    }
  }
  return slopes.subarray(0, count);
}

function blockMedians(values: ArrayLike<number>): Float64Array {
  const size = Math.ceil(values.length / MAX_POINTS);
  const blocks = Math.floor(values.length / size);
  const array = Float64Array.from(values);
  return Float64Array.from(
    { length: blocks },
    (_, i) => median(array.subarray(i * size, (i + 1) * size)),
  );
}
