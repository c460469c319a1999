/**
 * What shape a memory series has, where it settles, and at which rate it grows from there.
 *
 * The shape is chosen by the Bayesian information criterion over {@linkcode growthModels}, with
 * isolated bumps removed, the noise's correlation taken into account, and fits below the rounding
 * of the series (pages) counted as equal. The warm-up is found: it ends where the transient of the
 * best model ends. The rate and its interval come from the settled part alone, never from total
 * over count, so that a one-time load is a step and what follows it is judged on its own.
 *
 * @module
 */

import { withoutBumps } from "./bumps.ts";
import { normalQuantile } from "./distributions.ts";
import { growthModels, resets } from "./growth_models.ts";
import type { GrowthModel, GrowthShape } from "./growth_models.ts";
import { leastSquares } from "./least_squares.ts";
import { slopeInterval } from "./slope_interval.ts";
import { theilSen } from "./theil_sen.ts";

/** Probability with which a leak at the limit of detection shows an interval above zero. */
const DETECTION_POWER = 0.95;
/** Models are searched over at most this many block averages. */
const MAX_POINTS = 250;
/** A settled part needs this many samples, and this share of the series. */
const SETTLED_SAMPLES = 8;
const SETTLED_SHARE = 0.25;
/** Difference of the criterion that counts as very strong evidence (Kass & Raftery 1995). */
const DECISIVE = 10;
/** Lag-one correlations of the noise under which the shapes compete. */
const CORRELATIONS = [0, 0.3, 0.6, 0.8, 0.9];

/** Options for {@linkcode classifyGrowth}. */
export interface GrowthOptions {
  /** Coverage of the interval, 0 … 1. Default 0.99. */
  readonly confidence?: number;
  /** Rounding of y: 4096 for a resident set in bytes. Default 0. */
  readonly quantum?: number;
}

/** Shape, settled part and rate of a series. */
export interface GrowthFit {
  /** Shape of the whole series: the larger of what came once and what lasts. */
  readonly growth: GrowthShape;
  /** Shape of the settled part: a leak is `linear` or `quadratic` here. */
  readonly settledGrowth: "flat" | "linear" | "quadratic" | "sawtooth" | "saturating";
  /** First x of the settled part. */
  readonly settledFrom: number;
  /** First index of the settled part. */
  readonly settledIndex: number;
  /** False if the series ends before its warm-up does: measure longer. */
  readonly settled: boolean;
  /** Rate of the settled part by Theil–Sen, unit of y per unit of x. */
  readonly slope: number;
  /** Interval of the settled rate. */
  readonly interval: readonly [low: number, high: number];
  readonly confidence: number;
  /** Smallest rate that this series' own noise would have let show with 95 % probability. */
  readonly limitOfDetection: number;
  /** Rise before the settled part, unit of y. */
  readonly warmupRise: number;
  /** Value of the chosen model at each sample. */
  readonly fitted: Float64Array;
  /** Criterion of the best model of each shape, best first. */
  readonly candidates: readonly { readonly shape: GrowthShape; readonly bic: number }[];
}

/**
 * Classifies y over ascending x.
 *
 * @throws RangeError with fewer than 4 samples or a value that is not finite.
 * @example
 * ```ts
 * import { classifyGrowth } from "heapbook/statistics";
 * import assert from "node:assert/strict";
 * const cycle = Array.from({ length: 50 }, (_, i) => 20 * i);
 * const fit = classifyGrowth(cycle, cycle.map((c) => (c < 100 ? 0 : 24e6) + 8 * c));
 * assert.equal(fit.growth, "step");
 * assert.deepEqual([fit.settledGrowth, Math.round(fit.slope)], ["linear", 8]);
 * ```
 */
export function classifyGrowth(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: GrowthOptions = {},
): GrowthFit {
  checkSeries(x, y);
  const { confidence = 0.99, quantum = 0 } = options;
  const series = toPoints(x, withoutBumps(y), quantum);
  const models = chooseModels(series);
  const model = preferred(models);
  const start = settledStart(model, series.u.length);
  const blockStart = start.index * series.blockSize;
  const tail = describeTail(x, y, blockStart, model, { confidence, quantum });
  const settledGrowth = start.settled ? tail.growth : "saturating";
  const last = x.length - 1;
  const lasting = tail.slope * (x[last]! - x[blockStart]!);
  const warmupRise = model.transient * series.range;
  return {
    growth: overall(model, settledGrowth, warmupRise, lasting),
    settledGrowth,
    settledFrom: x[blockStart]!,
    settledIndex: blockStart,
    settled: start.settled,
    slope: tail.slope,
    interval: tail.interval,
    confidence,
    limitOfDetection: tail.limitOfDetection,
    warmupRise,
    fitted: Float64Array.from(
      x,
      (_, i) =>
        series.base +
        series.range *
          model.fitted[Math.min(model.fitted.length - 1, Math.floor(i / series.blockSize))]!,
    ),
    candidates: models.map(({ shape, bic }) => ({ shape, bic })),
  };
}

/**
 * Returns the smallest rate that a series with this interval would have shown, with 95 %
 * probability, as an interval above zero: half its width and the margin of the estimate itself.
 */
export function limitOfDetection(
  interval: readonly [low: number, high: number],
  confidence: number,
): number {
  const half = (interval[1] - interval[0]) / 2;
  return half * (1 + normalQuantile(DETECTION_POWER) / normalQuantile((1 + confidence) / 2));
}

interface Series {
  /** Position 0 … 1. */
  readonly u: Float64Array;
  /** (y − base) ÷ range. */
  readonly v: Float64Array;
  readonly base: number;
  readonly range: number;
  readonly blockSize: number;
  readonly floor: number;
}

function checkSeries(x: ArrayLike<number>, y: ArrayLike<number>): void {
  if (x.length < 4 || x.length !== y.length) {
    throw new RangeError(
      `Cannot classify growth as it needs 4 samples or more, each with x and y: current value is ${x.length} and ${y.length}`,
    );
  }
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(y[i]!) || !(i === 0 || x[i]! > x[i - 1]!)) {
      throw new RangeError(
        `Cannot classify growth as x must ascend and y be finite: current value is x = ${
          x[i]
        }, y = ${y[i]} at sample ${i}`,
      );
    }
  }
}

function toPoints(x: ArrayLike<number>, y: Float64Array, quantum: number): Series {
  const blockSize = Math.ceil(x.length / MAX_POINTS);
  const blocks = Math.floor(x.length / blockSize);
  const mean = (values: ArrayLike<number>, b: number) => {
    let sum = 0;
    for (let i = b * blockSize; i < (b + 1) * blockSize; i++) sum += values[i]! - values[0]!;
    return sum / blockSize;
  };
  const bx = Float64Array.from({ length: blocks }, (_, b) => mean(x, b));
  const by = Float64Array.from({ length: blocks }, (_, b) => mean(y, b));
  const range = Math.max(...by) - Math.min(...by) || 1;
  return {
    u: bx.map((v) => (v - bx[0]!) / (bx[blocks - 1]! - bx[0]!)),
    v: by.map((v) => v / range),
    base: y[0]!,
    range,
    blockSize,
    // Variance of rounding; and what the digits of a double leave.
    floor: Math.max((quantum / range) ** 2 / 12, 1e-14, (1e-13 * Math.abs(y[0]!) / range) ** 2),
  };
}

/** Fits all shapes under each correlation: a shape must beat its rivals at their best. */
function chooseModels({ u, v, floor }: Series): GrowthModel[] {
  return CORRELATIONS.flatMap((phi) => growthModels(u, v, { phi, floor }))
    .sort((a, b) => a.bic - b.bic);
}

/** Acceleration needs more than a narrow win: correlated noise bends too. */
function preferred(models: readonly GrowthModel[]): GrowthModel {
  const [first] = models;
  const rival = models.find((model) => model.shape !== "quadratic")!;
  return first!.shape === "quadratic" && rival.bic - first!.bic < DECISIVE ? rival : first!;
}

function settledStart(
  model: GrowthModel,
  n: number,
): { readonly index: number; readonly settled: boolean } {
  const latest = n - Math.max(Math.min(SETTLED_SAMPLES, n - 1), Math.floor(SETTLED_SHARE * n));
  const limit = Math.max(latest, n < 8 ? 1 : 0);
  return model.settledIndex <= limit
    ? { index: model.settledIndex, settled: true }
    : { index: limit, settled: false };
}

interface Tail {
  readonly growth: GrowthFit["settledGrowth"];
  readonly slope: number;
  readonly interval: readonly [number, number];
  readonly limitOfDetection: number;
}

function describeTail(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  model: GrowthModel,
  { confidence, quantum }: Required<GrowthOptions>,
): Tail {
  // With fewer than three samples left the rate needs those before, which only widens its interval.
  const first = Math.min(from, x.length - 3);
  const tx = Float64Array.from(x).subarray(first);
  const raw = Float64Array.from(y).subarray(first);
  const ty = model.shape === "sawtooth" ? withoutTeeth(tx, raw) : raw;
  const { slope: centre, low, high } = slopeInterval(tx, ty, { confidence });
  const slope = theilSen(tx, withoutBumps(ty)).slope;
  const span = tx[tx.length - 1]! - tx[0]!;
  const negligible = Math.max(1e-12 * Math.abs(y[0]!), 1e-12 * Math.abs(centre * span)) / span;
  const interval = [Math.min(low, slope), Math.max(high, slope)] as const;
  const fades = model.shape === "saturating" && fading(tx, ty);
  const grows = interval[0] > negligible || interval[1] < -negligible;
  const growth = model.shape === "sawtooth" || model.shape === "quadratic"
    ? model.shape
    : !grows
    ? "flat"
    : fades
    ? "saturating"
    : "linear";
  return {
    growth,
    slope,
    interval,
    limitOfDetection: Math.max(limitOfDetection(interval, confidence), quantum / span),
  };
}

/** Tells a rise whose newer half is less than half as fast as the older one. */
function fading(x: Float64Array, y: Float64Array): boolean {
  const middle = Math.floor(x.length / 2);
  if (middle < 2) return false;
  const older = theilSen(x.subarray(0, middle), y.subarray(0, middle)).slope;
  const newer = theilSen(x.subarray(middle), y.subarray(middle)).slope;
  return newer < 0.5 * older;
}

/** Takes the fitted teeth away, so that what is left is the level below them. */
function withoutTeeth(x: Float64Array, y: Float64Array): Float64Array {
  const teeth = new Set(resets(y));
  let start = 0;
  const ramp = x.map((value, i) => {
    if (teeth.has(i)) start = i;
    return value - x[start]!;
  });
  const head = [...teeth][0] ?? 0;
  const first = x.map((_, i) => i < head ? 1 : 0);
  const one = new Float64Array(x.length).fill(1);
  const u = x.map((value) => value - x[0]!);
  const { coefficients } = leastSquares([one, u, ramp, first], y.map((v) => v - y[0]!), 0);
  return y.map((value, i) => value - coefficients[2]! * ramp[i]! - coefficients[3]! * first[i]!);
}

function overall(
  model: GrowthModel,
  settledGrowth: GrowthFit["settledGrowth"],
  warmupRise: number,
  lasting: number,
): GrowthShape {
  if (model.shape === "sawtooth" || model.shape === "quadratic") return model.shape;
  if (model.shape === "flat" || model.shape === "linear") return settledGrowth;
  return settledGrowth === "flat" || Math.abs(warmupRise) >= Math.abs(lasting)
    ? model.shape
    : settledGrowth;
}
