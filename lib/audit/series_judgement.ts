/**
 * Judges one channel of an exact-mode trend: a leak keeps its rate while the cycles double, a
 * one-time cost or a filling cache does not, a sawtooth comes back to its trough. The rate of the
 * lower envelope over the last two thirds of the run is held against that over the part before,
 * from a ninth to a third: spans of a factor of three hold at least one step of a table that
 * doubles, and a logarithm loses two thirds of its rate from one to the other.
 *
 * @module
 */

import { envelopeRise, stepNoise } from "../measure/mod.ts";
import {
  slopeInterval,
  type StaircaseInterval,
  staircaseInterval,
  theilSen,
} from "../statistics/mod.ts";
import type { Growth, Interval } from "./results.ts";

/** What a series does at its end. */
export interface SeriesJudgement {
  /** `flat`: has stopped; `growing`: keeps its rate; `settling`: slows down; `unclear`: none of them. */
  readonly state: "flat" | "growing" | "settling" | "unclear";
  readonly growth: Growth;
  readonly bytesPerCycle: number;
  readonly interval: Interval;
  readonly settledFrom: number;
  readonly limitOfDetection: number;
  /** Rates of the lower envelope over the last two thirds, and over a ninth to a third. */
  readonly rates: readonly [last: number, before: number];
}

/** What the judgement needs to know. */
export interface SeriesOptions {
  readonly warmupCycles: number;
  /** A rise below this counts as none, unit of y per cycle. */
  readonly tolerance: number;
  /** The smallest thing that can be added at once, unit of y. */
  readonly grain: number;
  readonly confidence: number;
}

const LEAST_POINTS = 8;
const LEAST_WARMUPS = 9; // before a staircase can be told from the steps of a warm-up
/** The newest rate must be at least this share of the one before; a logarithm keeps a third. */
const KEPT_SHARE = 0.55;
/** Where all growth is steps that double, the rates of two spans may differ by 0.44. */
const KEPT_SHARE_STAIRCASE = 0.4;
const PLATEAU_SHARE = 0.3; // of the run, at its end
const MONOTONE_SHARE = 0.9;
const RISING_TROUGHS = 6; // in ascending order by chance once in 720
const MOST_FALLEN = 0.3; // of all rises; a sawtooth falls as much as it rises
const MOST_STEPS = 8; // of a staircase, in three quarters of the run
const LEAST_STEP = 0.02; // of all rises together; smaller ones are wobble
const STEPPED_SHARE = 0.9; // of all rises together
const OVERDUE_STEPS = 5; // of a staircase that may be said to have ended
const OVERDUE_GAPS = 4; // times its longest gap
const QUADRATIC_RATIO = 2; // a parabola triples its mean rate from one span to the next
const SIGMAS = 3;
/** Grains that make a rise certain: with one a leak may hide between two samples. */
const GRAINS = 3;

/** Judges values `y` sampled at cycles `x`, ascending. */
export function judgeSeries(
  x: readonly number[],
  y: readonly number[],
  options: SeriesOptions,
): SeriesJudgement {
  const end = x.length;
  const last = x[end - 1] ?? 0;
  const rates = envelopeRates(x, y, last, options.warmupCycles);
  const state = stateOf(x, y, rates, options);
  const staircase = state === "growing" ? fitStaircase(x, y, options) : null;
  const settledFrom = Math.max(options.warmupCycles, last * settledShare(x, y, state, options));
  const first = x.findIndex((cycle) => cycle >= settledFrom);
  const from = staircase?.from ??
    Math.min(Math.max(first, 0), Math.max(0, end - LEAST_POINTS));
  const estimate = staircase === null
    ? rateOf(x.slice(from), y.slice(from), state, rates, options.confidence)
    : rateOfStaircase(staircase);
  const span = Math.max(1, last - (x[from] as number));
  return {
    state,
    growth: growthOf(y, from, state, rates, isStaircase(x, y, last / 9)),
    ...estimate,
    settledFrom: x[from] ?? 0,
    limitOfDetection:
      (GRAINS * options.grain + 3 * stepNoise((row) => y[row] as number, from, end)) / span,
    rates,
  };
}

/** Where the settled part begins: growth is fitted long, standing still where it stands. */
function settledShare(
  x: readonly number[],
  y: readonly number[],
  state: SeriesJudgement["state"],
  { tolerance }: SeriesOptions,
): number {
  if (state === "growing" || state === "unclear") return 1 / 4;
  return state === "flat" && isPlateau(x, y, tolerance) ? 1 - PLATEAU_SHARE : 1 / 3;
}

function stateOf(
  x: readonly number[],
  y: readonly number[],
  rates: SeriesJudgement["rates"],
  options: SeriesOptions,
): SeriesJudgement["state"] {
  const { tolerance, warmupCycles, confidence } = options;
  const end = x.length;
  if (end < LEAST_POINTS) return "unclear";
  const last = x[end - 1] as number;
  const start = Math.floor(end / 3);
  const span = (last - (x[start] as number)) * 2 / 3;
  if (envelopeRise((row) => y[row] as number, start, end) <= tolerance * span) return "flat";
  const [newest, before] = rates;
  if (isPlateau(x, y, tolerance)) return "flat";
  if (newest < tolerance) return before > tolerance ? "settling" : "unclear";
  if (isStaircase(x, y, last / 9)) {
    if (newest < KEPT_SHARE_STAIRCASE * before) return "settling";
    return before > 0 && last > LEAST_WARMUPS * warmupCycles ? "growing" : "unclear";
  }
  if (isSteadyStaircase(x, y, options)) return "growing";
  if (newest < KEPT_SHARE * before) return isSlowing(x, y, rates) ? "settling" : "unclear";
  const late = envelopeRate(x, y, 0.75 * last, 0.9 * last);
  const isKept = late >= 0.4 * newest && tailRate(x, y, last) >= 0.3 * newest;
  return isKept && isSignificant(x, y, last / 4, confidence) ? "growing" : "unclear";
}

/** Whether the rate fell by more than the noise of single samples could feign. */
function isSlowing(
  x: readonly number[],
  y: readonly number[],
  [newest, before]: SeriesJudgement["rates"],
): boolean {
  const end = x.length;
  const noise = stepNoise((row) => y[row] as number, Math.floor(end / 9), end);
  const span = ((x[end - 1] as number) - (x[0] as number)) * (1 / 3 - 1 / 9);
  return (KEPT_SHARE * before - newest) * span > SIGMAS * noise;
}

/** What rose smoothly and has stood still since: a cache that is full. A staircase may only pause. */
function isPlateau(x: readonly number[], y: readonly number[], tolerance: number): boolean {
  const last = x[x.length - 1] as number;
  if (isStaircase(x, y, last / 9) && !isLastStepPast(x, y)) return false;
  const from = x.findIndex((cycle) => cycle >= (1 - PLATEAU_SHARE) * last);
  const end = x.length;
  if (end - from < LEAST_POINTS) return false;
  const rise = envelopeRise((row) => y[row] as number, from, end);
  return rise <= tolerance * (last - (x[from] as number)) * 2 / 3;
}

/** Noise that wanders may rise from one span to the next; then the interval of its rate holds 0. */
function isSignificant(
  x: readonly number[],
  y: readonly number[],
  from: number,
  confidence: number,
): boolean {
  const first = x.findIndex((cycle) => cycle >= from);
  if (x.length - first < LEAST_POINTS) return false;
  if (isMonotone(y.slice(first)) || isRisingSawtooth(y.slice(first))) return true;
  return slopeInterval(x.slice(first), y.slice(first), { confidence }).low > 0;
}

/** What rises at nearly every sample and seldom falls needs no statistics, however uneven it is. */
function isMonotone(y: readonly number[]): boolean {
  let [rises, risen, fallen] = [0, 0, 0];
  for (let k = 1; k < y.length; k++) {
    const change = (y[k] as number) - (y[k - 1] as number);
    if (change > 0) rises++;
    if (change > 0) risen += change;
    else fallen -= change;
  }
  return rises >= MONOTONE_SHARE * (y.length - 1) && fallen <= MOST_FALLEN * risen;
}

/** Teeth of which each ends above the one before, so often that chance would not do it. */
function isRisingSawtooth(y: readonly number[]): boolean {
  const least = largestDrop(y) / 2;
  const troughs = y.filter((value, k) => k > 0 && (y[k - 1] as number) - value > least);
  return troughs.length >= RISING_TROUGHS &&
    troughs.every((value, k) => k === 0 || value > (troughs[k - 1] as number));
}

function envelopeRates(
  x: readonly number[],
  y: readonly number[],
  last: number,
  warmupCycles: number,
): SeriesJudgement["rates"] {
  const third = last / 3;
  return [
    envelopeRate(x, y, third, 0.95 * last),
    envelopeRate(x, y, Math.min(Math.max(last / 9, warmupCycles), 0.7 * third), third),
  ];
}

/** Rise per cycle of the lowest value that is never undercut again, between two cycles. */
function envelopeRate(
  x: readonly number[],
  y: readonly number[],
  from: number,
  to: number,
): number {
  return (lowestAfter(x, y, to) - lowestAfter(x, y, from)) / (to - from);
}

function lowestAfter(x: readonly number[], y: readonly number[], cycle: number): number {
  let low = Infinity;
  for (let k = x.length - 1; k >= 0 && (x[k] as number) >= cycle; k--) {
    low = Math.min(low, y[k] as number);
  }
  return low;
}

/** Rate over the last tenth, from the medians of its two ends. */
function tailRate(x: readonly number[], y: readonly number[], last: number): number {
  const rows = x.flatMap((cycle, k) => cycle >= 0.85 * last ? [k] : []);
  const third = Math.max(1, Math.floor(rows.length / 3));
  const low = (part: readonly number[]): number => Math.min(...part.map((k) => y[k] as number));
  const middle = (part: readonly number[]): number =>
    part.reduce((sum, k) => sum + (x[k] as number), 0) / part.length;
  const [head, tail] = [rows.slice(0, third), rows.slice(-third)];
  return (low(tail) - low(head)) / Math.max(1, middle(tail) - middle(head));
}

/** Few rises and next to nothing between them: a table that doubles, a page that is added. */
function isStaircase(x: readonly number[], y: readonly number[], from: number): boolean {
  const rises: number[] = [];
  let samples = 0;
  for (let k = 1; k < x.length; k++) {
    if ((x[k] as number) < from) continue;
    samples++;
    const rise = (y[k] as number) - (y[k - 1] as number);
    if (rise > 0) rises.push(rise);
  }
  const risen = rises.reduce((sum, rise) => sum + rise, 0);
  const steps = rises.filter((rise) => rise > LEAST_STEP * risen);
  const stepped = steps.reduce((sum, rise) => sum + rise, 0);
  return steps.length <= Math.min(MOST_STEPS, samples / 4) && stepped >= STEPPED_SHARE * risen;
}

/** Steps that came often enough to expect the next one, which is long overdue. */
function isLastStepPast(x: readonly number[], y: readonly number[]): boolean {
  const last = x.at(-1) as number;
  const rises = y.map((value, k) => k === 0 ? 0 : value - (y[k - 1] as number));
  const settled = rises.map((rise, k) => (x[k] as number) >= last / 9 ? Math.max(0, rise) : 0);
  const risen = settled.reduce((sum, rise) => sum + rise, 0);
  const steps = x.filter((_, k) => (settled[k] as number) > LEAST_STEP * risen);
  if (steps.length < OVERDUE_STEPS) return false;
  const gaps = steps.slice(1).map((cycle, k) => cycle - (steps[k] as number));
  // Where gaps double, as those of a table, the next one is due after twice the longest.
  return last - (steps.at(-1) as number) >= OVERDUE_GAPS * Math.max(...gaps);
}

/** Steps that double are few: three of them need a span of a factor of nine. */
function fitStaircase(
  x: readonly number[],
  y: readonly number[],
  { warmupCycles, confidence }: SeriesOptions,
): StaircaseInterval & { readonly from: number } | null {
  const last = x.at(-1) as number;
  const from = x.findIndex((cycle) => cycle >= Math.max(warmupCycles, last / 9));
  const fit = staircaseInterval(x.slice(from), y.slice(from), confidence);
  return fit === null ? null : { ...fit, from };
}

/** Small things that keep coming at one rate, beside a table that doubles when they fill it. */
function isSteadyStaircase(
  x: readonly number[],
  y: readonly number[],
  options: SeriesOptions,
): boolean {
  const fit = fitStaircase(x, y, options);
  if (fit === null || !fit.isRegular || fit.usualRise <= 0) return false;
  const tail = x.findIndex((cycle) => cycle >= 0.85 * (x.at(-1) as number));
  const rises = y.slice(tail + 1).map((value, k) => value - (y[tail + k] as number))
    .sort((a, b) => a - b);
  return (rises[rises.length >> 1] ?? 0) >= 0.5 * fit.usualRise;
}

function rateOf(
  x: readonly number[],
  y: readonly number[],
  state: SeriesJudgement["state"],
  rates: SeriesJudgement["rates"],
  confidence: number,
): { bytesPerCycle: number; interval: Interval } {
  if (x.length < LEAST_POINTS) {
    const rate = rates[0];
    return { bytesPerCycle: Number.isFinite(rate) ? rate : 0, interval: [0, 0] };
  }
  if (state === "flat") return rateOfTroughs(x, y, confidence);
  const { slope, low, high } = slopeInterval(x, y, { confidence });
  if (state !== "growing") return { bytesPerCycle: slope, interval: [low, high] };
  const isStepped = isStaircase(x, y, x[0] as number);
  if (!isStepped && low > 0) {
    // The median slope is not moved by single odd samples.
    const rate = Math.min(high, Math.max(low, theilSen(x, y).slope));
    return { bytesPerCycle: rate, interval: [low, high] };
  }
  const [newest, before] = rates;
  const rate = (newest + before) / 2;
  return { bytesPerCycle: rate, interval: [Math.min(newest, before), Math.max(newest, before)] };
}

function rateOfStaircase(
  { slope, low, high }: StaircaseInterval,
): { bytesPerCycle: number; interval: Interval } {
  return { bytesPerCycle: slope, interval: [low, high] };
}

/** A series that comes back to its troughs grows as they do; of its end nobody knows the trough yet. */
function rateOfTroughs(
  x: readonly number[],
  y: readonly number[],
  confidence: number,
): { bytesPerCycle: number; interval: Interval } {
  const end = Math.max(LEAST_POINTS, Math.floor(0.8 * x.length));
  const troughs = x.slice(0, end).map((cycle) => lowestAfter(x, y, cycle));
  const { slope, low, high } = slopeInterval(x.slice(0, end), troughs, { confidence });
  return { bytesPerCycle: slope, interval: [low, high] };
}

function growthOf(
  y: readonly number[],
  from: number,
  state: SeriesJudgement["state"],
  [newest, before]: SeriesJudgement["rates"],
  isStepped: boolean,
): Growth {
  if (state === "growing") {
    const isSteeper = before > 0 && newest >= QUADRATIC_RATIO * before;
    return isSteeper && !isStepped ? "quadratic" : "linear";
  }
  const tail = y.slice(from);
  const drop = largestDrop(tail);
  const rise = Math.max(...y) - (y[1] ?? 0);
  if (drop > 0.2 * (Math.max(...tail) - Math.min(...tail)) && drop > 0.05 * rise && drop > 4096) {
    return "sawtooth";
  }
  // What comes with the very first cycles is loading, whoever does it.
  const settled = y.slice(1);
  const jump = Math.max(...settled.slice(1).map((value, k) => value - (settled[k] as number)));
  if (rise > 65536 && jump > 0.5 * rise) return "step";
  return state === "flat" ? "flat" : "saturating";
}

function largestDrop(y: readonly number[]): number {
  let drop = 0;
  for (let k = 1; k < y.length; k++) drop = Math.max(drop, (y[k - 1] as number) - (y[k] as number));
  return drop;
}
