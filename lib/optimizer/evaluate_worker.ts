/**
 * What a worker thread runs for the tuner: the cost of one particle's gains.
 *
 * @module
 */
import { Evaluator, type Trial } from "./evaluate.ts";

/** One particle to evaluate. */
export interface EvaluationTask {
  readonly trial: Trial;
  readonly gains: readonly number[];
}

// A thread evaluates thousands of particles of one trial: its plants are kept until another comes.
let latest: { readonly key: string; readonly evaluator: Evaluator } | undefined;

/** Where worker threads find this module: compiled or not, as it was loaded here. */
export const workerModule: string = import.meta.url;

/** Returns the cost of one particle's gains. */
export function evaluateGains(task: EvaluationTask): number {
  const key = JSON.stringify(task.trial);
  if (latest?.key !== key) latest = { key, evaluator: new Evaluator(task.trial) };
  return latest.evaluator.costOf(task.gains);
}
