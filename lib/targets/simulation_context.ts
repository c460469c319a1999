/**
 * Target: the simulation context. Each cycle loads a configuration, makes and registers
 * components, simulates, releases some by hand and disposes of the rest.
 *
 * @module
 */

import type { TargetMeta } from "../measure/target.ts";
import { SimulationContext } from "../simulation/mod.ts";
import { initialStateOf } from "./initial_states.ts";
import { WorkProof } from "./proof.ts";

// The classes whose instances are counted.
export { Controller } from "../controllers/mod.ts";
export { SimulationContext } from "../simulation/mod.ts";

const STEPS = 80;
const DT = 0.001; // s

/** Names the target. */
export const meta: TargetMeta = {
  name: "simulation_context",
  description: "Creates contexts, simulates in them, releases components and disposes",
  stepsPerCycle: STEPS,
  classes: ["SimulationContext", "Controller"],
};

/** Starts the proof. */
export function setup(): { readonly proof: WorkProof } {
  return { proof: new WorkProof() };
}

/** Lives through one context. */
export function cycle({ proof }: { readonly proof: WorkProof }, i: number): void {
  const initialState = initialStateOf(i);
  const context = new SimulationContext({
    physics: { cart_mass: 1.5 },
    controllers: { sta_smc: { telemetry_length: 20 } },
    simulation: { duration: STEPS * DT, dt: DT, initial_state: initialState },
  });
  const first = context.createController("sta_smc");
  const second = context.createController("adaptive_smc");
  let released = 0;
  context.register({ cleanup: () => void released++ });
  const run = context.simulate({ controller: first });
  proof.requireRun(run, { steps: STEPS, initialState });
  proof.requireActivity(first.activity, true);
  proof.require(context.engine("sequential") === context.engine("sequential"), "a second engine");
  context.release(second);
  proof.require(second.isReleased && !first.isReleased, "release() ended the wrong component");
  context.dispose();
  proof.require(first.isReleased && released === 1, "dispose() left a component");
  proof.require(context.size === 0, "dispose() kept its list");
  proof.cycleDone();
}

/** Throws unless every cycle proved its work. */
export function validate({ proof }: { readonly proof: WorkProof }): void {
  proof.verify();
}

/** Stops listening for warnings. */
export function teardown({ proof }: { readonly proof: WorkProof }): void {
  proof.close();
}
