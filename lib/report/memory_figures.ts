/**
 * Figures of memory over cycles: one target under stress with its fitted growth and the plan's
 * limits, and the heap of every target after forced collections.
 *
 * @module
 */
import { BYTES_PER_MB, type StressResult } from "../audit/mod.ts";
import { createFigure, type Figure, thin, type Trace } from "./figure.ts";
import { type Curve, linesFigure } from "./lines_figure.ts";
import { lineOf, palettes } from "./theme.ts";

/** Recorded columns by name. */
export type Columns = Readonly<Record<string, ArrayLike<number>>>;

/** Growth limits drawn as lines, MB per 1000 cycles. */
export interface DrawnLimits {
  readonly acceptableMb: number;
  readonly majorMb: number;
}

const POINTS = 900;

/**
 * Returns resident set against cycles: samples, settled part, fitted growth with the band of its
 * interval, and the limits as slopes from the start of the settled part.
 *
 * @param samples columns `cycle` and `rss_bytes`.
 */
export function memoryFigure(
  result: StressResult,
  samples: Columns,
  limits: DrawnLimits,
): Figure {
  const cycle = Array.from(samples["cycle"] ?? []);
  const rss = Array.from(samples["rss_bytes"] ?? [], (bytes) => bytes / BYTES_PER_MB);
  const last = cycle.at(-1) ?? 0;
  const from = Math.min(result.rss.settledFrom, last);
  const settled = rss.filter((_, i) => cycle[i]! >= from);
  const level = median(settled);
  const top = Math.max(...rss, level) * 1.05;
  return createFigure([
    bandTrace(result, from, last, level),
    samplesTrace(cycle, rss, result.target),
    fitTrace(result, from, last, level),
    limitTrace(`limit, ${limits.acceptableMb} MB`, limits.acceptableMb, from, last, level, "dot"),
    limitTrace(`flag, ${limits.majorMb} MB`, limits.majorMb, from, last, level, "dash"),
  ], {
    x: "cycle",
    y: "resident set [MB]",
    layout: {
      yaxis: { range: [Math.max(0, Math.min(...rss) * 0.9), top + limits.majorMb * 0.6] },
      xaxis: { range: [0, last] },
      shapes: [settledShape(from, last)],
      annotations: [{
        x: from,
        // At the foot, where no line passes: memory starts far above zero.
        y: 0,
        yref: "paper",
        xanchor: "left",
        yanchor: "bottom",
        showarrow: false,
        text: " settled part",
        font: { color: palettes.light.muted },
      }],
    },
  });
}

function samplesTrace(cycle: readonly number[], rss: readonly number[], target: string): Trace {
  const kept = thin(rss, POINTS);
  return {
    type: "scatter",
    mode: "lines",
    name: "resident set",
    x: kept.map((i) => cycle[i]!),
    y: kept.map((i) => rss[i]!),
    line: { color: lineOf(target).color, width: 1.5 },
  };
}

/** The fitted line passes through the settled part's median at its middle. */
function lineThrough(slope: number, from: number, to: number, level: number): [number, number] {
  const half = ((to - from) / 2) * (slope / BYTES_PER_MB);
  return [level - half, level + half];
}

function fitTrace(result: StressResult, from: number, to: number, level: number): Trace {
  return {
    type: "scatter",
    mode: "lines",
    name: "fitted growth",
    x: [from, to],
    y: lineThrough(result.rss.bytesPerCycle, from, to, level),
    line: { color: palettes.light.text, width: 2.5 },
  };
}

function bandTrace(result: StressResult, from: number, to: number, level: number): Trace {
  const [low, high] = result.rss.interval.map((slope) => lineThrough(slope, from, to, level));
  return {
    type: "scatter",
    mode: "lines",
    name: `${Math.round(100 * result.rss.confidence)} % interval`,
    x: [from, to, to, from, from],
    y: [low![0], low![1], high![1], high![0], low![0]],
    fill: "toself",
    fillcolor: "rgba(125, 135, 147, 0.4)",
    line: { width: 0 },
    hoverinfo: "skip",
  };
}

function limitTrace(
  name: string,
  mbPer1000: number,
  from: number,
  to: number,
  level: number,
  dash: string,
): Trace {
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: [from, to],
    y: [level, level + (mbPer1000 * (to - from)) / 1000],
    line: { color: "#d55e00", width: 1.5, dash },
  };
}

function settledShape(from: number, to: number): Readonly<Record<string, unknown>> {
  return {
    type: "rect",
    xref: "x",
    yref: "paper",
    x0: from,
    x1: to,
    y0: 0,
    y1: 1,
    fillcolor: "rgba(42, 127, 186, 0.07)",
    line: { width: 0 },
    layer: "below",
  };
}

/** Returns used heap above its first sample against cycles, one curve a measurement, KB. */
export function heapFigure(
  series: readonly { readonly name: string; readonly samples: Columns }[],
): Figure {
  const curves: readonly Curve[] = series.map(({ name, samples }) => {
    const heap = samples["heap"] ?? [];
    return {
      name,
      x: samples["cycle"] ?? [],
      y: Array.from(heap, (bytes) => (bytes - heap[0]!) / 1000),
    };
  });
  return linesFigure(curves, {
    x: "cycle",
    y: "used heap above the first sample [KB]",
    height: 480,
    layout: { legend: { orientation: "h", y: -0.2, yanchor: "top" } },
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[sorted.length >> 1]!;
}
