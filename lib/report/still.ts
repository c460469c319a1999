/**
 * Pictures (PNG) of Plotly figures, drawn by the same plotly.js in a headless Chromium: one start
 * of the browser for any number of figures.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { type Browser, type BrowserPage, openBrowser } from "./browser.ts";
import type { BrowserProgram } from "./packaged_browser.ts";
import { CHART_HEIGHT } from "./chart.ts";
import { type Figure, plainFigure } from "./figure.ts";
import { plotlyPath } from "./plotly.ts";

/** A browser that draws again and again, since it takes longer to start than to draw. */
export interface StillDrawer {
  /** Returns one PNG per figure, in order; throws as `renderStills` does. */
  readonly draw: (
    figures: readonly Figure[],
    options?: Omit<StillOptions, "browser">,
  ) => Promise<Uint8Array[]>;
  /** Ends the browser, if it was ever needed. */
  readonly close: () => Promise<void>;
}

/** Settings of the pictures. */
export interface StillOptions {
  /** Width, px; 800 where absent. The height is the figure's own, or 420. */
  readonly width?: number;
  /** Pixels per px of the layout; 1 where absent, 2 for print. */
  readonly scale?: number;
  /** The browser; found where absent. */
  readonly browser?: BrowserProgram;
  /** Stops between two pictures. */
  readonly signal?: AbortSignal;
  /** Is told after each picture. */
  readonly onProgress?: (done: number, total: number) => void;
}

const DRAW = `async (figure, size) => {
  const layout = { ...figure.layout, width: size.width, height: size.height, autosize: false };
  const url = await Plotly.toImage({ ...figure, layout }, { format: "png", ...size });
  return url.slice(url.indexOf(",") + 1);
}`;

/**
 * Returns one PNG per figure, in order.
 *
 * @throws {Error} where there is no browser, or plotly.js refuses a figure; it names which.
 */
export async function renderStills(
  figures: readonly Figure[],
  options: StillOptions = {},
): Promise<Uint8Array[]> {
  const drawer = createStillDrawer(options.browser);
  try {
    return await drawer.draw(figures, options);
  } finally {
    await drawer.close();
  }
}

/** Returns a drawer whose browser starts with the first figure and stays until `close`. */
export function createStillDrawer(program?: BrowserProgram): StillDrawer {
  let browser: Promise<Browser> | undefined;
  let page: Promise<BrowserPage> | undefined;
  return {
    draw: async (figures, options = {}) => {
      if (figures.length === 0) return [];
      options.signal?.throwIfAborted();
      browser ??= openBrowser(program);
      page ??= browser.then(pageWithPlotly);
      return await drawAll(await page, figures, options);
    },
    close: async () => await (await browser?.catch(() => undefined))?.close(),
  };
}

async function pageWithPlotly(browser: Browser): Promise<BrowserPage> {
  const page = await browser.newPage();
  await page.evaluate(`{${readFileSync(plotlyPath(), "utf8")}}; 0`);
  return page;
}

async function drawAll(
  page: BrowserPage,
  figures: readonly Figure[],
  options: StillOptions,
): Promise<Uint8Array[]> {
  const stills: Uint8Array[] = [];
  for (const [index, figure] of figures.entries()) {
    options.signal?.throwIfAborted();
    const size = {
      width: options.width ?? 800,
      height: Number(figure.layout?.["height"] ?? CHART_HEIGHT),
      scale: options.scale ?? 1,
    };
    const call = `(${DRAW})(${JSON.stringify(plainFigure(figure))}, ${JSON.stringify(size)})`;
    try {
      stills.push(Buffer.from(String(await page.evaluate(call)), "base64"));
    } catch (error) {
      throw new Error(`Cannot draw figure ${index + 1}: ${(error as Error).message}`);
    }
    options.onProgress?.(index + 1, figures.length);
  }
  return stills;
}
