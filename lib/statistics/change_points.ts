/**
 * Where a series changes its level or its trend: the partition into straight segments with the
 * least squared error plus a penalty per segment, found exactly by dynamic programming. Correlated
 * noise wanders and looks like changes, so the partition is sought under several correlations, the
 * series whitened by each, and the one with the best Bayesian information criterion is taken.
 *
 * @module
 */

import { withoutBumps } from "./bumps.ts";
import { robustSigma } from "./quantile.ts";

/** A time, a level, a trend, and the first sample that whitening cannot use. */
const PARAMETERS_PER_SEGMENT = 5;
const CORRELATIONS = [0, 0.3, 0.6, 0.8, 0.9];
const MAX_POINTS = 400;

/** Options for {@linkcode changePoints}. */
export interface ChangePointOptions {
  /** Shortest segment, samples, at least 3. Default 4. */
  readonly shortest?: number;
  /** Rounding of y; noise is not taken to be smaller than it. Default 0. */
  readonly quantum?: number;
}

/**
 * Returns the first index of each segment after the first, ascending; empty if one line will do.
 *
 * @throws RangeError if x and y differ in length.
 */
export function changePoints(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: ChangePointOptions = {},
): number[] {
  if (x.length !== y.length) {
    throw new RangeError(
      `Cannot find change points as x and y must hold the same number of points: current value is ${x.length} and ${y.length}`,
    );
  }
  const { shortest = 4, quantum = 0 } = options;
  const stride = Math.ceil(x.length / MAX_POINTS);
  const clean = withoutBumps(y);
  const px = Float64Array.from({ length: Math.floor(x.length / stride) }, (_, i) => x[i * stride]!);
  const py = px.map((_, i) => clean[i * stride]!);
  if (px.length < 2 * shortest) return [];
  const partitions = CORRELATIONS.map((phi) => partitionUnder(phi, px, py, shortest, quantum));
  return partitions.reduce((best, other) => other.criterion < best.criterion ? other : best)
    .points.map((index) => index * stride);
}

interface Partition {
  readonly points: readonly number[];
  readonly criterion: number;
}

function partitionUnder(
  phi: number,
  x: Float64Array,
  y: Float64Array,
  shortest: number,
  quantum: number,
): Partition {
  const n = x.length;
  const white = y.map((v, i) => i === 0 ? 0 : v - y[0]! - phi * (y[i - 1]! - y[0]!));
  // Whitening mixes a segment's first sample with the segment before: it does not count there.
  const cost = segmentCost(x, white, phi > 0 ? 1 : 0);
  const floor = Math.max((1 - phi) ** 2 * quantum ** 2 / 12, 1e-20 * cost(0, n));
  // Second differences see no trend; of white noise they have six times its variance.
  const second = white.subarray(2, n - 1).map((v, i) => white[i + 1]! - 2 * v + white[i + 3]!);
  const variance = Math.max(robustSigma(second) ** 2 / 6, floor);
  const penalty = PARAMETERS_PER_SEGMENT * Math.log(n);
  const points = partition(n, cost, penalty * variance, shortest);
  const edges = [0, ...points, n];
  const rest = edges.slice(1).reduce((sum, to, s) => sum + cost(edges[s]!, to), 0);
  return { points, criterion: n * Math.log(rest / n + floor) + penalty * points.length };
}

type Cost = (from: number, to: number) => number;

/** Returns the squared error of the best line through samples from + skip … to − 1. */
function segmentCost(x: Float64Array, y: Float64Array, skip: number): Cost {
  const n = x.length + 1;
  const [su, sv, suu, suv, svv] = [0, 0, 0, 0, 0].map(() => new Float64Array(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < x.length; i++) {
    const [u, v] = [x[i]! - x[0]!, y[i]!];
    su[i + 1] = su[i]! + u;
    sv[i + 1] = sv[i]! + v;
    suu[i + 1] = suu[i]! + u * u;
    suv[i + 1] = suv[i]! + u * v;
    svv[i + 1] = svv[i]! + v * v;
  }
  return (from, to) => {
    const start = from + skip;
    const count = to - start;
    const [u, v] = [su[to]! - su[start]!, sv[to]! - sv[start]!];
    const sxx = suu[to]! - suu[start]! - u * u / count;
    const sxy = suv[to]! - suv[start]! - u * v / count;
    const syy = svv[to]! - svv[start]! - v * v / count;
    return Math.max(0, syy - (sxx > 0 ? sxy * sxy / sxx : 0));
  };
}

function partition(n: number, cost: Cost, penalty: number, shortest: number): number[] {
  const best = new Float64Array(n + 1).fill(Infinity);
  const previous = new Int32Array(n + 1);
  best[0] = -penalty;
  for (let to = shortest; to <= n; to++) {
    for (let from = 0; from <= to - shortest; from++) {
      const total = best[from]! + cost(from, to) + penalty;
      if (total < best[to]!) [best[to], previous[to]] = [total, from];
    }
  }
  const points: number[] = [];
  for (let at = previous[n]!; at > 0; at = previous[at]!) points.unshift(at);
  return points;
}
