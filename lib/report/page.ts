/**
 * The shell of a published page: one file without any request to elsewhere, plotly.js embedded once
 * where there are charts, which are redrawn when the reader's system turns dark.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { CHART_HEIGHT } from "./chart.ts";
import { describeFigure, type Figure, plainFigure } from "./figure.ts";
import { escapeHtml } from "./html.ts";
import type { Heading } from "./markdown.ts";
import { pageStyle } from "./page_style.ts";
import { plotlyPath } from "./plotly.ts";
import { palettes } from "./theme.ts";

/** A link in a page's navigation. */
export interface PageLink {
  /** Where it leads, relative to the page. */
  readonly href: string;
  /** Words of the link. */
  readonly text: string;
}

/** What a page shows. */
export interface PageContent {
  /** Title of the window. */
  readonly title: string;
  /** HTML of the main part. */
  readonly body: string;
  /** Navigation above the content. */
  readonly links?: readonly PageLink[];
  /** Headings for the list of contents; none is shown for fewer than four. */
  readonly headings?: readonly Heading[];
  /** HTML below the content. */
  readonly footer?: string;
}

/**
 * Nothing may be fetched, whatever a notebook's output holds; scripts and styles stand in the page.
 * The page itself runs only its own scripts.
 */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; " +
  "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'";

/** Returns the HTML of a whole page. */
export function pageHtml(content: PageContent): string {
  const { title, body, links = [], headings = [], footer = "" } = content;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${pageStyle()}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${headerHtml(links)}
<main id="main" tabindex="-1">
${withContents(body, headings)}
</main>
${footer === "" ? "" : `<footer>${footer}</footer>`}
${body.includes("data-figure") ? chartScripts() : ""}
</body>
</html>
`;
}

/**
 * Returns the HTML of a chart in a page.
 *
 * @param key Unique in its page; letters, digits and dashes.
 * @param png Base64 of the still, shown where scripts do not run.
 */
export function pageChart(figure: Figure, caption: string, key: string, png?: string): string {
  const plain = plainFigure(figure);
  const json = JSON.stringify(plain).replaceAll("<", "\\u003c");
  const height = Number(plain.layout?.["height"] ?? CHART_HEIGHT);
  const still = png === undefined ? "" : `<img alt="" src="data:image/png;base64,${png}">`;
  const words = `${caption}\n${describeFigure(plain)}`;
  return `<figure class="chart"><div class="plot" data-figure="${key}" role="group" ` +
    `aria-label="${escapeHtml(words)}" style="min-height:${height}px">` +
    `<noscript>${still}</noscript></div><figcaption>${
      escapeHtml(caption)
    }</figcaption></figure>\n` +
    `<script type="application/json" id="${key}">${json}</script>`;
}

/** The list of contents stands after the title, so that the answer is still on the first screen. */
function withContents(body: string, headings: readonly Heading[]): string {
  const listed = headings.filter(({ level }) => level === 2);
  if (listed.length < 4) return body;
  const items = listed.map(({ id, text }) => `<li><a href="#${id}">${text}</a></li>`).join("\n");
  const contents = `<details class="code contents"><summary>Contents</summary><ul>${items}</ul>` +
    "</details>";
  const at = body.indexOf("<h2");
  return at < 0 ? contents + body : body.slice(0, at) + contents + body.slice(at);
}

/** Returns `html`, a page made here, with other links in its navigation. */
export function withLinks(html: string, links: readonly PageLink[]): string {
  return html.replace(/<header>.*?<\/header>/s, () => headerHtml(links));
}

function headerHtml(links: readonly PageLink[]): string {
  const items = links.map(({ href, text }) =>
    `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`
  );
  const nav = items.length === 0 ? "" : `<nav aria-label="Site">${items.join("\n")}</nav>`;
  return `<header>${nav}</header>`;
}

/** Width of a chart of many columns on a phone, px. */
const SCROLLED_WIDTH = 720;

const LIBRARY_OPEN = '<script data-library="plotly">';

/**
 * Returns `html`, a page made here, with plotly.js taken from `href` beside it instead of from
 * inside, so that the pages of a site share one file.
 */
export function withSharedLibrary(html: string, href: string): string {
  const start = html.indexOf(LIBRARY_OPEN);
  if (start < 0) return html;
  const end = html.indexOf("</script>", start);
  const script = `<script src="${escapeHtml(href)}"></script>`;
  // Of a page that was opened from a folder, "self" is no origin: then its scheme stands for it.
  const policy = POLICY.replace("script-src", "script-src 'self' file:");
  return (html.slice(0, start) + script + html.slice(end + "</script>".length))
    .replace(POLICY, policy);
}

function chartScripts(): string {
  const library = readFileSync(plotlyPath(), "utf8").replaceAll("</script", "<\\/script");
  return `${LIBRARY_OPEN}${library}</script>\n<script>${drawScript()}</script>`;
}

/**
 * Draws every figure; `data-charts` on the root element tells when all are drawn, or which failed.
 * Dark mode replaces the light palette's colours wherever the figure names them.
 */
function drawScript(): string {
  const pairs = Object.entries(palettes.light!)
    .map(([name, colour]) => [colour, palettes.dark![name as keyof typeof palettes.dark]]);
  return `(async () => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const pairs = ${JSON.stringify(pairs)};
  const boxes = [...document.querySelectorAll("[data-figure]")];
  const root = document.documentElement;
  function figureOf(box) {
    let text = document.getElementById(box.dataset.figure).textContent;
    if (dark.matches) for (const [light, night] of pairs) text = text.replaceAll('"' + light + '"', '"' + night + '"');
    const figure = JSON.parse(text);
    if (box.clientWidth >= 480) return figure;
    const isWide = figure.data.some((t) => t.type === "heatmap" && t.x?.length > 8);
    return isWide ? scrolled(figure, box) : narrowed(figure, box.clientWidth);
  }
  // On a phone the legend stands below the plot, one name a line, and the tool bar is in the way.
  function wrapped(text, letters) {
    const rows = [""];
    for (const word of String(text).split(" ")) {
      if (rows.at(-1) !== "" && (rows.at(-1) + " " + word).length > letters) rows.push(word);
      else rows.push((rows.pop() + " " + word).trim());
    }
    return rows.join("<br>");
  }
  function narrowed(figure, width) {
    const { layout } = figure;
    for (const [name, axis] of Object.entries(layout)) {
      if (!/^[xy]axis\\d*$/.test(name)) continue;
      if (axis.title?.text) axis.title.text = wrapped(axis.title.text, width / 14);
      if (axis.type === "log") axis.dtick = 1;
    }
    const rows = layout.showlegend === false ? 0 : figure.data.filter((t) => t.name && t.showlegend !== false).length;
    const extra = rows * 20;
    layout.font = { ...layout.font, size: 11 };
    layout.margin = { ...layout.margin, l: 48, r: 8, t: 16, b: 56 + extra };
    layout.height = (layout.height ?? ${CHART_HEIGHT}) + extra;
    layout.legend = { ...layout.legend, orientation: "v", x: 0, y: 0, yref: "container", yanchor: "bottom" };
    if (layout.title) layout.margin.t = 48;
    // Buttons above the plot, so that a slider has the width below it.
    if (layout.updatemenus?.length > 0) {
      layout.margin.t += 40;
      for (const menu of layout.updatemenus) Object.assign(menu, { x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" });
      for (const slider of layout.sliders ?? []) Object.assign(slider, { x: 0, len: 1 });
    }
    figure.config = { ...figure.config, displayModeBar: false };
    return figure;
  }
  // Many columns keep their width, and the chart scrolls in its own box, also by keyboard.
  function scrolled(figure, box) {
    figure.layout.width = ${SCROLLED_WIDTH};
    figure.config = { ...figure.config, displayModeBar: false };
    box.style.overflowX = "auto";
    box.setAttribute("tabindex", "0");
    return figure;
  }
  // Plotly's own buttons (play, choose) take the mouse only.
  function makeReachable(box) {
    const mark = () => {
      for (const button of box.querySelectorAll(".updatemenu-button, .updatemenu-header")) {
        button.setAttribute("tabindex", "0");
        button.setAttribute("role", "button");
      }
    };
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      const button = event.target.closest(".updatemenu-button, .updatemenu-header");
      if (!button) return;
      event.preventDefault();
      button.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    });
    box.on("plotly_afterplot", mark);
    box.on("plotly_buttonclicked", () => setTimeout(mark));
    mark();
  }
  async function drawAll(redraw) {
    const failed = [];
    for (const box of boxes) {
      try {
        const figure = figureOf(box);
        if (redraw) await Plotly.react(box, figure);
        else { box.replaceChildren(); await Plotly.newPlot(box, figure); makeReachable(box); }
      } catch (error) { failed.push(box.dataset.figure + ": " + error.message); }
    }
    root.dataset.charts = failed.length === 0 ? "drawn" : "failed: " + failed.join("; ");
  }
  dark.addEventListener("change", () => drawAll(true));
  await drawAll(false);
})();`;
}
