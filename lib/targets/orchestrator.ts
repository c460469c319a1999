/**
 * Target: the orchestrator. Each cycle runs a list of tasks one after the other and as a batch, one
 * of which must fail alone; now and then also in worker threads, which are closed again, and at the
 * pace of the wall clock. All engines must find the same bits.
 *
 * @module
 */

import type { TargetMeta } from "../measure/target.ts";
import { closeWorkers } from "../parallel/mod.ts";
import { createEngine, type EngineName, type SimulationTask } from "../simulation/mod.ts";
import { initialStateOf } from "./initial_states.ts";
import { WorkProof } from "./proof.ts";

// The classes whose instances are counted.
export { Controller } from "../controllers/mod.ts";
export { SimulationRun } from "../simulation/mod.ts";

const STEPS = 40;
const DT = 0.001; // s
const GOOD = 2; // tasks of a list that must succeed
const SLOW_ENGINES_EVERY = 100; // cycles: threads take longer to start than the work takes

/** Names the target. */
export const meta: TargetMeta = {
  name: "orchestrator",
  description: "Runs task lists in all engines, with worker threads started and closed",
  stepsPerCycle: 2 * GOOD * STEPS,
  classes: ["Controller", "SimulationRun"],
};

/** Starts the proof. */
export function setup(): { readonly proof: WorkProof } {
  return { proof: new WorkProof() };
}

/** Runs one list in two engines, sometimes in all four. */
export async function cycle({ proof }: { readonly proof: WorkProof }, i: number): Promise<void> {
  const expected = await runIn("sequential", i, proof);
  const engines: EngineName[] = ["batch"];
  if (i % SLOW_ENGINES_EVERY === 0) engines.push("parallel", "real_time");
  for (const name of engines) {
    const found = await runIn(name, i, proof);
    proof.require(found === expected, `${name} found other numbers than sequential`);
  }
  if (engines.length > 1) await closeWorkers();
  proof.cycleDone();
}

/** Throws unless every cycle proved its work. */
export function validate({ proof }: { readonly proof: WorkProof }): void {
  proof.verify();
}

/** Closes what threads there are. */
export async function teardown({ proof }: { readonly proof: WorkProof }): Promise<void> {
  proof.close();
  await closeWorkers();
}

/** Runs the list and returns the final states as text. */
async function runIn(name: EngineName, i: number, proof: WorkProof): Promise<string> {
  const tasks = tasksOf(i);
  const outcomes = await createEngine(name).run(tasks, { workers: 2 });
  const ends = outcomes.map((outcome, k) => {
    if (!outcome.ok) return outcome.error.message;
    proof.requireRun(outcome.value, {
      steps: STEPS,
      initialState: Array.from(tasks[k]!.initialState),
    });
    return Array.from(outcome.value.finalState).join();
  });
  proof.require(/gain/.test(ends[GOOD]!), `${name} let a wrong task pass: ${ends[GOOD]}`);
  return ends.join("\n");
}

function tasksOf(i: number): readonly SimulationTask[] {
  const common = { initialState: initialStateOf(i), duration: STEPS * DT, dt: DT };
  return [
    { ...common, controller: "sta_smc" },
    { ...common, controller: "adaptive_smc", parameters: { cartMass: 1.6 } },
    { ...common, controller: "classical_smc", gains: [1, 1, 1, 1, -1, 1] },
  ];
}
