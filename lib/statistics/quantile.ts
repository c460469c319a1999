/**
 * Order statistics of plain series: quantiles (type 7, the usual one), the median, and the median
 * absolute deviation, which the few large steps of a memory series do not inflate.
 *
 * @module
 */

/** Makes the median absolute deviation of normal noise equal to its standard deviation. */
const MAD_TO_SIGMA = 1.4826022185056018;

/**
 * Returns the quantile `p` of some values, linear between neighbours.
 *
 * @throws RangeError if there are no values or p is outside 0 … 1.
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  if (values.length === 0 || !(p >= 0 && p <= 1)) {
    throw new RangeError(
      `Cannot take a quantile as it needs values and p in 0 … 1: current value is p = ${p} of ${values.length} values`,
    );
  }
  return quantileSorted(Float64Array.from(values).sort(), p);
}

/** Returns the quantile `p` of values in ascending order. */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}

/** Returns the middle value, or the mean of the two in the middle. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Returns a robust standard deviation: the median absolute deviation from the median, × 1.4826. */
export function robustSigma(values: ArrayLike<number>): number {
  const centre = median(values);
  return MAD_TO_SIGMA * median(Float64Array.from(values, (value) => Math.abs(value - centre)));
}
