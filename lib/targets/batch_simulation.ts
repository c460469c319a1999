/**
 * Target: batch simulation. Each cycle runs a batch of initial states on perturbed plants, in which
 * one member must fail without a trace in the others.
 *
 * @module
 */

import type { TargetMeta } from "../measure/target.ts";
import { type BatchResult, simulateBatch } from "../simulation/mod.ts";
import { initialStates } from "./initial_states.ts";
import { WorkProof } from "./proof.ts";

// The classes whose instances are counted.
export { FullPlant } from "../plant/mod.ts";

const STEPS = 40;
const DT = 0.001; // s
const MASSES = [1.4, 1.5, 1.6, -1]; // kg; no plant has the last one
const REFUSED = MASSES.length - 1;

/** Names the target. */
export const meta: TargetMeta = {
  name: "batch_simulation",
  description: "Simulates batches on perturbed plants, one member of which must fail",
  stepsPerCycle: STEPS * REFUSED,
  classes: ["FullPlant"],
};

/** Starts the proof. */
export function setup(): { readonly proof: WorkProof } {
  return { proof: new WorkProof() };
}

/** Runs one batch. */
export function cycle({ proof }: { readonly proof: WorkProof }, i: number): void {
  const batch = simulateBatch({
    controller: i % 2 === 0 ? "sta_smc" : "hybrid",
    parameters: MASSES.map((cartMass) => ({ cartMass })),
    initialStates: initialStates.flat(),
    duration: STEPS * DT,
    dt: DT,
    decimate: 10,
  });
  for (let member = 0; member < REFUSED; member++) requireMember(proof, batch, member);
  const { status, steps, messages } = batch;
  proof.require(status[REFUSED] === "error" && steps[REFUSED] === 0, "the wrong plant was run");
  proof.require(/cart_?mass/i.test(messages[REFUSED]!), `it was refused with ${messages[REFUSED]}`);
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

function requireMember(proof: WorkProof, batch: BatchResult, member: number): void {
  const run = batch.trajectories[member];
  if (run === undefined) return proof.reject(`member ${member} left no trajectory`);
  proof.requireRun(run, { steps: STEPS, initialState: initialStates[member]! });
  proof.requireActivity(
    { due: run.validity.internalDue, changed: run.validity.internalChanged },
    true,
  );
  proof.require(batch.sums.force[member]! > 0, `member ${member} spent no force`);
}
