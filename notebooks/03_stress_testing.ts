// %% [markdown]
// # Phase 3: stress
//
// What does each target take when nothing is forced? The collector works as it likes; resident set
// and virtual size are read from outside the process. The answer stands below the parameters.

// %% [markdown]
// ## Parameters
//
// Everything that a rerun may change; all other numbers stand in `config.yaml`.

// %% tags=["parameters"]
// deno-lint-ignore-file prefer-const
let run = ""; // name of the run to join; "" for the latest, "new" for a new one
let cycles = 0; // measured cycles per target; 0 for those of config.yaml
let quick = false; // fewer cycles, for a first look
let targets: string[] = []; // names of targets; all where empty
let configFile = ""; // path of config.yaml; the nearest one upwards where empty
let folder = ""; // where reports go; exports/ where empty

// %% [markdown]
// The library is imported by its name; charts need plotly.js once.

// %%
import { environmentTable, initCharts, openAudit } from "heapbook/notebook";
import { showChart, showMarkdown, showTable } from "heapbook/notebook";
import { loadPolars, memoryFigure, peakFigure, savePictures } from "heapbook/report";
import { recordsFrame, stressSamples, writeFrame } from "heapbook/report";

await initCharts();
const pl = await loadPolars();
const audit = await openAudit({
  run: run,
  cycles: cycles,
  quick: quick,
  targets: targets,
  config: configFile,
  exports: folder,
});

// %% [markdown]
// Every target runs now, one at a time, or is read where this run has measured it.

// %%
const stress = await audit.stress();

// %% [markdown]
// ## The answer
//
// Judged by the interval of the growth rate on the settled part of each series.

// %%
await showMarkdown(audit.answer(3));

// %% [markdown]
// The versions, flags and seed behind every number on this page.

// %%
await showTable(environmentTable(audit.results().environment), { caption: "Environment" });

// %% [markdown]
// ## How does memory move over cycles?
//
// Samples, settled part, fitted growth with its band, and the plan's limits as slopes. The heap of
// V8 climbs to its working size first; that is no growth.

// %%
const measured = stress.results.filter(({ samples }) => samples !== "");
const figures = Object.fromEntries(measured.map((result) => [
  `memory_${result.target}`,
  memoryFigure(result, audit.store.readSamples(result.samples), audit.config.audit.limits),
]));
const names = Object.keys(figures);
const showFigure = (name: string) => showChart(figures[name]!, `Resident set, ${name.slice(7)}`);
await Promise.all(names.slice(0, 1).map(showFigure));

// %% [markdown]
// The other targets, each with its own chart, in the order of `config.yaml`.

// %%
const others = names.slice(1);
await others.reduce((shown, name) => shown.then(() => showFigure(name)), Promise.resolve());

// %% [markdown]
// ## Who takes most?
//
// Peak resident set of each target; most of it is Node itself.

// %%
await showChart(peakFigure(stress), "Peak resident memory of each target");

// %% [markdown]
// The same as a dataframe, kept as Parquet, with what the collector did in the cycles that followed: what
// notes its pauses takes memory of its own.

// %%
const flat = stress.results.map(({ rss, gc, eventLoopDelayMs, ...rest }) => ({
  ...rest,
  growth: rss.growth,
  bytesPerCycle: rss.bytesPerCycle,
  collections: gc.count,
  pauseMs: gc.maxPauseMs,
  delayMs: eventLoopDelayMs.p99,
}));
const frame = await recordsFrame(flat);
void writeFrame(audit.store, "stress", frame);

// %% [markdown]
// Growth per cycle, bytes allocated per simulated step, and the longest pause.

// %%
await showTable(
  frame.select(
    "target",
    "verdict",
    "growth",
    "bytesPerCycle",
    "allocatedBytesPerStep",
    "collections",
    "pauseMs",
  ),
  { caption: "Growth, allocation and collector", limit: 20 },
);

// %% [markdown]
// All samples as a dataframe, kept as Parquet; the table gives the range of each series.

// %%
const samples = await stressSamples(audit.store, stress);
writeFrame(audit.store, "stress_samples", samples);
const summary = samples.groupBy("target").agg(
  pl.col("rss_bytes").count().alias("samples"),
  pl.col("rss_bytes").mean().alias("mean_rss"),
  pl.col("rss_bytes").max().alias("peak_rss"),
  pl.col("virtual_bytes").max().alias("peak_virtual"),
).sort("target");
await showTable(summary, { caption: "Samples of each series, bytes", limit: 20 });

// %% [markdown]
// ## The report
//
// Written from the recorded results, with one picture per target.

// %%
const saved = await savePictures(audit.exportsFolder, figures);
const written = audit.report(3).split("/").at(-1);
await showMarkdown(`Written: \`${written}\` and ${saved.files.length} pictures. ${saved.warning}`);

// %% [markdown]
// ## Limits
//
// The resident set moves in pages and with the collector's mood: small leaks are the business of
// phase 2. Next: `04_cleanup_verification`.
