import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, checkPage, openBrowser, PLOTLY_MARK, PLOTLY_MIME } from "../report/mod.ts";
import { joined, type Notebook, readNotebook } from "./notebook_file.ts";
import { importNotebook, publishNotebook } from "./publish.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const sample = join(root, "lib", "notebook", "testdata", "01_sample.ts");
const folder = mkdtempSync(join(tmpdir(), "heapbook-publish-"));
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
const browser: Browser | undefined = await openBrowser().catch(() => undefined);
const needsBrowser = { skip: browser === undefined && "no Chromium on this machine" };
const jupyter = spawnSync("jupyter", ["nbconvert", "--version"], { encoding: "utf8" });
const needsJupyter = { skip: jupyter.status !== 0 && "no jupyter nbconvert on this machine" };
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const CHARTS = 4;
const ipynb = join(folder, "01_sample.ipynb");
const html = join(folder, "01_sample.html");

/** Resolves with the number of charts in a page once something of each one is painted. */
const DRAWN = `new Promise((done) => { const look = () => {
  const boxes = [...document.querySelectorAll("[data-chart]")];
  const drawn = boxes.filter((box) => box.querySelector(".trace path, .points path, .bars path"));
  if (drawn.length === boxes.length) done(boxes.length); else setTimeout(look, 50);
}; look(); })`;

/** What each cell shows in words; durations are left out. */
function shown(notebook: Notebook): readonly string[] {
  return notebook.cells.flatMap((cell) =>
    (cell.outputs ?? []).map((output) =>
      (joined(output.data?.["text/plain"]) || joined(output.text)).replace(/ · [\d.]+ s$/gm, "")
    )
  );
}

test("publishNotebook() runs the sample in tslab and writes notebook and page", async () => {
  const { cells, warnings } = await publishNotebook(sample, {
    parameters: { points: 200 },
    outIpynb: ipynb,
    outHtml: html,
  });
  assert.ok(cells.length > 8 && cells.every(({ state }) => state === "done"));
  assert.deepEqual(warnings, browser === undefined ? warnings : []);
  const notebook = readNotebook(ipynb);
  assert.deepEqual(notebook.metadata["kernelspec"], {
    display_name: "TypeScript",
    language: "typescript",
    name: "tslab",
  });
  const charts = notebook.cells.flatMap((cell) => cell.outputs ?? [])
    .filter(({ data }) => data?.[PLOTLY_MIME] !== undefined);
  assert.equal(charts.length, CHARTS);
  for (const { data } of charts) {
    assert.ok(joined(data!["text/html"]).includes("data-chart"));
    if (browser === undefined) continue;
    assert.match(String(data!["image/png"]), /^iVBORw0KGgo/);
    assert.ok(joined(data!["text/html"]).includes("data:image/png;base64,iVBORw0KGgo"));
  }
  const libraries = readFileSync(ipynb, "utf8").split(`script ${PLOTLY_MARK}`).length - 1;
  assert.equal(libraries, 1, "plotly.js is in the notebook once");
  assert.ok(shown(notebook).some((text) => text.startsWith("last state: hybrid_adaptive_sta_smc")));
  assert.ok(shown(notebook).some((text) => text.includes("classical_smc: 200 values")));
});

test("importNotebook() brings back exactly the script that was published", () => {
  assert.equal(importNotebook(ipynb), readFileSync(sample, "utf8"));
});

test(
  "a published page draws every chart, in light and dark, wide and on a phone",
  needsBrowser,
  async () => {
    for (const view of [{ width: 1100, mode: "dark" }, { width: 390, mode: "light" }] as const) {
      const found = await checkPage(browser!, pathToFileURL(html).href, view);
      assert.deepEqual(found.problems, []);
      assert.deepEqual([found.charts, found.drawn], [CHARTS, CHARTS]);
    }
  },
);

test(
  "a published notebook's charts draw in a viewer that runs its scripts",
  needsBrowser,
  async () => {
    const outputs = readNotebook(ipynb).cells.flatMap((cell) => cell.outputs ?? []);
    const parts = outputs.map(({ data }) => joined(data?.["text/html"]));
    // Reversed: a viewer may render the charts before the library.
    const page = join(folder, "viewer.html");
    writeFileSync(page, `<!doctype html><meta charset="utf-8">${parts.reverse().join("\n")}`);
    const viewer = await browser!.newPage();
    await viewer.open(pathToFileURL(page).href);
    assert.equal(await viewer.evaluate(DRAWN), CHARTS);
    await viewer.close();
  },
);

test(
  "nbconvert's HTML of a published notebook, as nbviewer shows it, draws every chart",
  { skip: needsBrowser.skip || needsJupyter.skip },
  async () => {
    const args = ["nbconvert", "--to", "html", ipynb, "--output", "viewed.html"];
    const run = spawnSync("jupyter", args, { cwd: folder, encoding: "utf8" });
    assert.equal(run.status, 0, run.stderr);
    const viewer = await browser!.newPage();
    await viewer.open(pathToFileURL(join(folder, "viewed.html")).href);
    assert.equal(await viewer.evaluate(DRAWN), CHARTS);
    await viewer.close();
  },
);

test("the same script runs in the Deno kernel and shows the same", async () => {
  const { notebook, cells } = await publishNotebook(sample, {
    parameters: { points: 200 },
    kernel: "deno",
    outIpynb: join(folder, "deno.ipynb"),
    plotlySource: "none",
  });
  assert.ok(cells.every(({ state }) => state === "done"));
  const inTslab = shown(readNotebook(ipynb)).filter((text) => !text.startsWith("plotly.js"));
  assert.deepEqual(shown(notebook), inTslab);
  assert.ok(!readFileSync(join(folder, "deno.ipynb"), "utf8").includes(PLOTLY_MARK));
});

test("jupyter nbconvert runs the published notebook and shows the same", needsJupyter, () => {
  const args = [
    "nbconvert",
    "--to",
    "notebook",
    "--execute",
    ipynb,
    "--output",
    "by_jupyter.ipynb",
  ];
  const env = { ...process.env, JUPYTER_PATH: join(root, ".jupyter") };
  const run = spawnSync("jupyter", args, { cwd: folder, env, encoding: "utf8", timeout: 300_000 });
  assert.equal(run.status, 0, run.stderr);
  // It validates what it reads, and only warns.
  assert.doesNotMatch(run.stderr, /invalid|validation|missing an id/i);
  const theirs = readNotebook(join(folder, "by_jupyter.ipynb"));
  assert.deepEqual(shown(theirs), shown(readNotebook(ipynb)));
});

test("publishNotebook() without running keeps the outputs of cells that did not change", async () => {
  const path = join(folder, "02_kept.ts");
  writeFileSync(path, readFileSync(sample, "utf8").replace('"value"', '"other value"'));
  const out = { outIpynb: join(folder, "02_kept.ipynb"), execute: false };
  writeFileSync(out.outIpynb, readFileSync(ipynb));
  const { notebook } = await publishNotebook(path, { ...out, parameters: { points: 200 } });
  const empty = notebook.cells.filter(({ outputs }) => outputs?.length === 0).map(({ source }) =>
    source
  );
  assert.ok(empty.some((source) => source.includes('"other value"')));
  assert.equal(shown(notebook).filter((text) => text.startsWith("A histogram")).length, 0);
  assert.equal(shown(notebook).length, shown(readNotebook(ipynb)).length - 1);
});

test("publishNotebook() refuses at once what cannot end well", async () => {
  const out = { outIpynb: join(folder, "never.ipynb") };
  const wrong = publishNotebook(sample, { ...out, parameters: { cycles: 1 } });
  await assert.rejects(wrong, /"cycles" as the parameters cell must declare it.*points, title/);
  await assert.rejects(
    publishNotebook(join(folder, "none.ts"), out),
    /Cannot read the script .*ENOENT/,
  );
  assert.ok(!existsSync(out.outIpynb));
  const inFile = { outIpynb: join(ipynb, "below", "a.ipynb") };
  await assert.rejects(
    publishNotebook(sample, inFile),
    /Cannot write .* its folder must be writable/,
  );
});

test("publishNotebook() writes what a failing run left, and names script, cell and error", async () => {
  const path = join(folder, "03_failing.ts");
  const code = ['console.log("before");', 'throw new RangeError("Cannot x");', "console.log(1);"];
  writeFileSync(path, code.map((line) => `// %%\n${line}\n`).join("\n"));
  const message =
    /^Cannot publish .*03_failing\.ts: Cell 2 of 3 \(cell-2\) failed: .*Cannot x .*ipynb\)$/;
  await assert.rejects(publishNotebook(path, { kernel: "deno" }), {
    name: "NotebookFailed",
    message,
  });
  const { cells } = readNotebook(join(folder, "03_failing.ipynb"));
  assert.deepEqual(cells.map(({ outputs }) => outputs!.map((output) => output.output_type)), [
    ["stream"],
    ["error"],
    [],
  ]);
});
