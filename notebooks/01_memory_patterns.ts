// %% [markdown]
// # Phase 1: memory patterns
//
// Where can memory grow, judging by the sources alone? Every place that adds to state which
// outlives the call is found, with the bound that holds it or the lack of one. The answer stands
// below the parameters; the phases that run the code confirm or refute it.

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
import { growthSitesFigure, patternsFrame, writeFrame } from "heapbook/report";

await initCharts();
const audit = await openAudit({
  run: run,
  cycles: cycles,
  quick: quick,
  targets: targets,
  config: configFile,
  exports: folder,
});
const patterns = await audit.patterns();

// %% [markdown]
// ## The answer
//
// Counted from the recorded findings; a site without a bound is a prediction, not yet a leak.

// %%
await showMarkdown(audit.answer(1));

// %% [markdown]
// The versions, flags and seed behind every number on this page.

// %%
await showTable(environmentTable(audit.results().environment), { caption: "Environment" });

// %% [markdown]
// ## Where does state grow?
//
// Each folder's growth sites: those that an idiom in the code keeps bounded, and those that nothing
// holds.

// %%
await showChart(growthSitesFigure(patterns), "Growth sites by folder, bounded and without a bound");

// %% [markdown]
// All findings as a dataframe, kept as Parquet beside the run. The table shows the growth sites
// without a bound: each is a place to look at first.

// %%
const findings = await patternsFrame(patterns);
writeFrame(audit.store, "patterns", findings);
const unbounded = patterns.findings.filter((f) => f.kind === "growth" && f.bounded === false);
await showTable(
  unbounded.map(({ file, line, attribute, growth, text }) => ({
    place: `${file}:${line}`,
    attribute: attribute,
    grows: growth,
    source: text,
  })),
  { caption: "Growth without a bound", limit: 40 },
);

// %% [markdown]
// The bounded ones, with the idiom that holds each: a reader can check every bound at its line.

// %%
const bounded = patterns.findings.filter((f) => f.kind === "growth" && f.bounded === true);
await showTable(
  bounded.map(({ file, line, attribute, bound }) => ({
    place: `${file}:${line}`,
    attribute: attribute,
    bound: bound,
  })),
  { caption: "Growth with a bound", limit: 40 },
);

// %% [markdown]
// ## What is released?
//
// Cleanup, reset and dispose methods, and classes that own growing state without any.

// %%
const lifecycles = patterns.findings.filter((f) =>
  ["lifecycle", "missing_lifecycle", "unreleased", "finaliser"].includes(f.kind)
);
await showTable(
  lifecycles.map(({ kind, file, line, class: owner, attribute, note }) => ({
    kind: kind,
    place: `${file}:${line}`,
    class: owner,
    attribute: attribute,
    note: note,
  })),
  { caption: "Lifecycle methods and what lacks them", limit: 60 },
);

// %% [markdown]
// ## What else may hold memory?
//
// Listeners, timers and subscriptions without removal, module-level state, captured references.

// %%
const holders = patterns.findings.filter((f) =>
  ["listener", "timer", "subscription", "module_state", "closure_capture"].includes(f.kind)
);
await showTable(
  holders.map(({ kind, file, line, attribute, note }) => ({
    kind: kind,
    place: `${file}:${line}`,
    attribute: attribute,
    note: note,
  })),
  { caption: "Holders", limit: 60 },
);

// %% [markdown]
// ## The report
//
// Written from the recorded findings; every number in it is cited and can be verified.

// %%
await showMarkdown(`Written: \`${audit.report(1).split("/").at(-1)}\``);

// %% [markdown]
// ## Limits
//
// Reading sees what could grow, not how often it runs: growth through a library, through `eval`, or
// across modules by aliasing may be missed. Next: `02_leak_detection`, which runs the code.
