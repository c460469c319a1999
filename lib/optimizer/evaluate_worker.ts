/**
 * What a worker thread runs for the tuner: the costs of some particles' gains.
 *
 * @module
 */
import { Evaluator, type Trial } from "./evaluate.ts";

/** Particles to evaluate. */
export interface EvaluationTask {
  readonly trial: Trial;
  readonly gains: readonly (readonly number[])[];
}

// A thread evaluates thousands of particles of one trial: its plants are kept until another comes.
let latest: { readonly key: string; readonly evaluator: Evaluator } | undefined;

/** Where worker threads find this module: compiled or not, as it was loaded here. */
export const workerModule: string = import.meta.url;

/** Returns the cost of each particle's gains. */
export function evaluateGains(task: EvaluationTask): number[] {
  const key = JSON.stringify(task.trial);
  if (latest?.key !== key) latest = { key, evaluator: new Evaluator(task.trial) };
  return latest.evaluator.costsOf(task.gains);
}
