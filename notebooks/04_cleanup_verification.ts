// %% [markdown]
// # Phase 4: cleanup
//
// Does cleanup release what it owns, does reset restore the start, and does anything stay behind?
// Each statement is measured on real instances in a process of its own. The answer stands below the
// parameters.

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
import { cleanupFigure, recordsFrame, writeFrame } from "heapbook/report";

await initCharts();
const audit = await openAudit({
  run: run,
  cycles: cycles,
  quick: quick,
  targets: targets,
  config: configFile,
  exports: folder,
});

// %% [markdown]
// Every class is checked now, or read where this run has checked it.

// %%
const cleanup = await audit.cleanup();

// %% [markdown]
// ## The answer
//
// Counted from the recorded checks.

// %%
await showMarkdown(audit.answer(4));

// %% [markdown]
// The versions, flags and seed behind every number on this page.

// %%
await showTable(environmentTable(audit.results().environment), { caption: "Environment" });

// %% [markdown]
// ## Which class passes which check?
//
// A cross is a failure; an empty field means that the check does not apply.

// %%
await showChart(cleanupFigure(cleanup), "Cleanup checks by class");
const checks = await recordsFrame(cleanup.checks);
writeFrame(audit.store, "cleanup", checks);
await showTable(
  cleanup.checks.filter(({ passed }) => !passed),
  { caption: "Checks that failed", limit: 40 },
);

// %% [markdown]
// ## What happens to each field?
//
// Every own field, private ones too, before and after cleanup.

// %%
const fates = cleanup.classes.flatMap(({ class: owner, fields }) =>
  fields.map((field) => ({ class: owner, ...field }))
);
await showTable(fates, { caption: "Fields before and after cleanup", limit: 120 });

// %% [markdown]
// ## What stays behind?
//
// Objects by type that were not there before instances were created and dropped, and who holds
// them.

// %%
await showTable(cleanup.orphans, { caption: "Objects left behind", limit: 40 });

// %% [markdown]
// ## Does it hold on several threads?
//
// Workers create, step and drop controllers side by side; the same seed must give the same result.

// %%
await showTable(cleanup.concurrency, { caption: "Concurrency checks", limit: 40 });

// %% [markdown]
// ## The report
//
// Written from the recorded checks.

// %%
await showMarkdown(`Written: \`${audit.report(4).split("/").at(-1)}\``);

// %% [markdown]
// ## Limits
//
// Only classes that the targets name are checked, by the paths that the checks take. Next:
// `05_final_report`.
