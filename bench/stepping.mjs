// Closed-loop stepping on one thread: full plant, RK4, 1 ms, 10 s, nothing kept but the last state.
import { controllerNames, createController } from "heapbook/controllers";
import { createPlant } from "heapbook/plant";
import { createIntegrator, runSimulation } from "heapbook/simulation";
import { cpuNanoseconds, interleave, median, ratioOf } from "./median.mjs";

// Of each round, the best of some runs counts, on both sides alike: the others were disturbed.
const STEPS = 10_000, RUNS = 9;
const initialState = [0, 0.05, -0.03, 0, 0, 0];

/** Returns one row per controller. */
export async function measureStepping(peer, rounds) {
  const rows = [];
  for (const controller of controllerNames) rows.push(await measureOne(controller, peer, rounds));
  return rows;
}

async function measureOne(name, peer, rounds) {
  const plant = createPlant("full"), controller = createController(name, { telemetryLength: 0 });
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
  const times = await interleave(rounds, {
    c: () => peer.run(name, controller.gains, RUNS).leastCpu,
    kernel: () => perStep(run, RUNS),
    keeping: () => perStep(keeping, RUNS),
    plain: () => perStep(plain, 3),
  });
  const { final } = peer.run(name, controller.gains, 1), { finalState, states } = keeping();
  const { states: plainStates } = runSimulation({ ...kept, integrator: createIntegrator("rk4") });
  return {
    controller: name,
    ratio: ratioOf(times.c, times.kernel),
    plainRatio: ratioOf(times.c, times.plain),
    c: median(times.c),
    kernel: median(times.kernel),
    keeping: median(times.keeping),
    plain: median(times.plain),
    isSameAsPlain: plainStates.every((value, i) => Object.is(value, states[i])),
    largestDifference: Math.max(...final.map((value, i) => Math.abs(value - finalState[i]))),
  };
}
