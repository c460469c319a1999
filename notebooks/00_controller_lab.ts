// %% [markdown]
// # The controller laboratory
//
// Can one force on a cart keep two linked rods upright? Four sliding-mode controllers answer, on
// the same plant, from the same start, and on plants that their tuner never saw. The chart and the
// table below the parameters answer: how soon each settles, how much force it takes, how often it
// succeeds.

// %% [markdown]
// ## Parameters
//
// Everything that a rerun may change; all other numbers stand in `config.yaml`.

// %% tags=["parameters"]
// deno-lint-ignore-file prefer-const
let seed = 2718; // of the unseen plants and starts
let runs = 100; // unseen plants per controller
let workers = 2; // threads
let duration = 10; // s, length of a run
let particles = 20; // of the tuning run
let iterations = 20; // of the tuning run

// %% [markdown]
// The laboratory: plant, controllers, simulation and tuner, imported by the library's name.

// %%
import { loadConfig } from "heapbook/config";
import { createController } from "heapbook/controllers";
import {
  compareControllers,
  comparisonRows,
  HELD_ANGLE,
  holdRate,
  standardStates,
  tuneGains,
} from "heapbook/optimizer";
import { createPlant, OMEGA1, THETA1, THETA2, X } from "heapbook/plant";
import { runSimulation, stateColumn, trajectoryColumns } from "heapbook/simulation";

// %% [markdown]
// What shows it: dataframes, tables and charts; charts need plotly.js once.

// %%
import { readFileSync } from "node:fs";
import pl from "nodejs-polars";
import { recordEnvironment } from "heapbook/audit";
import { createProgress, environmentTable, initCharts } from "heapbook/notebook";
import { showChart, showLiveChart, showTable } from "heapbook/notebook";
import { intervalsFigure, linesFigure, pendulumFigure } from "heapbook/report";

await initCharts();

// %% [markdown]
// Each controller runs once from both links leaning by 0.1 rad, then on `runs` plants that differ
// by up to 5 % in every body and 10 % in every friction, from starts of up to 0.3 rad. A run is held
// if both angles stay small over its last second.

// %%
const config = loadConfig();
const plant = createPlant(config.simulation.model, config.physics);
const initialState = standardStates[1]!;
const progress = createProgress("Comparing controllers");
const compared = await compareControllers({
  plant: plant,
  initialState: initialState,
  duration: duration,
  runs: runs,
  seed: seed,
  workers: workers,
  controllerOptions: config.controllers,
  onController: (name, done, total) =>
    progress.update({ label: "controllers", done, total, detail: name }),
});
await progress.finish();

// %% [markdown]
// ## Which controller is best?
//
// Link 1 over the first seconds, from 0.1 rad: who is quick, who swings through upright.

// %%
const angle1 = compared.map(({ controller, trajectory }) => ({
  name: controller,
  x: trajectory.time.subarray(0, 5000),
  y: stateColumn(trajectory, THETA1),
}));
const angle1Figure = linesFigure(angle1, { x: "time [s]", y: "angle of link 1 [rad]" });
await showChart(angle1Figure, "Every controller brings link 1 from 0.1 rad towards upright");

// %% [markdown]
// The same in numbers: how soon each settles, how much force it takes, how often it succeeds.

// %%
const table = pl.DataFrame(comparisonRows(compared));
await showTable(table, {
  caption: `Controllers side by side; held means within ${HELD_ANGLE} rad at the end`,
});

// %% [markdown]
// The share of unseen plants that each controller holds, with Wilson's 95 % interval: overlapping
// intervals mean that these runs cannot tell two controllers apart.

// %%
const success = compared.map(({ controller, success: { rate, interval } }) => ({
  name: controller,
  value: 100 * rate,
  low: 100 * interval[0],
  high: 100 * interval[1],
}));
const successFigure = intervalsFigure(success, { x: "unseen runs held [%]", y: "" });
await showChart(successFigure, "Share of unseen plants and starts that each controller holds");

// %% [markdown]
// ## How does the rest move?
//
// Link 2 hangs on link 1 and is moved through it only: it swings first, and settles later.

// %%
const angle2 = compared.map(({ controller, trajectory }) => ({
  name: controller,
  x: trajectory.time.subarray(0, 5000),
  y: stateColumn(trajectory, THETA2),
}));
const angle2Figure = linesFigure(angle2, { x: "time [s]", y: "angle of link 2 to link 1 [rad]" });
await showChart(angle2Figure, "Link 2 follows through link 1");

// %% [markdown]
// A phase portrait shows the same run without time: angle against its rate. Each curve must end in
// the origin; how straight it runs there tells how well the sliding surface is kept.

// %%
const portrait = compared.map(({ controller, trajectory }) => ({
  name: controller,
  x: stateColumn(trajectory, THETA1).subarray(0, 4000),
  y: stateColumn(trajectory, OMEGA1),
}));
const axes = { x: "angle of link 1 [rad]", y: "rate of link 1 [rad/s]" };
await showChart(linesFigure(portrait, axes), "Phase portrait of link 1, start to upright");

// %% [markdown]
// ## What does it cost?
//
// The force over the first half second: the first push is the strongest, then the effort fades. A
// curve that trembles would wear out a motor.

// %%
const effort = compared.map(({ controller, trajectory }) => ({
  name: controller,
  x: trajectory.time.subarray(0, 500),
  y: trajectory.forces,
}));
const effortFigure = linesFigure(effort, { x: "time [s]", y: "force on the cart [N]" });
await showChart(effortFigure, "The control effort is spent in the first half second");

// %% [markdown]
// The sliding variable, divided by its largest value, since each controller has a scale of its own.
// The closer it stays to zero, the better the surface is kept; the hybrid's holds the cart as well.

// %%
const sliding = compared.map(({ controller, trajectory, sigma }) => {
  const scale = sigma.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return { name: controller, x: trajectory.time.subarray(0, 3000), y: sigma.map((s) => s / scale) };
});
const slidingFigure = linesFigure(sliding, { x: "time [s]", y: "sliding variable, relative" });
await showChart(slidingFigure, "How well each controller keeps its sliding variable at zero");

// %% [markdown]
// ## Where does the cart go?
//
// The surfaces of three controllers hold angles only: nothing brings the cart back. Adding
// `cart_gain (v + cart_lambda x)` to the surface does, at the price of a slower response.

// %%
const withCart = { ...config.controllers.sta_smc, cartGain: 2, cartLambda: 0.5 };
const drift = [
  { name: "without cart_gain", options: config.controllers.sta_smc },
  { name: "with cart_gain 2", options: withCart },
].map(({ name, options }) => {
  const controller = createController("sta_smc", { ...options, plant: plant });
  const run = runSimulation({
    controller,
    plant: plant,
    duration: 20,
    dt: 0.001,
    initialState: initialState,
  });
  return { name, x: run.time, y: stateColumn(run, X) };
});
const driftFigure = linesFigure(drift, { x: "time [s]", y: "cart position [m]" });
await showChart(driftFigure, "Without cart_gain the cart runs away; with it, it comes back");

// %% [markdown]
// ## Can gains be found?
//
// A swarm of particles searches gains of the super-twisting controller; each is judged by two
// simulated runs. Watch the best cost fall: below 1000 the plant is held, above it falls.

// %%
const convergence = (best: ArrayLike<number>, mean: ArrayLike<number>) => {
  const x = Array.from(best, (_, i) => i + 1);
  const curves = [{ name: "best so far", x, y: best }, { name: "mean of the swarm", x, y: mean }];
  return linesFigure(curves, { x: "iteration", y: "cost", layout: { yaxis: { type: "log" } } });
};
const live = await showLiveChart(convergence([], []), "Convergence of the tuning run");
const tuned = await tuneGains({
  controller: "sta_smc",
  plant: plant,
  duration: 5,
  particles: particles,
  iterations: iterations,
  workers: workers,
  onIteration: ({ history }) => void live.update(convergence(history.best, history.mean)),
});
await live.update(convergence(tuned.history.best, tuned.history.mean));

// %% [markdown]
// What it found, as a dataframe: the gains, beside the default ones, which come from a longer search
// over four plants and fifteen starts (`npx heapbook tune sta_smc --defaults`).

// %%
const gains = pl.DataFrame({
  gain: [...tuned.gainNames],
  tuned: [...tuned.gains],
  default: [...config.controllers.sta_smc.gains],
});
const summary = `Cost ${tuned.cost.toPrecision(4)} after ${tuned.evaluations} evaluations`;
await showTable(gains, { caption: summary });

// %% [markdown]
// Are they as good elsewhere? The tuned gains saw one plant and two starts only. On the unseen plants
// and starts of the first table, a low cost at home turns out to be no promise.

// %%
const elsewhere = await holdRate({
  controller: "sta_smc",
  controllerOptions: { ...config.controllers.sta_smc, gains: tuned.gains },
  plant: plant,
  runs: runs,
  seed: seed,
  workers: workers,
});
const home = compared.find(({ controller }) => controller === "sta_smc")!.success;
const rates = [["tuned on one plant", elsewhere], ["default, tuned on four", home]] as const;
const ratesFigure = intervalsFigure(
  rates.map(([name, { rate, interval: [low, high] }]) => (
    { name, value: 100 * rate, low: 100 * low, high: 100 * high }
  )),
  { x: "unseen runs held [%]", y: "" },
);
await showChart(ratesFigure, "Robust tuning pays on plants that no tuner has seen");

// %% [markdown]
// ## What does it look like?
//
// The cart and its two links, to scale, under the first controller of the table. Press Play.

// %%
const { pendulum1Length, pendulum2Length } = plant.parameters;
const animation = pendulumFigure({
  ...compared[0]!.trajectory,
  length1: pendulum1Length,
  length2: pendulum2Length,
}, { until: 3 });
await showChart(animation, `The cart with two links under ${compared[0]!.controller}`);

// %% [markdown]
// The run itself, as a dataframe to go on with: one row per step.

// %%
const frame = pl.DataFrame(trajectoryColumns(compared[0]!.trajectory));
await showTable(frame, { caption: `${compared[0]!.controller}, step by step`, limit: 8 });

// %% [markdown]
// ## Environment
//
// The versions and the configuration behind every number on this page.

// %%
const environment = recordEnvironment({
  seed: seed,
  configText: readFileSync(config.origin.file, "utf8"),
  root: config.origin.directory,
});
const more = { Polars: String(pl.version), plant: plant.model };
await showTable(environmentTable(environment, more), { caption: "Environment" });

// %% [markdown]
// ## Limits
//
// The force is held during a step of 1 ms and reaches the cart without delay; the state is measured
// without noise; the rail has no end. Success is judged on drawn plants of the same model. Whether
// this code is also safe to run for months is the question of the next notebook,
// [01_memory_patterns](01_memory_patterns.ipynb).
