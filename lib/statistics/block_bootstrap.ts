/**
 * Interval of any statistic of a correlated series by the circular moving-block bootstrap (Politis
 * & Romano 1992). Right for means and quantiles of long series; for growth rates of short ones use
 * {@linkcode slopeInterval}, whose coverage holds there.
 *
 * @module
 */

import { checkConfidence } from "./distributions.ts";
import type { Bounds } from "./distributions.ts";
import { quantileSorted } from "./quantile.ts";
import type { Random } from "./random.ts";

/** Options for {@linkcode blockBootstrapInterval}. */
export interface BlockBootstrapOptions {
  /** Where the resampling draws from. */
  readonly random: Random;
  /** Coverage, 0 … 1. Default 0.99. */
  readonly confidence?: number;
  /** Number of resampled series. Default 2000. */
  readonly resamples?: number;
  /** Samples per block. Default: grows with the correlation of the series. */
  readonly blockLength?: number;
}

/** Returns the interval of `statistic(values)`, reflected about the observed value ("basic"). */
export function blockBootstrapInterval(
  values: ArrayLike<number>,
  statistic: (values: Float64Array) => number,
  options: BlockBootstrapOptions,
): Bounds {
  const { random, resamples = 2000 } = options;
  const tail = (1 - checkConfidence(options.confidence ?? 0.99)) / 2;
  const length = options.blockLength ?? blockLength(values);
  const resampled = new Float64Array(values.length);
  const results = new Float64Array(resamples);
  for (let k = 0; k < resamples; k++) {
    for (let i = 0; i < values.length; i += length) {
      const start = random.integer(values.length);
      for (let j = 0; j < length && i + j < values.length; j++) {
        resampled[i + j] = values[(start + j) % values.length]!;
      }
    }
    results[k] = statistic(resampled);
  }
  results.sort();
  const observed = statistic(Float64Array.from(values));
  return [
    2 * observed - quantileSorted(results, 1 - tail),
    2 * observed - quantileSorted(results, tail),
  ];
}

/** Returns the correlation of each value with the next, −1 … 1; 0 for a constant series. */
export function lagOneCorrelation(values: ArrayLike<number>): number {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  let [product, square] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    square += (values[i]! - mean) ** 2;
    if (i > 0) product += (values[i]! - mean) * (values[i - 1]! - mean);
  }
  return square > 0 ? product / square : 0;
}

/** Length that minimises the error of the variance for AR(1) noise (Carlstein 1986). */
function blockLength(values: ArrayLike<number>): number {
  const rho = Math.min(0.97, Math.max(0, lagOneCorrelation(values)));
  const length = (Math.sqrt(6) * rho / (1 - rho * rho)) ** (2 / 3) * values.length ** (1 / 3);
  return Math.max(1, Math.min(Math.round(length), Math.floor(values.length / 4)));
}
