/**
 * The charts of the published site's first page: how fast each target grows, and what each one
 * takes.
 *
 * @module
 */
import { BYTES_PER_MB, type LeakPhase, type StressPhase } from "../audit/mod.ts";
import { createFigure, type Figure, LEGEND_MARGIN } from "./figure.ts";
import { controllerColours, seriesColours, verdictColours } from "./theme.ts";

const ROW_HEIGHT = 36;
const FRAME_HEIGHT = 120;

/** Returns growth rate and interval of each measurement, one row each, coloured by verdict. */
export function growthFigure({ results }: Pick<LeakPhase, "results">): Figure {
  const verdicts = [...new Set(results.map(({ verdict }) => verdict))];
  const traces = verdicts.map((verdict) => {
    const rows = results.filter((result) => result.verdict === verdict);
    const x = rows.map(({ bytesPerCycle }) => bytesPerCycle);
    return {
      type: "scatter",
      mode: "markers",
      name: verdict,
      x,
      y: rows.map(({ target, scenario }) => rowName(target, scenario)),
      marker: {
        color: verdictColours[verdict] ?? seriesColours[5],
        size: 9,
        symbol: symbolOf(verdict),
      },
      error_x: {
        type: "data",
        symmetric: false,
        array: rows.map(({ interval }, i) => Math.max(0, interval[1] - x[i]!)),
        arrayminus: rows.map(({ interval }, i) => Math.max(0, x[i]! - interval[0])),
        color: verdictColours[verdict] ?? seriesColours[5],
        thickness: 1.5,
      },
    };
  });
  return createFigure(traces, {
    x: "growth [bytes per cycle]",
    y: "",
    height: FRAME_HEIGHT + LEGEND_MARGIN / 2 + ROW_HEIGHT * results.length,
    layout: {
      showlegend: true,
      margin: { t: LEGEND_MARGIN },
      yaxis: rowAxis(results.map((r) => rowName(r.target, r.scenario))),
    },
  });
}

/** Returns the peak resident memory of each target, MB, controllers in their colours. */
export function peakFigure({ results }: Pick<StressPhase, "results">): Figure {
  const bars = {
    type: "bar",
    orientation: "h",
    x: results.map(({ peakRssBytes }) => peakRssBytes / BYTES_PER_MB),
    y: results.map(({ target }) => target),
    marker: { color: results.map(({ target }) => controllerColours[target] ?? seriesColours[5]) },
  };
  return createFigure([bars], {
    x: "peak resident memory [MB]",
    y: "",
    height: FRAME_HEIGHT + ROW_HEIGHT * results.length,
    layout: { yaxis: rowAxis(results.map(({ target }) => target)) },
  });
}

/** Two short lines rather than a long one: a phone has 390 px for labels and plot. */
function rowName(target: string, scenario: string): string {
  return scenario === "default" ? target : `${target}<br>${scenario}`;
}

/** Rows in the order of the results, the first on top. */
function rowAxis(names: readonly string[]): Readonly<Record<string, unknown>> {
  return {
    title: null,
    type: "category",
    categoryorder: "array",
    categoryarray: names,
    autorange: "reversed",
  };
}

/** A shape per verdict, so that colour is not the only difference. */
function symbolOf(verdict: string): string {
  return { clean: "circle", leak: "x", inconclusive: "diamond", error: "square" }[verdict] ??
    "circle";
}
