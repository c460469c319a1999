/**
 * The shapes that a memory series can have, each as a least-squares model over position 0 … 1:
 * flat, linear, quadratic, one-time step, saturating (exponential, or a ramp that stops), late
 * onset, and sawtooth. Times of change are searched over the samples.
 *
 * @module
 */

import { combine, leastSquares } from "./least_squares.ts";

/** Shape of a memory series. */
export type GrowthShape = "flat" | "step" | "saturating" | "linear" | "quadratic" | "sawtooth";

/** A fitted shape. */
export interface GrowthModel {
  /** What the transient of the model is; `flat` and `linear` have none. */
  readonly shape: GrowthShape;
  /** Bayesian information criterion: lower is better. */
  readonly bic: number;
  readonly parameters: number;
  /** The model's value at each sample. */
  readonly fitted: Float64Array;
  /** Rise by the transient (step, saturation, first ramp), unit of y; 0 without one. */
  readonly transient: number;
  /** Rise by the lasting trend over the whole series, unit of y. */
  readonly trend: number;
  /** First sample after the transient. */
  readonly settledIndex: number;
}

/** What all models of one series share. */
export interface ModelContext {
  /** Lag-one correlation of the noise, 0 ≤ phi < 1. */
  readonly phi: number;
  /** Noise variance below which fits are equally good: rounding of the series. */
  readonly floor: number;
}

/** Times of change are first searched on about this many samples, then around the best. */
const SEARCH_STEPS = 40;
/** A time of change counts as two parameters: it is the best of many (Zhang & Siegmund 2007). */
const TIME = 2;

type Columns = readonly Float64Array[];

/** Returns the best model of each shape for y at the positions `u` (ascending, 0 … 1). */
export function growthModels(
  u: Float64Array,
  y: Float64Array,
  context: ModelContext,
): GrowthModel[] {
  const n = u.length;
  const one = new Float64Array(n).fill(1);
  const plain = (shape: GrowthShape, columns: Columns) =>
    build(shape, columns, y, context, columns.length, 0, columns.length > 1 ? 1 : null, null);
  const models = [plain("flat", [one]), plain("linear", [one, u])];
  const convex = quadratic(u, y, one, context);
  if (convex) models.push(convex);
  models.push(
    ...steps(u, y, one, context),
    ...saturations(u, y, one, context),
    ...lateOnset(u, y, one, context),
  );
  const saw = sawtooth(u, y, one, context);
  if (saw) models.push(saw);
  return models;
}

function quadratic(u: Float64Array, y: Float64Array, one: Float64Array, context: ModelContext) {
  const columns = [one, u, u.map((v) => v * v)];
  const model = build("quadratic", columns, y, context, 3, 0, 1, null);
  const [, b, c] = leastSquares(columns, y, context.phi).coefficients;
  // Accelerating growth only: what slows down is saturating.
  const rate = (v: number) => b! + 2 * c! * v;
  if (!(c! > 0 && rate(1) > 1.5 * Math.max(0, rate(0)))) return null;
  return { ...model, trend: b! + c! };
}

/** One change of level, alone or on a trend. */
function steps(u: Float64Array, y: Float64Array, one: Float64Array, context: ModelContext) {
  const after = (at: number) => u.map((_, i) => i >= at ? 1 : 0);
  return [
    ...bestChange(
      u.length,
      1,
      (at) => build("step", [one, after(at)], y, context, 2 + TIME, at, null, 1),
    ),
    ...bestChange(
      u.length,
      1,
      (at) => build("step", [one, after(at), u], y, context, 3 + TIME, at, 2, 1),
    ),
  ];
}

/** Growth that fades or stops, alone or beside a trend. */
function saturations(u: Float64Array, y: Float64Array, one: Float64Array, context: ModelContext) {
  const alone = (rise: Float64Array, settled: number) =>
    build("saturating", [one, rise], y, context, 2 + TIME, settled, null, 1);
  const onTrend = (rise: Float64Array, settled: number) =>
    build("saturating", [one, rise, u], y, context, 3 + TIME, settled, 2, 1);
  const ramp = (at: number) => u.map((v) => Math.min(v, u[at]!));
  return [alone, onTrend].flatMap((fit) => {
    const fading = Array.from({ length: 12 }, (_, k) => {
      const tau = 0.02 * 40 ** (k / 11); // from 1/50 to 4/5 of the series
      // After four time constants less than 2 % of the rise is to come.
      const rise = u.map((v) => 1 - Math.exp(-v / tau));
      return isGradual(rise) ? [fit(rise, firstIndex(u, 4 * tau))] : [];
    }).flat();
    const stopping = bestChange(u.length, 3, (at) => fit(ramp(at), at));
    return best([...fading, ...stopping].filter((model) => model.transient > 0));
  });
}

/** Tells a rise that takes several samples from a step. */
function isGradual(rise: Float64Array): boolean {
  const top = rise[rise.length - 1]!;
  return rise.filter((v) => v > 0.05 * top && v < 0.95 * top).length >= 2;
}

/** A trend that starts late: what came before it is no part of its rate. */
function lateOnset(u: Float64Array, y: Float64Array, one: Float64Array, context: ModelContext) {
  return bestChange(u.length, 3, (at) => {
    const after = u.map((v) => Math.max(0, v - u[at]!));
    return build("linear", [one, after], y, context, 2 + TIME, at, 1, null);
  });
}

function sawtooth(u: Float64Array, y: Float64Array, one: Float64Array, context: ModelContext) {
  const teeth = resets(y);
  if (teeth.length < 2) return null;
  const ramp = new Float64Array(u.length);
  const first = new Float64Array(u.length);
  let start = 0;
  for (let i = 0; i < u.length; i++) {
    if (teeth.includes(i)) start = i;
    ramp[i] = u[i]! - u[start]!;
    first[i] = i < teeth[0]! ? 1 : 0;
  }
  const columns = [one, u, ramp, first];
  const model = build("sawtooth", columns, y, context, 4 + teeth.length, 0, 1, null);
  const [, , climb] = leastSquares(columns, y, context.phi).coefficients;
  return climb! > 0 ? model : null;
}

/** Returns where a sawtooth falls back: drops of at least 30 % of the range, with a climb between. */
export function resets(y: ArrayLike<number>): number[] {
  const values = Array.from(y);
  const range = Math.max(...values) - Math.min(...values);
  const found: number[] = [];
  for (let i = 1; i < values.length; i++) {
    if (range > 0 && values[i - 1]! - values[i]! >= 0.3 * range) {
      if (found.at(-1) !== i - 1) found.push(i);
    }
  }
  return found;
}

function build(
  shape: GrowthShape,
  columns: Columns,
  y: Float64Array,
  context: ModelContext,
  parameters: number,
  settledIndex: number,
  trendColumn: number | null,
  transientColumn: number | null,
): GrowthModel {
  const n = y.length;
  const { coefficients, residualSquares } = leastSquares(columns, y, context.phi);
  const rise = (column: number | null) =>
    column === null ? 0 : coefficients[column]! * (columns[column]![n - 1]! - columns[column]![0]!);
  return {
    shape,
    bic: n * Math.log(residualSquares / n + (1 - context.phi ** 2) * context.floor) -
      Math.log(1 - context.phi ** 2) + parameters * Math.log(n),
    parameters,
    fitted: combine(columns, coefficients),
    transient: rise(transientColumn),
    trend: rise(trendColumn),
    settledIndex,
  };
}

function best(models: readonly GrowthModel[]): GrowthModel[] {
  if (models.length === 0) return [];
  return [models.reduce((winner, model) => model.bic < winner.bic ? model : winner)];
}

/** Searches the time of change, at least `margin` samples from both ends (1: from the start). */
function bestChange(
  n: number,
  margin: number,
  fit: (at: number) => GrowthModel,
): GrowthModel[] {
  const last = margin === 1 ? n - 1 : n - margin;
  const stride = Math.max(1, Math.ceil(n / SEARCH_STEPS));
  let [winner, found]: [GrowthModel | null, number] = [null, margin];
  const attempt = (at: number) => {
    const model = fit(at);
    if (!winner || model.bic < winner.bic) [winner, found] = [model, at];
  };
  for (let at = margin; at <= last; at += at < 4 ? 1 : stride) attempt(at);
  const [from, to] = [Math.max(margin, found - stride + 1), Math.min(last, found + stride - 1)];
  if (stride > 1) { for (let at = from; at <= to; at++) attempt(at); }
  return winner ? [winner] : [];
}

function firstIndex(u: Float64Array, position: number): number {
  const index = u.findIndex((v) => v >= position);
  return index < 0 ? u.length - 1 : index;
}
