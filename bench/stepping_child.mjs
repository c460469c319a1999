// Nanoseconds of CPU time per step of one controller's closed loop, the best of some runs each:
// node stepping_child.mjs CONTROLLER. A process of its own, as each run of the C program is one,
// since where a process's stack and code lie makes a loop faster or slower by up to a half.
import { createController } from "heapbook/controllers";
import { createPlant } from "heapbook/plant";
import { createIntegrator, runSimulation } from "heapbook/simulation";
import { cpuNanoseconds } from "./median.mjs";
import { initialState, RUNS, STEPS } from "./stepping.mjs";

const plant = createPlant("full");
const controller = createController(process.argv[2], { telemetryLength: 0 });
const kept = { controller, plant, duration: 10, dt: 0.001, initialState };
const options = { ...kept, decimate: Infinity };
// An integrator that is not named keeps kernels out.
const plainOptions = { ...options, integrator: createIntegrator("rk4") };
const perStep = (run, count) =>
  Math.min(...Array.from({ length: count }, () => cpuNanoseconds(run))) / STEPS;
const run = () => runSimulation(options), plain = () => runSimulation(plainOptions);
const keeping = () => runSimulation(kept);
for (let i = 0; i < 30; i++) run();
for (let i = 0; i < 5; i++) plain();
console.log(JSON.stringify({
  kernel: perStep(run, RUNS),
  keeping: perStep(keeping, RUNS),
  plain: perStep(plain, 3),
}));
