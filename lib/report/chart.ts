/**
 * Turns a Plotly figure into a bundle that every common notebook viewer can show: the figure's
 * JSON for VS Code, HTML with a script for Jupyter, a picture for viewers that run no scripts
 * (GitHub, untrusted notebooks), and words for everything else.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { describeFigure, type Figure, plainFigure } from "./figure.ts";
import { escapeHtml } from "./html.ts";

/** One output in several formats; a viewer shows the richest one that it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** Format under which a figure's JSON stands in a bundle. */
export const PLOTLY_MIME = "application/vnd.plotly.v1+json";

/** Height of a chart where its layout names none, px. */
export const CHART_HEIGHT = 420;

const DRAW_POLL_MS = 50;
const DRAW_GIVE_UP_MS = 20_000; // A viewer may load plotly.js after the charts, or never.

/**
 * Returns the bundle of `figure`. The caption should say the finding as a sentence; it is also the
 * text alternative of the picture.
 *
 * @param still PNG of the same figure, for viewers that run no scripts.
 */
export function chartBundle(figure: Figure, caption: string, still?: Uint8Array): MimeBundle {
  const plain = plainFigure(figure);
  const png = still === undefined ? undefined : Buffer.from(still).toString("base64");
  return {
    [PLOTLY_MIME]: plain,
    "text/html": chartHtml(plain, caption, png),
    ...(png === undefined ? {} : { "image/png": png }),
    "text/plain": `${caption}\n${describeFigure(plain)}`,
  };
}

/**
 * Returns the HTML of a chart: a figure element whose picture (or the data in words) is replaced by
 * the interactive chart as soon as plotly.js is there, before or after it.
 *
 * @param png Base64 of the still.
 */
export function chartHtml(figure: Figure, caption: string, png?: string): string {
  // From the content, so that publishing twice gives the same bytes; equal charts share the key.
  const json = JSON.stringify(figure).replaceAll("<", "\\u003c");
  const key = createHash("sha256").update(json).update(caption).digest("hex").slice(0, 12);
  const height = Number(figure.layout?.["height"] ?? CHART_HEIGHT);
  const text = escapeHtml(caption);
  const still = png === undefined
    ? `<pre>${escapeHtml(describeFigure(figure))}</pre>`
    : `<img alt="${text}" src="data:image/png;base64,${png}" style="max-width:100%">`;
  return `<figure style="margin:0"><div data-chart="${key}" role="img" aria-label="${text}" ` +
    `style="min-height:${height}px">${still}</div><figcaption>${text}</figcaption></figure>\n` +
    `<script>${drawScript(key, json)}</script>`;
}

function drawScript(key: string, json: string): string {
  return `(function draw(left) {
  if (!window.Plotly) return left > 0 && setTimeout(draw, ${DRAW_POLL_MS}, left - ${DRAW_POLL_MS});
  const figure = ${json};
  for (const box of document.querySelectorAll('[data-chart="${key}"]:not([data-drawn])')) {
    box.setAttribute("data-drawn", "");
    box.replaceChildren();
    window.Plotly.newPlot(box, figure);
  }
})(${DRAW_GIVE_UP_MS});`;
}
