// Closed-loop stepping on one thread: full plant, RK4, 1 ms, 10 s, nothing kept but the last state.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { controllerNames, createController } from "heapbook/controllers";
import { createPlant } from "heapbook/plant";
import { createIntegrator, runSimulation } from "heapbook/simulation";
import { interleave, median, ratioOf } from "./median.mjs";

/** Steps of a run. */
export const STEPS = 10_000;
/** Of each round, the best of so many runs counts, on both sides alike: the others were disturbed. */
export const RUNS = 9;
/** Where each run starts. */
export const initialState = [0, 0.05, -0.03, 0, 0, 0];

const child = fileURLToPath(new URL("stepping_child.mjs", import.meta.url));

/** Returns one row per controller. */
export async function measureStepping(peer, rounds) {
  const rows = [];
  for (const controller of controllerNames) rows.push(await measureOne(controller, peer, rounds));
  return rows;
}

async function measureOne(name, peer, rounds) {
  const plant = createPlant("full"), controller = createController(name, { telemetryLength: 0 });
  const kept = { controller, plant, duration: 10, dt: 0.001, initialState };
  const rows = await interleave(rounds, {
    c: () => peer.run(name, controller.gains, RUNS).leastCpu,
    ours: () => JSON.parse(execFileSync(process.execPath, [child, name], { encoding: "utf8" })),
  });
  const column = (key) => rows.ours.map((row) => row[key]);
  const times = {
    c: rows.c,
    kernel: column("kernel"),
    keeping: column("keeping"),
    plain: column("plain"),
  };
  const { final } = peer.run(name, controller.gains, 1);
  const { finalState, states } = runSimulation(kept);
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
