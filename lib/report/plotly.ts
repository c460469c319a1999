/**
 * Where plotly.js is, and how a page gets it: embedded once, from its publisher's server, or not
 * at all. The Cartesian bundle (1.5 MB) draws everything the reports use.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Where the HTML form of a chart finds plotly.js. */
export type PlotlySource = "embed" | "cdn" | "none";

/** Marks the output that carries plotly.js, so that publishing can replace or drop it. */
export const PLOTLY_MARK = "data-heapbook-plotly";

const PACKAGE = "plotly.js-cartesian-dist-min";

/**
 * Returns the path of the plotly.js file that pages embed.
 *
 * @throws {Error} where the optional package is not installed.
 */
export function plotlyPath(): string {
  try {
    return createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    throw new Error(
      `Cannot draw charts as ${PACKAGE} is not installed: run npm install ${PACKAGE}`,
    );
  }
}

/** Returns the version of plotly.js that is installed, for example `4.1.1`. */
export function plotlyVersion(): string {
  const banner = readFileSync(plotlyPath(), "utf8").slice(0, 400);
  return /v(\d+\.\d+\.\d+)/.exec(banner)?.[1] ?? "unknown";
}

/** Returns the HTML that makes `window.Plotly` available once; empty for "none". */
export function plotlyHtml(source: PlotlySource): string {
  if (source === "none") return "";
  if (source === "cdn") {
    const url = `https://cdn.plot.ly/plotly-cartesian-${plotlyVersion()}.min.js`;
    return `<script ${PLOTLY_MARK} src="${url}" charset="utf-8"></script>`;
  }
  const script = readFileSync(plotlyPath(), "utf8").replaceAll("</script", "<\\/script");
  return `<script ${PLOTLY_MARK}>if (!window.Plotly) {${script}}</script>`;
}
