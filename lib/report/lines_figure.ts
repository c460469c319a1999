/**
 * Figures of named curves: one look for every chart of lines, thinned so that a notebook stays
 * small, with the controllers' own colours and dashes.
 *
 * @module
 */
import { createFigure, type Figure, type FigureOptions, thin, type Trace } from "./figure.ts";
import { lineOf } from "./theme.ts";

/** A named curve. */
export interface Curve {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** Points kept per curve: about as many as a chart has pixels across. */
const POINTS = 500;

/** Returns a figure of curves; `x` and `y` of a curve are cut to the shorter one. */
export function linesFigure(curves: readonly Curve[], options: FigureOptions): Figure {
  return createFigure(curves.map((curve, i) => lineTrace(curve, i)), options);
}

/**
 * Returns the trace of a curve. One that runs along x keeps its outline when thinned; one that turns
 * back, such as a phase portrait, keeps evenly spaced points.
 */
export function lineTrace({ name, x, y }: Curve, index: number): Trace {
  const n = Math.min(x.length, y.length);
  const kept = isRising(x, n) ? thin(Array.from({ length: n }, (_, k) => y[k]!), POINTS) : even(n);
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: kept.map((k) => x[k]!),
    y: kept.map((k) => y[k]!),
    line: { ...lineOf(name, index), width: 2 },
  };
}

function isRising(x: ArrayLike<number>, n: number): boolean {
  for (let k = 1; k < n; k++) if (x[k]! < x[k - 1]!) return false;
  return true;
}

function even(n: number): readonly number[] {
  const step = Math.max(1, Math.ceil(n / POINTS));
  return Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
}

/** A value with its interval. */
export interface NamedInterval {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Returns a figure with one point and its interval per name, names down the left side. */
export function intervalsFigure(
  intervals: readonly NamedInterval[],
  options: FigureOptions,
): Figure {
  const traces = intervals.map(({ name, value, low, high }, i) => ({
    type: "scatter",
    mode: "markers",
    name,
    x: [value],
    y: [name],
    marker: { color: lineOf(name, i).color, size: 12 },
    error_x: { type: "data", symmetric: false, array: [high - value], arrayminus: [value - low] },
  }));
  const layout = { yaxis: { autorange: "reversed" }, showlegend: false };
  return createFigure(traces, { height: 90 + 50 * intervals.length, ...options, layout });
}
