// %% [markdown]
// # Phase 5: the verdict
//
// Is the system memory-safe for long-running use? The answer follows from what phases 1 to 4
// recorded, by fixed rules: what was not measured counts as not passed. It stands below the
// parameters.

// %% [markdown]
// ## Parameters
//
// Everything that a rerun may change; all other numbers stand in `config.yaml`.

// %% tags=["parameters"]
// deno-lint-ignore-file prefer-const
let run = ""; // name of the run to judge; "" for the latest
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
import { growthFigure, recordsFrame, savePictures, scoreFigure } from "heapbook/report";

await initCharts();
const audit = await openAudit({
  run: run,
  cycles: cycles,
  quick: quick,
  targets: targets,
  config: configFile,
  exports: folder,
});
const results = audit.verdict();
const verdict = results.verdict!;

// %% [markdown]
// ## The answer
//
// Computed from the recorded results of this run.

// %%
await showMarkdown(audit.answer(5));

// %% [markdown]
// The versions, flags and seed behind every number on this page.

// %%
await showTable(environmentTable(results.environment), { caption: "Environment" });

// %% [markdown]
// ## How does the score come about?
//
// Each part gives its weight times the share of checks that passed; there is no bonus.

// %%
const score = scoreFigure(verdict);
await showChart(score, "Points reached and missing in each part of the score");
await showTable(await recordsFrame(verdict.lines), { caption: "Score" });

// %% [markdown]
// ## How fast does each target grow?
//
// The rate and interval of phase 2, against which the plan's limits are held.

// %%
const measured = results.leaks ?? { results: [] };
await showChart(growthFigure(measured), "Growth rate of each target with its interval");

// %% [markdown]
// ## What is to be done?
//
// Every finding with its severity, impact, effort and remedy; empty where there is none.

// %%
await showTable(
  verdict.findings.map(({ id, severity, target, title, impact, effort, fix }) => ({
    id: id,
    severity: severity,
    target: target,
    finding: title,
    impact: impact,
    effort: effort,
    fix: fix,
  })),
  { caption: "Findings and fixes", limit: 40 },
);

// %% [markdown]
// ## Was reading right?
//
// Each predicted growth site beside what running the code showed of it.

// %%
await showTable(verdict.reconciliation, { caption: "Predicted and measured", limit: 60 });

// %% [markdown]
// ## How long may it run?
//
// Cycles until a memory budget is used up, from the upper end of each rate's interval.

// %%
await showTable(verdict.deployment, { caption: "Deployment guidelines", limit: 40 });

// %% [markdown]
// ## Did it take the time that was planned?
//
// Planned and actual seconds of each phase.

// %%
await showTable(results.timing, { caption: "Time, planned and actual" });

// %% [markdown]
// ## The report
//
// Its first line is the answer; `heapbook verify` recomputes every number in it.

// %%
const saved = await savePictures(audit.exportsFolder, { score: score });
await showMarkdown(`Written: \`${audit.report(5).split("/").at(-1)}\`. ${saved.warning}`);

// %% [markdown]
// ## Limits
//
// The verdict speaks of the targets that ran, in this environment, for the cycles that were
// measured. Code that no target reaches was only read.
