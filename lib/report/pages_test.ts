import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { AuditResults, LeakResult, StressResult, Verdict } from "../audit/mod.ts";
import { type Browser, openBrowser } from "./browser.ts";
import { chartBundle } from "./chart.ts";
import { checkPage } from "./check_page.ts";
import { createFigure } from "./figure.ts";
import { highlightTypeScript } from "./highlight.ts";
import { pageHtml, withLinks } from "./page.ts";
import { plotlyHtml } from "./plotly.ts";
import { publishHtml } from "./publish_html.ts";
import { writeSite } from "./site.ts";
import { controllerColours, lineOf } from "./theme.ts";

const folder = mkdtempSync(join(tmpdir(), "heapbook-pages-"));
const browser: Browser | undefined = await openBrowser().catch(() => undefined);
const needsBrowser = { skip: browser === undefined && "no Chromium on this machine" };
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const controllers = Object.keys(controllerColours);
const swings = createFigure(
  controllers.map((name, k) => ({
    name,
    x: Float64Array.from({ length: 100 }, (_, i) => i / 10),
    y: Float64Array.from({ length: 100 }, (_, i) => Math.cos(i / 5 + k)),
    line: lineOf(name),
  })),
  { title: "Swings", x: "time [s]", y: "angle [rad]" },
);
const tenTraces = createFigure(
  Array.from({ length: 10 }, (_, k) => ({ name: `target_number_${k}`, x: [0, 1], y: [k, k + 1] })),
  { title: "Ten targets", x: "cycle", y: "heap [MB]" },
);
const pose = (a: number) => ({ x: [0, Math.sin(a)], y: [0, Math.cos(a)] });
const animation = {
  ...createFigure([{ ...pose(0), name: "link" }], {
    x: "x [m]",
    y: "y [m]",
    layout: {
      updatemenus: [{
        type: "buttons",
        y: 1.1,
        buttons: [{ label: "Play", method: "animate", args: [null, { frame: { duration: 20 } }] }],
      }],
    },
  }),
  frames: Array.from({ length: 20 }, (_, i) => ({ data: [pose(i / 10)] })),
};
const notebook = {
  cells: [
    {
      cell_type: "markdown",
      source: '# A <em>title</em> & "more"\n\n[again](01_swings.ipynb), [report](REPORT.md).',
      outputs: [],
    },
    {
      cell_type: "code",
      source: 'const a = "<script>"; // </code>',
      outputs: [
        { output_type: "display_data", data: { "text/html": plotlyHtml("embed") } },
        { output_type: "display_data", data: chartBundle(swings, 'Finding "one" & <two>') },
        { output_type: "display_data", data: chartBundle(tenTraces, "Ten lines") },
        { output_type: "display_data", data: chartBundle(animation, "A link turns") },
        { output_type: "stream", name: "stdout", text: ["\x1b[31mred\x1b[0m\n", "10 %\r20 %\n"] },
        { output_type: "error", ename: "RangeError", evalue: "Cannot <b>" },
      ],
    },
    ...["One", "Two", "Three", "Four"].map((name) => ({
      cell_type: "markdown",
      source: `## ${name}\n\n| a | b |\n|---|--:|\n| 1 | ${"wide ".repeat(30)} |`,
    })),
  ].map((cell, i) => ({ id: `cell-${i}`, metadata: {}, ...cell })),
};

function leak(target: string, verdict: Verdict, bytesPerCycle: number): LeakResult {
  return {
    target,
    verdict,
    bytesPerCycle,
    scenario: "create_destroy",
    interval: [bytesPerCycle - 2, bytesPerCycle + 3],
    limitOfDetection: 2,
  } as unknown as LeakResult;
}

const results = {
  run: "2026-01-02T03-04-05",
  startedAt: "2026-01-02T03:04:05Z",
  cycles: 1000,
  environment: {
    node: "20.20.2",
    v8: "11.3",
    os: "linux",
    cpu: "a <CPU>",
    seed: 42,
    gitRevision: null,
    gitDirty: null,
  },
  leaks: {
    limitOfDetection: 2.5,
    results: [
      ...controllers.map((name, i) => leak(name, i === 1 ? "leak" : "clean", i === 1 ? 64 : 0)),
      leak("orchestrator", "inconclusive", 3),
    ],
  },
  stress: {
    results: controllers.map((target, i) => ({
      target,
      peakRssBytes: 6e7 + 1e6 * i,
      allocatedBytesPerStep: 0,
      retainedBytesPerInstance: 1200,
    } as unknown as StressResult)),
  },
  verdict: {
    answer: "no",
    why: "sta_smc keeps 64 B per cycle",
    score: 71.5,
    caps: ["A critical leak caps the total at 60"],
    lines: [{ name: "leak_detection", weight: 25, passed: 3, total: 5, points: 15 }],
    findings: [{
      severity: "minor",
      target: "sta_smc",
      title: "history grows",
      fix: "bound it",
      site: { file: "lib/a.ts", line: 3, column: 1, function: "f" },
    }],
  },
} as unknown as AuditResults;

/** Where a page's markup (not the code of plotly.js) points to, outside itself. */
function linksIn(html: string): readonly string[] {
  const markup = html.replace(/<script[\s\S]*?<\/script>/g, "");
  return [...markup.matchAll(/(?:src|href)="(?!#|data:)([^"]*)"/g)].map((match) => match[1]!);
}

test("publishHtml() makes one file that needs nothing else, and lets no output break out", async () => {
  const html = await publishHtml(notebook, { links: [{ href: "../index.html", text: "Home" }] });
  assert.match(html, /<title>A title &amp; &quot;more&quot;<\/title>/);
  assert.equal(html.match(/plotly\.js \(cartesian/g)?.length, 1, "plotly.js is embedded once");
  assert.ok(html.includes("&lt;script&gt;") && html.includes("Cannot &lt;b&gt;"));
  assert.ok(html.includes(">red\n20 %\n<"), "colours and rewritten lines are gone");
  assert.ok(html.includes('<summary>Contents</summary><ul><li><a href="#one">One</a></li>'));
  assert.deepEqual(linksIn(html), ["../index.html", "01_swings.html", "REPORT.md"]);
});

test("publishHtml() draws TeX between dollars as MathML, and leaves other dollars alone", async () => {
  const source =
    "# Maths\n\nFor $x_1 = \\frac{a}{b}$ it costs 5 $ or 6 $ in `$HOME` or $HOME/a.\n\n" +
    "$$\nM(q)\\,\\ddot q + G(q) = B u\n$$\n\nBroken: $\\frac{a$.";
  const cells = [
    { cell_type: "markdown", id: "a", source, metadata: {} },
    {
      cell_type: "code",
      id: "b",
      source: "",
      metadata: {},
      outputs: [{
        output_type: "display_data",
        data: { "text/markdown": "kept by $store → .$rows", "text/plain": "" },
      }],
    },
  ];
  const html = await publishHtml({ cells });
  assert.equal(html.match(/<math/g)?.length, 2);
  assert.match(html, /For <math>.*<mfrac>.*<\/math> it costs 5 \$ or 6 \$ in <code>\$HOME<\/code>/);
  assert.match(html, /or \$HOME\/a/);
  assert.match(html, /<div class="formula"[^>]*><math display="block"/);
  assert.match(html, /Broken: <code>\\frac\{a<\/code>/);
  assert.match(html, /kept by \$store → \.\$rows/);
});

test("withLinks() replaces the navigation and leaves the rest alone", () => {
  const html = pageHtml({ title: "t", body: "<header>not this</header>" });
  const linked = withLinks(html, [{ href: "x.html", text: "$& <X>" }]);
  assert.ok(linked.includes('<nav aria-label="Site"><a href="x.html">$&amp; &lt;X&gt;</a></nav>'));
  assert.equal(linked.match(/not this/g)?.length, 1);
});

test("highlightTypeScript() keeps the text and marks its parts", () => {
  const html = highlightTypeScript("const a = `x${1}`; // <b> 'no'\nreturn 0x1f;");
  assert.match(
    html,
    /<span class="keyword">const<\/span> a = <span class="string">`x\$\{1\}`<\/span>/,
  );
  assert.match(html, /<span class="comment">\/\/ &lt;b&gt; &#39;no&#39;<\/span>\n/);
  assert.match(html, /<span class="keyword">return<\/span> <span class="number">0x1f<\/span>;/);
});

test("writeSite() publishes index, notebooks, reports and data", async () => {
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=",
    "base64",
  );
  writeFileSync(join(folder, "memory_sta_smc.png"), png);
  writeFileSync(
    join(folder, "REPORT.md"),
    "# The report\n\n![Memory](memory_sta_smc.png)\n\n`code`\n",
  );
  writeFileSync(join(folder, "01_swings.html"), await publishHtml(notebook));
  mkdirSync(join(folder, "site", "api"), { recursive: true });
  writeFileSync(join(folder, "site", "api", "index.html"), "<p>written by another command</p>");
  const index = await writeSite(results, folder);
  assert.equal(index, join(folder, "site", "index.html"));
  for (
    const name of [
      "audit.json",
      "notebooks/01_swings.html",
      "reports/REPORT.html",
      "api/index.html",
    ]
  ) {
    assert.ok(existsSync(join(folder, "site", name)), name);
  }
  const html = readFileSync(index, "utf8");
  const [library] = readdirSync(join(folder, "site", "assets"));
  for (const page of ["index.html", "notebooks/01_swings.html"]) {
    const text = readFileSync(join(folder, "site", page), "utf8");
    assert.ok(text.length < 100_000, `${page} brings plotly.js itself: ${text.length} characters`);
    assert.ok(text.includes(`assets/${library}"></script>`));
  }
  assert.match(
    html,
    /<strong class="verdict verdict-no">No:<\/strong> sta_smc keeps 64 B per cycle/,
  );
  assert.match(html, /Score: 71\.5 of 100/);
  assert.match(
    html,
    /<td>sta_smc<\/td><td>create_destroy<\/td><td><span class="verdict verdict-leak">/,
  );
  assert.ok(html.includes("a &lt;CPU&gt;") && html.includes('href="reports/REPORT.html"'));
  for (const page of ["index.html", "notebooks/01_swings.html", "reports/REPORT.html"]) {
    const place = join(folder, "site", page);
    for (const link of linksIn(readFileSync(place, "utf8"))) {
      const goal = join(dirname(place), link.replace(/#.*$/, ""));
      assert.ok(existsSync(goal), `${page}: ${link} leads nowhere`);
    }
  }
});

test(
  "a published site draws every chart and is readable, wide and on a phone",
  needsBrowser,
  async () => {
    const site = join(folder, "site");
    const pages = { "index.html": 2, "notebooks/01_swings.html": 3, "reports/REPORT.html": 0 };
    for (const [name, charts] of Object.entries(pages)) {
      for (const view of [{ width: 1100, mode: "light" }, { width: 390, mode: "dark" }] as const) {
        const url = pathToFileURL(join(site, name)).href;
        const found = await checkPage(browser!, url, view, pathToFileURL(join(site, "/")).href);
        assert.deepEqual(found.problems, [], `${name}, ${view.width} px, ${view.mode}`);
        assert.deepEqual([found.charts, found.drawn], [charts, charts]);
        assert.ok(found.texts > 3 && found.focusable > 1);
      }
    }
  },
);

test("an animation plays by keyboard", needsBrowser, async () => {
  const page = await browser!.newPage();
  await page.open(pathToFileURL(join(folder, "01_swings.html")).href);
  const ready = `new Promise((done) => { const look = () =>
    document.documentElement.dataset.charts ? done(1) : setTimeout(look, 20); look(); })`;
  await page.evaluate(ready);
  const path = `document.querySelector("[data-figure='figure-1-3'] .scatterlayer path.js-line")
    .getAttribute("d")`;
  const before = await page.evaluate(path);
  await page.evaluate(`document.querySelector(".updatemenu-button").focus()`);
  const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 };
  await page.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key });
  await page.send("Input.dispatchKeyEvent", { type: "keyUp", ...key });
  const moved = `new Promise((done) => { const look = () =>
    ${path} === ${JSON.stringify(before)} ? setTimeout(look, 20) : done(true); look(); })`;
  assert.equal(await page.evaluate(moved), true);
  await page.close();
});

test("checkPage() finds what is wrong with a page", needsBrowser, async () => {
  const path = join(folder, "wrong.html");
  const empty = createFigure([{ x: [], y: [] }], { x: "x", y: "y" });
  const page = await publishHtml({
    cells: [{
      cell_type: "code",
      id: "a",
      source: "",
      metadata: {},
      outputs: [{ output_type: "display_data", data: chartBundle(empty, "nothing") }],
    }],
  });
  const faults = `<p style="color:#ccc;background:#fff">pale</p><div style="width:3000px">wide</div>
<img src="http://127.0.0.1:9/missing.png"><a href="#" tabindex="-1">unreachable</a>
<a href="#" style="outline:none">dim</a><script>console.error("planted"); throw new Error("boom");</script>`;
  const open = page.replace(/<meta http-equiv[^>]*>/, "");
  writeFileSync(path, open.replace("</main>", () => `${faults}</main>`));
  const view = { width: 1000, mode: "light" } as const;
  const { problems } = await checkPage(browser!, pathToFileURL(path).href, view);
  const expected = [
    /console error: planted/,
    /error: Error: boom/,
    /request to http:.*missing\.png/,
    /contrast 1\.\d+ of "pale"/,
    /chart figure-0-0 painted nothing/,
    /page is 3\d+ px wide on a screen of 1000/,
    /an image is broken/,
    /an image has no text alternative/,
    /the keyboard does not reach <a href="#" tabindex="-1">/,
    /the focus does not show on <a href="#" style="outline:none">/,
  ];
  for (const pattern of expected) {
    assert.ok(problems.some((problem) => pattern.test(problem)), `${pattern} in ${problems}`);
  }
});
