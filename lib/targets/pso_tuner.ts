/**
 * Target: the tuner. Each cycle is a whole, small tuning run; every eighth repeats the seed of the
 * first and must find the same bits.
 *
 * @module
 */

import type { TargetMeta } from "../measure/target.ts";
import { tuneGains, type TuningResult } from "../optimizer/mod.ts";
import { WorkProof } from "./proof.ts";

// The classes whose instances are counted.
export { Evaluator } from "../optimizer/mod.ts";

const PARTICLES = 4;
const ITERATIONS = 3;
const STEPS = 12;
const DT = 0.001; // s
const REPEATED_EVERY = 8; // cycles

/** State of the target. */
export interface TunerContext {
  readonly proof: WorkProof;
  /** What the first cycle found. */
  first: { readonly gains: readonly number[]; readonly cost: number } | null;
}

/** Names the target. */
export const meta: TargetMeta = {
  name: "pso_tuner",
  description: "Tunes the gains of a controller in a small swarm",
  stepsPerCycle: PARTICLES * ITERATIONS * STEPS,
  classes: ["Evaluator"],
};

/** Starts the proof. */
export function setup(): TunerContext {
  return { proof: new WorkProof(), first: null };
}

/** Tunes once. */
export async function cycle(context: TunerContext, i: number): Promise<void> {
  const { proof } = context;
  let reported = 0;
  const result = await tuneGains({
    controller: "sta_smc",
    particles: PARTICLES,
    iterations: ITERATIONS,
    duration: STEPS * DT,
    dt: DT,
    seed: i % REPEATED_EVERY,
    initialStates: [[0, 0.05, -0.03, 0, 0, 0]],
    onIteration: () => void reported++,
  });
  proof.require(result.evaluations === PARTICLES * ITERATIONS, `${result.evaluations} evaluations`);
  proof.require(reported === ITERATIONS, `${reported} iterations were reported`);
  proof.require(Number.isFinite(result.cost) && result.cost > 0, `the cost is ${result.cost}`);
  requireSame(context, result, i);
  proof.cycleDone();
}

/** Throws unless every cycle proved its work. */
export function validate(context: TunerContext): void {
  context.proof.verify();
}

/** Stops listening for warnings. */
export function teardown(context: TunerContext): void {
  context.proof.close();
}

function requireSame(context: TunerContext, { gains, cost }: TuningResult, i: number): void {
  if (i % REPEATED_EVERY !== 0) return;
  context.first ??= { gains, cost };
  const isSame = cost === context.first.cost && gains.join() === context.first.gains.join();
  context.proof.require(isSame, "the same seed found other gains");
}
