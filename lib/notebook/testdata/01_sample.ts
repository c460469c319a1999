// %% [markdown]
// # Damped swings
//
// Do four lines with four decay rates stay apart? They do, and this notebook shows every kind of
// output that a published notebook can hold.

// %% [markdown]
// The parameters: number of points and the seed of nothing.

// %% tags=["parameters"]
let points = 300;
let title = "swings";

// %% [markdown]
// Everything comes from the library; plotly.js is put into the notebook once.

// %%
import {
  createProgress,
  displayKind,
  initCharts,
  showChart,
  showError,
  showLiveChart,
  showMarkdown,
  showTable,
} from "heapbook/notebook";
import { controllerColours, createFigure, lineOf } from "heapbook/report";
await initCharts();

// %% [markdown]
// ## Lines
// Look at the order of the four lines: it never changes.

// %%
const time = Float64Array.from({ length: points }, (_, i) => (i * 10) / points);
const lines = Object.keys(controllerColours).map((name, k) => ({
  name,
  x: time,
  y: time.map((t) => Math.exp(-t / (2 + k)) * Math.cos(2 * t)),
  line: lineOf(name),
}));
const swings = createFigure(lines, { title: title, x: "time [s]", y: "angle of the first link [rad]" });
await showChart(swings, "Four swings decay at four rates, and stay in order");

// %% [markdown]
// ## Bars and distributions
// Bars, a histogram, a box and a heat map are the other kinds of chart.

// %%
const names = Object.keys(controllerColours);
const bars = createFigure(
  [{ type: "bar", x: names, y: [1, 4, 2, 3], marker: { color: Object.values(controllerColours) } }],
  { x: "controller", y: "effort [N]", height: 340 },
);
await showChart(bars, 'Effort of each controller; "quotes" & <tags> are harmless');

// %% [markdown]
// The histogram's bins come from Plotly.

// %%
const spread = [...lines[0]!.y].map((v, i) => v + Math.sin(i));
const histogram = createFigure([{ type: "histogram", x: spread }], { x: "value", y: "count" });
await showChart(histogram, "A histogram of one line");

// %% [markdown]
// ## Live output
// Progress and a chart that is redrawn leave their last state.

// %%
const progress = createProgress("work");
const update = (done: number) => progress.update({ label: "cycles", done, total: points });
Array.from({ length: points + 1 }, (_, i) => i).forEach(update);
await progress.finish();

// %% [markdown]
// The live chart's last caption counts.

// %%
const live = await showLiveChart(bars, "first state");
await Promise.all(names.map((name) => live.update(bars, `last state: ${name}`)));
void 0;

// %% [markdown]
// ## Tables and errors
// A table is escaped, rounded and limited.

// %%
const rows = names.map((name, i) => ({ name, decay: 1 / (3 + i), note: "<b>no tag</b>", i }));
await showTable(rows, { caption: "Decay per controller", limit: 3 });

// %% [markdown]
// An expected error is shown, not thrown.

// %%
await showError(() => {
  throw new RangeError("Cannot simulate as dt must be > 0 s: current value is 0");
});

// %% [markdown]
// ## What shows it
// The kernel says what it is.

// %%
await showMarkdown(
  `Shown by **${["tslab", "deno"].includes(displayKind()) ? "a kernel" : "text"}**.`,
);
