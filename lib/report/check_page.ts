/**
 * Opens a published page in a real browser and says what is wrong with it: charts that did not
 * draw, labels on top of each other, errors, requests to elsewhere, text that is hard to read,
 * controls that the keyboard does not reach, a page wider than the screen.
 *
 * @module
 */
import type { Browser, BrowserPage } from "./browser.ts";
import { PAGE_PROBE } from "./page_probe.ts";

/** How a page is looked at. */
export interface PageView {
  /** Width of the window, px; 390 is a phone. */
  readonly width: number;
  /** What the reader's system asks for. */
  readonly mode: "light" | "dark";
}

/** What was found on a page. */
export interface PageFindings {
  /** Charts that the page holds. */
  readonly charts: number;
  /** Charts that painted something. */
  readonly drawn: number;
  /** Visible pieces of text whose contrast was measured. */
  readonly texts: number;
  /** Elements that the keyboard must reach. */
  readonly focusable: number;
  /** One sentence per problem; empty for a page that is right. */
  readonly problems: readonly string[];
}

const DRAW_TIMEOUT_MS = 20_000;
const POLL_MS = 50;
const LONGEST_WALK = 2_000;

/**
 * Returns the findings on the page at `url`, for example a `file:` URL. It may ask for the files of
 * its own site: for what lies below `site`, the page's own folder where absent.
 */
export async function checkPage(
  browser: Browser,
  url: string,
  view: PageView,
  site: string = new URL(".", url).href,
): Promise<PageFindings> {
  const page = await browser.newPage({ width: view.width, height: 900 });
  const problems: string[] = [];
  page.on((method, params) => {
    const problem = problemOf(method, params, site);
    if (problem !== null) problems.push(problem);
  });
  for (const domain of ["Runtime", "Log", "Network"]) await page.send(`${domain}.enable`);
  const features = [{ name: "prefers-color-scheme", value: view.mode }];
  await page.send("Emulation.setEmulatedMedia", { features });
  await page.open(url);
  await waitForCharts(page);
  const probe = await page.evaluate(PAGE_PROBE) as Omit<PageFindings, "focusable">;
  const keyboard = await walkByKeyboard(page);
  await page.close();
  return {
    charts: probe.charts,
    drawn: probe.drawn,
    texts: probe.texts,
    focusable: keyboard.reached,
    problems: [...problems, ...probe.problems, ...keyboard.problems],
  };
}

function problemOf(
  method: string,
  params: Readonly<Record<string, any>>,
  site: string,
): string | null {
  switch (method) {
    case "Runtime.exceptionThrown": {
      const { exception, text } = params["exceptionDetails"];
      return `error: ${exception?.description ?? text}`;
    }
    case "Runtime.consoleAPICalled":
      if (params["type"] !== "error") return null;
      return `console error: ${params["args"].map((a: { value?: unknown }) => a.value).join(" ")}`;
    case "Log.entryAdded": {
      const { level, text } = params["entry"];
      return level === "error" ? `logged error: ${text}` : null;
    }
    case "Network.requestWillBeSent": {
      const asked: string = params["request"].url;
      const isOwn = asked.startsWith(site) || /^(data|blob|about):/.test(asked);
      return isOwn ? null : `request to ${asked}`;
    }
    default:
      return null;
  }
}

async function waitForCharts(page: BrowserPage): Promise<void> {
  const ready =
    "!document.querySelector('[data-figure]') || !!document.documentElement.dataset.charts";
  for (const end = Date.now() + DRAW_TIMEOUT_MS; Date.now() < end;) {
    if (await page.evaluate(ready)) return;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

/** Presses Tab through the page; everything that can take the focus must get it, and show it. */
async function walkByKeyboard(
  page: BrowserPage,
): Promise<{ reached: number; problems: readonly string[] }> {
  const wanted = await page.evaluate("heapbookFocusable().length") as number;
  const key = { key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 };
  // A chart's own buttons take their turn too, so the walk ends where nothing new takes the focus.
  for (let step = 0, isNew = true; isNew && step < LONGEST_WALK; step++) {
    await page.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key });
    await page.send("Input.dispatchKeyEvent", { type: "keyUp", ...key });
    isNew = await page.evaluate("heapbookNoteFocus()") as boolean;
  }
  const problems = await page.evaluate("heapbookKeyboardProblems()") as string[];
  return { reached: wanted, problems };
}
