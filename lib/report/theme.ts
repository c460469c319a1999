/**
 * The look of every chart: one colour and one dash per controller in all notebooks, told apart
 * also by readers who are colour-blind, and readable on a light and on a dark page (each colour has
 * a contrast of at least 3 : 1 to both backgrounds).
 *
 * @module
 */

/** Colours of a page and its charts in one mode. */
export interface Palette {
  /** Page and plot. */
  readonly background: string;
  /** Text. */
  readonly text: string;
  /** Text of less weight: captions, summaries. */
  readonly muted: string;
  /** Grid lines and borders. */
  readonly grid: string;
  /** Links and the focus. */
  readonly link: string;
}

/** Line colour of each controller, after Okabe and Ito 2008, toned to 3 : 1 on both pages. */
export const controllerColours: Readonly<Record<string, string>> = {
  classical_smc: "#1b6ca8",
  sta_smc: "#d55e00",
  adaptive_smc: "#00916a",
  hybrid_adaptive_sta_smc: "#cc79a7",
};

/** Line dash of each controller, so that colour is never the only difference. */
export const controllerDashes: Readonly<Record<string, string>> = {
  classical_smc: "solid",
  sta_smc: "dash",
  adaptive_smc: "dot",
  hybrid_adaptive_sta_smc: "dashdot",
};

/** Colours for what is no controller, in the order of use. */
export const seriesColours: readonly string[] = [
  "#1b6ca8",
  "#d55e00",
  "#00916a",
  "#cc79a7",
  "#8a7500",
  "#6f7480",
];

/** Colours of verdicts and severities; a word always stands beside them. */
export const verdictColours: Readonly<Record<string, string>> = {
  clean: "#00916a",
  leak: "#d55e00",
  inconclusive: "#8a7500",
  error: "#6f7480",
};

/** Colours of the light and the dark page; text has at least 4.5 : 1 (WCAG AA). */
export const palettes: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    background: "#ffffff",
    text: "#1c2128",
    muted: "#57606a",
    grid: "#e1e4e8",
    link: "#0757a8",
  },
  dark: {
    background: "#14181d",
    text: "#e6edf3",
    muted: "#a2adb9",
    grid: "#323941",
    link: "#79b8ff",
  },
};

/** Returns colour and dash of a controller's line, or the next series colour for another name. */
export function lineOf(name: string, index: number = 0): { color: string; dash: string } {
  const color = controllerColours[name] ?? seriesColours[index % seriesColours.length]!;
  return { color, dash: controllerDashes[name] ?? "solid" };
}

/** Returns the layout that all charts start from: light, transparent to nothing, no clutter. */
export function baseLayout(): Readonly<Record<string, unknown>> {
  const light = palettes.light;
  const lines = { gridcolor: light.grid, zerolinecolor: light.grid, tickcolor: light.grid };
  // Ticks outside keep the numbers of two axes apart in their corner.
  const axis = { automargin: true, ticks: "outside", ticklen: 5, ...lines };
  return {
    autosize: true,
    paper_bgcolor: light.background,
    plot_bgcolor: light.background,
    font: { family: "system-ui, sans-serif", size: 13, color: light.text },
    colorway: seriesColours,
    margin: { l: 64, r: 16, t: 40, b: 56 },
    xaxis: axis,
    yaxis: axis,
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
    hovermode: "closest",
  };
}
