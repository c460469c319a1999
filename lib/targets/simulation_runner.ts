/**
 * Target: the simulation runner. Each cycle runs one closed loop with one of the integrators, a
 * thinned one that is watched step by step, and one that a guard must stop.
 *
 * @module
 */

import type { Controller } from "../controllers/mod.ts";
import type { TargetMeta, TargetOptions } from "../measure/target.ts";
import type { Plant } from "../plant/mod.ts";
import { integratorNames, runSimulation } from "../simulation/mod.ts";
import { configuredController, configuredPlant } from "./configured.ts";
import { initialStateOf } from "./initial_states.ts";
import { WorkProof } from "./proof.ts";

// The classes whose instances are counted.
export { Controller } from "../controllers/mod.ts";
export { SimulationRun } from "../simulation/mod.ts";

const STEPS = 100;
const WATCHED_STEPS = 40;
const DT = 0.001; // s

// The first state leans by 0.05 rad, so that this limit on theta1 is broken at once.
const NARROW = [Infinity, 0.01, Infinity, Infinity, Infinity, Infinity];

/** State of the target. */
export interface RunnerContext {
  readonly plant: Plant;
  readonly controller: Controller;
  readonly proof: WorkProof;
}

/** Names the target. */
export const meta: TargetMeta = {
  name: "simulation_runner",
  description: "Runs closed loops with every integrator, watched, thinned and guarded",
  stepsPerCycle: STEPS + WATCHED_STEPS,
  classes: ["Controller", "SimulationRun"],
};

/** Makes one plant and one controller for all runs, as config.yaml has them. */
export function setup(options: TargetOptions): RunnerContext {
  const plant = configuredPlant(options);
  const controller = configuredController("sta_smc", options, { plant, dt: DT });
  return { plant, controller, proof: new WorkProof() };
}

/** Runs the three loops. */
export function cycle(context: RunnerContext, i: number): void {
  const { plant, controller, proof } = context;
  const initialState = initialStateOf(i);
  const integrator = integratorNames[i % integratorNames.length]!;
  const common = { controller, plant, dt: DT, initialState };
  const run = runSimulation({ ...common, duration: STEPS * DT, integrator });
  proof.requireRun(run, { steps: STEPS, initialState });
  const { internalDue: due, internalChanged: changed } = run.validity;
  proof.requireActivity({ due, changed }, true);
  watch(context, initialState);
  const guarded = runSimulation({ ...common, duration: STEPS * DT, guards: { limits: NARROW } });
  proof.require(guarded.status === "guard", `the guard let the run pass as ${guarded.status}`);
  proof.require(guarded.states.length === 6 * (guarded.steps + 1), "a stopped run was padded");
  proof.cycleDone();
}

/** Throws unless every cycle proved its work. */
export function validate(context: RunnerContext): void {
  context.proof.verify();
}

/** Ends the controller. */
export function teardown(context: RunnerContext): void {
  context.controller.cleanup();
  context.proof.close();
}

function watch({ plant, controller, proof }: RunnerContext, initialState: readonly number[]): void {
  let seen = 0;
  const run = runSimulation({
    controller,
    plant,
    duration: WATCHED_STEPS * DT,
    dt: DT,
    initialState,
    decimate: 10,
    onStep: () => void seen++,
  });
  proof.requireRun(run, { steps: WATCHED_STEPS, initialState });
  proof.require(seen === WATCHED_STEPS, `onStep was called ${seen} times`);
  proof.require(run.time.length === WATCHED_STEPS / 10 + 1, "the thinned run has other rows");
}
