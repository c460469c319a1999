/**
 * What a worker thread runs for the tuner: its share of the runs of all particles.
 *
 * @module
 */
import { Evaluator, type Trial } from "./evaluate.ts";

/** Particles whose runs threads share: each takes the next run as it has a lane free. */
export interface EvaluationTask {
  readonly trial: Trial;
  readonly gains: readonly (readonly number[])[];
  /** One Int32: how many runs have been taken. All are taken here where absent. */
  readonly taken?: SharedArrayBuffer;
}

// A thread evaluates thousands of particles of one trial: its plants are kept until another comes.
let latest: { readonly key: string; readonly evaluator: Evaluator } | undefined;

/** Where worker threads find this module: compiled or not, as it was loaded here. */
export const workerModule: string = import.meta.url;

/** Returns the cost of each particle's gains. */
export function evaluateGains({ trial, gains }: EvaluationTask): number[] {
  return evaluatorOf(trial).costsOf(gains);
}

/** Returns the costs of all runs, NaN where another thread took them. */
export function evaluateShare({ trial, gains, taken }: EvaluationTask): Float64Array {
  if (taken === undefined) return evaluatorOf(trial).costsOfMembers(gains);
  const counter = new Int32Array(taken);
  return evaluatorOf(trial).costsOfMembers(gains, () => Atomics.add(counter, 0, 1));
}

function evaluatorOf(trial: Trial): Evaluator {
  const key = JSON.stringify(trial);
  if (latest?.key !== key) latest = { key, evaluator: new Evaluator(trial) };
  return latest.evaluator;
}
