/**
 * What a notebook cell ends with: a chart, a piece of prose, an expected error.
 *
 * @module
 */
import {
  chartBundle,
  escapeHtml,
  type Figure,
  plotlyHtml,
  type PlotlySource,
  plotlyVersion,
} from "../report/mod.ts";
import { displayKind, show, showLive } from "./display.ts";

/** A chart on screen that can be redrawn in place. */
export interface LiveChart {
  /** Redraws the chart; calls that come too fast are skipped, the last one never is. */
  readonly update: (figure: Figure, caption?: string) => Promise<void>;
}

/**
 * Puts plotly.js into the notebook, once, for viewers that do not bring it (Jupyter); the charts
 * after it wait for it. Publishing replaces what this emits by what was asked for there.
 */
export async function initCharts(source: PlotlySource = "embed"): Promise<void> {
  if (displayKind() === "text" || source === "none") return;
  const text = `plotly.js ${plotlyVersion()}`;
  await show({ "text/html": plotlyHtml(source), "text/plain": text });
}

/** Shows `figure`; the caption says the finding as a sentence. */
export function showChart(figure: Figure, caption: string): Promise<void> {
  return show(chartBundle(figure, caption));
}

/** Shows `figure` and returns a handle that redraws it in place. */
export async function showLiveChart(figure: Figure, caption: string): Promise<LiveChart> {
  const live = await showLive(chartBundle(figure, caption));
  return { update: (next, words = caption) => live.update(chartBundle(next, words)) };
}

/** Shows prose in Markdown. */
export function showMarkdown(text: string): Promise<void> {
  return show({ "text/markdown": text, "text/plain": text });
}

/**
 * Runs `action` and shows the error it throws, as one line. A cell must never throw on purpose:
 * headless runners skip the cells after it.
 */
export async function showError(action: () => unknown): Promise<void> {
  const text = await errorOf(action);
  await show({ "text/html": `<pre>${escapeHtml(text)}</pre>`, "text/plain": text });
}

async function errorOf(action: () => unknown): Promise<string> {
  try {
    await action();
    return "no error";
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
