// %% [markdown]
// # Phase 2: leak detection
//
// Does any target hold more after each cycle? Each one runs in a fresh process, with planted leaks
// and planted innocents beside it, so that silence of the instrument means something. The answer
// stands below the parameters.

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
import { controlsFigure, growthFigure, heapFigure, savePictures } from "heapbook/report";
import { leakSamples, loadPolars, recordsFrame, writeFrame } from "heapbook/report";

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
// Every target, scenario and control is measured now, or read where this run has measured it.

// %%
const leaks = await audit.leaks();

// %% [markdown]
// ## The answer
//
// With the smallest leak that this very run could have seen.

// %%
await showMarkdown(audit.answer(2));

// %% [markdown]
// The versions, flags and seed behind every number on this page.

// %%
await showTable(environmentTable(audit.results().environment), { caption: "Environment" });

// %% [markdown]
// ## Can the instrument be believed?
//
// Planted leaks of known rates must lie on the line, planted innocents at the lower left. One miss
// or one false alarm, and the run does not count.

// %%
await showChart(
  controlsFigure(leaks.controls),
  "Measured rate of each control against its planted one",
);
const controls = leaks.controls.map(({ interval, ...rest }) => ({
  ...rest,
  low: interval[0],
  high: interval[1],
}));
await showTable(await recordsFrame(controls), { caption: "Controls", limit: 20 });

// %% [markdown]
// ## How fast does each target grow?
//
// The rate with its interval. Clean means that the whole interval lies below the limit of concern.

// %%
const growth = growthFigure(leaks);
await showChart(growth, "Growth rate of each target with its interval");

// %% [markdown]
// The same as a dataframe, kept as Parquet: one row per target and scenario.

// %%
const verdicts = leaks.results.map(({ interval, ...rest }) => ({
  ...rest,
  low: interval[0],
  high: interval[1],
}));
const frame = await recordsFrame(verdicts);
writeFrame(audit.store, "leaks", frame);
await showTable(
  frame.select(
    "target",
    "scenario",
    "verdict",
    "growth",
    "bytesPerCycle",
    "low",
    "high",
    "limitOfDetection",
  ),
  { caption: "Verdict per target, rates in bytes per cycle", limit: 40 },
);

// %% [markdown]
// ## What do the samples look like?
//
// Used heap after a forced collection, above its first sample: a leak climbs to the end of the run,
// a warm-up stops.

// %%
const series = leaks.results.flatMap(({ target, scenario, stages }) =>
  stages.filter(({ samples }) => samples !== undefined).slice(0, 1).map(({ samples }) => ({
    name: scenario === "default" ? target : `${target}, ${scenario}`,
    samples: audit.store.readSamples(samples!),
  }))
);
await showChart(heapFigure(series), "Used heap above the first sample, every target");

// %% [markdown]
// All samples as a dataframe, kept as Parquet; the table sums up each series.

// %%
const samples = await leakSamples(audit.store, leaks);
writeFrame(audit.store, "leak_samples", samples);
const summary = samples.groupBy("target", "scenario").agg(
  pl.col("heap").count().alias("samples"),
  pl.col("heap").min().alias("least_heap"),
  pl.col("heap").max().alias("largest_heap"),
  pl.col("rss").max().alias("peak_rss"),
).sort("target");
await showTable(summary, { caption: "Samples of each series, bytes", limit: 40 });

// %% [markdown]
// ## Snapshots
//
// The state of each process after a full collection, at the cycles that `config.yaml` names.

// %%
const snapshots = leaks.results.flatMap(({ target, scenario, snapshots: taken }) =>
  taken.map(({ instances: _, ...values }) => ({ target: target, scenario: scenario, ...values }))
);
await showTable(await recordsFrame(snapshots), { caption: "Snapshots", limit: 80 });

// %% [markdown]
// ## Which lines hold the memory?
//
// The largest live allocations of each target, traced to the TypeScript line. Staying is no leak:
// growing is.

// %%
const sites = leaks.results.flatMap(({ target, scenario, topAllocations }) =>
  topAllocations.slice(0, 10).map(({ file, line, function: name, bytes, objects }) => ({
    target: target,
    scenario: scenario,
    place: `${file}:${line}`,
    function: name,
    bytes: bytes,
    objects: objects,
  }))
);
await showTable(sites, { caption: "Top live allocation sites", limit: 140 });

// %% [markdown]
// What holds on to memory in each target that is not clean; empty where all are.

// %%
const held = leaks.results.flatMap(({ target, retainers, verdict }) =>
  verdict === "clean" ? [] : retainers.map(({ words, bytes }) => ({
    target: target,
    held_by: words,
    bytes: bytes,
  }))
);
await showTable(held, { caption: "Retainer paths", limit: 40 });

// %% [markdown]
// ## The report
//
// Written from the recorded results, with the chart of growth rates as a picture.

// %%
const saved = await savePictures(audit.exportsFolder, { leaks_growth: growth });
const written = audit.report(2).split("/").at(-1);
await showMarkdown(`Written: \`${written}\`. ${saved.warning}`);

// %% [markdown]
// ## Limits
//
// Growth that begins after the last measured cycle, and a plateau beyond it, cannot be told apart
// from what was seen. Rates below the limit of detection are bounded, not excluded. Next:
// `03_stress_testing`.
