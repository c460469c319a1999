/**
 * Target: one controller. Scenario `create_destroy` creates, simulates, cleans up and drops one in
 * each cycle; `long_lived` keeps one stepping, which is where a history that grows shows.
 *
 * @module
 */

import { type Controller, FIRST_OWN } from "../controllers/mod.ts";
import type { TargetMeta, TargetOptions } from "../measure/target.ts";
import { type Plant, THETA1, THETA2, X } from "../plant/mod.ts";
import { runSimulation, type Trajectory } from "../simulation/mod.ts";
import { configuredController, configuredPlant } from "./configured.ts";
import { initialStateOf } from "./initial_states.ts";
import { WorkProof } from "./proof.ts";

// The classes whose instances are counted.
export { Controller, Telemetry } from "../controllers/mod.ts";

/** Steps of one cycle. */
export const STEPS = 150;

const DT = 0.001; // s

/** Kick in each cycle of a long life, so that there is always something to control, rad. */
const KICK = 0.03;

/** State of the target. */
export interface ControllerContext {
  /** Makes one more controller of the kind. */
  readonly create: () => Controller;
  readonly plant: Plant;
  readonly proof: WorkProof;
  /** The controller that lives on; null where each cycle makes its own. */
  readonly kept: Controller | null;
  /** Where its cart stands. */
  readonly state: Float64Array;
}

/** Names the target and its scenarios. */
export const meta: TargetMeta = {
  name: "controller",
  description: "Creates a controller, simulates the cart with it, cleans up and drops it",
  scenarios: ["create_destroy", "long_lived"],
  stepsPerCycle: STEPS,
  classes: ["Controller", "Telemetry"],
};

/**
 * Makes the plant, and the controller where it lives on. `options.controller` names it;
 * `options.physics` and `options.controllers` are those of config.yaml.
 */
export function setup(options: TargetOptions): ControllerContext {
  const name = String(options.controller);
  const plant = (options.plant as Plant | undefined) ?? configuredPlant(options);
  const create = (): Controller => configuredController(name, options, { plant, dt: DT });
  const kept = options.scenario === "long_lived" ? create() : null;
  return { create, plant, proof: new WorkProof(), kept, state: new Float64Array(6) };
}

/** Simulates one stretch. */
export function cycle(context: ControllerContext, i: number): void {
  if (context.kept === null) createAndDestroy(context, i);
  else liveOn(context, context.kept, i);
  context.proof.cycleDone();
}

/** Throws unless every cycle proved its work. */
export function validate(context: ControllerContext): void {
  context.proof.verify();
}

/** Ends the controller that lived on. */
export function teardown(context: ControllerContext): void {
  context.kept?.cleanup();
  context.proof.close();
}

function createAndDestroy({ create, plant, proof }: ControllerContext, i: number): void {
  const controller = create();
  const initialState = initialStateOf(i);
  const run = simulate(controller, plant, initialState, false);
  proof.requireRun(run, { steps: STEPS, initialState });
  proof.requireActivity(controller.activity, hasInternalState(controller));
  controller.cleanup();
  proof.require(controller.isReleased, "the controller was not released");
}

/** Goes on where the last cycle ended, after a kick; the rail is measured from where the cart is. */
function liveOn(context: ControllerContext, controller: Controller, i: number): void {
  const { plant, proof, state } = context;
  const kick = i % 2 === 0 ? KICK : -KICK;
  state[X] = 0;
  state[THETA1]! += kick;
  state[THETA2]! -= kick;
  const before = controller.signals.slice(FIRST_OWN);
  const run = simulate(controller, plant, state, true);
  proof.requireRun(run, { steps: STEPS, initialState: state });
  const moved = controller.signals.subarray(FIRST_OWN).some((value, k) => value !== before[k]);
  proof.require(moved || !hasInternalState(controller), "the internal state stood still");
  state.set(run.finalState);
}

function simulate(
  controller: Controller,
  plant: Plant,
  initialState: ArrayLike<number>,
  continues: boolean,
): Trajectory {
  return runSimulation({
    controller,
    plant,
    duration: STEPS * DT,
    dt: DT,
    initialState,
    continues,
  });
}

// The classical law has no memory; each of the others adapts or integrates.
function hasInternalState(controller: Controller): boolean {
  return controller.name !== "classical_smc";
}
