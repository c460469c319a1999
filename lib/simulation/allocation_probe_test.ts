/**
 * Measures what a step of the laboratory allocates; `allocation_test.ts` runs it in a process of its
 * own, with a young generation so large that nothing is collected meanwhile.
 *
 * @module
 */

import { type HeapProfiler, Session } from "node:inspector";
import { controllerNames, createController } from "../controllers/mod.ts";
import { createMatrices, createPlant } from "../plant/mod.ts";
import { createIntegrator, runSimulation, simulateBatch, type SimulationOptions } from "./mod.ts";

/** Something that takes n steps. */
type Work = (steps: number) => unknown;

const plant = createPlant("full");
const start = [0, 0.05, -0.03, 0, 0, 0];

const STEPS = 20_000;

/** All subjects by name. */
export const subjects: Readonly<Record<string, () => Work>> = {
  derivative: () => {
    const state = Float64Array.from(start), out = new Float64Array(6);
    return (steps) => {
      for (let k = 0; k < steps; k++) plant.derivative(state, k, out);
    };
  },
  matrices: () => {
    const state = Float64Array.from(start), out = createMatrices();
    return (steps) => {
      for (let k = 0; k < steps; k++) plant.matrices(state, out);
    };
  },
  energy: () => {
    const state = Float64Array.from(start);
    return (steps) => {
      let sum = 0;
      for (let k = 0; k < steps; k++) sum += plant.energy(state);
      return sum;
    };
  },
  ...Object.fromEntries(controllerNames.flatMap((name) => [
    [`control ${name}`, () => controlling(name)],
    [`update ${name}`, () => updating(name)],
    [`run ${name}`, () => running(name, {})],
    // Kernels do not know an integrator that is not named.
    [`plain run ${name}`, () => running(name, { integrator: createIntegrator("rk4") })],
  ])),
  ...Object.fromEntries(["euler", "rk2", "rk45"].map((integrator) => [
    `run ${integrator}`,
    () => running("sta_smc", { integrator: integrator as "euler" }),
  ])),
  batch: () => (steps) =>
    simulateBatch({
      controller: "sta_smc",
      initialStates: start,
      duration: steps / 1000,
      dt: 0.001,
    }),
};

function controlling(name: string): Work {
  const controller = createController(name), state = Float64Array.from(start);
  return (steps) => {
    let sum = 0;
    for (let k = 0; k < steps; k++) {
      state[1] = 0.1 * Math.sin(k);
      sum += controller.control(state);
    }
    return sum;
  };
}

function updating(name: string): Work {
  const controller = createController(name), state = Float64Array.from(start);
  return (steps) => {
    for (let k = 0; k < steps; k++) {
      state[1] = 0.1 * Math.sin(k);
      controller.update(state);
    }
  };
}

function running(name: string, more: Partial<SimulationOptions>): Work {
  const controller = createController(name);
  return (steps) =>
    runSimulation({
      controller,
      plant,
      duration: steps / 1000,
      dt: 0.001,
      initialState: start,
      decimate: Infinity,
      ...more,
    });
}

/** What steps allocated, by the place that did. */
export interface Allocations {
  readonly bytesPerStep: number;
  readonly places: readonly string[];
}

/**
 * Returns what V8's sampling heap profiler, told to miss nothing, saw of many steps less what it saw
 * of half as many. Tried again while it sees something, as long as code is still being compiled.
 */
function allocationsOf(work: Work): Allocations {
  let least: Allocations = { bytesPerStep: Infinity, places: [] };
  for (let attempt = 0; attempt < 5 && least.bytesPerStep > 0; attempt++) {
    for (let i = 0; i < 30; i++) work(10_000);
    profile(work, 2 * STEPS);
    const few = profile(work, STEPS), many = profile(work, 2 * STEPS);
    const places = [...many].map(([place, bytes]) =>
      [place, (bytes - (few.get(place) ?? 0)) / STEPS] as const
    ).filter(([, bytes]) => bytes > 0);
    const bytesPerStep = places.reduce((sum, [, bytes]) => sum + bytes, 0);
    if (bytesPerStep < least.bytesPerStep) {
      least = { bytesPerStep, places: places.map(([place, bytes]) => `${place}: ${bytes}`) };
    }
  }
  return least;
}

function profile(work: Work, steps: number): Map<string, number> {
  const session = new Session(), bytes = new Map<string, number>();
  session.connect();
  session.post("HeapProfiler.startSampling", {
    samplingInterval: 1,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  } as object);
  work(steps);
  session.post("HeapProfiler.stopSampling", (_error, { profile: { head } }) => add(head, bytes));
  session.disconnect();
  return bytes;
}

function add(node: HeapProfiler.SamplingHeapProfileNode, bytes: Map<string, number>): void {
  const { functionName, url, lineNumber } = node.callFrame;
  const place = `${functionName} ${url.split("/").pop()}:${lineNumber + 1}`;
  // The profiler's own switch is no part of the work.
  if (node.selfSize > 0 && url !== "node:inspector") {
    bytes.set(place, (bytes.get(place) ?? 0) + node.selfSize);
  }
  for (const child of node.children) add(child, bytes);
}

/** Allocates one number per step. */
function planted(): Work {
  const kept: unknown[] = [0];
  return (steps) => {
    for (let k = 0; k < steps; k++) kept[0] = { value: k };
  };
}

const name = process.argv[2] ?? "";
const subject = name === "planted" ? planted : subjects[name];
if (subject !== undefined) process.stdout.write(JSON.stringify(allocationsOf(subject())));
