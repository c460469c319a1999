// Does one piece of work of a given size and prints its time and the process's peak memory.
import { createController } from "heapbook/controllers";
import { createPlant } from "heapbook/plant";
import { runSimulation, simulateBatch } from "heapbook/simulation";

const [kind, sizeText] = process.argv.slice(2), size = Number(sizeText);
const initialState = [0, 0.05, -0.03, 0, 0, 0];
const run = (options) =>
  runSimulation({
    controller: createController("classical_smc", { dt: options.dt }),
    plant: createPlant("full"),
    initialState,
    ...options,
  });
const works = {
  "duration, nothing kept": (n) => run({ duration: n, dt: 0.001, decimate: Infinity }),
  "duration, every 1000th kept": (n) => run({ duration: n, dt: 0.001, decimate: 1000 }),
  "duration, all kept": (n) => run({ duration: n, dt: 0.001 }),
  "steps per second": (n) => run({ duration: 10, dt: 1 / n, decimate: Infinity }),
  "batch size": (n) =>
    simulateBatch({
      controller: "classical_smc",
      initialStates: Float64Array.from({ length: 6 * n }, (_, i) => initialState[i % 6]),
      duration: 0.1,
      dt: 0.001,
    }),
};
// Code is compiled before the clock starts.
for (let i = 0; i < 20; i++) works[kind](kind === "steps per second" ? 1000 : 1);
const start = process.hrtime.bigint();
works[kind](size);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const { ownPeakRssBytes } = await import("../lib/dist/measure/process_memory.js");
console.log(JSON.stringify({ seconds, megabytes: ownPeakRssBytes() / 2 ** 20 }));
