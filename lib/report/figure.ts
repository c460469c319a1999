/**
 * A Plotly figure as plain data: made with the project's look, thinned and rounded so that a
 * notebook stays small, and described in words for readers who see no picture.
 *
 * @module
 */
import { baseLayout } from "./theme.ts";

/** One Plotly trace, as plotly.js takes it; typed arrays are allowed. */
export type Trace = Readonly<Record<string, unknown>>;

/** A Plotly figure: traces, layout and config, as plotly.js takes them. */
export interface Figure {
  /** Traces in drawing order. */
  readonly data: readonly Trace[];
  /** Plotly layout. */
  readonly layout?: Readonly<Record<string, unknown>>;
  /** Plotly config. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Frames of an animation. */
  readonly frames?: readonly Readonly<Record<string, unknown>>[];
}

/** What `createFigure` puts around the traces. */
export interface FigureOptions {
  /** Title inside the picture; leave it out where the caption already says it. */
  readonly title?: string;
  /** Axis titles with units, for example `time [s]`. */
  readonly x: string;
  /** Title of the y axis with its unit. */
  readonly y: string;
  /** Height, px; 420 where absent. */
  readonly height?: number;
  /** Further Plotly layout; wins over the project's look, key by key (objects are merged). */
  readonly layout?: Readonly<Record<string, unknown>>;
}

/** Resolution kept when numbers are rounded, as a share of their range: finer than a pixel. */
const RESOLUTION = 1e-5;

/** Margin above a plot for legend and tool bar, px. */
export const LEGEND_MARGIN = 68;

/** On longer axes Plotly names whole decades only. */
const LOG_DECADES = 6;

/** Returns a figure with the project's look, axis titles and a config that suits a page. */
export function createFigure(traces: readonly Trace[], options: FigureOptions): Figure {
  const hasLegend = traces.length > 1;
  const look = merge(baseLayout(), {
    ...(options.title === undefined
      ? legendLayout(hasLegend)
      : titleLayout(options.title, hasLegend)),
    xaxis: { title: { text: options.x } },
    yaxis: { title: { text: options.y } },
    ...(options.height === undefined ? {} : { height: options.height }),
    showlegend: hasLegend,
  });
  return {
    data: traces,
    layout: withLogTicks(merge(look, options.layout ?? {}), traces),
    config: { responsive: true, displaylogo: false },
  };
}

/**
 * Returns `figure` as JSON can hold it: typed arrays become arrays, numbers that are not finite
 * become null, and each array of numbers is rounded to 1e-5 of its range.
 */
export function plainFigure(figure: Figure): Figure {
  return {
    data: figure.data.map((trace) => plain(trace) as Trace),
    layout: JSON.parse(JSON.stringify(figure.layout ?? {})),
    config: { responsive: true, ...figure.config },
    ...(figure.frames === undefined ? {} : { frames: plain(figure.frames) as Trace[] }),
  };
}

/** Returns one line per trace: name, number of points and the range of its values. */
export function describeFigure(figure: Figure): string {
  return figure.data.map((trace, index) => {
    const values = numbersOf(trace["y"] ?? trace["x"] ?? trace["z"]);
    const name = String(trace["name"] ?? `trace ${index + 1}`);
    if (values.length === 0) return `  ${name}`;
    const [low, high] = [
      values.reduce((a, b) => Math.min(a, b)),
      values.reduce((a, b) => Math.max(a, b)),
    ];
    const range = `from ${Number(low.toPrecision(4))} to ${Number(high.toPrecision(4))}`;
    return `  ${name}: ${values.length} values ${range}`;
  }).join("\n");
}

/**
 * Returns the indices of at most `limit` of `y`'s values that keep its outline: first and last, and
 * of each slice between them the smallest and the largest.
 */
export function thin(y: ArrayLike<number>, limit: number = 2000): readonly number[] {
  const n = y.length;
  if (n <= limit) return Array.from({ length: n }, (_, i) => i);
  const slices = Math.max(1, Math.floor((limit - 2) / 2));
  const kept = new Set<number>([0, n - 1]);
  for (let s = 0; s < slices; s++) {
    const from = 1 + Math.floor((s * (n - 2)) / slices);
    const to = 1 + Math.floor(((s + 1) * (n - 2)) / slices);
    let [low, high] = [from, from];
    for (let i = from; i < to; i++) {
      if (y[i]! < y[low]!) low = i;
      if (y[i]! > y[high]!) high = i;
    }
    kept.add(low).add(high);
  }
  return [...kept].sort((a, b) => a - b);
}

/** Between 1 and 10 a logarithmic axis names 2 and 5; all nine digits would cover each other. */
function withLogTicks(layout: Layout, traces: readonly Trace[]): Layout {
  const entries = Object.entries(layout).map(([key, value]): [string, unknown] => {
    const letter = /^([xy])axis\d*$/.exec(key)?.[1];
    if (letter === undefined || !isPlain(value) || value["type"] !== "log") return [key, value];
    const values = traces.flatMap((trace) => numbersOf(plain(trace[letter]))).filter((v) => v > 0);
    const low = values.reduce((a, b) => Math.min(a, b), Infinity);
    const high = values.reduce((a, b) => Math.max(a, b), 0);
    const isShort = Math.log10(high / low) <= LOG_DECADES;
    return [key, isShort ? { dtick: "D2", ...value } : value];
  });
  return Object.fromEntries(entries);
}

/** The tool bar stands above the legend, not upon it. */
function legendLayout(hasLegend: boolean): Layout {
  return hasLegend ? { margin: { t: LEGEND_MARGIN } } : {};
}

/** The title stands above the legend, which stands above the plot. */
function titleLayout(text: string, hasLegend: boolean): Layout {
  const title = { text, x: 0, xref: "paper", xanchor: "left", y: 1, yref: "container" };
  return {
    title: { ...title, yanchor: "top", pad: { t: 12 } },
    margin: { t: hasLegend ? 76 : 48 },
  };
}

function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return rounded(Array.from(value as unknown as ArrayLike<number>));
  }
  if (Array.isArray(value)) {
    const isNumeric = value.length > 0 && value.every((v) => v === null || typeof v === "number");
    return isNumeric ? rounded(value) : value.map(plain);
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function rounded(values: readonly (number | null)[]): readonly (number | null)[] {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (v === null || !Number.isFinite(v)) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  // Relative to the range, not to the value: a small slope on a large base must stay visible.
  const decimals = Math.ceil(-Math.log10((high - low) * RESOLUTION));
  const exact = !Number.isFinite(decimals) || decimals > 15;
  return values.map((v) => {
    if (v === null || !Number.isFinite(v)) return null;
    return exact || Number.isInteger(v) ? v : Number(v.toFixed(Math.max(0, decimals)));
  });
}

function numbersOf(value: unknown): readonly number[] {
  if (!Array.isArray(value)) return [];
  return value.flat(2).filter((v): v is number => typeof v === "number");
}

type Layout = Readonly<Record<string, unknown>>;

function merge(base: Layout, over: Layout): Layout {
  const out: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    out[key] = isPlain(value) && isPlain(out[key]) ? merge(out[key], value) : value;
  }
  return out;
}

function isPlain(value: unknown): value is Layout {
  return value !== null && typeof value === "object" &&
    Object.getPrototypeOf(value) === Object.prototype;
}
